//! A failed AWS call with what is needed to fix it: the operation, the Region, AWS's code and message.
//!
//! Errors are classified by `code()`, not by the SDK's modeled variants, because throttling and quota errors
//! arrive unmodeled in practice.

use std::error::Error;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use hubward_protocol::Region;

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{operation} in {region}: {}", answer(code.as_deref(), message.as_deref()))]
pub(crate) struct AwsFailure {
    /// `service:Operation`, as IAM spells it.
    pub operation: &'static str,
    /// The Region of the call.
    pub region: Region,
    /// AWS's error code; `None` if AWS did not answer.
    pub code: Option<String>,
    /// AWS's message, or why there was no answer; `None` if it did not come in time.
    pub message: Option<String>,
}

/// What a failure means to its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// Security Hub is off in the administrator's account in this Region.
    HubOff,
    /// A permission is missing.
    Denied,
    /// The credentials are expired or invalid, or the Region is not enabled.
    Credentials,
    /// A quota or rate limit was reached.
    Limit,
    /// AWS was not reached.
    Unreachable,
    Other,
}

impl AwsFailure {
    /// Converts an error of the SDK.
    pub(crate) fn of<E, R>(operation: &'static str, region: Region, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        let (code, message) = match error {
            SdkError::ServiceError(answer) => {
                let answer = answer.err();
                let message = answer.message();
                (
                    answer.code().map(str::to_owned),
                    Some(message.map_or_else(|| answer.to_string(), str::to_owned)),
                )
            }
            SdkError::TimeoutError(_) => (None, None),
            other => (None, Some(innermost(other))),
        };
        Self {
            operation,
            region,
            code,
            message,
        }
    }

    /// Whether AWS says that something named in the call does not exist, Security Hub itself not meant.
    pub(crate) fn is_not_found(&self) -> bool {
        self.code.as_deref() == Some("ResourceNotFoundException")
            && self.kind() != FailureKind::HubOff
    }

    fn says(&self, words: &str) -> bool {
        let message = self.message.as_deref();
        message.is_some_and(|message| message.contains(words))
    }

    /// The kind of failure.
    pub(crate) fn kind(&self) -> FailureKind {
        match self.code.as_deref() {
            None => FailureKind::Unreachable,
            // Security Hub uses one code both for "not subscribed" and for missing permissions.
            Some("InvalidAccessException" | "ResourceNotFoundException")
                if self.says("not subscribed") =>
            {
                FailureKind::HubOff
            }
            Some("AccessDenied" | "AccessDeniedException" | "InvalidAccessException") => {
                FailureKind::Denied
            }
            Some(
                "ExpiredToken"
                | "ExpiredTokenException"
                | "InvalidClientTokenId"
                | "UnrecognizedClientException"
                | "InvalidSignatureException"
                | "SignatureDoesNotMatch",
            ) => FailureKind::Credentials,
            Some(
                "LimitExceededException"
                | "TooManyRequestsException"
                | "ThrottlingException"
                | "Throttling",
            ) => FailureKind::Limit,
            Some(_) => FailureKind::Other,
        }
    }
}

fn answer(code: Option<&str>, message: Option<&str>) -> String {
    let message = message.unwrap_or("no answer in time");
    code.map_or_else(|| message.to_owned(), |code| format!("{code}: {message}"))
}

/// The innermost cause: the outer errors only say "dispatch failure".
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
