//! Where to read more about a kind of change: the guide on the SOC's server if it is known, or else AWS's
//! documentation. No request is made; `text` has the words around the address.

use super::ChangeKind;

/// AWS's user guide of Security Hub.
const USER_GUIDE: &str = "https://docs.aws.amazon.com/securityhub/latest/userguide";

impl ChangeKind {
    /// The address of the page; `guide` is the address of the server's guide.
    pub(crate) fn help_page(self, guide: Option<&str>) -> String {
        match (self.control(), guide) {
            (Some(control), Some(guide)) => format!("{guide}/{control}"),
            (None, Some(guide)) => guide.to_owned(),
            // The address that findings link to for their remediation.
            (Some(control), None) => {
                format!("https://docs.aws.amazon.com/console/securityhub/{control}/remediation")
            }
            (None, None) => format!("{USER_GUIDE}/{}", self.user_guide_page()),
        }
    }

    /// The Security Hub control that fails without this change; there is none about Security Hub itself.
    fn control(self) -> Option<&'static str> {
        match self {
            Self::CreateServiceLinkedRole
            | Self::PutRecorder
            | Self::ExtendRecorder
            | Self::CreateBucket
            | Self::PutDeliveryChannel
            | Self::StartRecorder => Some("Config.1"),
            Self::BlockPublicAccess => Some("S3.8"),
            Self::PutBucketPolicy => Some("S3.5"),
            Self::CreateDetector | Self::EnableDetectorFeatures | Self::ResumeDetector => {
                Some("GuardDuty.1")
            }
            Self::EnableSecurityHub | Self::EnableStandards | Self::AcceptInvitation => None,
        }
    }

    fn user_guide_page(self) -> &'static str {
        match self {
            Self::EnableStandards => "standards-reference.html",
            Self::AcceptInvitation => "securityhub-accounts.html",
            _ => "securityhub-settingup.html",
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn every_change_has_a_page_with_a_server_and_without() {
        for kind in ChangeKind::VARIANTS {
            let guided = kind.help_page(Some("https://soc.example.com/guide"));
            assert!(guided.starts_with("https://soc.example.com/guide"));
            let alone = kind.help_page(None);
            assert!(alone.starts_with("https://docs.aws.amazon.com/"), "{alone}");
        }
        assert_eq!(
            ChangeKind::StartRecorder.help_page(Some("https://soc.example.com/guide")),
            "https://soc.example.com/guide/Config.1"
        );
    }
}
