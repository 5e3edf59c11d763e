//! When alerts are sent one by one, and when there are so many that they become a digest. Pure.

use jiff::SignedDuration;

/// The longest time that an alert waits for its digest during a burst.
const EVERY: SignedDuration = SignedDuration::from_secs(15);
/// The sliding window in which messages are counted.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(1);
/// The most alerts in one digest.
pub const MOST: i64 = 1_000;
/// How many of them the digest lists.
pub const SHOWN: usize = 20;

/// The messages that wait for a channel, and those recently sent to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Waiting messages about alerts that are in no digest yet; counted only up to the number that
    /// makes a difference.
    pub waiting: i64,
    /// Whether one of them is critical.
    pub has_critical: bool,
    /// Messages about alerts that were sent within the [`WINDOW`]; a digest counts as one.
    pub sent: i64,
    /// Critical ones among these.
    pub sent_critical: i64,
    /// How long ago the last of them was sent.
    pub since_last: Option<SignedDuration>,
}

/// What is sent next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestDecision {
    /// The oldest message; a critical one first.
    One,
    /// A digest of the waiting alerts.
    Digest,
    /// Something other than an alert: alerts wait a little longer for their digest.
    Other,
}

/// Decides what is sent next; up to `one_by_one` alerts per minute are sent individually.
///
/// The first critical alert is always sent individually.
pub fn next(load: &Load, one_by_one: i64) -> DigestDecision {
    if load.has_critical && load.sent_critical == 0 {
        return DigestDecision::One;
    }
    if load.waiting + load.sent <= one_by_one {
        return DigestDecision::One;
    }
    // A burst has begun. Within the rate a digest is sent at once; beyond it only at intervals, so
    // that it covers more alerts.
    let is_due = load.sent < one_by_one || load.since_last.is_none_or(|ago| ago >= EVERY);
    match (is_due, load.waiting) {
        (false, _) => DigestDecision::Other,
        // A digest of one alert would only be harder to read.
        (true, ..=1) => DigestDecision::One,
        (true, _) => DigestDecision::Digest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(waiting: i64, sent: i64) -> Load {
        Load {
            waiting,
            sent,
            since_last: Some(SignedDuration::from_secs(1)),
            ..Load::default()
        }
    }

    #[test]
    fn few_are_sent_one_by_one_and_many_as_a_digest() {
        assert_eq!(next(&load(0, 0), 20), DigestDecision::One);
        assert_eq!(next(&load(20, 0), 20), DigestDecision::One);
        assert_eq!(next(&load(10, 10), 20), DigestDecision::One);
        assert_eq!(next(&load(21, 0), 20), DigestDecision::Digest);
        assert_eq!(next(&load(12, 10), 20), DigestDecision::Digest);
        assert_eq!(next(&load(1, 19), 20), DigestDecision::One);
    }

    #[test]
    fn while_a_burst_lasts_alerts_are_gathered_for_a_while() {
        let mut lasting = load(2, 20);
        assert_eq!(next(&lasting, 20), DigestDecision::Other);
        lasting.since_last = Some(EVERY);
        assert_eq!(next(&lasting, 20), DigestDecision::Digest);
        lasting.waiting = 1;
        assert_eq!(next(&lasting, 20), DigestDecision::One);
    }

    #[test]
    fn the_first_critical_one_waits_for_nothing() {
        let mut critical = load(10_000, 60);
        critical.has_critical = true;
        assert_eq!(next(&critical, 20), DigestDecision::One);
        critical.sent_critical = 1;
        assert_eq!(next(&critical, 20), DigestDecision::Other);
    }
}
