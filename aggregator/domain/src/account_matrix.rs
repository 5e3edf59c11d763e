//! How the verdicts of a check look from afar: in four groups, worst first, and which of them somebody
//! wants to see.

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;

/// What a verdict means for the one who looks from afar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VerdictGroup {
    /// It was, or seemed, watched, and is not as it should be: look first.
    Drifted,
    /// Nobody can say, or somebody else decides.
    Unclear,
    /// On its way: somebody has to act.
    Waiting,
    /// Watched.
    Complete,
}

/// What somebody wants to see of accounts and Regions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceFilter {
    /// A part of the account's id, project, department or contact.
    pub search: String,
    /// Only what has one of these verdicts anywhere; empty for all.
    pub verdicts: Vec<String>,
    /// Only what the Region has; it narrows the verdicts to that Region too.
    pub region: Option<Region>,
}

/// A part of a long list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageWindow {
    /// How many are left out before it.
    pub offset: i64,
    /// How many it holds at most.
    pub limit: i64,
}

/// One account, as its line of the matrix says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLine {
    /// The account.
    pub account_id: AccountId,
    /// Its project; empty when the ledger does not know it.
    pub project: String,
    /// Its department.
    pub department: String,
    /// Its environment.
    pub environment: String,
    /// The ledger's state; empty when the ledger does not know it.
    pub state: String,
    /// What the last check said, in each Region that it looked at.
    pub cells: Vec<MatrixCell>,
}

/// One account in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixCell {
    /// The Region.
    pub region: Region,
    /// The verdict's word.
    pub verdict: String,
    /// Since when.
    pub since: Timestamp,
}

/// One account in one Region, for a list of those that need somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outstanding {
    /// The account.
    pub account_id: AccountId,
    /// Its project; empty when the ledger does not know it.
    pub project: String,
    /// The Region.
    pub region: Region,
    /// The verdict's word.
    pub verdict: String,
    /// Since when.
    pub since: Timestamp,
}

impl PageWindow {
    /// Everything.
    pub const ALL: Self = Self {
        offset: 0,
        limit: i64::MAX,
    };

    /// A page of so many, from 1.
    pub fn page(number: i64, size: i64) -> Self {
        Self {
            offset: number.clamp(1, 1_000_000).saturating_sub(1) * size,
            limit: size,
        }
    }
}

impl VerdictGroup {
    /// Every group, worst first.
    pub const ALL: [Self; 4] = [Self::Drifted, Self::Unclear, Self::Waiting, Self::Complete];

    /// The group's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drifted => "drifted",
            Self::Unclear => "unclear",
            Self::Waiting => "waiting",
            Self::Complete => "complete",
        }
    }

    /// The verdicts in it, as the database has them.
    pub fn verdicts(self) -> &'static [&'static str] {
        match self {
            Self::Drifted => &[
                "drifted",
                "resigned",
                "removed",
                "suspended",
                "not_in_ledger",
            ],
            Self::Unclear => &["managed_elsewhere", "unknown"],
            Self::Waiting => &["incomplete", "invited", "not_invited"],
            Self::Complete => &["complete"],
        }
    }

    /// The group of a verdict; `None` for who is not to be watched any more.
    pub fn of(verdict: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|group| group.verdicts().contains(&verdict))
            .or((verdict != super::check::NOT_WANTED).then_some(Self::Unclear))
    }
}

impl PlaceFilter {
    /// What the words of an address ask for: a group's name or a single verdict's.
    pub fn of(search: &str, state: &str, region: &str) -> Self {
        let group = VerdictGroup::ALL
            .into_iter()
            .find(|group| group.as_str() == state);
        let single = || {
            VerdictGroup::ALL
                .iter()
                .flat_map(|group| group.verdicts())
                .filter(|verdict| **verdict == state)
                .map(|verdict| (*verdict).to_owned())
                .collect()
        };
        Self {
            search: searchable(search),
            verdicts: match group {
                Some(group) => group.verdicts().iter().map(ToString::to_string).collect(),
                None => single(),
            },
            region: region.parse().ok(),
        }
    }
}

/// What somebody typed into a search, within bounds and without what cannot be found.
pub fn searchable(text: &str) -> String {
    text.trim()
        .chars()
        .filter(|char| !char.is_control())
        .take(100)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::NOT_WANTED;

    #[test]
    fn every_verdict_is_in_one_group_and_a_new_one_is_unclear() {
        let mut all: Vec<&str> = VerdictGroup::ALL
            .iter()
            .flat_map(|group| group.verdicts())
            .copied()
            .collect();
        all.sort_unstable();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
        assert_eq!(VerdictGroup::of("complete"), Some(VerdictGroup::Complete));
        assert_eq!(
            VerdictGroup::of("from_the_future"),
            Some(VerdictGroup::Unclear)
        );
        assert_eq!(VerdictGroup::of(NOT_WANTED), None);
    }

    #[test]
    fn an_address_asks_for_a_group_a_verdict_or_everything() {
        let of = |state| PlaceFilter::of(" pay\u{0} ", state, "us-east-1");
        assert_eq!(of("complete").verdicts, ["complete"]);
        assert_eq!(of("resigned").verdicts, ["resigned"]);
        assert!(of("waiting").verdicts.len() > 1);
        assert!(of("' OR 1=1").verdicts.is_empty());
        assert_eq!(of("").search, "pay");
        assert!(PlaceFilter::of("", "", "mars-1").region.is_none());
    }

    #[test]
    fn a_page_of_any_number_is_somewhere() {
        assert_eq!(PageWindow::page(0, 50).offset, 0);
        assert_eq!(PageWindow::page(3, 50).offset, 100);
        assert!(PageWindow::page(i64::MAX, 50).offset > 0);
    }
}
