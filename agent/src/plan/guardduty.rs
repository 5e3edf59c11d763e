//! GuardDuty: adopts a detector that is on, resumes a suspended one, or creates one with only those paid plans
//! that the baseline names. Our own detector gains the plans that the baseline names later; of a foreign one, it
//! is said which are missing. No plan is ever turned off, and what a GuardDuty policy manages is left alone.

use super::{Decision, FeaturesOwner, Reason, StepStatus};
use crate::baseline::Baseline;
use crate::change::Change;
use crate::observed::{ObservedFeature, ObservedGuardDuty};

/// It includes [`EKS_RUNTIME`], and AWS rejects both together.
const RUNTIME: &str = "RUNTIME_MONITORING";
const EKS_RUNTIME: &str = "EKS_RUNTIME_MONITORING";

pub(super) fn decide(observed: &ObservedGuardDuty, baseline: &Baseline) -> Decision {
    match observed {
        ObservedGuardDuty::Absent => Decision::Needs(vec![Change::CreateDetector {
            features: baseline.guardduty_features.clone(),
            frequency: baseline.finding_publishing_frequency,
        }]),
        ObservedGuardDuty::Enabled {
            detector,
            ours,
            frequency,
            features,
            not_offered,
            administrator,
        } => {
            let wanted = &baseline.guardduty_features;
            let (mut missing, mut by_policy, mut absent) = (Vec::new(), Vec::new(), Vec::new());
            for name in wanted {
                match state(name, *ours, features, not_offered) {
                    FeatureState::On => {}
                    FeatureState::Off => missing.push(name.clone()),
                    FeatureState::ByPolicy => by_policy.push(name.clone()),
                    FeatureState::NotOffered => absent.push(name.clone()),
                }
            }
            let runtime_excluded = is_on(features, EKS_RUNTIME);
            let can_enable = |name: &&String| *name != RUNTIME || !runtime_excluded;
            let enabled: Vec<_> = missing.iter().filter(can_enable).cloned().collect();
            let misses = |features, decides| {
                Decision::Is(StepStatus::Insufficient(Reason::DetectorMisses {
                    features,
                    decides,
                }))
            };
            match administrator {
                None if *ours && !enabled.is_empty() => {
                    Decision::Needs(vec![Change::EnableDetectorFeatures {
                        detector: detector.clone(),
                        features: enabled,
                    }])
                }
                Some(administrator) if !missing.is_empty() => {
                    misses(missing, FeaturesOwner::Administrator(administrator.clone()))
                }
                _ if !missing.is_empty() => misses(missing, FeaturesOwner::Account),
                _ if !by_policy.is_empty() => misses(by_policy, FeaturesOwner::Policy),
                _ => Decision::Is(StepStatus::InPlace(Reason::DetectorOn {
                    frequency: frequency.clone(),
                    not_offered: absent,
                })),
            }
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

/// The state of a wanted feature in a detector.
enum FeatureState {
    On,
    Off,
    /// It is off, and a GuardDuty policy of the organization manages it.
    ByPolicy,
    /// The Region does not have it.
    NotOffered,
}

/// AWS lists a detector's features with those that are off, as far as the Region has them. That the list is
/// complete is not documented. So a feature that it lacks is tried once with a detector of ours, whose tag keeps
/// the result; with a foreign one, it counts as missing only if the list names none that is off.
fn state(
    name: &str,
    ours: bool,
    features: &[ObservedFeature],
    not_offered: &[String],
) -> FeatureState {
    let is_included = name == EKS_RUNTIME && is_on(features, RUNTIME);
    match features.iter().find(|feature| feature.name == name) {
        _ if is_included => FeatureState::On,
        Some(feature) if feature.on => FeatureState::On,
        Some(feature) if feature.by_policy => FeatureState::ByPolicy,
        Some(_) => FeatureState::Off,
        None if not_offered.iter().any(|absent| absent == name) => FeatureState::NotOffered,
        None if !ours && features.iter().any(|feature| !feature.on) => FeatureState::NotOffered,
        None => FeatureState::Off,
    }
}

fn is_on(features: &[ObservedFeature], name: &str) -> bool {
    features
        .iter()
        .any(|feature| feature.on && feature.name == name)
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

    const WANTED: &str = "S3_DATA_EVENTS";

    fn feature(name: &str, on: bool) -> ObservedFeature {
        ObservedFeature {
            name: name.to_owned(),
            on,
            by_policy: false,
        }
    }

    fn enabled(ours: bool, features: Vec<ObservedFeature>) -> ObservedGuardDuty {
        ObservedGuardDuty::Enabled {
            detector: "d".to_owned(),
            ours,
            frequency: "SIX_HOURS".to_owned(),
            features,
            not_offered: Vec::new(),
            administrator: None,
        }
    }

    fn misses(observed: &ObservedGuardDuty) -> FeaturesOwner {
        match decide(observed) {
            Decision::Is(StepStatus::Insufficient(Reason::DetectorMisses {
                features,
                decides,
            })) => {
                assert_eq!(features, [WANTED]);
                decides
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_foreign_detector_is_adopted_at_any_frequency() {
        let observed = enabled(false, vec![feature(WANTED, true)]);
        assert!(matches!(
            decide(&observed),
            Decision::Is(StepStatus::InPlace(Reason::DetectorOn { frequency, .. })) if frequency == "SIX_HOURS"
        ));
    }

    #[test]
    fn a_feature_that_is_wanted_later_reaches_our_detector_only() {
        let off = || vec![feature(WANTED, false), feature("EKS_AUDIT_LOGS", true)];
        assert_eq!(
            decide(&enabled(true, off())),
            Decision::Needs(vec![Change::EnableDetectorFeatures {
                detector: "d".to_owned(),
                features: vec![WANTED.to_owned()],
            }])
        );
        assert_eq!(misses(&enabled(false, off())), FeaturesOwner::Account);
    }

    #[test]
    fn what_a_policy_or_an_administrator_decides_is_left_to_it() {
        let by_policy = ObservedFeature {
            by_policy: true,
            ..feature(WANTED, false)
        };
        assert_eq!(
            misses(&enabled(true, vec![by_policy])),
            FeaturesOwner::Policy
        );
        let mut managed = enabled(true, vec![feature(WANTED, false)]);
        if let ObservedGuardDuty::Enabled { administrator, .. } = &mut managed {
            *administrator = Some("222222222222".parse().unwrap());
        }
        assert!(matches!(misses(&managed), FeaturesOwner::Administrator(_)));
    }

    #[test]
    fn a_feature_that_the_region_lacks_is_tried_once_and_then_only_said() {
        let others = || vec![feature("EKS_AUDIT_LOGS", false), feature("FLOW_LOGS", true)];
        assert!(matches!(
            decide(&enabled(true, others())),
            Decision::Needs(_)
        ));
        let mut tried = enabled(true, others());
        if let ObservedGuardDuty::Enabled { not_offered, .. } = &mut tried {
            not_offered.push(WANTED.to_owned());
        }
        for observed in [tried, enabled(false, others())] {
            assert!(matches!(
                decide(&observed),
                Decision::Is(StepStatus::InPlace(Reason::DetectorOn { not_offered, .. })) if not_offered == [WANTED]
            ));
        }
        // A list that names nothing that is off may be one of what is on.
        let only_on = enabled(false, vec![feature("FLOW_LOGS", true)]);
        assert_eq!(misses(&only_on), FeaturesOwner::Account);
    }

    #[test]
    fn the_two_runtime_monitorings_exclude_each_other() {
        let wants = |wanted: &str, on: &str| {
            let requested = RequestedBaseline {
                administrator: "999999999999".parse().unwrap(),
                regions: Vec::new(),
                standards: Vec::new(),
            };
            let mut baseline = Baseline::from_request("111111111111".parse().unwrap(), requested);
            baseline.guardduty_features = vec![wanted.to_owned()];
            let features = vec![feature(on, true), feature(wanted, false)];
            super::decide(&enabled(true, features), &baseline)
        };
        assert!(matches!(
            wants(EKS_RUNTIME, RUNTIME),
            Decision::Is(StepStatus::InPlace(_))
        ));
        assert!(matches!(
            wants(RUNTIME, EKS_RUNTIME),
            Decision::Is(StepStatus::Insufficient(_))
        ));
    }
}
