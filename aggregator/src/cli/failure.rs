//! Why a command failed, as messages that are printed once.

use std::path::Path;

use super::Exit;
use crate::actions::{ActionError, StoreError};
use crate::app::OpenError;
use crate::say::Say;
use crate::text::{self, LocalizedMessage};
use hubward_domain::account::Language;

/// Messages to print, or a pipe that its reader closed.
#[derive(Debug)]
pub(super) enum CommandFailure {
    /// What to print.
    Messages(Vec<LocalizedMessage>),
    /// The reader of our output is gone, so nothing is printed.
    Hangup,
}

impl CommandFailure {
    pub(super) fn new(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Messages(vec![LocalizedMessage::new(text, hint)])
    }

    pub(super) fn messages(messages: Vec<LocalizedMessage>) -> Self {
        Self::Messages(messages)
    }

    pub(super) fn exit(&self) -> Exit {
        match self {
            Self::Messages(_) => Exit::Failed,
            Self::Hangup => Exit::Done,
        }
    }

    pub(super) fn open(error: &OpenError, language: Language) -> Self {
        Self::Messages(text::startup_error::open_error(error, language))
    }

    pub(super) fn store(error: &StoreError, language: Language) -> Self {
        Self::Messages(vec![text::startup_error::store_error(error, language)])
    }

    pub(super) fn action(error: &ActionError, language: Language) -> Self {
        Self::Messages(vec![text::startup_error::action_error(error, language)])
    }

    pub(super) fn file(file: &Path, why: &std::io::Error, language: Language) -> Self {
        Self::new(Say(language).cli_io(file.display(), why), "")
    }

    pub(super) fn output(why: &std::io::Error, language: Language) -> Self {
        if why.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::Hangup;
        }
        Self::new(Say(language).cli_output(why), "")
    }
}
