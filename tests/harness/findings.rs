//! Findings that products import into a member's Security Hub, as whole JSON: also with fields that
//! no SDK knows.

use serde_json::{Value, json};

use super::aws::block_on;
use super::cloud::Cloud;

/// A control's finding of an account in a Region; tests change its fields.
pub(crate) fn control(
    account: &str,
    region: &str,
    id: &str,
    control: &str,
    severity: &str,
) -> Value {
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("arn:aws:securityhub:{region}:{account}:security-control/{control}/finding/{id}"),
        "ProductArn": format!("arn:aws:securityhub:{region}::product/aws/securityhub"),
        "GeneratorId": format!("security-control/{control}"),
        "AwsAccountId": account,
        "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
        "CreatedAt": "2026-11-20T00:00:00Z",
        "UpdatedAt": "2026-11-20T00:00:00.000Z",
        "Severity": { "Label": severity },
        "Title": format!("{control} should hold"),
        "Description": "what it checks",
        "Resources": [{ "Type": "AwsS3Bucket", "Id": format!("arn:aws:s3:::{account}-{id}") }],
        "Compliance": { "Status": "FAILED", "SecurityControlId": control },
        "Remediation": { "Recommendation": {
            "Url": format!("https://docs.aws.amazon.com/console/securityhub/{control}/remediation"),
        }},
    })
}

/// A threat that GuardDuty detected.
pub(crate) fn threat(account: &str, region: &str, id: &str, severity: &str) -> Value {
    let mut finding = control(account, region, id, "", severity);
    finding["Id"] = json!(format!(
        "arn:aws:guardduty:{region}:{account}:detector/d/finding/{id}"
    ));
    finding["ProductArn"] = json!(format!(
        "arn:aws:securityhub:{region}::product/aws/guardduty"
    ));
    finding["Types"] = json!(["TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce"]);
    finding["Title"] = json!("198.51.100.7 is performing SSH brute force attacks.");
    if let Some(fields) = finding.as_object_mut() {
        fields.remove("Compliance");
        fields.remove("Remediation");
    }
    finding
}

/// `BatchImportFindings`, called by the account itself.
pub(crate) fn import(cloud: &Cloud, account: &str, region: &str, findings: &[Value]) {
    let keys = cloud.credentials(account);
    let scope = format!(
        "{}/20261124/{region}/securityhub/aws4_request",
        keys.access_key_id
    );
    let request = reqwest::Client::new()
        .post(format!("{}/findings/import", cloud.url()))
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"),
        )
        .header("x-amz-security-token", keys.session_token)
        .json(&json!({ "Findings": findings }));
    let answer: Value = block_on(async {
        let answer = request.send().await.expect("import findings");
        serde_json::from_str(&answer.text().await.expect("an answer")).expect("JSON")
    });
    assert_eq!(answer["FailedCount"], 0, "{answer}");
}
