//! Which events are the same threat, and when people are notified again of a known one. Pure.
//!
//! A finding is identified by its id. Findings of the same type, account and actor in several
//! Regions are one alert too: a stolen key is usually tried in all of them.

use hubward_protocol::{AccountId, Region};
use jiff::SignedDuration;
use sha2::{Digest, Sha256};

use super::event::Threat;
use super::kind::native;
use super::{Alert, AlertState, Severity, region_of};
use crate::notice::AlertNews;

/// After this long without activity, new activity of a known threat is worth a notification.
const QUIET: SignedDuration = SignedDuration::from_hours(24);

/// What is known of a threat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAlert {
    pub alert: Alert,
    /// The alert's findings, and how often each was observed.
    pub findings: Vec<(String, i64)>,
}

/// What to do with a threat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DedupDecision {
    /// It is new: notify people, unless it is silenced.
    Open(Alert),
    /// It is known: update its alert.
    Update {
        /// The alert as it is now.
        alert: Alert,
        /// Why people are notified again; `None` if they are not.
        tell: Option<AlertNews>,
    },
    /// No change.
    Ignore,
}

/// Decides what to do with a threat. `known` is the alert that its finding belongs to, or may join.
///
/// A finding that is archived, already handled in Security Hub, or below `minimum` opens no alert.
/// A repetition, or an older event that arrives late, changes nothing. `is_silenced`: whether a
/// silence covers the alert.
pub fn decide(
    known: Option<&KnownAlert>,
    threat: &Threat,
    minimum: Severity,
    is_silenced: impl Fn(&Alert) -> bool,
) -> DedupDecision {
    let new = &threat.alert;
    let is_worth_it = threat.is_new && new.severity >= minimum;
    let Some(KnownAlert {
        alert: known,
        findings,
    }) = known
    else {
        if !is_worth_it {
            return DedupDecision::Ignore;
        }
        let mut alert = new.clone();
        if is_silenced(&alert) {
            alert.state = AlertState::Silenced;
        }
        return DedupDecision::Open(alert);
    };
    // `None`: the finding is new to the alert, which it joins from another Region.
    let known_count = findings
        .iter()
        .find(|(id, _)| *id == new.finding_id)
        .map(|(_, count)| *count);
    if known_count.is_none() && !is_worth_it {
        return DedupDecision::Ignore;
    }
    let mut alert = known.clone();
    // Events arrive late and in any order, so each value moves in one direction only.
    alert.severity = known.severity.max(new.severity);
    // GuardDuty counts per finding, an alert over all of its findings: add only what is new.
    alert.count = known.count + (new.count - known_count.unwrap_or(0)).max(0);
    alert.first_seen = known.first_seen.min(new.first_seen);
    alert.last_seen = known.last_seen.max(new.last_seen);
    // A finding that joins does not replace the title and facts of the first one.
    if known_count.is_some() && new.last_seen >= known.last_seen {
        alert.title.clone_from(&new.title);
        alert.facts.clone_from(&new.facts);
    }
    if alert == *known && known_count.is_some() {
        return DedupDecision::Ignore;
    }
    let is_silenced = is_silenced(&alert);
    let tell = threat
        .is_new
        .then(|| news(known, &alert, is_silenced))
        .flatten();
    match (known.state, tell) {
        (AlertState::Resolved | AlertState::Silenced, Some(_)) => alert.state = AlertState::Open,
        // A resolved threat with new activity opens again, whether or not people are notified.
        (AlertState::Resolved, None)
            if is_silenced && threat.is_new && alert.last_seen > known.last_seen =>
        {
            alert.state = AlertState::Silenced;
        }
        _ => {}
    }
    DedupDecision::Update { alert, tell }
}

/// Why people are notified again, if they are.
fn news(known: &Alert, now: &Alert, is_silenced: bool) -> Option<AlertNews> {
    let is_worse = now.severity > known.severity;
    // An older event that arrives late leaves `last_seen` as it is, and the gap is zero.
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

/// The key by which findings of several Regions become one alert; `None` if the actor is unknown.
pub fn dedup_key(account: &AccountId, kind: &str, actor: &str) -> Option<String> {
    if actor.is_empty() {
        return None;
    }
    let whole = format!("{account}\n{}\n{actor}", native(kind));
    let digest = hex::encode(Sha256::digest(whole.as_bytes()));
    Some(digest.chars().take(32).collect())
}

/// Whether a new finding joins this alert: only if it is in another Region. In the same Region it
/// is about another resource, and becomes an alert of its own.
pub fn joins(known: &KnownAlert, threat: &Threat) -> bool {
    // A resolved alert is over: the same attack in another Region is worth a new one.
    known.alert.state != AlertState::Resolved
        && known
            .findings
            .iter()
            .all(|(id, _)| region_of(id) != Some(threat.alert.region))
}

/// All Regions of the findings, the alert's own first.
pub fn regions(own: Region, finding_ids: &[String]) -> Vec<Region> {
    let mut regions = vec![own];
    for region in finding_ids.iter().filter_map(|id| region_of(id)) {
        if !regions.contains(&region) {
            regions.push(region);
        }
    }
    regions
}
