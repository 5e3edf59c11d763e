//! GuardDuty, EventBridge and SQS as the SOC set them up: a queue, a rule that fills it, findings.

use serde_json::{Value, json};

use super::aws::{block_on, events, security_hub, sqs};
use super::soc::{ADMINISTRATOR, HOME, Soc};

/// How long a message that was received and not deleted stays hidden, in seconds.
const VISIBILITY: &str = "2";

/// A queue for alerts, in the administrator's home Region.
pub(crate) struct AlertQueue<'a> {
    soc: &'a Soc,
    /// Its address.
    pub(crate) url: String,
}

impl<'a> AlertQueue<'a> {
    /// Makes the queue.
    pub(crate) fn new(soc: &'a Soc) -> Self {
        use aws_sdk_sqs::types::QueueAttributeName;
        let made = block_on(
            sqs(&soc.cloud, ADMINISTRATOR, HOME)
                .create_queue()
                .queue_name("hubward-alerts")
                .attributes(QueueAttributeName::VisibilityTimeout, VISIBILITY)
                .send(),
        )
        .expect("make the queue");
        Self {
            soc,
            url: made.queue_url.expect("its address"),
        }
    }

    /// Lets EventBridge fill it, by the rule that `design.md` names.
    pub(crate) fn fill_by_rule(&self) {
        use aws_sdk_eventbridge::types::Target;
        let pattern = json!({
            "source": ["aws.securityhub"],
            "detail-type": ["Security Hub Findings - Imported"],
            "detail": { "findings": {
                "ProductArn": [
                    format!("arn:aws:securityhub:{HOME}::product/aws/guardduty"),
                    "arn:aws:securityhub:us-east-1::product/aws/guardduty",
                ],
                "Severity": { "Label": ["HIGH", "CRITICAL"] },
                "RecordState": ["ACTIVE"],
                "Workflow": { "Status": ["NEW"] },
            } },
        });
        let bus = events(&self.soc.cloud, ADMINISTRATOR, HOME);
        block_on(
            bus.put_rule()
                .name("hubward-alerts")
                .event_pattern(pattern.to_string())
                .send(),
        )
        .expect("make the rule");
        let target = Target::builder()
            .id("queue")
            .arn(format!("arn:aws:sqs:{HOME}:{ADMINISTRATOR}:hubward-alerts"))
            .build()
            .expect("a target");
        block_on(
            bus.put_targets()
                .rule("hubward-alerts")
                .targets(target)
                .send(),
        )
        .expect("set its target");
    }

    /// Puts a message into it.
    pub(crate) fn put(&self, body: &str) {
        block_on(
            sqs(&self.soc.cloud, ADMINISTRATOR, HOME)
                .send_message()
                .queue_url(&self.url)
                .message_body(body)
                .send(),
        )
        .expect("send a message");
    }

    /// Puts messages into it, ten a call.
    pub(crate) fn put_all(&self, bodies: &[String]) {
        use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
        let queue = sqs(&self.soc.cloud, ADMINISTRATOR, HOME);
        for batch in bodies.chunks(10) {
            let entries = batch
                .iter()
                .enumerate()
                .map(|(number, body)| {
                    SendMessageBatchRequestEntry::builder()
                        .id(number.to_string())
                        .message_body(body)
                        .build()
                        .expect("an entry")
                })
                .collect();
            block_on(
                queue
                    .send_message_batch()
                    .queue_url(&self.url)
                    .set_entries(Some(entries))
                    .send(),
            )
            .expect("send messages");
        }
    }

    /// How many messages are in it, hidden ones included.
    pub(crate) fn length(&self) -> usize {
        use aws_sdk_sqs::types::QueueAttributeName;
        let answer = block_on(
            sqs(&self.soc.cloud, ADMINISTRATOR, HOME)
                .get_queue_attributes()
                .queue_url(&self.url)
                .attribute_names(QueueAttributeName::All)
                .send(),
        )
        .expect("ask the queue");
        let attributes = answer.attributes.expect("attributes");
        [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ]
        .iter()
        .map(|name| attributes[name].parse::<usize>().expect("a number"))
        .sum()
    }
}

/// A finding of GuardDuty's in an account, as Security Hub has it.
pub(crate) fn finding(account: &str, region: &str, number: usize) -> Value {
    json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("arn:aws:guardduty:{region}:{account}:detector/d/finding/{number}"),
        "ProductArn": format!("arn:aws:securityhub:{region}::product/aws/guardduty"),
        "ProductName": "GuardDuty",
        "GeneratorId": format!("arn:aws:guardduty:{region}:{account}:detector/d"),
        "AwsAccountId": account,
        "Region": region,
        "Types": ["TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce"],
        "CreatedAt": "2026-11-20T00:00:00Z",
        "UpdatedAt": "2026-11-20T00:10:00Z",
        "Severity": { "Label": "HIGH", "Original": "8" },
        "Title": format!("Password guessing number {number}"),
        "Description": "Somebody tries one password after the other.",
        "Resources": [{ "Type": "AwsEc2Instance", "Id": format!("arn:aws:ec2:{region}:{account}:instance/i-{number}") }],
        "SourceUrl": format!("https://{region}.console.aws.amazon.com/guardduty/home"),
        "ProductFields": { "aws/guardduty/service/count": "3" },
        "RecordState": "ACTIVE",
        "Workflow": { "Status": "NEW" },
    })
}

/// What EventBridge makes of a finding.
pub(crate) fn event(finding: &Value) -> String {
    json!({
        "version": "0",
        "id": "e",
        "source": "aws.securityhub",
        "detail-type": "Security Hub Findings - Imported",
        "account": ADMINISTRATOR,
        "time": "2026-11-20T00:10:05Z",
        "region": HOME,
        "detail": { "findings": [finding] },
    })
    .to_string()
}

/// GuardDuty hands a finding to the Security Hub of its account; Security Hub tells EventBridge.
pub(crate) fn found(soc: &Soc, finding: &Value) {
    use aws_sdk_securityhub::types::{AwsSecurityFinding, Resource, Severity, SeverityLabel};
    let text = |pointer: &str| {
        finding
            .pointer(pointer)
            .and_then(Value::as_str)
            .expect("a text")
    };
    let typed = AwsSecurityFinding::builder()
        .schema_version(text("/SchemaVersion"))
        .id(text("/Id"))
        .product_arn(text("/ProductArn"))
        .generator_id(text("/GeneratorId"))
        .aws_account_id(text("/AwsAccountId"))
        .types(text("/Types/0"))
        .created_at(text("/CreatedAt"))
        .updated_at(text("/UpdatedAt"))
        .severity(
            Severity::builder()
                .label(SeverityLabel::from(text("/Severity/Label")))
                .build(),
        )
        .title(text("/Title"))
        .description(text("/Description"))
        .resources(
            Resource::builder()
                .r#type(text("/Resources/0/Type"))
                .id(text("/Resources/0/Id"))
                .build(),
        )
        .source_url(text("/SourceUrl"))
        .build();
    let hub = security_hub(&soc.cloud, text("/AwsAccountId"), text("/Region"));
    let answer =
        block_on(hub.batch_import_findings().findings(typed).send()).expect("import the finding");
    assert_eq!(answer.failed_count, Some(0), "{answer:?}");
}
