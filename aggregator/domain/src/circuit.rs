//! A circuit breaker for each channel: after several failures in a row, messages wait, and only a
//! probe is sent from time to time until one succeeds. Pure; the state is stored by
//! `store::circuits`.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::retry::pause;

/// The circuit opens after this many failures in a row.
const FAILURES: i64 = 5;
/// The longest time between two probes, in seconds.
const LONGEST: i64 = 300;
/// How long a probe may take before the next one starts: longer than a delivery's lease.
const TRY: SignedDuration = SignedDuration::from_secs(40);
/// Operators are notified after a channel has failed for this long.
const ALARMING: SignedDuration = SignedDuration::from_mins(1);

/// A channel's state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Circuit {
    /// Messages are sent.
    Closed {
        /// The failures in a row.
        failures: i64,
    },
    /// Messages wait.
    Open {
        /// The failures in a row.
        failures: i64,
        /// Since when messages wait.
        since: Timestamp,
        /// When the next probe is sent.
        probe_at: Timestamp,
        /// The channel's last response.
        why: String,
    },
}

/// Whether a message may be sent now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CircuitPermit {
    /// Send it.
    Go,
    /// Send one message as a probe; the circuit's state until its result is known.
    Probe(Circuit),
    /// Send nothing.
    Wait,
}

impl Default for Circuit {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Circuit {
    /// Whether a message may be sent now.
    pub fn permit(&self, now: Timestamp) -> CircuitPermit {
        match self {
            Self::Closed { .. } => CircuitPermit::Go,
            Self::Open { probe_at, .. } if now < *probe_at => CircuitPermit::Wait,
            Self::Open {
                failures,
                since,
                why,
                ..
            } => CircuitPermit::Probe(Self::Open {
                failures: *failures,
                since: *since,
                // Other workers wait until then. If this one dies during the probe, the next probe
                // follows.
                probe_at: now.checked_add(TRY).unwrap_or(now),
                why: why.clone(),
            }),
        }
    }

    /// The state after the channel accepted a message.
    pub fn taken(&self) -> Self {
        Self::default()
    }

    /// The state after a failure; `chance` spreads the probes over time.
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
        // The same growing pauses as between the attempts of one message.
        let wait = pause(failures - FAILURES + 1, chance).min(SignedDuration::from_secs(LONGEST));
        Self::Open {
            failures,
            since,
            probe_at: now.checked_add(wait).unwrap_or(now),
            why: why.to_owned(),
        }
    }

    /// The state after an operator asked for a probe now.
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

    /// Whether the channel has failed for so long that operators should be notified.
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
        assert_eq!(failing(4).permit(at(0)), CircuitPermit::Go);
        assert_eq!(failing(4).taken(), Circuit::default());
        let open = failing(5);
        assert!(open.is_open());
        assert_eq!(open.permit(at(0)), CircuitPermit::Wait);
        assert_eq!(open.taken(), Circuit::default());
    }

    #[test]
    fn one_message_at_a_time_finds_out_and_the_pauses_grow() {
        let CircuitPermit::Probe(probing) = failing(5).permit(at(1)) else {
            panic!("a second has passed");
        };
        assert_eq!(
            probing.permit(at(2)),
            CircuitPermit::Wait,
            "one is on its way"
        );
        let again = probing.failed("503", at(2), 0);
        assert_eq!(again.permit(at(3)), CircuitPermit::Wait);
        assert!(matches!(again.permit(at(4)), CircuitPermit::Probe(_)));
        // A worker that died during a probe must not block the channel permanently.
        assert!(matches!(probing.permit(at(41)), CircuitPermit::Probe(_)));
        let long = failing(40);
        assert!(matches!(long.permit(at(300)), CircuitPermit::Probe(_)));
        assert_eq!(long.permit(at(299)), CircuitPermit::Wait);
    }

    #[test]
    fn a_short_trouble_is_not_alarming() {
        let open = failing(5);
        assert!(!open.is_alarming(at(59)));
        assert!(open.failed("503", at(60), 0).is_alarming(at(60)));
        assert!(!failing(4).is_alarming(at(1_000)));
    }
}
