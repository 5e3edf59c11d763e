//! What to query from Security Hub to update the mirror of findings: which Regions, and which
//! findings of them.

use std::fmt;

use hubward_protocol::Region;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::finding::{Finding, RecordState};

/// How the home Region's finding aggregator links other Regions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linking {
    All,
    /// All but these.
    AllBut(Vec<Region>),
    /// Only these.
    Only(Vec<Region>),
}

/// A Region to query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MirrorSource {
    pub region: Region,
    /// Whether it returns the findings of its linked Regions too.
    pub aggregated: bool,
}

/// How far a source has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The mirror has all changes up to here.
    pub read_to: Timestamp,
    /// When all findings were last read.
    pub swept_at: Timestamp,
}

/// The findings to query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MirrorWindow {
    /// All active findings; the mirror archives those that are not returned.
    Everything,
    /// Findings that were updated in this time, and those that people changed.
    Changes { from: Timestamp, to: Timestamp },
}

/// A part of a full reading: the accounts whose id starts with a digit, or all accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MirrorPart(Option<char>);

/// A full reading in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// When it started.
    pub began_at: Timestamp,
    /// The parts that are done.
    pub read: Vec<String>,
}

/// Findings reach the administrator and the home Region some time after they were updated.
const OVERLAP: SignedDuration = SignedDuration::from_hours(2);

/// AWS requires an end of the window. It is in the future, so that products whose clock is ahead
/// are not missed.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Some findings end without an update: archived by AWS because they were not updated, or deleted
/// after 90 days.
const SWEEP_EVERY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// With this many accounts, a full reading is done in parts: an interrupted one can continue, and
/// several parts at once make up for AWS's slow responses. With fewer accounts the parts would only
/// be additional calls.
const MANY_ACCOUNTS: usize = 50;

/// An interrupted reading older than this is started again, because it would archive findings by
/// outdated observations.
const SWEEP_LASTS: SignedDuration = SignedDuration::from_hours(24);

/// The Regions to query: the home Region for all linked ones, and each of the others.
pub fn sources(home: Region, others: &[Region], linking: Option<&Linking>) -> Vec<MirrorSource> {
    let is_linked = |region: &Region| match linking {
        None => false,
        Some(Linking::All) => true,
        Some(Linking::AllBut(excluded)) => !excluded.contains(region),
        Some(Linking::Only(linked)) => linked.contains(region),
    };
    let home = MirrorSource {
        region: home,
        aggregated: linking.is_some(),
    };
    let apart = others.iter().filter(|region| !is_linked(region));
    std::iter::once(home)
        .chain(apart.map(|region| MirrorSource {
            region: *region,
            aggregated: false,
        }))
        .collect()
}

/// What to read next.
pub fn next_window(checkpoint: Option<Checkpoint>, now: Timestamp) -> MirrorWindow {
    match checkpoint {
        Some(checkpoint) if now.duration_since(checkpoint.swept_at) < SWEEP_EVERY => {
            MirrorWindow::Changes {
                from: checkpoint
                    .read_to
                    .checked_sub(OVERLAP)
                    .unwrap_or(Timestamp::MIN),
                to: now.checked_add(AHEAD).unwrap_or(Timestamp::MAX),
            }
        }
        _ => MirrorWindow::Everything,
    }
}

impl MirrorPart {
    /// The parts of a full reading, for this number of accounts.
    pub fn all(accounts: usize) -> Vec<Self> {
        if accounts < MANY_ACCOUNTS {
            return vec![Self(None)];
        }
        ('0'..='9').map(|digit| Self(Some(digit))).collect()
    }

    /// The first digits of its accounts' ids; empty for all accounts.
    pub fn prefix(self) -> String {
        self.0.map(String::from).unwrap_or_default()
    }
}

impl Sweep {
    /// The parts that are still to be read, and when the reading started.
    pub fn next(
        before: Option<Self>,
        parts: Vec<MirrorPart>,
        now: Timestamp,
    ) -> (Timestamp, Vec<MirrorPart>) {
        match before {
            Some(sweep) if now.duration_since(sweep.began_at) < SWEEP_LASTS => {
                let is_left = |part: &MirrorPart| !sweep.read.contains(&part.prefix());
                let left = parts.into_iter().filter(is_left).collect();
                (sweep.began_at, left)
            }
            _ => (now, parts),
        }
    }
}

/// The checkpoint after a window that was queried at `now` has been stored completely.
pub fn advanced(before: Option<Checkpoint>, window: MirrorWindow, now: Timestamp) -> Checkpoint {
    Checkpoint {
        // The time of the query, not of the newest finding: an empty result is progress too.
        read_to: now,
        swept_at: match (window, before) {
            (MirrorWindow::Changes { .. }, Some(before)) => before.swept_at,
            _ => now,
        },
    }
}

/// The findings in an event of Security Hub; empty for any other event.
pub fn findings_in(event: &str) -> Vec<Value> {
    let Ok(mut event) = serde_json::from_str::<Value>(event) else {
        return Vec::new();
    };
    let says = |name: &str, text: &str| event.get(name).is_some_and(|stated| stated == text);
    if !says("source", "aws.securityhub")
        || !says("detail-type", "Security Hub Findings - Imported")
    {
        return Vec::new();
    }
    match event.pointer_mut("/detail/findings").map(Value::take) {
        Some(Value::Array(findings)) => findings,
        _ => Vec::new(),
    }
}

