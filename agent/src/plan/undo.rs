//! Lists what the agent created, by names and tags, with the commands that remove it. The commands are only
//! shown: others may need these resources by now, and deleted findings cannot be restored.

use hubward_protocol::{AccountId, Region};

use crate::change::{Bucket, NAME, STAY, STAY_LOG_GROUP, StayPart};
use crate::observed::{
    AwsError, Found, Observation, ObservedCreations, ObservedGuardDuty, ObservedHub, ObservedStay,
};

/// A resource that the agent created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Created {
    /// The membership of a Security Hub that the agent turned on.
    Membership {
        administrator: String,
    },
    Hub,
    Detector {
        id: String,
    },
    Recorder {
        /// The delivery channel has our name too.
        with_channel: bool,
    },
    Bucket(Bucket),
    /// A part of `stay`.
    Stay(StayPart),
}

/// The parts of `stay` that are ours, in an order in which they can be removed.
pub(crate) fn created_by_stay(observed: &ObservedStay) -> (Vec<Created>, Vec<AwsError>) {
    let mut unread = Vec::new();
    let mut found = Vec::new();
    let mut add = |part: StayPart, ours: Result<bool, &AwsError>| match ours {
        Ok(true) => found.push(Created::Stay(part)),
        Ok(false) => {}
        Err(error) => unread.push(error.clone()),
    };
    add(
        StayPart::Schedule,
        observed.schedule.as_ref().map(Found::is_ours),
    );
    add(
        StayPart::Function,
        observed.function.as_ref().map(Found::is_ours),
    );
    add(
        StayPart::LogGroup,
        observed.log_group.as_ref().map(Found::is_ours),
    );
    add(StayPart::Role, observed.role.as_ref().map(Found::is_ours));
    (found, unread)
}

/// The created resources in an order in which they can be removed, and the calls that failed.
pub(crate) fn created(
    account: &AccountId,
    observed: &[ObservedCreations],
) -> (Vec<(Region, Created)>, Vec<AwsError>) {
    let mut found = Vec::new();
    let mut unread = Vec::new();
    for one in observed {
        let region = one.region.region;
        let here = in_region(one, &mut unread);
        found.extend(here.into_iter().map(|created| (region, created)));
    }
    // Buckets last, because recorders of other Regions may deliver to them.
    for one in observed {
        let region = one.region.region;
        if is_ours(&one.bucket_is_ours, &mut unread) {
            found.push((region, Created::Bucket(Bucket::of(account, region))));
        }
    }
    (found, unread)
}

fn in_region(one: &ObservedCreations, unread: &mut Vec<AwsError>) -> Vec<Created> {
    let mut found = Vec::new();
    match &one.region.security_hub {
        Ok(ObservedHub::On(hub)) if is_ours(&one.hub_is_ours, unread) => {
            if let Ok(Some(current)) = hub
                .membership
                .as_ref()
                .map(|membership| &membership.administrator)
            {
                found.push(Created::Membership {
                    administrator: current.account.clone(),
                });
            }
            found.push(Created::Hub);
        }
        Ok(_) => {}
        Err(error) => unread.push(error.clone()),
    }
    match &one.region.guardduty {
        Ok(
            ObservedGuardDuty::Enabled { detector, ours, .. }
            | ObservedGuardDuty::Suspended { detector, ours, .. },
        ) if *ours => found.push(Created::Detector {
            id: detector.clone(),
        }),
        Ok(_) => {}
        Err(error) => unread.push(error.clone()),
    }
    match &one.region.config {
        Ok(config) => {
            if let Some(recorder) = &config.recorder
                && is_ours(&recorder.ours, unread)
            {
                found.push(Created::Recorder {
                    with_channel: config.channel.as_ref().is_some_and(|it| it.name == NAME),
                });
            }
        }
        Err(error) => unread.push(error.clone()),
    }
    found
}

fn is_ours(ours: &Observation<bool>, unread: &mut Vec<AwsError>) -> bool {
    match ours {
        Ok(ours) => *ours,
        Err(error) => {
            unread.push(error.clone());
            false
        }
    }
}

