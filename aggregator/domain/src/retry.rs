//! When a message that a channel did not accept is sent again, and when it is given up.

use jiff::{SignedDuration, Timestamp};

/// Seconds before the next attempt, by the number of failures; the last one is repeated.
const PAUSES: [i64; 12] = [1, 2, 4, 8, 15, 30, 60, 120, 300, 600, 1_800, 3_600];
/// How long a message is retried before it is given up: longer than a weekend.
const PATIENCE: SignedDuration = SignedDuration::from_hours(72);
/// The longest pause that a channel may ask for, in seconds.
const LONGEST: i64 = 3_600;
/// Operators are notified of a failing channel after this many failures in a row: about a minute.
pub const ALARMING: i64 = 6;

/// When a message is sent again after its `failures`-th failure; `None` if it is given up.
///
/// `asked` is the channel's `Retry-After` in seconds: respected if it is longer than our own pause,
/// up to a limit. `chance` (any number) spreads messages that failed together by up to a fifth.
pub fn next_attempt(
    failures: i64,
    asked: Option<i64>,
    created: Timestamp,
    now: Timestamp,
    chance: u8,
) -> Option<Timestamp> {
    let own = seconds(failures).max(asked.map_or(0, asked_for));
    let next = now.checked_add(spread(own, chance)).ok()?;
    (next.duration_since(created) <= PATIENCE).then_some(next)
}

/// The pause after a number of failures, spread by `chance`.
pub fn pause(failures: i64, chance: u8) -> SignedDuration {
    spread(seconds(failures), chance)
}

/// For how many seconds a channel is left alone that asked for `asked`.
pub fn asked_for(asked: i64) -> i64 {
    asked.clamp(0, LONGEST)
}

fn seconds(failures: i64) -> i64 {
    let index = usize::try_from(failures.max(1) - 1).unwrap_or(0);
    PAUSES.get(index).or(PAUSES.last()).copied().unwrap_or(1)
}

fn spread(pause: i64, chance: u8) -> SignedDuration {
    SignedDuration::from_secs(pause + pause * i64::from(chance) / (5 * 256))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn the_first_pauses_are_short_and_the_later_ones_grow() {
        let pause = |failures| {
            next_attempt(failures, None, at(0), at(0), 0)
                .unwrap()
                .as_second()
        };
        assert_eq!([1, 2, 3, 4, 5, 6].map(pause), [1, 2, 4, 8, 15, 30]);
        assert_eq!([7, 12, 13, 1_000].map(pause), [60, 3_600, 3_600, 3_600]);
    }

    #[test]
    fn a_channel_may_ask_for_more_time_within_bounds_and_never_for_less() {
        let pause = |asked| {
            next_attempt(1, Some(asked), at(0), at(0), 0)
                .unwrap()
                .as_second()
        };
        assert_eq!([-5, 0, 30, i64::MAX].map(pause), [1, 1, 30, 3_600]);
    }

    #[test]
    fn it_is_given_up_after_three_days_and_not_before() {
        let day = 24 * 3_600;
        assert!(next_attempt(60, None, at(0), at(2 * day), 255).is_some());
        assert_eq!(next_attempt(80, None, at(0), at(3 * day), 0), None);
    }

    #[test]
    fn chance_adds_a_fifth_at_most() {
        let next = next_attempt(12, None, at(0), at(0), 255)
            .unwrap()
            .as_second();
        assert!((3_600..=4_320).contains(&next), "{next}");
    }
}
