//! What AWS did not do, in words that help: the operation, the Region, AWS's code and message.
//!
//! Errors are told apart by `code()`, not by the SDK's modelled variants: throttling and quota
//! errors arrive unmodelled in the field.

use std::error::Error;

use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use hubward_protocol::Region;

/// One failed call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{operation} in {region}: {}{message}", code.as_ref().map(|code| format!("{code}: ")).unwrap_or_default())]
pub struct AwsFailure {
    /// `service:Operation`, as IAM spells it.
    pub operation: &'static str,
    /// Where.
    pub region: Region,
    /// AWS's error code; `None` when AWS gave no answer.
    pub code: Option<String>,
    /// AWS's message, or what kept us from an answer.
    pub message: String,
}

/// What a failure means for the person who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// Security Hub is not on in the administrator's account in this Region.
    HubOff,
    /// The permission is missing.
    Denied,
    /// The credentials are expired or wrong, or the Region is not enabled.
    Credentials,
    /// A limit of AWS was reached.
    Limit,
    /// AWS was not reached.
    Unreachable,
    /// Anything else.
    Other,
}

impl AwsFailure {
    /// From what the SDK returned.
    pub fn of<E, R>(operation: &'static str, region: Region, error: &SdkError<E, R>) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        let (code, message) = match error {
            SdkError::ServiceError(answer) => {
                let answer = answer.err();
                (
                    answer.code().map(str::to_owned),
                    answer
                        .message()
                        .map_or_else(|| answer.to_string(), str::to_owned),
                )
            }
            SdkError::TimeoutError(_) => (None, "no answer in time".to_owned()),
            other => (None, innermost(other)),
        };
        Self {
            operation,
            region,
            code,
            message,
        }
    }

    /// What it means.
    pub fn kind(&self) -> FailureKind {
        match self.code.as_deref() {
            None => FailureKind::Unreachable,
            // Security Hub answers one code both for "not subscribed" and for missing rights.
            Some("InvalidAccessException" | "ResourceNotFoundException")
                if self.message.contains("not subscribed") =>
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

/// The innermost cause: the outer ones only say "dispatch failure".
pub(super) fn innermost(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
