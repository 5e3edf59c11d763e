//! What a report may say: of which Regions, and which numbers of them mean something.

use hubward_domain::report::{Coverage, PeriodProgress, RegionWatch, WatchCounts};
use hubward_protocol::{AccountId, Region};

use super::{ReportFrame, Scope};
use crate::say::Say;

/// Written in place of a number that is not known.
pub(super) const UNKNOWN: &str = "–";

impl<'a> ReportFrame<'a> {
    /// What is watched of each account of the report.
    pub(super) fn coverages(&self) -> Vec<(&'a AccountId, &'a Coverage)> {
        match self.scope {
            Scope::Account(account, coverage) => vec![(&account.account_id, coverage)],
            Scope::Overview(accounts) => accounts
                .iter()
                .map(|(id, ranked)| (id, &ranked.coverage))
                .collect(),
        }
    }

    /// The accounts and Regions by what is known of them.
    pub(super) fn watch(&self) -> WatchCounts {
        self.watch_where(|_| true)
    }

    /// The accounts by what is known of them in a Region.
    pub(super) fn watch_in(&self, region: Region) -> WatchCounts {
        self.watch_where(|its| its == region)
    }

    fn watch_where(&self, is: impl Fn(Region) -> bool) -> WatchCounts {
        let mut counts = WatchCounts::default();
        let coverages = self.coverages();
        let regions = coverages.iter().flat_map(|(_, coverage)| &coverage.regions);
        for its in regions.filter(|its| is(its.region)) {
            counts.add(&its.watch);
        }
        counts
    }

    /// Whether everything that is to be watched is.
    pub(super) fn is_whole(&self) -> bool {
        let coverages = self.coverages();
        coverages.iter().all(|(_, coverage)| coverage.is_whole())
    }

    /// A number of findings as they are now, if it says anything. Without a mirror, none says nothing.
    pub(super) fn count(&self, count: u64) -> Option<u64> {
        let count = self.watch().count(count)?;
        (count > 0 || !self.sources.is_empty()).then_some(count)
    }

    /// A number of findings of the period, if it says anything.
    pub(super) fn count_in_period(&self, count: u64) -> Option<u64> {
        if self.progress() == PeriodProgress::Ahead {
            return None;
        }
        self.count(count)
    }

    /// The Regions in which something is watched.
    pub(super) fn watched_regions(&self) -> String {
        self.names(|counts| counts.watched > 0)
    }

    /// The Regions in which nothing is watched.
    pub(super) fn unwatched_regions(&self) -> String {
        self.names(|counts| counts.watched == 0 && counts.unknown == 0)
    }

    /// The Regions of which nothing is known.
    pub(super) fn unknown_regions(&self) -> String {
        self.names(|counts| counts.watched == 0 && counts.unknown > 0)
    }

    fn names(&self, is: impl Fn(WatchCounts) -> bool) -> String {
        let regions = self.regions.iter().copied();
        let names: Vec<String> = regions
            .filter(|region| is(self.watch_in(*region)))
            .map(|region| region.to_string())
            .collect();
        names.join(", ")
    }

    /// The Regions of which a missing number says nothing.
    pub(super) fn silent_regions(&self) -> Vec<Region> {
        let regions = self.regions.iter().copied();
        regions
            .filter(|region| self.watch_in(*region).count(0).is_none())
            .collect()
    }

    /// The reasons why Regions could not be read, each once. They name the SOC's roles, so only the overview shows them.
    pub(super) fn reasons(&self) -> String {
        let coverages = self.coverages();
        let regions = coverages.iter().flat_map(|(_, coverage)| &coverage.regions);
        let mut reasons: Vec<&str> = regions
            .filter_map(|its| match &its.watch {
                RegionWatch::Unknown { why } if !why.is_empty() => Some(why.as_str()),
                _ => None,
            })
            .collect();
        reasons.sort_unstable();
        reasons.dedup();
        reasons.join("\n")
    }

    /// A sentence about a table without rows. Where a part is not watched, it does not speak for that part.
    pub(super) fn about_watched(&self, sentence: &str) -> String {
        let say = Say(self.language);
        if self.count(0).is_none() {
            return say.report_nothing_known().to_owned();
        }
        if self.is_whole() {
            return sentence.to_owned();
        }
        match self.scope {
            Scope::Account(..) => say.report_only_watched(self.watched_regions(), sentence),
            Scope::Overview(_) => say.report_only_watched_accounts(sentence),
        }
    }
}
