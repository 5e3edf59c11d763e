//! A control of Security Hub as its catalog lists it, and whether it is new or retired.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::account::Standard;

/// How long a control counts as new.
const NEW_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A control, as one Region lists it for one standard.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedControl {
    /// Such as `S3.1`.
    pub control_id: String,
    pub title: String,
    /// AWS's rating: LOW, MEDIUM, HIGH or CRITICAL.
    pub severity: String,
    /// Whether the Region can check it.
    pub is_available: bool,
}

/// A control of the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogControl {
    pub control_id: String,
    pub title: String,
    pub severity: String,
    /// The wanted standards that have it in some Region.
    pub standards: BTreeSet<Standard>,
    /// When the catalog first had it.
    pub first_seen: Timestamp,
    /// When AWS added it to a standard that was read before; `None` if it was there from the first reading.
    pub new_since: Option<Timestamp>,
    /// Since when no wanted standard lists it.
    pub retired_at: Option<Timestamp>,
    /// The number of accounts in which it fails, by the mirror.
    pub failing_accounts: i64,
}

/// A control's place in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ControlState {
    Active,
    New,
    Retired,
}

impl CatalogControl {
    /// Its state at a moment.
    pub fn state(&self, now: Timestamp) -> ControlState {
        let is_new = |since: Timestamp| now.duration_since(since) < NEW_FOR;
        if self.retired_at.is_some() {
            ControlState::Retired
        } else if self.new_since.is_some_and(is_new) {
            ControlState::New
        } else {
            ControlState::Active
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_is_new_for_a_month_unless_it_was_always_there() {
        let began: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let day = |days: i64| began + SignedDuration::from_hours(days * 24);
        let mut control = CatalogControl {
            control_id: "EC2.190".to_owned(),
            title: String::new(),
            severity: "HIGH".to_owned(),
            standards: BTreeSet::new(),
            first_seen: began,
            new_since: Some(began),
            retired_at: None,
            failing_accounts: 0,
        };
        assert_eq!(control.state(day(29)), ControlState::New);
        assert_eq!(control.state(day(30)), ControlState::Active);
        control.retired_at = Some(day(3));
        assert_eq!(control.state(day(4)), ControlState::Retired);
        control.retired_at = None;
        control.new_since = None;
        assert_eq!(control.state(day(0)), ControlState::Active);
    }
}