/// Whether an event is newer than the mirror's finding: events arrive late and in any order, while
/// changes made by people do not change the time of the last update.
pub fn is_news(known: RecordState, touched: Option<Timestamp>, event: &Finding) -> bool {
    match known {
        // Equal times count as newer, because people's changes do not change the time.
        RecordState::Active => event.updated_at >= touched,
        // An archived finding must not be revived by an event from before its archiving.
        RecordState::Archived => event.updated_at > touched,
    }
}

/// The source's name in the database.
impl fmt::Display for MirrorSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = if self.aggregated { "aggregated" } else { "own" };
        write!(f, "{} {scope}", self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(name: &str) -> Region {
        name.parse().unwrap()
    }

    fn asked(linking: Option<&Linking>) -> Vec<String> {
        let others = [region("us-east-1"), region("eu-west-1")];
        sources(region("ap-northeast-1"), &others, linking)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn the_home_region_answers_for_what_is_linked_to_it_and_for_nothing_else() {
        let alone = ["ap-northeast-1 own", "us-east-1 own", "eu-west-1 own"];
        assert_eq!(asked(None), alone);
        assert_eq!(asked(Some(&Linking::All)), ["ap-northeast-1 aggregated"]);
        let some = ["ap-northeast-1 aggregated", "eu-west-1 own"];
        assert_eq!(asked(Some(&Linking::Only(vec![region("us-east-1")]))), some);
        assert_eq!(
            asked(Some(&Linking::AllBut(vec![region("eu-west-1")]))),
            some
        );
        let none = [
            "ap-northeast-1 aggregated",
            "us-east-1 own",
            "eu-west-1 own",
        ];
        assert_eq!(asked(Some(&Linking::Only(Vec::new()))), none);
    }

    #[test]
    fn everything_is_read_first_and_weekly_and_changes_with_an_overlap_in_between() {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let first = at("2026-11-20T03:00:00Z");
        assert_eq!(next_window(None, first), MirrorWindow::Everything);
        let checkpoint = advanced(None, MirrorWindow::Everything, first);
        let second = at("2026-11-21T03:00:00Z");
        let window = next_window(Some(checkpoint), second);
        let from = at("2026-11-20T01:00:00Z");
        let to = at("2026-11-22T03:00:00Z");
        assert_eq!(window, MirrorWindow::Changes { from, to });
        let checkpoint = advanced(Some(checkpoint), window, second);
        assert_eq!((checkpoint.read_to, checkpoint.swept_at), (second, first));
        let later = at("2026-11-27T03:00:00Z");
        assert_eq!(
            next_window(Some(checkpoint), later),
            MirrorWindow::Everything
        );
    }

    #[test]
    fn a_full_reading_goes_on_where_it_was_cut_off() {
        let began: Timestamp = "2026-11-20T03:00:00Z".parse().unwrap();
        let prefixes =
            |parts: &[MirrorPart]| -> String { parts.iter().map(|part| part.prefix()).collect() };
        assert_eq!(MirrorPart::all(49).len(), 1);
        assert_eq!(prefixes(&MirrorPart::all(49)), "", "all of it");
        assert_eq!(prefixes(&MirrorPart::all(50)), "0123456789");
        let sweep = Sweep {
            began_at: began,
            read: vec!["1".to_owned(), "0".to_owned()],
        };
        let later = began + SignedDuration::from_hours(2);
        let (since, left) = Sweep::next(Some(sweep.clone()), MirrorPart::all(50), later);
        assert_eq!((since, prefixes(&left).as_str()), (began, "23456789"));
        let (since, left) = Sweep::next(Some(sweep.clone()), MirrorPart::all(2), later);
        assert_eq!((since, left.len()), (began, 1), "divided otherwise by now");
        let next_day = began + SWEEP_LASTS;
        let (since, left) = Sweep::next(Some(sweep), MirrorPart::all(50), next_day);
        assert_eq!((since, left.len()), (next_day, 10));
        assert_eq!(Sweep::next(None, MirrorPart::all(50), began).0, began);
    }

    #[test]
    fn an_event_tells_of_findings_and_anything_else_of_nothing() {
        let event = |kind: &str, findings: Value| {
            let detail = serde_json::json!({ "findings": findings });
            serde_json::json!({"source": "aws.securityhub", "detail-type": kind, "detail": detail})
                .to_string()
        };
        let imported = "Security Hub Findings - Imported";
        let two = serde_json::json!([{"Id": "a"}, 7]);
        assert_eq!(findings_in(&event(imported, two.clone())).len(), 2);
        assert_eq!(
            findings_in(&event("Findings Imported V2", two)),
            [Value::Null; 0]
        );
        for nothing in [
            event(imported, Value::Null),
            "[]".to_owned(),
            "{".to_owned(),
            String::new(),
        ] {
            assert!(findings_in(&nothing).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn a_late_event_takes_nothing_back() {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let updated_finding = |updated: &str| {
            let asff = serde_json::json!({
                "Id": "a", "AwsAccountId": "111111111111", "UpdatedAt": updated,
            });
            super::super::finding::read(&asff).unwrap()
        };
        let known = Some(at("2026-11-20T03:00:00Z"));
        let (active, archived) = (RecordState::Active, RecordState::Archived);
        let same = updated_finding("2026-11-20T03:00:00Z");
        assert!(
            is_news(active, known, &same),
            "a decision leaves the time as it is"
        );
        assert!(
            !is_news(archived, known, &same),
            "what is gone comes back by a touch only"
        );
        assert!(!is_news(
            active,
            known,
            &updated_finding("2026-11-20T02:59:59Z")
        ));
        assert!(is_news(
            archived,
            known,
            &updated_finding("2026-11-20T03:00:01Z")
        ));
        assert!(is_news(active, None, &updated_finding("when it was")));
    }
}
