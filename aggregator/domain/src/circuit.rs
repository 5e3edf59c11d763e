//! Whether a channel is tried at all: after several failures in a row it is left alone, but for one message
//! now and then that finds out whether it works again. Pure; the state is kept by `store::circuits`.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::retry::pause;

/// After so many failures in a row a channel is left alone.
const FAILURES: i64 = 5;
/// The longest time between two tries of a channel that is left alone.
const LONGEST: i64 = 300;
/// How long a try may last, before another one is made: longer than a lease.
const TRY: SignedDuration = SignedDuration::from_secs(40);
/// After so long out of order somebody is told.
const ALARMING: SignedDuration = SignedDuration::from_mins(1);

/// A channel's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Circuit {
    /// Messages are sent.
    Closed {
        /// How many failed in a row.
        failures: i64,
    },
    /// They wait.
    Open {
        /// How many failed in a row.
        failures: i64,
        /// Since when they wait.
        since: Timestamp,
        /// When the next one finds out whether the channel works again.
        probe_at: Timestamp,
        /// What the channel last answered.
        why: String,
    },
}

/// Whether a message may be sent now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CircuitTurn {
    /// It may.
    Go,
    /// One may, to find out; and the state while it does.
    Probe(Circuit),
    /// None may.
    Wait,
}

impl Default for Circuit {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Circuit {
    /// Whether a message may be sent now.
    pub fn turn(&self, now: Timestamp) -> CircuitTurn {
        match self {
            Self::Closed { .. } => CircuitTurn::Go,
            Self::Open { probe_at, .. } if now < *probe_at => CircuitTurn::Wait,
            Self::Open {
                failures,
                since,
                why,
                ..
            } => CircuitTurn::Probe(Self::Open {
                failures: *failures,
                since: *since,
                probe_at: now.checked_add(TRY).unwrap_or(now),
                why: why.clone(),
            }),
        }
    }

    /// The state after the channel took a message.
    pub fn taken(&self) -> Self {
        Self::default()
    }

    /// The state after the channel failed; `chance` spreads the tries.
    pub fn failed(&self, why: &str, now: Timestamp, chance: u8) -> Self {
        let (failures, since) = match self {
            Self::Closed { failures } => (failures + 1, now),
            Self::Open {
                failures, since, ..
            } => (failures + 1, *since),
        };
        if failures < FAILURES {
            return Self::Closed { failures };
        }
        let wait = pause(failures - FAILURES + 1, chance).min(SignedDuration::from_secs(LONGEST));
        Self::Open {
            failures,
            since,
            probe_at: now.checked_add(wait).unwrap_or(now),
            why: why.to_owned(),
        }
    }

    /// The state when somebody wants to know now whether the channel works.
    pub fn hurried(&self, now: Timestamp) -> Self {
        match self.clone() {
            Self::Open {
                failures,
                since,
                why,
                ..
            } => Self::Open {
                failures,
                since,
                probe_at: now,
                why,
            },
            closed => closed,
        }
    }

    /// Whether messages wait.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }

    /// Whether the channel has been out of order for so long that somebody should know.
    pub fn is_alarming(&self, now: Timestamp) -> bool {
        match self {
            Self::Closed { .. } => false,
            Self::Open { since, .. } => now.duration_since(*since) >= ALARMING,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn failing(times: i64) -> Circuit {
        (0..times).fold(Circuit::default(), |circuit, _| {
            circuit.failed("503", at(0), 0)
        })
    }

    #[test]
    fn failures_in_a_row_open_it_and_one_success_closes_it() {
        assert_eq!(failing(4).turn(at(0)), CircuitTurn::Go);
        assert_eq!(failing(4).taken(), Circuit::default());
        let open = failing(5);
        assert!(open.is_open());
        assert_eq!(open.turn(at(0)), CircuitTurn::Wait);
        assert_eq!(open.taken(), Circuit::default());
    }

    #[test]
    fn one_message_at_a_time_finds_out_and_the_pauses_grow() {
        let CircuitTurn::Probe(probing) = failing(5).turn(at(1)) else {
            panic!("a second has passed");
        };
        assert_eq!(probing.turn(at(2)), CircuitTurn::Wait, "one is on its way");
        let again = probing.failed("503", at(2), 0);
        assert_eq!(again.turn(at(3)), CircuitTurn::Wait);
        assert!(matches!(again.turn(at(4)), CircuitTurn::Probe(_)));
        // A worker that died while it tried does not leave the channel alone for ever.
        assert!(matches!(probing.turn(at(41)), CircuitTurn::Probe(_)));
        let long = failing(40);
        assert!(matches!(long.turn(at(300)), CircuitTurn::Probe(_)));
        assert_eq!(long.turn(at(299)), CircuitTurn::Wait);
    }

    #[test]
    fn a_short_trouble_alarms_nobody() {
        let open = failing(5);
        assert!(!open.is_alarming(at(59)));
        assert!(open.failed("503", at(60), 0).is_alarming(at(60)));
        assert!(!failing(4).is_alarming(at(1_000)));
    }
}
