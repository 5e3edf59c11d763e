//! What is watched of an account, Region by Region. The numbers of a report are about that and nothing else: where
//! nothing is watched, no finding says nothing.

use jiff::Timestamp;

use hubward_protocol::Region;

use super::Score;
use crate::membership::{MemberStatus, Membership};

/// What is watched of an account, in the order of the hub's Regions; empty if it is to be watched in none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    pub regions: Vec<RegionCoverage>,
}

/// What is watched of an account in a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionCoverage {
    pub region: Region,
    pub watch: RegionWatch,
    /// The word of the verdict of the last check. Where the membership has changed since, or no check is on record,
    /// the word that its status alone allows.
    pub verdict: String,
    /// Since when the verdict holds, as far as was seen.
    pub since: Timestamp,
}

/// Whether the findings of an account in a Region reach the administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegionWatch {
    /// It is a member.
    Watched,
    /// It is no member.
    NotWatched,
    /// It could not be read, or AWS returned a status that Hubward does not know.
    Unknown { why: String },
}

/// How a report learns of a membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// A recent check saw it as it is on record.
    Recorded,
    /// The listing was read for the report; `None` if the account is no member.
    Listed(Option<MemberStatus>),
    /// The listing could not be read; with the reason.
    Unreadable(String),
}

/// What a report says of one Region: over all its accounts, or of its only one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WatchCounts {
    pub watched: usize,
    pub not_watched: usize,
    pub unknown: usize,
}

/// The verdict of a member that no check has judged yet.
const UNPROVEN: &str = "unproven";
/// The verdict where the listing could not be read.
const UNKNOWN: &str = "unknown";

/// Whether the record is enough for a report: it says that the account is a member, and a check saw that at most
/// `within` ago. Where it says anything else, the account may have joined since.
pub fn is_on_record(
    last: Option<&Membership>,
    now: Timestamp,
    within: jiff::SignedDuration,
) -> bool {
    last.is_some_and(|last| {
        last.status == Some(MemberStatus::Enabled)
            && last.verdict != UNKNOWN
            && now.duration_since(last.seen_at) <= within
    })
}

impl RegionCoverage {
    /// What is watched by a sighting at a moment. `last` is what the last check saw, and `judged` how it is judged now,
    /// with the time since which that holds.
    pub fn of(
        region: Region,
        sighting: Sighting,
        last: Option<&Membership>,
        judged: Option<(&str, Timestamp)>,
        at: Timestamp,
    ) -> Self {
        let status = match sighting {
            Sighting::Unreadable(why) => {
                let since = last.filter(|last| last.verdict == UNKNOWN);
                return Self {
                    region,
                    watch: RegionWatch::Unknown { why },
                    verdict: UNKNOWN.to_owned(),
                    since: since.map_or(at, |last| last.since),
                };
            }
            Sighting::Recorded => last.and_then(|last| last.status.clone()),
            Sighting::Listed(status) => status,
        };
        let same = last.filter(|last| last.status == status && last.verdict != UNKNOWN);
        let (verdict, since) = match (same, judged) {
            (Some(_), Some((verdict, since))) => (verdict.to_owned(), since),
            (Some(last), None) => (word_of(status.as_ref()).to_owned(), last.since),
            (None, _) => (word_of(status.as_ref()).to_owned(), at),
        };
        Self {
            region,
            watch: RegionWatch::of(status),
            verdict,
            since,
        }
    }
}

impl RegionWatch {
    fn of(status: Option<MemberStatus>) -> Self {
        match status {
            Some(MemberStatus::Enabled) => Self::Watched,
            Some(MemberStatus::Unknown(why)) => Self::Unknown { why },
            _ => Self::NotWatched,
        }
    }

    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Watched => "watched",
            Self::NotWatched => "not_watched",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// Whether it is watched; `None` if unknown.
    pub fn is_watched(&self) -> Option<bool> {
        match self {
            Self::Watched => Some(true),
            Self::NotWatched => Some(false),
            Self::Unknown { .. } => None,
        }
    }
}

/// The verdict that a status alone allows.
fn word_of(status: Option<&MemberStatus>) -> &'static str {
    use MemberStatus as S;
    match status {
        Some(S::Enabled) => UNPROVEN,
        Some(S::Invited) => "invited",
        None | Some(S::Created) => "not_invited",
        Some(S::Resigned) => "resigned",
        Some(S::Removed | S::Deleted) => "removed",
        Some(S::AccountSuspended) => "suspended",
        Some(S::Unknown(_)) => UNKNOWN,
    }
}

impl Coverage {
    /// Whether it is certain that the account is a member in none of its Regions: it gets no report.
    pub fn is_watched_nowhere(&self) -> bool {
        self.counts().watched + self.counts().unknown == 0
    }

    /// Whether it is a member in all of its Regions.
    pub fn is_whole(&self) -> bool {
        self.counts().watched == self.regions.len() && !self.regions.is_empty()
    }

    /// The number of Regions by what is known of them.
    pub fn counts(&self) -> WatchCounts {
        let mut counts = WatchCounts::default();
        for region in &self.regions {
            counts.add(&region.watch);
        }
        counts
    }

    /// Whether findings of a Region are left out: what is known of a Region that is no longer watched may be outdated.
    /// Findings of other Regions than those in which the account is to be watched are never left out.
    pub fn leaves_out(&self, region: &str) -> bool {
        self.of(region)
            .is_some_and(|its| its.watch == RegionWatch::NotWatched)
    }

    /// What is watched in a Region; `None` if the account is not to be watched there.
    pub fn of(&self, region: &str) -> Option<&RegionCoverage> {
        self.regions
            .iter()
            .find(|its| its.region.as_str() == region)
    }

    /// A count over all Regions, if it says anything: see [`WatchCounts::count`].
    pub fn count(&self, count: u64) -> Option<u64> {
        self.counts().count(count)
    }

    /// The names of the Regions that are not watched.
    pub fn not_watched(&self) -> Vec<Region> {
        self.regions_with(|watch| *watch == RegionWatch::NotWatched)
    }

    /// The names of the Regions of which nothing is known.
    pub fn unknown(&self) -> Vec<Region> {
        self.regions_with(|watch| matches!(watch, RegionWatch::Unknown { .. }))
    }

    /// The names of the watched Regions.
    pub fn watched(&self) -> Vec<Region> {
        self.regions_with(|watch| *watch == RegionWatch::Watched)
    }

    fn regions_with(&self, is: fn(&RegionWatch) -> bool) -> Vec<Region> {
        self.regions
            .iter()
            .filter(|its| is(&its.watch))
            .map(|its| its.region)
            .collect()
    }
}

impl WatchCounts {
    pub fn add(&mut self, watch: &RegionWatch) {
        *match watch {
            RegionWatch::Watched => &mut self.watched,
            RegionWatch::NotWatched => &mut self.not_watched,
            RegionWatch::Unknown { .. } => &mut self.unknown,
        } += 1;
    }

    /// A count of findings, if it says anything. Findings that are known exist, whatever is known of the membership;
    /// but none says only then that there are none, if at least a part is watched.
    pub fn count(self, count: u64) -> Option<u64> {
        let says_something = self.watched > 0 || (count > 0 && self.unknown > 0);
        says_something.then_some(count)
    }

    /// A score out of 100, if it says anything.
    pub fn score(self, score: Score) -> Option<u64> {
        self.count(score.judged).and_then(|_| score.percent())
    }
}

#[cfg(test)]
mod tests;
