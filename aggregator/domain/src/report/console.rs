//! The URL of a finding in AWS's console. It is built from the Region and the finding's id, never
//! taken from a product's text.

use hubward_protocol::Region;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::finding::Finding;

/// Characters that are percent-encoded in a URL of the console: all but letters, digits, `-`, `_`
/// and `.`.
const OTHERS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.');

/// In characters. Excel accepts 2,079, and browsers have limits too.
const MOST: usize = 2_000;

/// Security Hub's page of a finding; `None` if its Region is not one, or its id is too long for a
/// URL.
pub fn console_link(finding: &Finding) -> Option<String> {
    let region: Region = finding.region.parse().ok()?;
    let host = if region.as_str().starts_with("cn-") {
        "console.amazonaws.cn"
    } else if region.as_str().starts_with("us-gov-") {
        "console.amazonaws-us-gov.com"
    } else {
        "console.aws.amazon.com"
    };
    let id = utf8_percent_encode(&finding.id, OTHERS).to_string();
    let id = utf8_percent_encode(&id, OTHERS);
    let link = format!(
        "https://{region}.{host}/securityhub/home?region={region}#/findings?search=\
         Id%3D%255Coperator%255C%253AEQUALS%255C%253A{id}"
    );
    (link.len() <= MOST).then_some(link)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::finding::read;

    fn link(region: &str, id: &str) -> Option<String> {
        let finding = json!({"Id": id, "AwsAccountId": "111111111111", "Region": region});
        console_link(&read(&finding).unwrap())
    }

    #[test]
    fn the_address_is_awss_own_whatever_a_product_wrote() {
        assert_eq!(
            link("us-east-1", "arn:aws:x/1").as_deref(),
            Some(
                "https://us-east-1.console.aws.amazon.com/securityhub/home?region=us-east-1\
                 #/findings?search=Id%3D%255Coperator%255C%253AEQUALS%255C%253Aarn%253Aaws%253Ax%252F1"
            )
        );
        for id in ["\"><script>", "a b#&?", "日本"] {
            let link = link("eu-west-1", id).unwrap();
            assert!(link.bytes().all(|byte| byte.is_ascii_graphic()), "{link}");
            assert!(!link.contains(['"', '<', '>']), "{link}");
        }
        assert_eq!(link("evil.example.com/", "x"), None);
        assert_eq!(link("us-east-1", &"x:".repeat(2_000)), None);
    }
}
