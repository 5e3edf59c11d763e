//! GuardDuty: a detector that is on is adopted with whatever features it has, a suspended one is
//! resumed, and a new one gets the paid plans that the baseline names, and no other.

use super::{Decision, Reason, Standing};
use crate::baseline::Baseline;
use crate::change::Change;
use crate::observed::GuardDutySeen;

/// Decides the step.
pub(super) fn decide(seen: &GuardDutySeen, baseline: &Baseline) -> Decision {
    match seen {
        GuardDutySeen::Absent => Decision::Needs(vec![Change::CreateDetector {
            features: baseline.guardduty_features.clone(),
            frequency: baseline.finding_publishing_frequency,
        }]),
        GuardDutySeen::Enabled { frequency, .. } => {
            Decision::Is(Standing::Good(Reason::DetectorOn {
                frequency: frequency.clone(),
            }))
        }
        GuardDutySeen::Suspended {
            administrator: Some(administrator),
            ..
        } => Decision::Is(Standing::Elsewhere {
            reason: Reason::DetectorSuspendedBy {
                administrator: administrator.clone(),
            },
            on: false,
        }),
        GuardDutySeen::Suspended {
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
    use crate::baseline::Asked;

    fn decide(seen: &GuardDutySeen) -> Decision {
        let asked = Asked {
            administrator: "999999999999".parse().unwrap(),
            regions: Vec::new(),
            standards: Vec::new(),
        };
        let mut baseline = Baseline::asked_for("111111111111".parse().unwrap(), asked);
        baseline.guardduty_features = vec!["S3_DATA_EVENTS".to_owned()];
        baseline.finding_publishing_frequency = PublishingFrequency::OneHour;
        super::decide(seen, &baseline)
    }

    #[test]
    fn one_is_created_as_the_baseline_says_and_a_suspended_one_is_resumed() {
        assert_eq!(
            decide(&GuardDutySeen::Absent),
            Decision::Needs(vec![Change::CreateDetector {
                features: vec!["S3_DATA_EVENTS".to_owned()],
                frequency: PublishingFrequency::OneHour,
            }])
        );
        let suspended = |administrator: Option<&str>| GuardDutySeen::Suspended {
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
            Decision::Is(Standing::Elsewhere { on: false, .. })
        ));
    }

    #[test]
    fn a_foreign_detector_is_adopted_at_any_frequency() {
        let seen = GuardDutySeen::Enabled {
            detector: "d".to_owned(),
            ours: false,
            frequency: "SIX_HOURS".to_owned(),
        };
        assert!(matches!(
            decide(&seen),
            Decision::Is(Standing::Good(Reason::DetectorOn { frequency })) if frequency == "SIX_HOURS"
        ));
    }
}
