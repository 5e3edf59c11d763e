//! Whether a failed call is retried, and after which delay. It depends on the error's cause, which was
//! found by the error code: services throttle with codes that the SDK's models do not list.

use std::time::Duration;

use super::{AwsError, Cause};

/// The number of attempts, the first included. If every fifth call fails, one in 400,000 still fails
/// after all of them.
const ATTEMPTS: u32 = 8;

impl AwsError {
    /// The delay before the next attempt; `None` if a retry cannot help. `jitter`, from 0 to 1, keeps
    /// the Regions from retrying at the same moment.
    pub(crate) fn retry_delay(&self, attempt: u32, jitter: f64) -> Option<Duration> {
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
        // At least half of it: retrying at once would only add to the load.
        Some(Duration::from_secs_f64(
            most * (1.0 + jitter.clamp(0.0, 1.0)) / 2.0,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Operation;

    fn error(operation: &'static str, code: &str) -> AwsError {
        AwsError::from_response(
            Operation::new(operation),
            "us-east-1".parse().unwrap(),
            code,
            "",
        )
    }

    #[test]
    fn transient_errors_are_retried_by_their_code() {
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
                error("guardduty:CreateDetector", code)
                    .retry_delay(1, 0.5)
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
                error("guardduty:CreateDetector", code).retry_delay(1, 0.5),
                None,
                "{code}"
            );
        }
    }

    #[test]
    fn a_limit_is_a_quota_where_something_is_created_and_a_rate_elsewhere() {
        let code = "LimitExceededException";
        assert_eq!(
            error("securityhub:EnableSecurityHub", code).cause,
            Cause::Quota
        );
        assert_eq!(
            error("securityhub:EnableSecurityHub", code).retry_delay(1, 0.5),
            None
        );
        for read in [
            "securityhub:GetEnabledStandards",
            "securityhub:ListInvitations",
        ] {
            assert_eq!(error(read, code).cause, Cause::Throttled);
        }
    }

    #[test]
    fn delays_grow_with_jitter_and_end() {
        let error = error("config:ListConfigurationRecorders", "ThrottlingException");
        let delay = |attempt, jitter| {
            error
                .retry_delay(attempt, jitter)
                .map(|delay| delay.as_millis())
        };
        assert_eq!(delay(1, 0.0), Some(500));
        assert_eq!(delay(1, 1.0), Some(1000));
        assert_eq!(delay(3, 1.0), Some(4000));
        assert_eq!(delay(7, 1.0), Some(8000));
        assert_eq!(delay(8, 1.0), None);
    }
}
