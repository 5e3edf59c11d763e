//! A call that AWS refused or that never arrived, in words that a person can act on. The decision
//! what kind of refusal it is looks at the error's code and message, never at an SDK's variants:
//! services answer with codes that their models do not list.

use hubward_protocol::Region;
use serde::Serialize;

use super::{Denier, Operation};

/// What was attempted, where, and what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Refusal {
    /// What was attempted.
    pub(crate) operation: Operation,
    /// In which Region.
    pub(crate) region: Region,
    /// AWS's error code; a word of ours where no answer came.
    pub(crate) code: String,
    /// AWS's message.
    pub(crate) message: String,
    /// What kind of refusal it is.
    pub(crate) cause: Cause,
}

/// What kind of refusal it is, and thereby who can help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cause {
    /// The caller may not do this.
    Denied {
        /// What denies it.
        by: Denier,
        /// The IAM action that AWS named, else the operation's own.
        action: String,
    },
    /// A central configuration policy of an organisation keeps it for itself.
    CentrallyManaged,
    /// The account has not enabled the Region.
    RegionOff,
    /// The credentials are expired or unknown.
    Credentials,
    /// Too many calls, even after the retries.
    Throttled,
    /// A quota of the account is used up: no attempt later changes that.
    Quota,
    /// Somebody else made one meanwhile, and there can be only one.
    Overtaken,
    /// AWS's own trouble: an answer of 5xx, or one that broke off.
    Broken,
    /// No answer in time, or no connection.
    Unreachable,
    /// Anything else.
    Other,
}

impl Refusal {
    /// Judges an answer of AWS's.
    pub(crate) fn answered(
        operation: Operation,
        region: Region,
        code: &str,
        message: &str,
    ) -> Self {
        Self {
            operation,
            region,
            code: plain(code),
            message: plain(message),
            cause: judge(operation, code, message),
        }
    }

    /// No answer came.
    pub(crate) fn unreachable(
        operation: Operation,
        region: Region,
        code: &str,
        message: &str,
    ) -> Self {
        Self {
            operation,
            region,
            code: plain(code),
            message: plain(message),
            cause: Cause::Unreachable,
        }
    }

    /// The Region was not asked at all, because the account has not enabled it.
    pub(crate) fn not_asked(region: Region) -> Self {
        Self {
            operation: Operation::new("account:ListRegions"),
            region,
            code: String::new(),
            message: String::new(),
            cause: Cause::RegionOff,
        }
    }

    /// Nobody refused: nobody was asked.
    pub(crate) fn is_of_nobody(&self) -> bool {
        self.code.is_empty()
    }
}

fn judge(operation: Operation, code: &str, message: &str) -> Cause {
    let text = message.to_ascii_lowercase();
    // The V1 services spell it with and without "Exception", STS and IAM without.
    match code.strip_suffix("Exception").unwrap_or(code) {
        _ if text.contains("central configuration policy") => Cause::CentrallyManaged,
        // Security Hub is off: it has the same code for that as for a missing permission.
        "InvalidAccess" if text.contains("not subscribed") => Cause::Other,
        "AccessDenied"
        | "UnauthorizedOperation"
        | "InvalidAccess"
        | "NotAuthorized"
        | "Forbidden" => Cause::Denied {
            by: if text.contains("service control policy") {
                Denier::ServiceControlPolicy
            } else if text.contains("explicit deny") {
                Denier::ExplicitDeny
            } else {
                Denier::NothingAllows
            },
            action: named_action(message).unwrap_or(operation.action).to_owned(),
        },
        "ExpiredToken" | "RequestExpired" | "SignatureDoesNotMatch" | "NoCredentials" => {
            Cause::Credentials
        }
        // The identity was proved before, so a Region that does not know it is one that is off.
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
        // One code for two things: "account or throttling limits".
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

/// The action in "… is not authorized to perform: config:PutConfigurationRecorder on resource …".
fn named_action(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("not authorized to perform")?;
    let word = rest
        .trim_start_matches([':', ' '])
        .split_whitespace()
        .next()?;
    let word = word.trim_end_matches(['.', ',']);
    let (service, action) = word.split_once(':')?;
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    (plain(service) && plain(action)).then_some(word)
}

/// One line without control characters: it is printed on a terminal.
pub(crate) fn plain(text: &str) -> String {
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
        Refusal::answered(PUT, "us-east-1".parse().unwrap(), code, message).cause
    }

    #[test]
    fn a_denial_names_what_denies_and_which_action() {
        let scp = "User: arn:aws:sts::111111111111:assumed-role/dev/me is not authorized to perform: \
                   iam:PassRole on resource: * with an explicit deny in a service control policy";
        assert_eq!(
            cause("AccessDeniedException", scp),
            Cause::Denied {
                by: Denier::ServiceControlPolicy,
                action: "iam:PassRole".to_owned()
            }
        );
        assert_eq!(
            cause("AccessDenied", "Access Denied"),
            Cause::Denied {
                by: Denier::NothingAllows,
                action: "config:PutConfigurationRecorder".to_owned()
            }
        );
        assert_eq!(
            cause(
                "AccessDeniedException",
                "… with an explicit deny in a permissions boundary"
            ),
            Cause::Denied {
                by: Denier::ExplicitDeny,
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
    fn other_codes_find_their_kind() {
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
    fn a_message_cannot_speak_to_the_terminal() {
        let refusal =
            Refusal::answered(PUT, "us-east-1".parse().unwrap(), "A\u{1b}[0m", "one\ntwo");
        assert_eq!(refusal.message, "one two");
        assert!(!refusal.code.contains('\u{1b}'));
    }
}
