//! What has to be asked so that the mirror of findings is true again: which Regions, and what of them.

use std::fmt;

use hubward_protocol::Region;
use jiff::{SignedDuration, Timestamp};

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
pub struct Source {
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
pub enum Window {
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

/// Findings reach the administrator, and the home Region, some time after they were touched.
const OVERLAP: SignedDuration = SignedDuration::from_hours(2);

/// The window's end is only there because AWS wants one: whoever's clock runs ahead is not left out.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Some endings leave no touch: archived by AWS for want of updates, deleted after 90 days.
const SWEEP_EVERY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The Regions to ask: the home Region for all that are linked to it, and each of the others.
pub fn sources(home: Region, others: &[Region], linking: Option<&Linking>) -> Vec<Source> {
    let is_linked = |region: &Region| match linking {
        None => false,
        Some(Linking::All) => true,
        Some(Linking::AllBut(excluded)) => !excluded.contains(region),
        Some(Linking::Only(linked)) => linked.contains(region),
    };
    let home = Source {
        region: home,
        aggregated: linking.is_some(),
    };
    let apart = others.iter().filter(|region| !is_linked(region));
    std::iter::once(home)
        .chain(apart.map(|region| Source {
            region: *region,
            aggregated: false,
        }))
        .collect()
}

/// What to read next.
pub fn next_window(checkpoint: Option<Checkpoint>, now: Timestamp) -> Window {
    match checkpoint {
        Some(checkpoint) if now.duration_since(checkpoint.swept_at) < SWEEP_EVERY => {
            Window::Changes {
                from: checkpoint
                    .read_to
                    .checked_sub(OVERLAP)
                    .unwrap_or(Timestamp::MIN),
                to: now.checked_add(AHEAD).unwrap_or(Timestamp::MAX),
            }
        }
        _ => Window::Everything,
    }
}

/// How far it is read once a window that ended now has been stored whole.
pub fn advanced(before: Option<Checkpoint>, window: Window, now: Timestamp) -> Checkpoint {
    Checkpoint {
        read_to: now,
        swept_at: match (window, before) {
            (Window::Changes { .. }, Some(before)) => before.swept_at,
            _ => now,
        },
    }
}

/// The source's name in the database.
impl fmt::Display for Source {
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
        assert_eq!(next_window(None, first), Window::Everything);
        let checkpoint = advanced(None, Window::Everything, first);
        let second = at("2026-11-21T03:00:00Z");
        let window = next_window(Some(checkpoint), second);
        let from = at("2026-11-20T01:00:00Z");
        let to = at("2026-11-22T03:00:00Z");
        assert_eq!(window, Window::Changes { from, to });
        let checkpoint = advanced(Some(checkpoint), window, second);
        assert_eq!((checkpoint.read_to, checkpoint.swept_at), (second, first));
        let later = at("2026-11-27T03:00:00Z");
        assert_eq!(next_window(Some(checkpoint), later), Window::Everything);
    }
}
