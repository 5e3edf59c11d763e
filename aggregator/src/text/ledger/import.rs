//! All reasons why a ledger file was not imported.

use super::{problem, too_many_state_changes, unreadable};
use crate::actions::ledger::import::ImportError;
use crate::say::Say;
use crate::text::LocalizedMessage;
use hubward_domain::account::Language;

/// All reasons; `name` is the file's.
pub(crate) fn not_imported(
    error: &ImportError,
    name: &str,
    language: Language,
) -> Vec<LocalizedMessage> {
    let say = Say(language);
    match error {
        ImportError::Unreadable(why) => vec![unreadable(why, name, language)],
        ImportError::Problems(problems) => {
            let problems = problems.iter();
            let mut messages: Vec<LocalizedMessage> =
                problems.map(|it| problem(it, language)).collect();
            messages.push(LocalizedMessage::new(
                say.cli_nothing_imported(messages.len(), name),
                "",
            ));
            messages
        }
        ImportError::TooMany(refused) => vec![too_many_state_changes(refused, language)],
        ImportError::Changed => vec![LocalizedMessage::new(
            say.cli_ledger_changed(),
            say.cli_ledger_changed_hint(),
        )],
        ImportError::Store(error) => vec![crate::text::startup_error::store_error(error, language)],
    }
}
