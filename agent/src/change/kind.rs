//! The kinds of changes by name, and what kind of cost each has. Prices are AWS's and change; the
//! kind does not. `text` has the words.

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The role of AWS Config.
    CreateServiceLinkedRole,
    /// The recorder itself.
    PutRecorder,
    /// The bucket that AWS Config delivers to.
    CreateBucket,
    /// Its public access block.
    BlockPublicAccess,
    /// Its policy.
    PutBucketPolicy,
    /// The way from the recorder to the bucket.
    PutDeliveryChannel,
    /// From here on it records.
    StartRecorder,
    /// GuardDuty on.
    CreateDetector,
    /// GuardDuty on again.
    ResumeDetector,
    /// Security Hub on.
    EnableSecurityHub,
    /// Its standards.
    EnableStandards,
    /// The membership.
    AcceptInvitation,
}

/// What kind of cost a change has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// None.
    Free,
    /// By what happens in the account from then on.
    ByUse(PricePage),
}

/// AWS's own page of prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PricePage {
    /// AWS Config.
    Config,
    /// Amazon GuardDuty.
    GuardDuty,
    /// Amazon S3.
    S3,
    /// AWS Security Hub.
    SecurityHub,
}

impl Kind {
    /// Every kind, in the order in which a Region is set up.
    pub(crate) const ALL: [Self; 12] = [
        Self::CreateServiceLinkedRole,
        Self::PutRecorder,
        Self::CreateBucket,
        Self::BlockPublicAccess,
        Self::PutBucketPolicy,
        Self::PutDeliveryChannel,
        Self::StartRecorder,
        Self::CreateDetector,
        Self::ResumeDetector,
        Self::EnableSecurityHub,
        Self::EnableStandards,
        Self::AcceptInvitation,
    ];

    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CreateServiceLinkedRole => "create-service-linked-role",
            Self::PutRecorder => "put-recorder",
            Self::CreateBucket => "create-bucket",
            Self::BlockPublicAccess => "block-public-access",
            Self::PutBucketPolicy => "put-bucket-policy",
            Self::PutDeliveryChannel => "put-delivery-channel",
            Self::StartRecorder => "start-recorder",
            Self::CreateDetector => "create-detector",
            Self::ResumeDetector => "resume-detector",
            Self::EnableSecurityHub => "enable-security-hub",
            Self::EnableStandards => "enable-standards",
            Self::AcceptInvitation => "accept-invitation",
        }
    }

    /// What kind of cost it has. A recorder costs from its start on, and a channel by what is stored.
    pub(crate) fn cost(self) -> Cost {
        match self {
            Self::CreateServiceLinkedRole
            | Self::PutRecorder
            | Self::CreateBucket
            | Self::BlockPublicAccess
            | Self::PutBucketPolicy
            | Self::AcceptInvitation => Cost::Free,
            Self::PutDeliveryChannel => Cost::ByUse(PricePage::S3),
            Self::StartRecorder => Cost::ByUse(PricePage::Config),
            Self::CreateDetector | Self::ResumeDetector => Cost::ByUse(PricePage::GuardDuty),
            Self::EnableSecurityHub | Self::EnableStandards => Cost::ByUse(PricePage::SecurityHub),
        }
    }
}

impl PricePage {
    /// Its address, of the page in Japanese or in English.
    pub(crate) fn address(self, japanese: bool) -> String {
        let country = if japanese { "jp/" } else { "" };
        let service = match self {
            Self::Config => "config",
            Self::GuardDuty => "guardduty",
            Self::S3 => "s3",
            Self::SecurityHub => "security-hub",
        };
        format!("https://aws.amazon.com/{country}{service}/pricing/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_costs_says_where_the_price_is() {
        for kind in Kind::ALL {
            if let Cost::ByUse(page) = kind.cost() {
                assert!(
                    page.address(false).ends_with("/pricing/"),
                    "{}",
                    kind.name()
                );
                assert!(page.address(true).contains("/jp/"));
            }
        }
        assert_eq!(Kind::CreateBucket.cost(), Cost::Free);
        assert_eq!(Kind::StartRecorder.cost(), Cost::ByUse(PricePage::Config));
    }
}
