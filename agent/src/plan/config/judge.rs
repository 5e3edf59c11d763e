//! Judges a recorder as Security Hub's control Config.1 does, so that the agent and AWS say the same about an
//! account on the same day. What is done about it is decided in `plan::config`.
//!
//! Source: "Config.1" and "Understanding the Config.1 control" of the Security Hub user guide. The control fails
//! if AWS Config is off or does not record (`CONFIG_RECORDER_DISABLED`), if a type that an enabled control reads
//! is not recorded (`CONFIG_RECORDER_MISSING_REQUIRED_RESOURCE_TYPES`), and if the recorder's role is not the
//! service-linked one (`CONFIG_RECORDER_CUSTOM_ROLE`), unless its parameter switches that off. The global IAM
//! types are needed in the home Region and not in linked Regions. AWS says this of accounts of an organization;
//! what it asks of an invited member is not documented, and a member follows its administrator's aggregation.

use crate::baseline::{Baseline, RecordedType, StandardId, needed_types};
use crate::observed::{Coverage, ObservedHub, ObservedRecorder, ObservedRegion, StandardStatus};
use crate::plan::{Reason, StepStatus};

/// The end of the ARN of the role that AWS Config makes for itself.
const SERVICE_LINKED_ROLE: &str =
    ":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig";

/// The control that looks at the recorder.
const CONFIG_1: &str = "Config.1";

/// The most controls that are asked about in one Region: three calls of 100 (botocore securityhub
/// BatchGetSecurityControls). Of the others, it is assumed that they are on.
const MOST_CONTROLS: usize = 300;

/// The needed types that a recorder does not record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Missing {
    pub(super) types: Vec<String>,
    /// Those that AWS Config refused in this Region. Then the control is not available there either
    /// ("Required AWS Config resources for control findings").
    pub(super) not_offered: Vec<String>,
}

/// Whether a recorder records what Security Hub needs, and delivers it.
pub(super) fn judge(
    observed: &ObservedRegion,
    recorder: &ObservedRecorder,
    baseline: &Baseline,
) -> StepStatus {
    let name = recorder.name.clone();
    if !recorder.recording {
        return StepStatus::Insufficient(Reason::RecorderStopped { recorder: name });
    }
    let Missing { types, not_offered } = missing(observed, recorder, baseline);
    let role = custom_role(observed, recorder);
    if !types.is_empty() {
        return StepStatus::Insufficient(Reason::RecorderMisses {
            recorder: name,
            types,
            role,
        });
    }
    if let Some(role) = role {
        return StepStatus::Insufficient(Reason::RecorderRole {
            recorder: name,
            role,
        });
    }
    if let Some(code) = &recorder.failure {
        return StepStatus::Insufficient(Reason::DeliveryFails {
            recorder: name,
            code: code.clone(),
        });
    }
    StepStatus::InPlace(Reason::Recording {
        recorder: name,
        not_offered,
    })
}

/// What a recorder lacks of the types that the Region's standards need.
pub(super) fn missing(
    observed: &ObservedRegion,
    recorder: &ObservedRecorder,
    baseline: &Baseline,
) -> Missing {
    let is_needed = |recorded: &RecordedType| !is_off(observed, *recorded);
    let lacking = lacking(observed, recorder, baseline).filter(is_needed);
    let (not_offered, types) = lacking
        .map(|recorded| recorded.name.to_owned())
        .partition(|name| recorder.not_offered.contains(name));
    Missing { types, not_offered }
}

/// The controls whose status decides how the recorder is judged. Empty where nothing depends on it, because the
/// recorder has all types and its role, and while a wanted standard is not enabled: its controls are off until
/// then.
pub(crate) fn controls_to_ask(observed: &ObservedRegion, baseline: &Baseline) -> Vec<String> {
    let Ok(config) = &observed.config else {
        return Vec::new();
    };
    let (Some(recorder), None, Ok(ObservedHub::On(hub))) = (
        &config.recorder,
        &config.service_linked,
        &observed.security_hub,
    ) else {
        return Vec::new();
    };
    let is_enabled = |wanted: &StandardId| {
        hub.standards.iter().any(|standard| {
            wanted.names(&standard.arn)
                && matches!(
                    standard.status,
                    StandardStatus::Ready | StandardStatus::Incomplete(_)
                )
        })
    };
    if !baseline.standards.iter().all(is_enabled) {
        return Vec::new();
    }
    let mut controls = Vec::new();
    if has_custom_role(recorder) {
        controls.push(CONFIG_1);
    }
    let can_be_recorded = |recorded: &RecordedType| {
        !recorder
            .not_offered
            .iter()
            .any(|name| name == recorded.name)
    };
    let lacking = lacking(observed, recorder, baseline).filter(can_be_recorded);
    for control in lacking.flat_map(RecordedType::controls) {
        if !controls.contains(&control) {
            controls.push(control);
        }
    }
    let asked = controls.into_iter().take(MOST_CONTROLS);
    asked.map(str::to_owned).collect()
}

/// The types that the standards need here and the recorder lacks, whether their controls are on or not.
fn lacking(
    observed: &ObservedRegion,
    recorder: &ObservedRecorder,
    baseline: &Baseline,
) -> impl Iterator<Item = RecordedType> {
    let records_global_types = baseline.global_region == Some(observed.region);
    standards(observed, baseline)
        .into_iter()
        .filter(move |recorded| records_global_types || !recorded.is_global())
        .filter(|recorded| !covers(&recorder.coverage, *recorded))
}

/// The types of the standards that are enabled or wanted. Config.1 looks at the enabled ones, and the wanted
/// ones will be.
fn standards(observed: &ObservedRegion, baseline: &Baseline) -> Vec<RecordedType> {
    let wanted = baseline.standards.iter().map(StandardId::as_str);
    let enabled = match &observed.security_hub {
        Ok(ObservedHub::On(hub)) => hub.standards.as_slice(),
        _ => &[],
    };
    needed_types(wanted.chain(enabled.iter().map(|standard| standard.arn.as_str())))
}

/// Whether all controls that read the type are off.
fn is_off(observed: &ObservedRegion, recorded: RecordedType) -> bool {
    let off = observed.controls.as_ref().map(|controls| &controls.off);
    off.is_some_and(|off| {
        recorded
            .controls()
            .all(|id| off.iter().any(|control| control == id))
    })
}

/// The role that Config.1 objects to.
fn custom_role(observed: &ObservedRegion, recorder: &ObservedRecorder) -> Option<String> {
    let any_role = observed
        .controls
        .as_ref()
        .is_some_and(|controls| controls.any_role);
    recorder
        .role
        .clone()
        .filter(|_| !any_role && has_custom_role(recorder))
}

fn has_custom_role(recorder: &ObservedRecorder) -> bool {
    let role = recorder.role.as_deref();
    role.is_some_and(|role| !role.ends_with(SERVICE_LINKED_ROLE))
}

fn covers(coverage: &Coverage, recorded: RecordedType) -> bool {
    let is_among = |types: &[String]| types.iter().any(|listed| listed == recorded.name);
    match coverage {
        Coverage::All { global_types } => *global_types || !recorded.is_global(),
        Coverage::AllExcept(types) => !is_among(types),
        Coverage::Only(types) => is_among(types),
    }
}

#[cfg(test)]
mod tests;
