//! The matrix of accounts and Regions on the dashboard: verdicts in four groups, and the filters of
//! the list.

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A group of verdicts, for the overview. Worst first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString, VariantArray,
)]
#[strum(serialize_all = "lowercase")]
pub enum VerdictGroup {
    /// It was, or seemed to be, monitored, and no longer is as it should be. The most urgent group.
    Drifted,
    /// The state is unknown, or another administrator or AWS decides.
    Unclear,
    /// In progress: a person has to act.
    Waiting,
    /// Monitored.
    Complete,
}

/// A filter of accounts and Regions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceFilter {
    /// A part of the account's id, project, department or contact.
    pub search: String,
    /// Only accounts that have one of these verdicts in any Region; empty means all.
    pub verdicts: Vec<String>,
    /// Only accounts with this Region; `verdicts` then apply to that Region only.
    pub region: Option<Region>,
}

/// The rows of a list to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageWindow {
    /// How many rows are skipped.
    pub offset: i64,
    /// The most rows returned.
    pub limit: i64,
}

/// One account: a row of the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountLine {
    pub account_id: AccountId,
    /// Its project; empty if the account is not in the ledger.
    pub project: String,
    pub department: String,
    pub environment: String,
    /// The state in the ledger; empty if the account is not in the ledger.
    pub state: String,
    /// The verdicts of the last check, by Region.
    pub cells: Vec<MatrixCell>,
}

/// One account in one Region: a cell of the matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixCell {
    pub region: Region,
    pub verdict: String,
    /// When the verdict last changed.
    pub since: Timestamp,
}

/// One account in one Region that needs attention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outstanding {
    pub account_id: AccountId,
    /// Its project; empty if the account is not in the ledger.
    pub project: String,
    pub region: Region,
    pub verdict: String,
    /// When the verdict last changed.
    pub since: Timestamp,
}

impl PageWindow {
    /// A filter that matches everything.
    pub const ALL: Self = Self {
        offset: 0,
        limit: i64::MAX,
    };

    /// Page `number` (from 1) of pages with `size` rows.
    pub fn page(number: i64, size: i64) -> Self {
        Self {
            offset: number.clamp(1, 1_000_000).saturating_sub(1) * size,
            limit: size,
        }
    }
}

impl VerdictGroup {
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The names of the group's verdicts, as stored in the database.
    pub fn verdicts(self) -> &'static [&'static str] {
        match self {
            Self::Drifted => &[
                "drifted",
                "resigned",
                "removed",
                "suspended",
                "not_in_ledger",
            ],
            Self::Unclear => &["managed_elsewhere", "unknown", "unproven"],
            Self::Waiting => &["incomplete", "invited", "leaving", "not_invited"],
            Self::Complete => &["complete"],
        }
    }

    /// The group of a verdict; `None` for accounts that should not be monitored.
    pub fn of(verdict: &str) -> Option<Self> {
        Self::VARIANTS
            .iter()
            .copied()
            .find(|group| group.verdicts().contains(&verdict))
            .or((verdict != super::check::NOT_WANTED).then_some(Self::Unclear))
    }
}

impl PlaceFilter {
    /// The filter that a page's query parameters describe. `state` is a group's name or a
    /// verdict's.
    pub fn of(search: &str, state: &str, region: &str) -> Self {
        let group: Option<VerdictGroup> = state.parse().ok();
        let single = || {
            VerdictGroup::VARIANTS
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

/// A search text, shortened and without characters that cannot match.
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
        let mut all: Vec<&str> = VerdictGroup::VARIANTS
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
