//! What has to be asked so that the mirror of findings is true again: which Regions, and what of them.

use std::fmt;

use hubward_protocol::Region;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::finding::{Finding, RecordState};

/// How the home Region's finding aggregator links other Regions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linking {
    /// All of them.
    All,
    /// All but these.
    AllBut(Vec<Region>),
    /// These.
    Only(Vec<Region>),
}

/// A Region that is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MirrorSource {
    /// The Region.
    pub region: Region,
    /// Whether it answers for the Regions that are linked to it too.
    pub aggregated: bool,
}

/// How far a source has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Changes up to here are in the mirror.
    pub read_to: Timestamp,
    /// When everything was last read.
    pub swept_at: Timestamp,
}

/// What is read of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MirrorWindow {
    /// Everything that is active; what does not come is gone.
    Everything,
    /// What was touched in between, and what people decided.
    Changes {
        /// From.
        from: Timestamp,
        /// To.
        to: Timestamp,
    },
}

/// A part of everything, that is read by itself: the accounts whose number begins with a digit, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MirrorPart(Option<char>);

/// A full reading that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// When it began.
    pub began_at: Timestamp,
    /// The parts that have been read.
    pub read: Vec<String>,
}

/// Findings reach the administrator, and the home Region, some time after they were touched.
const OVERLAP: SignedDuration = SignedDuration::from_hours(2);

/// The window's end is only there because AWS wants one: whoever's clock runs ahead is not left out.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Some endings leave no touch: archived by AWS for want of updates, deleted after 90 days.
const SWEEP_EVERY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// From so many accounts on everything is read in parts: what is cut off goes on, and several at once make up
/// for how long AWS takes to answer. Below, the parts would only be more calls.
const MANY_ACCOUNTS: usize = 50;

/// A full reading that was cut off longer ago is begun anew: it would archive by what it saw too long ago.
const SWEEP_LASTS: SignedDuration = SignedDuration::from_hours(24);

/// The Regions to ask: the home Region for all that are linked to it, and each of the others.
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
    /// The parts of everything, for so many accounts.
    pub fn all(accounts: usize) -> Vec<Self> {
        if accounts < MANY_ACCOUNTS {
            return vec![Self(None)];
        }
        ('0'..='9').map(|digit| Self(Some(digit))).collect()
    }

    /// What the numbers of its accounts begin with; empty for all.
    pub fn prefix(self) -> String {
        self.0.map(String::from).unwrap_or_default()
    }
}

impl Sweep {
    /// What is still to be read, and since when the reading goes on.
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

/// How far it is read once a window that was opened now has been stored whole.
pub fn advanced(before: Option<Checkpoint>, window: MirrorWindow, now: Timestamp) -> Checkpoint {
    Checkpoint {
        read_to: now,
        swept_at: match (window, before) {
            (MirrorWindow::Changes { .. }, Some(before)) => before.swept_at,
            _ => now,
        },
    }
}

/// The findings that an event of Security Hub tells of, whatever they are of; none where it is no such event.
pub fn told(event: &str) -> Vec<Value> {
    let Ok(mut event) = serde_json::from_str::<Value>(event) else {
        return Vec::new();
    };
    let says = |name: &str, text: &str| event.get(name).is_some_and(|said| said == text);
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

/// Whether an event tells more of a finding than the mirror knows: events come late and in any order, while
/// what people decide does not move the time of the last touch.
pub fn is_news(known: RecordState, touched: Option<Timestamp>, told: &Finding) -> bool {
    match known {
        RecordState::Active => told.updated_at >= touched,
        RecordState::Archived => told.updated_at > touched,
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
        assert_eq!(told(&event(imported, two.clone())).len(), 2);
        assert_eq!(told(&event("Findings Imported V2", two)), [Value::Null; 0]);
        for nothing in [
            event(imported, Value::Null),
            "[]".to_owned(),
            "{".to_owned(),
            String::new(),
        ] {
            assert!(told(&nothing).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn a_late_event_takes_nothing_back() {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let told = |updated: &str| {
            let asff = serde_json::json!({
                "Id": "a", "AwsAccountId": "111111111111", "UpdatedAt": updated,
            });
            super::super::finding::read(&asff).unwrap()
        };
        let known = Some(at("2026-11-20T03:00:00Z"));
        let (active, archived) = (RecordState::Active, RecordState::Archived);
        let same = told("2026-11-20T03:00:00Z");
        assert!(
            is_news(active, known, &same),
            "a decision leaves the time as it is"
        );
        assert!(
            !is_news(archived, known, &same),
            "what is gone comes back by a touch only"
        );
        assert!(!is_news(active, known, &told("2026-11-20T02:59:59Z")));
        assert!(is_news(archived, known, &told("2026-11-20T03:00:01Z")));
        assert!(is_news(active, None, &told("when it was")));
    }
}
