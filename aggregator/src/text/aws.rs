//! What AWS did not do, in sentences: what was attempted, where, what came back, what helps.

use rust_i18n::t;

use super::LocalizedMessage;
use crate::aws::failure::FailureKind;
use crate::aws::{AwsFailure, AwsUnavailable};
use hubward_domain::account::Language;

/// Why AWS is not called at all.
pub(crate) fn unavailable(error: &AwsUnavailable, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    match error {
        AwsUnavailable::NoCredentials(why) => LocalizedMessage::new(
            t!("aws.no_credentials", locale = locale, why = why),
            t!("aws.no_credentials_hint", locale = locale),
        ),
        AwsUnavailable::UnsafeEndpoint { variable, why } => LocalizedMessage::new(
            t!(
                "aws.unsafe_endpoint",
                locale = locale,
                variable = variable,
                why = super::config::unsafe_address(*why, language)
            ),
            t!("aws.unsafe_endpoint_hint", locale = locale),
        ),
        AwsUnavailable::Caller(failed) => failure(failed, language),
        AwsUnavailable::WrongAccount { found, wanted } => LocalizedMessage::new(
            t!(
                "aws.wrong_account",
                locale = locale,
                found = found,
                wanted = wanted
            ),
            t!("aws.wrong_account_hint", locale = locale),
        ),
    }
}

/// One failed call.
pub(crate) fn failure(failure: &AwsFailure, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    let AwsFailure {
        operation,
        region,
        code,
        message,
    } = failure;
    let text = match code {
        Some(code) => t!(
            "aws.failed",
            locale = locale,
            operation = operation,
            region = region,
            code = code,
            message = message
        ),
        None => t!(
            "aws.no_answer",
            locale = locale,
            operation = operation,
            region = region,
            message = message
        ),
    };
    let hint = match failure.kind() {
        FailureKind::HubOff => t!("aws.hint_hub_off", locale = locale, region = region),
        FailureKind::Denied => t!(
            "aws.hint_denied",
            locale = locale,
            operation = operation,
            region = region
        ),
        FailureKind::Credentials => t!("aws.hint_credentials", locale = locale, region = region),
        FailureKind::Limit => t!("aws.hint_limit", locale = locale),
        FailureKind::Unreachable => t!("aws.hint_unreachable", locale = locale),
        FailureKind::Other => t!("aws.hint_other", locale = locale),
    };
    LocalizedMessage::new(text, hint)
}
