//! The name of each kind of change, and what kind of cost it causes. AWS's prices change, the kind of cost
//! does not. `text` has the words.

use super::ChangeKind;

/// What a change costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    Free,
    /// By usage, as AWS's price page explains.
    ByUse(PricePage),
}

/// One of AWS's price pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PricePage {
    CloudWatch,
    Config,
    GuardDuty,
    Lambda,
    S3,
    SecurityHub,
}

impl ChangeKind {
    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }

    /// A recorder costs from its start, and a delivery channel by what it stores.
    pub(crate) fn cost(self) -> Cost {
        match self {
            Self::CreateServiceLinkedRole
            | Self::PutRecorder
            | Self::CreateBucket
            | Self::BlockPublicAccess
            | Self::PutBucketPolicy
            | Self::AcceptInvitation => Cost::Free,
            Self::PutDeliveryChannel => Cost::ByUse(PricePage::S3),
            Self::StartRecorder | Self::ExtendRecorder => Cost::ByUse(PricePage::Config),
            Self::CreateDetector | Self::EnableDetectorFeatures | Self::ResumeDetector => {
                Cost::ByUse(PricePage::GuardDuty)
            }
            Self::EnableSecurityHub | Self::EnableStandards => Cost::ByUse(PricePage::SecurityHub),
        }
    }
}

impl PricePage {
    /// The page's address, in Japanese or in English.
    pub(crate) fn address(self, japanese: bool) -> String {
        let country = if japanese { "jp/" } else { "" };
        let service = match self {
            Self::CloudWatch => "cloudwatch",
            Self::Config => "config",
            Self::GuardDuty => "guardduty",
            Self::Lambda => "lambda",
            Self::S3 => "s3",
            Self::SecurityHub => "security-hub",
        };
        format!("https://aws.amazon.com/{country}{service}/pricing/")
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn every_cost_has_a_price_page() {
        for kind in ChangeKind::VARIANTS {
            if let Cost::ByUse(page) = kind.cost() {
                assert!(
                    page.address(false).ends_with("/pricing/"),
                    "{}",
                    kind.name()
                );
                assert!(page.address(true).contains("/jp/"));
            }
        }
        assert_eq!(ChangeKind::CreateBucket.cost(), Cost::Free);
        assert_eq!(
            ChangeKind::StartRecorder.cost(),
            Cost::ByUse(PricePage::Config)
        );
    }
}
