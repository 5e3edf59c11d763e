//! Where more is read about a kind of change: in the guide of the SOC's server, else in AWS's own pages.
//! Nobody is asked; `text` has the words around the address.

use super::Kind;

/// AWS's user guide of Security Hub.
const USER_GUIDE: &str = "https://docs.aws.amazon.com/securityhub/latest/userguide";

impl Kind {
    /// The page that says more; `guide` is the first page of the guide, where the SOC's server is known.
    pub(crate) fn help_page(self, guide: Option<&str>) -> String {
        match (self.control(), guide) {
            (Some(control), Some(guide)) => format!("{guide}/{control}"),
            (None, Some(guide)) => guide.to_owned(),
            // The address that findings themselves name as their remediation.
            (Some(control), None) => {
                format!("https://docs.aws.amazon.com/console/securityhub/{control}/remediation")
            }
            (None, None) => format!("{USER_GUIDE}/{}", self.own_page()),
        }
    }

    /// The control that fails without it; Security Hub has none about itself.
    fn control(self) -> Option<&'static str> {
        match self {
            Self::CreateServiceLinkedRole
            | Self::PutRecorder
            | Self::CreateBucket
            | Self::PutDeliveryChannel
            | Self::StartRecorder => Some("Config.1"),
            Self::BlockPublicAccess => Some("S3.8"),
            Self::PutBucketPolicy => Some("S3.5"),
            Self::CreateDetector | Self::ResumeDetector => Some("GuardDuty.1"),
            Self::EnableSecurityHub | Self::EnableStandards | Self::AcceptInvitation => None,
        }
    }

    /// The page of the user guide about it.
    fn own_page(self) -> &'static str {
        match self {
            Self::EnableStandards => "standards-reference.html",
            Self::AcceptInvitation => "securityhub-accounts.html",
            _ => "securityhub-settingup.html",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_has_a_page_with_a_server_and_without() {
        for kind in Kind::ALL {
            let guided = kind.help_page(Some("https://soc.example.com/guide"));
            assert!(guided.starts_with("https://soc.example.com/guide"));
            let alone = kind.help_page(None);
            assert!(alone.starts_with("https://docs.aws.amazon.com/"), "{alone}");
        }
        assert_eq!(
            Kind::StartRecorder.help_page(Some("https://soc.example.com/guide")),
            "https://soc.example.com/guide/Config.1"
        );
    }
}
