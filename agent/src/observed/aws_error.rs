//! A failed AWS call, classified so that a person can act on it. The classification uses the error's code
//! and message, never the SDK's error variants: services answer with codes that their models do not list.

use hubward_protocol::Region;
use serde::Serialize;

use super::{DeniedBy, Operation};

/// A failed call: what was called, where, and what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct AwsError {
    pub(crate) operation: Operation,
    pub(crate) region: Region,
    /// AWS's error code; ours if there was no response, such as `Timeout`.
    pub(crate) code: String,
    /// AWS's message, or the network error.
    pub(crate) message: String,
    pub(crate) cause: Cause,
}

/// Why a call failed. It determines the hint and whether a retry can help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cause {
    /// The caller lacks a permission.
    Denied {
        by: DeniedBy,
        /// The IAM action that AWS named, or else the operation's own.
        action: String,
    },
    /// A central configuration policy of the organization manages this.
    CentrallyManaged,
    /// The account has not enabled the Region.
    RegionOff,
    /// The credentials are expired or invalid.
    Credentials,
    /// Too many calls, even after the retries.
    Throttled,
    /// A quota of the account is exhausted. Retrying cannot help.
    Quota,
    /// The resource was created by another caller in the meantime, and AWS allows only one.
    Overtaken,
    /// A failure on AWS's side: a 5xx response, or a truncated one.
    Broken,
    /// No response in time, or no connection.
    Unreachable,
    Other,
}

impl AwsError {
    /// Classifies an error response.
    pub(crate) fn from_response(
        operation: Operation,
        region: Region,
        code: &str,
        message: &str,
    ) -> Self {
        Self {
            operation,
            region,
            code: sanitize(code),
            message: sanitize(message),
            cause: classify(operation, code, message),
        }
    }

    /// There was no response.
    pub(crate) fn unreachable(
        operation: Operation,
        region: Region,
        code: &str,
        message: &str,
    ) -> Self {
        Self {
            operation,
            region,
            code: sanitize(code),
            message: sanitize(message),
            cause: Cause::Unreachable,
        }
    }

    /// The Region was not called because the account has not enabled it.
    pub(crate) fn region_disabled(region: Region) -> Self {
        Self {
            operation: Operation::new("account:ListRegions"),
            region,
            code: String::new(),
            message: String::new(),
            cause: Cause::RegionOff,
        }
    }

    /// Whether this is `region_disabled`: no call was made, so there is no code.
    pub(crate) fn is_region_disabled(&self) -> bool {
        self.code.is_empty()
    }
}

fn classify(operation: Operation, code: &str, message: &str) -> Cause {
    let text = message.to_ascii_lowercase();
    // Some services end their codes in "Exception"; STS and IAM do not.
    match code.strip_suffix("Exception").unwrap_or(code) {
        _ if text.contains("central configuration policy") => Cause::CentrallyManaged,
        // Security Hub is off. AWS uses the same code for a missing permission.
        "InvalidAccess" if text.contains("not subscribed") => Cause::Other,
        "AccessDenied"
        | "UnauthorizedOperation"
        | "InvalidAccess"
        | "NotAuthorized"
        | "Forbidden" => Cause::Denied {
            by: if text.contains("service control policy") {
                DeniedBy::ServiceControlPolicy
            } else if text.contains("explicit deny") {
                DeniedBy::ExplicitDeny
            } else {
                DeniedBy::ImplicitDeny
            },
            action: named_action(message).unwrap_or(operation.action).to_owned(),
        },
        "ExpiredToken" | "RequestExpired" | "SignatureDoesNotMatch" | "NoCredentials" => {
            Cause::Credentials
        }
        // STS accepted these credentials before, so a Region that rejects them is not enabled.
        "UnrecognizedClient"
        | "InvalidClientTokenId"
        | "AuthFailure"
        | "OptInRequired"
        | "IllegalLocationConstraint" => Cause::RegionOff,
        "Throttling"
        | "ThrottledRequest"
        | "TooManyRequests"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "SlowDown"
        | "HTTP 429" => Cause::Throttled,
        // AWS documents this code for "account or throttling limits", so only the operation can tell.
        "LimitExceeded" if !operation.creates() => Cause::Throttled,
        "LimitExceeded" | "ServiceQuotaExceeded" | "TooManyBuckets" => Cause::Quota,
        "MaxNumberOfConfigurationRecordersExceeded" | "MaxNumberOfDeliveryChannelsExceeded" => {
            Cause::Overtaken
        }
        "Internal"
        | "InternalError"
        | "InternalServerError"
        | "InternalFailure"
        | "InternalService"
        // Lambda's `ServiceException`.
        | "Service"
        | "ServiceUnavailable"
        | "ServiceFailure"
        | "RequestTimeout"
        | "ConcurrentModification"
        | "OperationAborted"
        | "UnreadableAnswer" => Cause::Broken,
        plain if plain.starts_with("HTTP 5") => Cause::Broken,
        _ => Cause::Other,
    }
}

