//! GuardDuty: a detector that is on is adopted with whatever features it has, a suspended one is
//! resumed, and a new one gets none of the paid plans.

use super::{Decision, Reason, Standing};
use crate::change::Change;
use crate::observed::GuardDutySeen;

/// Decides the step.
pub(super) fn decide(seen: &GuardDutySeen) -> Decision {
    match seen {
        GuardDutySeen::Absent => Decision::Needs(vec![Change::CreateDetector]),
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
        } => Decision::Needs(vec![Change::ResumeDetector {
            detector: detector.clone(),
        }]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_is_created_and_a_suspended_one_is_resumed() {
        assert_eq!(
            decide(&GuardDutySeen::Absent),
            Decision::Needs(vec![Change::CreateDetector])
        );
        let suspended = |administrator: Option<&str>| GuardDutySeen::Suspended {
            detector: "d".to_owned(),
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
            frequency: "SIX_HOURS".to_owned(),
        };
        assert!(matches!(
            decide(&seen),
            Decision::Is(Standing::Good(Reason::DetectorOn { frequency })) if frequency == "SIX_HOURS"
        ));
    }
}
