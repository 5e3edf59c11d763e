//! Whether a refused call is worth another attempt, and after which pause. It looks at what kind of
//! refusal it is, which was found by its code: services throttle with codes that their models lack.

use std::time::Duration;

use super::{Cause, Refusal};

/// How often a call is tried, the first time included. With every fifth call failing, one in 400,000
/// still fails.
const ATTEMPTS: u32 = 8;

impl Refusal {
    /// The pause before the next attempt, or nothing where another one cannot help. The chance, from
    /// 0 to 1, spreads the attempts of all Regions, so that they do not come back in step.
    pub(crate) fn pause(&self, attempt: u32, chance: f64) -> Option<Duration> {
        let (first, longest) = match self.cause {
            Cause::Throttled => (0.5, 8.0),
            Cause::Broken | Cause::Unreachable => (0.1, 2.0),
            _ => return None,
        };
        if attempt >= ATTEMPTS {
            return None;
        }
        let doubled: f64 = first * f64::from(1_u32 << attempt.min(16));
        let most = doubled.min(longest);
        // At least half of it: a pause of nothing would only be another blow.
        Some(Duration::from_secs_f64(
            most * (1.0 + chance.clamp(0.0, 1.0)) / 2.0,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Operation;

    fn refused(operation: &'static str, code: &str) -> Refusal {
        Refusal::answered(
            Operation::new(operation),
            "us-east-1".parse().unwrap(),
            code,
            "",
        )
    }

    #[test]
    fn what_may_pass_is_tried_again_by_its_code() {
        for code in [
            "TooManyRequestsException",
            "ThrottlingException",
            "Throttling",
            "InternalServerErrorException",
            "InternalException",
            "ServiceUnavailable",
            "SlowDown",
            "HTTP 502",
        ] {
            assert!(
                refused("guardduty:CreateDetector", code)
                    .pause(1, 0.5)
                    .is_some(),
                "{code}"
            );
        }
        for code in [
            "AccessDeniedException",
            "ExpiredToken",
            "BadRequestException",
        ] {
            assert_eq!(
                refused("guardduty:CreateDetector", code).pause(1, 0.5),
                None,
                "{code}"
            );
        }
    }

    #[test]
    fn a_limit_is_a_quota_where_something_is_created_and_a_rate_elsewhere() {
        let code = "LimitExceededException";
        assert_eq!(
            refused("securityhub:EnableSecurityHub", code).cause,
            Cause::Quota
        );
        assert_eq!(
            refused("securityhub:EnableSecurityHub", code).pause(1, 0.5),
            None
        );
        for read in [
            "securityhub:GetEnabledStandards",
            "securityhub:ListInvitations",
        ] {
            assert_eq!(refused(read, code).cause, Cause::Throttled);
        }
    }

    #[test]
    fn pauses_grow_are_spread_and_end() {
        let refusal = refused("config:ListConfigurationRecorders", "ThrottlingException");
        let pause = |attempt, chance| {
            refusal
                .pause(attempt, chance)
                .map(|pause| pause.as_millis())
        };
        assert_eq!(pause(1, 0.0), Some(500));
        assert_eq!(pause(1, 1.0), Some(1000));
        assert_eq!(pause(3, 1.0), Some(4000));
        assert_eq!(pause(7, 1.0), Some(8000));
        assert_eq!(pause(8, 1.0), None);
    }
}