/// Finds the action in "… is not authorized to perform: config:PutConfigurationRecorder on resource …".
fn named_action(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("not authorized to perform")?;
    let word = rest
        .trim_start_matches([':', ' '])
        .split_whitespace()
        .next()?;
    let word = word.trim_end_matches(['.', ',']);
    let (service, action) = word.split_once(':')?;
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    (is_name(service) && is_name(action)).then_some(word)
}

/// Makes remote text safe to print on a terminal: one line, no control characters, at most 600 characters.
pub(crate) fn sanitize(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(600)
        .collect();
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUT: Operation = Operation::new("config:PutConfigurationRecorder");

    fn cause(code: &str, message: &str) -> Cause {
        AwsError::from_response(PUT, "us-east-1".parse().unwrap(), code, message).cause
    }

    #[test]
    fn a_denial_names_the_policy_and_the_action() {
        let scp = "User: arn:aws:sts::111111111111:assumed-role/dev/me is not authorized to perform: \
                   iam:PassRole on resource: * with an explicit deny in a service control policy";
        assert_eq!(
            cause("AccessDeniedException", scp),
            Cause::Denied {
                by: DeniedBy::ServiceControlPolicy,
                action: "iam:PassRole".to_owned()
            }
        );
        assert_eq!(
            cause("AccessDenied", "Access Denied"),
            Cause::Denied {
                by: DeniedBy::ImplicitDeny,
                action: "config:PutConfigurationRecorder".to_owned()
            }
        );
        assert_eq!(
            cause(
                "AccessDeniedException",
                "… with an explicit deny in a permissions boundary"
            ),
            Cause::Denied {
                by: DeniedBy::ExplicitDeny,
                action: "config:PutConfigurationRecorder".to_owned()
            }
        );
    }

    #[test]
    fn central_configuration_is_not_a_missing_permission() {
        let text = "This account is currently associated with a central configuration policy, so only the \
                    administrator can access this operation";
        assert_eq!(
            cause("AccessDeniedException", text),
            Cause::CentrallyManaged
        );
    }

    #[test]
    fn other_codes_are_classified() {
        assert_eq!(cause("UnrecognizedClientException", ""), Cause::RegionOff);
        assert_eq!(cause("ExpiredToken", ""), Cause::Credentials);
        assert_eq!(cause("TooManyRequestsException", ""), Cause::Throttled);
        assert_eq!(cause("ThrottlingException", ""), Cause::Throttled);
        assert_eq!(cause("InternalServerErrorException", ""), Cause::Broken);
        assert_eq!(cause("NoSuchBucket", ""), Cause::Other);
        assert_eq!(
            cause("MaxNumberOfConfigurationRecordersExceededException", ""),
            Cause::Overtaken
        );
        assert_eq!(
            cause(
                "InvalidAccessException",
                "… is not subscribed to AWS Security Hub"
            ),
            Cause::Other
        );
    }

    #[test]
    fn a_message_cannot_control_the_terminal() {
        let error =
            AwsError::from_response(PUT, "us-east-1".parse().unwrap(), "A\u{1b}[0m", "one\ntwo");
        assert_eq!(error.message, "one two");
        assert!(!error.code.contains('\u{1b}'));
    }
}
