//! Standards: enables the wanted ones by the ARN that the Region offers. Other enabled standards stay as they
//! are.

use super::{Decision, Intention, Reason, StepStatus};
use crate::baseline::StandardId;
use crate::change::{Change, OfferedStandard};
use crate::observed::{ObservedHub, ObservedRegion, StandardStatus};

pub(super) fn decide(hub: &ObservedHub, wanted: &[StandardId]) -> Decision {
    let ObservedHub::On(hub) = hub else {
        return Decision::DeferredUntilHub(Intention::Enable(wanted.to_vec()));
    };
    let enabled = &hub.standards;
    let offered = match &hub.offered {
        Ok(offered) => offered,
        Err(error) => return Decision::Is(error.clone().into()),
    };

    let (mut to_enable, mut pending, mut not_offered) = (Vec::new(), Vec::new(), Vec::new());
    let mut incomplete = None;
    for id in wanted {
        let Some(arn) = offered.iter().find(|arn| id.names(arn)) else {
            not_offered.push(id.clone());
            continue;
        };
        let status = enabled
            .iter()
            .find(|standard| standard.arn == *arn)
            .map(|standard| &standard.status);
        match status {
            None => to_enable.push(OfferedStandard {
                id: id.clone(),
                arn: arn.clone(),
            }),
            Some(StandardStatus::Ready) => {}
            Some(StandardStatus::Pending | StandardStatus::Deleting) => pending.push(id.clone()),
            Some(StandardStatus::Incomplete(code) | StandardStatus::Other(code)) => {
                incomplete.get_or_insert(Reason::StandardIncomplete {
                    standard: id.clone(),
                    code: code.clone(),
                });
            }
        }
    }

    if !to_enable.is_empty() {
        Decision::Needs(vec![Change::EnableStandards(to_enable)])
    } else if let Some(reason) = incomplete {
        Decision::Is(StepStatus::Insufficient(reason))
    } else if !not_offered.is_empty() {
        Decision::Is(StepStatus::Blocked(Reason::StandardsNotOffered(
            not_offered,
        )))
    } else if !pending.is_empty() {
        Decision::Is(StepStatus::Waiting(Reason::StandardsPending(pending)))
    } else {
        Decision::Is(StepStatus::InPlace(Reason::StandardsReady(wanted.to_vec())))
    }
}

/// The wanted standards that no Region offers. They are a mistake in the baseline, to be reported before
/// anything is changed. If AWS does not list its offer, as before Security Hub is on, our own list counts.
pub(crate) fn unknown(wanted: &[StandardId], observed: &[ObservedRegion]) -> Vec<StandardId> {
    let lists: Vec<_> = observed
        .iter()
        .filter_map(|region| region.security_hub.as_ref().ok())
        .map(|hub| match hub {
            ObservedHub::Off { offered } => offered.as_ref().ok(),
            ObservedHub::On(hub) => hub.offered.as_ref().ok(),
        })
        .collect();
    let some_list_is_missing = lists.is_empty() || lists.iter().any(Option::is_none);
    let is_known = |id: &StandardId| {
        lists
            .iter()
            .flatten()
            .any(|list| list.iter().any(|arn| id.names(arn)))
            || (some_list_is_missing && id.is_well_known())
    };
    wanted.iter().filter(|id| !is_known(id)).cloned().collect()
}

#[cfg(test)]
mod tests;
