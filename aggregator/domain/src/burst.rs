//! When alerts are told one by one, and when so many come that they become a digest. Pure.

use jiff::SignedDuration;

/// The longest that an alert waits for its digest while a burst lasts.
const EVERY: SignedDuration = SignedDuration::from_secs(15);
/// The time over which messages are counted.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(1);
/// How many alerts one digest stands for, at most.
pub const MOST: i64 = 1_000;
/// How many of them it shows.
pub const SHOWN: usize = 20;

/// How much there is to tell a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Messages about alerts that wait, in no digest yet; counted up to where it makes no difference.
    pub waiting: i64,
    /// Whether a critical one is among them.
    pub has_critical: bool,
    /// Messages about alerts that were sent within the [`WINDOW`], each digest once.
    pub told: i64,
    /// Critical ones among these.
    pub told_critical: i64,
    /// How long ago the last of them was sent, if one was.
    pub since_last: Option<SignedDuration>,
}

/// What is sent next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestDecision {
    /// The oldest message; a critical one before all others.
    One,
    /// A digest of those that wait.
    Digest,
    /// Something else than an alert: these wait a little for more of them.
    Other,
}

/// Decides what is sent next, where so many a minute are told one by one.
///
/// The first critical one goes by itself, whatever else there is.
pub fn next(load: &Load, one_by_one: i64) -> DigestDecision {
    if load.has_critical && load.told_critical == 0 {
        return DigestDecision::One;
    }
    if load.waiting + load.told <= one_by_one {
        return DigestDecision::One;
    }
    let is_due = load.told < one_by_one || load.since_last.is_none_or(|ago| ago >= EVERY);
    match (is_due, load.waiting) {
        (false, _) => DigestDecision::Other,
        (true, ..=1) => DigestDecision::One,
        (true, _) => DigestDecision::Digest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(waiting: i64, told: i64) -> Load {
        Load {
            waiting,
            told,
            since_last: Some(SignedDuration::from_secs(1)),
            ..Load::default()
        }
    }

    #[test]
    fn few_are_told_one_by_one_and_many_as_a_digest() {
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
        critical.told_critical = 1;
        assert_eq!(next(&critical, 20), DigestDecision::Other);
    }
}
