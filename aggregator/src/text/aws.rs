//! Messages about failed AWS calls: the operation, the Region, the error, and what to do.

use super::LocalizedMessage;
use crate::aws::failure::FailureKind;
use crate::aws::{AwsFailure, AwsUnavailable};
use crate::say::Say;
use hubward_domain::account::Language;

/// Why AWS cannot be called.
pub(crate) fn unavailable(error: &AwsUnavailable, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match error {
        AwsUnavailable::NoCredentials(why) => {
            LocalizedMessage::new(say.aws_no_credentials(why), say.aws_no_credentials_hint())
        }
        AwsUnavailable::UnsafeEndpoint { variable, why } => LocalizedMessage::new(
            say.aws_unsafe_endpoint(variable, super::config::unsafe_address(*why, language)),
            say.aws_unsafe_endpoint_hint(),
        ),
        AwsUnavailable::Caller(failed) => failure(failed, language),
        AwsUnavailable::WrongAccount { found, wanted } => LocalizedMessage::new(
            say.aws_wrong_account(found, wanted),
            say.aws_wrong_account_hint(),
        ),
    }
}

/// A failed call.
pub(crate) fn failure(failure: &AwsFailure, language: Language) -> LocalizedMessage {
    let say = Say(language);
    let AwsFailure {
        operation,
        region,
        code,
        message,
    } = failure;
    let text = match (code, message) {
        (Some(code), message) => {
            let message = message.as_deref().unwrap_or_default();
            say.aws_failed(code, message, operation, region)
        }
        (None, Some(why)) => say.aws_no_answer(why, operation, region),
        (None, None) => say.aws_timed_out(operation, region),
    };
    let hint = match failure.kind() {
        FailureKind::HubOff => say.aws_hint_hub_off(region),
        FailureKind::Denied => say.aws_hint_denied(operation, region),
        FailureKind::Credentials => say.aws_hint_credentials(region),
        FailureKind::Limit => say.aws_hint_limit().to_owned(),
        FailureKind::Unreachable => say.aws_hint_unreachable().to_owned(),
        FailureKind::Other => say.aws_hint_other().to_owned(),
    };
    LocalizedMessage::new(text, hint)
}
