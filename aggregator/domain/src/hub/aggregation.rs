//! Whether the linked Regions' findings are aggregated in the home Region. Regions are only added,
//! because other people may use those that are already linked.

use hubward_protocol::Region;

use super::{Aggregator, HubChange, HubState, WantedHub, Why};

pub(super) fn judge<E>(found: Option<&Aggregator>, wanted: &WantedHub) -> HubState<E> {
    let Some(found) = found else {
        return match wanted.linked.as_slice() {
            [] => HubState::Already,
            linked => HubState::Planned(vec![HubChange::CreateAggregator {
                linked: linked.to_vec(),
            }]),
        };
    };
    if found.home != wanted.home.as_str() {
        return if wanted.linked.is_empty() {
            HubState::Already
        } else {
            HubState::Insufficient(Why::AggregatedIn(found.home.clone()))
        };
    }
    let is_named = |region: &Region| found.regions.iter().any(|name| name == region.as_str());
    let update = |mode, regions| {
        HubState::Planned(vec![HubChange::UpdateAggregator {
            arn: found.arn.clone(),
            mode,
            regions,
        }])
    };
    match found.mode.as_str() {
        "ALL_REGIONS" => HubState::Already,
        "ALL_REGIONS_EXCEPT_SPECIFIED" if !wanted.linked.iter().any(is_named) => HubState::Already,
        "ALL_REGIONS_EXCEPT_SPECIFIED" => {
            let is_linked = |name: &String| wanted.linked.iter().any(|r| r.as_str() == name);
            let except: Vec<String> = found
                .regions
                .iter()
                .filter(|name| !is_linked(name))
                .cloned()
                .collect();
            if except.is_empty() {
                update("ALL_REGIONS", except)
            } else {
                update("ALL_REGIONS_EXCEPT_SPECIFIED", except)
            }
        }
        _ if wanted.linked.iter().all(is_named) => HubState::Already,
        _ => {
            let missing = wanted.linked.iter().filter(|region| !is_named(region));
            let more = missing.map(ToString::to_string);
            update(
                "SPECIFIED_REGIONS",
                found.regions.iter().cloned().chain(more).collect(),
            )
        }
    }
}
