//! GuardDuty: adopts a detector that is on with the features it has, resumes a suspended one, or creates one
//! with only those paid plans that the baseline names.

use super::{Decision, Reason, StepStatus};
use crate::baseline::Baseline;
use crate::change::Change;
use crate::observed::ObservedGuardDuty;

pub(super) fn decide(observed: &ObservedGuardDuty, baseline: &Baseline) -> Decision {
    match observed {
        ObservedGuardDuty::Absent => Decision::Needs(vec![Change::CreateDetector {
            features: baseline.guardduty_features.clone(),
            frequency: baseline.finding_publishing_frequency,
        }]),
        ObservedGuardDuty::Enabled { frequency, .. } => {
            Decision::Is(StepStatus::InPlace(Reason::DetectorOn {
                frequency: frequency.clone(),
            }))
        }
        ObservedGuardDuty::Suspended {
            administrator: Some(administrator),
            ..
        } => Decision::Is(StepStatus::ManagedElsewhere {
            reason: Reason::DetectorSuspendedBy {
                administrator: administrator.clone(),
            },
            on: false,
        }),
        ObservedGuardDuty::Suspended {
            detector,
            administrator: None,
            ..
        } => Decision::Needs(vec![Change::ResumeDetector {
            detector: detector.clone(),
        }]),
    }
}

#[cfg(test)]
mod tests {
    use hubward_protocol::api::PublishingFrequency;

    use super::*;
    use crate::baseline::RequestedBaseline;

    fn decide(observed: &ObservedGuardDuty) -> Decision {
        let requested = RequestedBaseline {
            administrator: "999999999999".parse().unwrap(),
            regions: Vec::new(),
            standards: Vec::new(),
        };
        let mut baseline = Baseline::from_request("111111111111".parse().unwrap(), requested);
        baseline.guardduty_features = vec!["S3_DATA_EVENTS".to_owned()];
        baseline.finding_publishing_frequency = PublishingFrequency::OneHour;
        super::decide(observed, &baseline)
    }

    #[test]
    fn one_is_created_as_the_baseline_says_and_a_suspended_one_is_resumed() {
        assert_eq!(
            decide(&ObservedGuardDuty::Absent),
            Decision::Needs(vec![Change::CreateDetector {
                features: vec!["S3_DATA_EVENTS".to_owned()],
                frequency: PublishingFrequency::OneHour,
            }])
        );
        let suspended = |administrator: Option<&str>| ObservedGuardDuty::Suspended {
            detector: "d".to_owned(),
            ours: false,
            administrator: administrator.map(|id| id.parse().unwrap()),
        };
        assert_eq!(
            decide(&suspended(None)),
            Decision::Needs(vec![Change::ResumeDetector {
                detector: "d".to_owned()
            }])
        );
        assert!(matches!(
            decide(&suspended(Some("222222222222"))),
            Decision::Is(StepStatus::ManagedElsewhere { on: false, .. })
        ));
    }

    #[test]
    fn a_foreign_detector_is_adopted_at_any_frequency() {
        let observed = ObservedGuardDuty::Enabled {
            detector: "d".to_owned(),
            ours: false,
            frequency: "SIX_HOURS".to_owned(),
        };
        assert!(matches!(
            decide(&observed),
            Decision::Is(StepStatus::InPlace(Reason::DetectorOn { frequency })) if frequency == "SIX_HOURS"
        ));
    }
}
