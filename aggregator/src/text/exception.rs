//! Messages about exceptions: what was granted, and why one was not.

use super::LocalizedMessage;
use crate::actions::exception::{ExceptionError, Granted};
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::exception::{ExceptionRefusal, LONGEST_REASON};

/// An exception was granted.
pub(crate) fn granted(granted: &Granted, language: Language) -> String {
    let say = Say(language);
    let exception = &granted.exception;
    let until = exception.until;
    if exception.suppressed {
        say.exception_granted_suppressed(granted.covered, &exception.id, until)
    } else {
        say.exception_granted(granted.covered, &exception.id, until)
    }
}

/// The bundled list has no such control.
pub(crate) fn unknown_control(control: &str, as_of: &str, language: Language) -> LocalizedMessage {
    let say = Say(language);
    LocalizedMessage::new(
        say.exception_unknown_control(control, as_of),
        say.exception_unknown_control_hint(),
    )
}

/// Why an exception was not granted or ended.
pub(crate) fn failed(error: &ExceptionError, language: Language) -> Vec<LocalizedMessage> {
    let say = Say(language);
    match error {
        ExceptionError::Refused(refused) => refused
            .iter()
            .map(|why| LocalizedMessage::new(reason(why, language), ""))
            .collect(),
        ExceptionError::Taken => vec![LocalizedMessage::new(
            say.exception_exists(),
            say.exception_exists_hint(),
        )],
        ExceptionError::Unknown(id) => vec![LocalizedMessage::new(
            say.exception_unknown(id),
            say.exception_unknown_hint(),
        )],
        ExceptionError::Action(error) => vec![super::startup_error::action_error(error, language)],
        ExceptionError::Aws(failure) => vec![super::aws::failure(failure, language)],
        ExceptionError::Unprocessed { count, first } => vec![LocalizedMessage::new(
            say.exception_unprocessed(*count, first),
            say.exception_unprocessed_hint(),
        )],
    }
}

fn reason(why: &ExceptionRefusal, language: Language) -> String {
    let say = Say(language);
    match why {
        ExceptionRefusal::Control => say.exception_refused_control().to_owned(),
        ExceptionRefusal::Reason => say.exception_refused_reason(LONGEST_REASON),
        ExceptionRefusal::Resource => say.exception_refused_resource().to_owned(),
        ExceptionRefusal::Past { today } => say.exception_refused_past(today),
        ExceptionRefusal::TooLong { latest } => say.exception_refused_long(latest),
    }
}
