//! How long data is kept that is not needed permanently. The ledger, requests, alerts, the audit
//! log and the history of findings are never deleted.

use jiff::{SignedDuration, Timestamp};

/// Delivered messages, delivery attempts, and test events: as long as people may ask who was
/// notified. Messages that were given up stay, and so do those about alerts that are not resolved.
const DELIVERED: SignedDuration = SignedDuration::from_hours(180 * 24);

/// Findings that are archived or deleted by AWS: long enough to build a report again a year later.
const GONE: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Data that ended before these moments is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetentionLimits {
    /// For delivered messages by when they were put into the outbox, and for test events by when
    /// they were sent.
    pub delivered: Timestamp,
    /// For archived findings by when they were last observed.
    pub deleted: Timestamp,
}

impl RetentionLimits {
    /// The limits as they are now.
    pub fn at(now: Timestamp) -> Self {
        let before = |kept| now.saturating_sub(kept).unwrap_or(Timestamp::MIN);
        Self {
            delivered: before(DELIVERED),
            deleted: before(GONE),
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
        assert!(limits.deleted < "2026-11-01T00:00:00Z".parse().unwrap());
        assert!(limits.delivered < now && limits.deleted < limits.delivered);
        assert_eq!(RetentionLimits::at(Timestamp::MIN).deleted, Timestamp::MIN);
    }
}
