//! The progress of an approved request, derived from the checks of its account.

use hubward_protocol::Region;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::RequestKind;
use crate::account::{Account, AccountState};
use crate::membership::Membership;
use crate::membership::wanted_regions;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestProgress {
    /// Everything requested is done.
    Complete,
    /// In progress.
    Underway,
    /// There is an obstacle, or it takes too long.
    Stuck(Vec<Hindrance>),
}

/// An obstacle in a Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Hindrance {
    /// The Region.
    pub region: Region,
    /// The verdict's word, or AWS's error for the invitation.
    pub why: String,
}

/// A Region in which the account is to be monitored, with its last observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionProgress {
    pub region: Region,
    /// The last observation; `None` before the first check.
    pub observed: Option<Membership>,
}

/// Verdicts that waiting does not change.
const HOPELESS: [&str; 4] = ["removed", "resigned", "suspended", "managed_elsewhere"];

impl RegionProgress {
    /// The Regions of an account, with their observations.
    pub fn all(account: &Account, hub: &[Region], observed: &[Membership]) -> Vec<Self> {
        let of_region = |region| Self {
            region,
            observed: observed
                .iter()
                .find(|observed| {
                    observed.account_id == account.account_id && observed.region == region
                })
                .cloned(),
        };
        wanted_regions(account, hub)
            .into_iter()
            .map(of_region)
            .collect()
    }

    fn verdict(&self) -> &str {
        self.observed
            .as_ref()
            .map_or("", |observed| observed.verdict.as_str())
    }
}

/// The progress of a request that was approved at `since`. `patience` is how long it may take.
pub fn progress(
    kind: RequestKind,
    account: &Account,
    places: &[RegionProgress],
    since: Timestamp,
    now: Timestamp,
    patience: SignedDuration,
) -> RequestProgress {
    let waited = now.duration_since(since) > patience;
    if kind == RequestKind::Remove || account.state != AccountState::Active {
        // Unlinking is done by an operator; the reporter can do nothing.
        return if account.state == AccountState::Left {
            RequestProgress::Complete
        } else {
            RequestProgress::Underway
        };
    }
    // Only observations after the decision count.
    let is_fresh = |place: &RegionProgress| {
        place
            .observed
            .as_ref()
            .is_some_and(|observed| observed.seen_at >= since)
    };
    if places.iter().all(|place| {
        // A change of columns needs no new check; a new account must be observed after its
        // approval.
        place.verdict() == "complete" && (is_fresh(place) || kind == RequestKind::Change)
    }) {
        return RequestProgress::Complete;
    }
    let in_the_way: Vec<Hindrance> = places
        .iter()
        .filter(|place| {
            let hopeless = is_fresh(place) && HOPELESS.contains(&place.verdict());
            hopeless || (waited && place.verdict() != "complete")
        })
        .map(|place| Hindrance {
            region: place.region,
            why: match place.verdict() {
                "" => "not_invited".to_owned(),
                verdict => verdict.to_owned(),
            },
        })
        .collect();
    if in_the_way.is_empty() {
        RequestProgress::Underway
    } else {
        RequestProgress::Stuck(in_the_way)
    }
}
