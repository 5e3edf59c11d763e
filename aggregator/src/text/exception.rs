//! Exceptions in sentences: what was granted, and why something was not.

use rust_i18n::t;

use super::LocalizedMessage;
use crate::actions::exception::{ExceptionError, Granted};
use hubward_domain::account::Language;
use hubward_domain::exception::{ExceptionRefusal, LONGEST_REASON};

/// What was granted.
pub(crate) fn granted(granted: &Granted, language: Language) -> String {
    let locale = language.as_str();
    let exception = &granted.exception;
    let until = exception.until;
    if exception.suppressed {
        t!(
            "exception.granted_suppressed",
            locale = locale,
            id = exception.id,
            until = until,
            count = granted.covered
        )
    } else {
        t!(
            "exception.granted",
            locale = locale,
            id = exception.id,
            until = until,
            count = granted.covered
        )
    }
    .into_owned()
}

/// That AWS has no such control, as far as the bundled list knows.
pub(crate) fn unknown_control(control: &str, as_of: &str, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    LocalizedMessage::new(
        t!(
            "exception.unknown_control",
            locale = locale,
            control = control,
            day = as_of
        ),
        t!("exception.unknown_control_hint", locale = locale),
    )
}

/// Why an exception was not granted, or not ended.
pub(crate) fn failed(error: &ExceptionError, language: Language) -> Vec<LocalizedMessage> {
    let locale = language.as_str();
    match error {
        ExceptionError::Refused(refused) => refused
            .iter()
            .map(|why| LocalizedMessage::new(reason(why, language), ""))
            .collect(),
        ExceptionError::Taken => vec![LocalizedMessage::new(
            t!("exception.taken", locale = locale),
            t!("exception.taken_hint", locale = locale),
        )],
        ExceptionError::Unknown(id) => vec![LocalizedMessage::new(
            t!("exception.unknown", locale = locale, id = id),
            t!("exception.unknown_hint", locale = locale),
        )],
        ExceptionError::Action(error) => vec![super::startup_error::action_error(error, language)],
        ExceptionError::Aws(failure) => vec![super::aws::failure(failure, language)],
        ExceptionError::Unprocessed { count, first } => vec![LocalizedMessage::new(
            t!(
                "exception.unprocessed",
                locale = locale,
                count = count,
                first = first
            ),
            t!("exception.unprocessed_hint", locale = locale),
        )],
    }
}

fn reason(why: &ExceptionRefusal, language: Language) -> String {
    let locale = language.as_str();
    match why {
        ExceptionRefusal::Control => t!("exception.refused_control", locale = locale),
        ExceptionRefusal::Reason => t!(
            "exception.refused_reason",
            locale = locale,
            limit = LONGEST_REASON
        ),
        ExceptionRefusal::Resource => t!("exception.refused_resource", locale = locale),
        ExceptionRefusal::Past { today } => {
            t!("exception.refused_past", locale = locale, today = today)
        }
        ExceptionRefusal::TooLong { latest } => {
            t!("exception.refused_long", locale = locale, latest = latest)
        }
    }
    .into_owned()
}
