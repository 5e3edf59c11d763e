//! What is one threat and what is another, and when people are told again of one that they know. Pure.
//!
//! A finding is known by its id. The same type, account and actor in several Regions is one alert too:
//! whoever uses a stolen key does so in all of them.

use hubward_protocol::{AccountId, Region};
use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use super::event::Threat;
use super::kind::native;
use super::{Alert, AlertState, Severity, region_of};
use crate::notice::AlertNews;

/// After so long without anything, a threat that goes on is news again.
const QUIET: SignedDuration = SignedDuration::from_hours(24);

/// What is known of a threat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAlert {
    /// The alert.
    pub alert: Alert,
    /// Its findings, and how often each was seen.
    pub findings: Vec<(String, i64)>,
}

/// What a threat means, next to what is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DedupDecision {
    /// It is new: people are told, unless it is silenced.
    Open(Alert),
    /// It is known.
    Update {
        /// The alert as it is now.
        alert: Alert,
        /// Why people are told again; `None`: they are not.
        tell: Option<AlertNews>,
    },
    /// Nothing changes.
    Ignore,
}

/// Decides what a threat means; `known` is the alert that its finding belongs to, or may join.
///
/// What is archived or already handled in Security Hub opens nothing, and neither does what is below
/// `minimum`. A repetition, or an older event that comes late, changes nothing. `is_silenced` says whether
/// somebody silenced such an alert.
pub fn decide(
    known: Option<&KnownAlert>,
    threat: &Threat,
    minimum: Severity,
    is_silenced: impl Fn(&Alert) -> bool,
) -> DedupDecision {
    let told = &threat.alert;
    let is_worth_it = threat.is_new && told.severity >= minimum;
    let Some(KnownAlert {
        alert: known,
        findings,
    }) = known
    else {
        if !is_worth_it {
            return DedupDecision::Ignore;
        }
        let mut alert = told.clone();
        if is_silenced(&alert) {
            alert.state = AlertState::Silenced;
        }
        return DedupDecision::Open(alert);
    };
    let seen = findings
        .iter()
        .find(|(id, _)| *id == told.finding_id)
        .map(|(_, count)| *count);
    if seen.is_none() && !is_worth_it {
        return DedupDecision::Ignore;
    }
    let mut alert = known.clone();
    alert.severity = known.severity.max(told.severity);
    alert.count = known.count + (told.count - seen.unwrap_or(0)).max(0);
    alert.first_seen = known.first_seen.min(told.first_seen);
    alert.last_seen = known.last_seen.max(told.last_seen);
    // One that joins leaves the words of the first.
    if seen.is_some() && told.last_seen >= known.last_seen {
        alert.title.clone_from(&told.title);
        alert.facts.clone_from(&told.facts);
    }
    if alert == *known && seen.is_some() {
        return DedupDecision::Ignore;
    }
    let is_silenced = is_silenced(&alert);
    let tell = threat
        .is_new
        .then(|| news(known, &alert, is_silenced))
        .flatten();
    match (known.state, tell) {
        (AlertState::Resolved | AlertState::Silenced, Some(_)) => alert.state = AlertState::Open,
        // What was dealt with and goes on is open again, whether or not people hear of it.
        (AlertState::Resolved, None)
            if is_silenced && threat.is_new && alert.last_seen > known.last_seen =>
        {
            alert.state = AlertState::Silenced;
        }
        _ => {}
    }
    DedupDecision::Update { alert, tell }
}

/// Why people are told again, if they are.
fn news(known: &Alert, now: &Alert, is_silenced: bool) -> Option<AlertNews> {
    let is_worse = now.severity > known.severity;
    let gap = now.last_seen.duration_since(known.last_seen);
    if is_silenced {
        return None;
    }
    match known.state {
        _ if is_worse => Some(AlertNews::Worse),
        AlertState::Resolved | AlertState::Silenced if gap.is_positive() => {
            Some(AlertNews::Reopened)
        }
        AlertState::Open | AlertState::Acknowledged if gap >= QUIET => Some(AlertNews::Again),
        _ => None,
    }
}

/// By what alerts of several Regions are known to be one; `None` where nobody knows who acts.
pub fn fold(account: &AccountId, kind: &str, actor: &str) -> Option<String> {
    if actor.is_empty() {
        return None;
    }
    let whole = format!("{account}\n{}\n{actor}", native(kind));
    let digest = hex::encode(Sha256::digest(whole.as_bytes()));
    Some(digest.chars().take(32).collect())
}

/// Whether a finding that nobody knows joins this alert: it comes from another Region. In the same one it
/// is about another resource, and an alert of its own.
pub fn joins(known: &KnownAlert, threat: &Threat) -> bool {
    known.alert.state != AlertState::Resolved
        && known
            .findings
            .iter()
            .all(|(id, _)| region_of(id) != Some(threat.alert.region))
}

/// Every Region that findings were found in, the alert's own first.
pub fn regions(own: Region, finding_ids: &[String]) -> Vec<Region> {
    let mut regions = vec![own];
    for region in finding_ids.iter().filter_map(|id| region_of(id)) {
        if !regions.contains(&region) {
            regions.push(region);
        }
    }
    regions
}
