//! How long is kept what nobody needs for ever. The ledger, requests, alerts, the audit log and the history of
//! findings stay.

use jiff::{SignedDuration, Timestamp};

/// Delivered messages, each attempt, and tests of the way: as long as somebody may ask who was told. What was
/// given up stays, and so does what tells of an alert that is not over.
const DELIVERED: SignedDuration = SignedDuration::from_hours(180 * 24);

/// Findings that are archived, or that AWS forgot: long enough for a report to be built again a year later.
const GONE: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Before when a thing must have ended to be forgotten now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionLimits {
    /// Delivered messages that were put into the outbox before, and tests that were sent before.
    pub delivered: Timestamp,
    /// Archived findings that were seen last before.
    pub gone: Timestamp,
}

impl RetentionLimits {
    /// The limits as they are now.
    pub fn at(now: Timestamp) -> Self {
        let before = |kept| now.saturating_sub(kept).unwrap_or(Timestamp::MIN);
        Self {
            delivered: before(DELIVERED),
            gone: before(GONE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_of_reports_can_be_built_again() {
        let now: Timestamp = "2027-11-30T00:00:00Z".parse().unwrap();
        let limits = RetentionLimits::at(now);
        assert!(limits.gone < "2026-11-01T00:00:00Z".parse().unwrap());
        assert!(limits.delivered < now && limits.gone < limits.delivered);
        assert_eq!(RetentionLimits::at(Timestamp::MIN).gone, Timestamp::MIN);
    }
}
