//! When people are notified again of an alert that no one has acknowledged. Pure; past escalations
//! are stored by `store::alert_escalations`.

use jiff::{SignedDuration, Timestamp};

use super::Severity;

/// The longest pause between two escalations of a critical alert, in multiples of the first.
const LONGEST: i32 = 16;

/// An open alert and its past escalations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnacknowledgedAlert {
    pub severity: Severity,
    /// Since when it waits: when it was stored or last reopened.
    pub since: Timestamp,
    /// The level and time of the last escalation.
    pub last_escalation: Option<(i64, Timestamp)>,
}

impl UnacknowledgedAlert {
    /// The level, from 1, of an escalation that is due now; `None` if none is.
    ///
    /// Once per alert; repeatedly for a critical one, with pauses that double. Escalations from
    /// before the alert was reopened do not count.
    pub fn due(&self, after: SignedDuration, now: Timestamp) -> Option<i64> {
        let last = self.last_escalation.filter(|(_, at)| *at >= self.since);
        let passed =
            |from: Timestamp, factor: i32| now.duration_since(from) >= after.saturating_mul(factor);
        match last {
            None => passed(self.since, 1).then_some(1),
            Some((level, at)) if self.severity == Severity::Critical => {
                let factor = 2_i32.saturating_pow(u32::try_from(level.clamp(1, 10)).unwrap_or(1));
                passed(at, factor.min(LONGEST)).then_some(level + 1)
            }
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).unwrap()
    }

    fn due(severity: Severity, last: Option<(i64, i64)>, now: i64) -> Option<i64> {
        UnacknowledgedAlert {
            severity,
            since: at(0),
            last_escalation: last.map(|(level, minute)| (level, at(minute))),
        }
        .due(SignedDuration::from_mins(30), at(now))
    }

    #[test]
    fn an_alert_is_escalated_once_and_a_critical_one_at_growing_pauses() {
        use Severity as S;
        assert_eq!(due(S::High, None, 29), None);
        assert_eq!(due(S::High, None, 30), Some(1));
        assert_eq!(due(S::High, Some((1, 30)), 3_000), None);
        assert_eq!(due(S::Critical, Some((1, 30)), 89), None);
        assert_eq!(due(S::Critical, Some((1, 30)), 90), Some(2));
        assert_eq!(due(S::Critical, Some((2, 90)), 209), None);
        assert_eq!(due(S::Critical, Some((2, 90)), 210), Some(3));
        assert_eq!(due(S::Critical, Some((99, 0)), 480), Some(100));
    }

    #[test]
    fn a_reopened_alert_is_escalated_from_the_start() {
        let again = UnacknowledgedAlert {
            severity: Severity::High,
            since: at(100),
            last_escalation: Some((1, at(30))),
        };
        assert_eq!(again.due(SignedDuration::from_mins(30), at(129)), None);
        assert_eq!(again.due(SignedDuration::from_mins(30), at(130)), Some(1));
    }
}