impl Created {
    /// The AWS CLI commands that remove it, ready to be copied.
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
            Self::Stay(StayPart::Schedule) => vec![
                aws(&format!("events remove-targets --rule {STAY} --ids {STAY}")),
                aws(&format!("events delete-rule --name {STAY}")),
            ],
            Self::Stay(StayPart::Function) => {
                vec![aws(&format!(
                    "lambda delete-function --function-name {STAY}"
                ))]
            }
            Self::Stay(StayPart::LogGroup) => vec![aws(&format!(
                "logs delete-log-group --log-group-name {STAY_LOG_GROUP}"
            ))],
            // IAM is global.
            Self::Stay(StayPart::Role) => vec![
                format!("aws iam delete-role-policy --role-name {STAY} --policy-name {STAY}"),
                format!("aws iam delete-role --role-name {STAY}"),
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::{
        Coverage, HubOn, ObservedAdministrator, ObservedChannel, ObservedConfig,
        ObservedMembership, ObservedRecorder, ObservedRegion, Operation, OptStatus,
    };
    use hubward_protocol::api::RecordingFrequency;

    fn region() -> Region {
        "us-east-1".parse().unwrap()
    }

    fn observed(ours: bool) -> ObservedCreations {
        let hub = HubOn {
            offered: Ok(Vec::new()),
            standards: Vec::new(),
            membership: Ok(ObservedMembership {
                administrator: Some(ObservedAdministrator {
                    account: "999999999999".to_owned(),
                    status: "Enabled".to_owned(),
                }),
                invitations: Vec::new(),
            }),
        };
        let config = ObservedConfig {
            recorder: Some(ObservedRecorder {
                name: NAME.to_owned(),
                ours: Ok(ours),
                recording: true,
                failure: None,
                coverage: Coverage::All { global_types: true },
                frequency: RecordingFrequency::Continuous,
                role: None,
                not_offered: Vec::new(),
            }),
            service_linked: None,
            channel: Some(ObservedChannel {
                name: NAME.to_owned(),
                bucket: "b".to_owned(),
            }),
            security_hub_v2: false,
        };
        ObservedCreations {
            region: ObservedRegion {
                region: region(),
                enabled: OptStatus::Enabled,
                config: Ok(config),
                guardduty: Ok(ObservedGuardDuty::Enabled {
                    detector: "d1".to_owned(),
                    ours,
                    frequency: String::new(),
                    features: Vec::new(),
                    not_offered: Vec::new(),
                    administrator: None,
                }),
                security_hub: Ok(ObservedHub::On(Box::new(hub))),
                controls: None,
            },
            hub_is_ours: Ok(ours),
            bucket_is_ours: Ok(ours),
        }
    }

    #[test]
    fn only_our_resources_are_listed_the_bucket_last() {
        let account: AccountId = "111111111111".parse().unwrap();
        let (found, unread) = created(&account, &[observed(false), observed(true)]);
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
    fn the_parts_of_stay_are_removed_from_the_rule_to_the_role() {
        let observed = ObservedStay {
            role: Ok(Found::Ours(crate::observed::ObservedStayRole {
                region: Some(region()),
                policy: None,
            })),
            log_group: Ok(Found::Ours(crate::observed::ObservedStayLogGroup {
                retention: Some(14),
            })),
            function: Ok(Found::Foreign),
            schedule: Ok(Found::Ours(crate::observed::ObservedStaySchedule {
                expression: "rate(1 hour)".to_owned(),
                enabled: true,
                has_target: true,
                has_permission: true,
            })),
        };
        let (found, unread) = created_by_stay(&observed);
        let commands: Vec<_> = found
            .iter()
            .flat_map(|created| created.commands(region()))
            .collect();
        assert_eq!(
            commands,
            [
                "aws events remove-targets --rule hubward-stay --ids hubward-stay --region us-east-1",
                "aws events delete-rule --name hubward-stay --region us-east-1",
                "aws logs delete-log-group --log-group-name /aws/lambda/hubward-stay --region us-east-1",
                "aws iam delete-role-policy --role-name hubward-stay --policy-name hubward-stay",
                "aws iam delete-role --role-name hubward-stay",
            ]
        );
        assert_eq!(unread, Vec::new());
    }

    #[test]
    fn failed_calls_are_kept() {
        let account: AccountId = "111111111111".parse().unwrap();
        let mut observed = observed(true);
        let error = AwsError::from_response(
            Operation::new("s3:GetBucketTagging"),
            region(),
            "AccessDenied",
            "",
        );
        observed.bucket_is_ours = Err(error.clone());
        assert_eq!(created(&account, &[observed]).1, [error]);
    }
}
