//! Why a ledger file was not imported, all of it.

use rust_i18n::t;

use super::{problem, too_many_state_changes, unreadable};
use crate::actions::ledger::import::ImportError;
use crate::text::LocalizedMessage;
use hubward_domain::account::Language;

/// Every reason; `name` is the file's.
pub(crate) fn not_imported(
    error: &ImportError,
    name: &str,
    language: Language,
) -> Vec<LocalizedMessage> {
    let locale = language.as_str();
    match error {
        ImportError::Unreadable(why) => vec![unreadable(why, name, language)],
        ImportError::Problems(problems) => {
            let problems = problems.iter();
            let mut messages: Vec<LocalizedMessage> =
                problems.map(|it| problem(it, language)).collect();
            messages.push(LocalizedMessage::new(
                t!(
                    "cli.nothing_imported",
                    locale = locale,
                    count = messages.len(),
                    file = name
                ),
                "",
            ));
            messages
        }
        ImportError::TooMany(refused) => vec![too_many_state_changes(refused, language)],
        ImportError::Changed => vec![LocalizedMessage::new(
            t!("cli.ledger_changed", locale = locale),
            t!("cli.ledger_changed_hint", locale = locale),
        )],
        ImportError::Store(error) => vec![crate::text::startup_error::store_error(error, language)],
    }
}
