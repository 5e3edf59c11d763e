//! What this program created, by its names and tags, and the commands that take it back. It is only
//! ever shown: what runs here by then may be needed by others, and findings cannot be had back.

use hubward_protocol::{AccountId, Region};

use crate::change::{Bucket, NAME};
use crate::observed::{CreatedSeen, GuardDutySeen, HubSeen, Refusal, Seen};

/// Something that this program created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Created {
    /// The membership in a hub of ours.
    Membership {
        /// Whose member the account is.
        administrator: String,
    },
    /// Security Hub.
    Hub,
    /// A GuardDuty detector.
    Detector {
        /// Its id.
        id: String,
    },
    /// A recorder, with its channel where that is ours too.
    Recorder {
        /// The channel has our name.
        with_channel: bool,
    },
    /// The bucket that AWS Config delivers to.
    Bucket(Bucket),
}

/// What was created in an account, in the order in which it can be taken back, and what could not be
/// read.
pub(crate) fn created(
    account: &AccountId,
    seen: &[CreatedSeen],
) -> (Vec<(Region, Created)>, Vec<Refusal>) {
    let mut found = Vec::new();
    let mut unread = Vec::new();
    for one in seen {
        let region = one.seen.region;
        let here = in_region(one, &mut unread);
        found.extend(here.into_iter().map(|created| (region, created)));
    }
    // A bucket goes last: recorders of other Regions deliver to it.
    for one in seen {
        let region = one.seen.region;
        if is_so(&one.bucket_is_ours, &mut unread) {
            found.push((region, Created::Bucket(Bucket::of(account, region))));
        }
    }
    (found, unread)
}

fn in_region(one: &CreatedSeen, unread: &mut Vec<Refusal>) -> Vec<Created> {
    let mut found = Vec::new();
    match &one.seen.security_hub {
        Ok(HubSeen::On(hub)) if is_so(&one.hub_is_ours, unread) => {
            if let Ok(Some(current)) = hub.membership.as_ref().map(|seen| &seen.administrator) {
                found.push(Created::Membership {
                    administrator: current.account.clone(),
                });
            }
            found.push(Created::Hub);
        }
        Ok(_) => {}
        Err(refusal) => unread.push(refusal.clone()),
    }
    match &one.seen.guardduty {
        Ok(
            GuardDutySeen::Enabled { detector, ours, .. }
            | GuardDutySeen::Suspended { detector, ours, .. },
        ) if *ours => found.push(Created::Detector {
            id: detector.clone(),
        }),
        Ok(_) => {}
        Err(refusal) => unread.push(refusal.clone()),
    }
    match &one.seen.config {
        Ok(config) => {
            if let Some(recorder) = &config.recorder
                && is_so(&recorder.ours, unread)
            {
                found.push(Created::Recorder {
                    with_channel: config.channel.as_ref().is_some_and(|it| it.name == NAME),
                });
            }
        }
        Err(refusal) => unread.push(refusal.clone()),
    }
    found
}

fn is_so(seen: &Seen<bool>, unread: &mut Vec<Refusal>) -> bool {
    match seen {
        Ok(is_so) => *is_so,
        Err(refusal) => {
            unread.push(refusal.clone());
            false
        }
    }
}

impl Created {
    /// The commands that take it back, whole: they are there to be copied.
    pub(crate) fn commands(&self, region: Region) -> Vec<String> {
        let aws = |words: &str| format!("aws {words} --region {region}");
        match self {
            Self::Membership { .. } => {
                vec![aws("securityhub disassociate-from-administrator-account")]
            }
            Self::Hub => vec![aws("securityhub disable-security-hub")],
            Self::Detector { id } => {
                vec![aws(&format!(
                    "guardduty delete-detector --detector-id {id}"
                ))]
            }
            Self::Recorder { with_channel } => {
                let named = |verb: &str, what: &str| {
                    aws(&format!("configservice {verb}-{what} --{what}-name {NAME}"))
                };
                let mut commands = vec![named("stop", "configuration-recorder")];
                if *with_channel {
                    commands.push(named("delete", "delivery-channel"));
                }
                commands.push(named("delete", "configuration-recorder"));
                commands
            }
            Self::Bucket(bucket) => vec![aws(&format!("s3 rb s3://{} --force", bucket.name))],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::{
        AdministratorSeen, ChannelSeen, ConfigSeen, Coverage, HubOn, MembershipSeen, Operation,
        Opted, RecorderSeen, RegionSeen,
    };
    use hubward_protocol::api::RecordingFrequency;

    fn region() -> Region {
        "us-east-1".parse().unwrap()
    }

    fn seen(ours: bool) -> CreatedSeen {
        let hub = HubOn {
            offered: Ok(Vec::new()),
            standards: Vec::new(),
            membership: Ok(MembershipSeen {
                administrator: Some(AdministratorSeen {
                    account: "999999999999".to_owned(),
                    status: "Enabled".to_owned(),
                }),
                invitations: Vec::new(),
            }),
        };
        let config = ConfigSeen {
            recorder: Some(RecorderSeen {
                name: NAME.to_owned(),
                ours: Ok(ours),
                recording: true,
                failure: None,
                coverage: Coverage::All { global_types: true },
                frequency: RecordingFrequency::Continuous,
            }),
            service_linked: None,
            channel: Some(ChannelSeen {
                name: NAME.to_owned(),
                bucket: "b".to_owned(),
            }),
            security_hub_v2: false,
        };
        CreatedSeen {
            seen: RegionSeen {
                region: region(),
                enabled: Opted::In,
                config: Ok(config),
                guardduty: Ok(GuardDutySeen::Enabled {
                    detector: "d1".to_owned(),
                    ours,
                    frequency: String::new(),
                }),
                security_hub: Ok(HubSeen::On(Box::new(hub))),
            },
            hub_is_ours: Ok(ours),
            bucket_is_ours: Ok(ours),
        }
    }

    #[test]
    fn only_what_is_ours_is_listed_the_bucket_last() {
        let account: AccountId = "111111111111".parse().unwrap();
        let (found, unread) = created(&account, &[seen(false), seen(true)]);
        let commands: Vec<_> = found
            .iter()
            .flat_map(|(region, created)| created.commands(*region))
            .collect();
        assert_eq!(
            commands,
            [
                "aws securityhub disassociate-from-administrator-account --region us-east-1",
                "aws securityhub disable-security-hub --region us-east-1",
                "aws guardduty delete-detector --detector-id d1 --region us-east-1",
                "aws configservice stop-configuration-recorder --configuration-recorder-name hubward --region us-east-1",
                "aws configservice delete-delivery-channel --delivery-channel-name hubward --region us-east-1",
                "aws configservice delete-configuration-recorder --configuration-recorder-name hubward --region us-east-1",
                "aws s3 rb s3://hubward-config-111111111111-us-east-1-an --force --region us-east-1",
            ]
        );
        assert_eq!(unread, Vec::new());
    }

    #[test]
    fn what_could_not_be_read_is_kept() {
        let account: AccountId = "111111111111".parse().unwrap();
        let mut seen = seen(true);
        let refusal = Refusal::answered(
            Operation::new("s3:GetBucketTagging"),
            region(),
            "AccessDenied",
            "",
        );
        seen.bucket_is_ours = Err(refusal.clone());
        assert_eq!(created(&account, &[seen]).1, [refusal]);
    }
}
