//! Messages about starting and setting up: why Hubward cannot start, and what was created.

use super::LocalizedMessage;
use crate::actions::ActionError;
use crate::app::OpenError;
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_store::StoreError;

/// All problems that prevent Hubward from starting.
pub(crate) fn open_error(error: &OpenError, language: Language) -> Vec<LocalizedMessage> {
    let say = Say(language);
    match error {
        OpenError::Unreadable { file, source } => vec![LocalizedMessage::new(
            say.startup_error_unreadable(file.display(), source),
            say.startup_error_unreadable_hint(),
        )],
        OpenError::Unwritable { file, source } => vec![LocalizedMessage::new(
            say.startup_error_unwritable(file.display(), source),
            "",
        )],
        OpenError::Wrong { file, problems } => problems
            .iter()
            .map(|problem| {
                let message = super::config::problem(problem, language);
                LocalizedMessage::new(
                    format!("{}: {}", file.display(), message.text),
                    message.hint,
                )
            })
            .collect(),
        OpenError::Secret(missing) => vec![LocalizedMessage::new(
            say.startup_error_secret_missing(say.secret_missing(missing)),
            "",
        )],
        OpenError::Store { place, source } => vec![store_at(place, source, language)],
    }
}

/// Why a use case failed.
pub(crate) fn action_error(error: &ActionError, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match error {
        ActionError::Store(error) => store_error(error, language),
        ActionError::Aws(error) => super::aws::unavailable(error, language),
        ActionError::NotInLedger(accounts) => {
            let accounts: Vec<String> = accounts.iter().map(ToString::to_string).collect();
            LocalizedMessage::new(
                say.cli_not_in_ledger(accounts.join(", ")),
                say.cli_not_in_ledger_hint(),
            )
        }
    }
}

/// A failure of the database at run time.
pub(crate) fn store_error(error: &StoreError, language: Language) -> LocalizedMessage {
    let say = Say(language);
    LocalizedMessage::new(
        say.startup_error_store_failed(error.with_causes()),
        store_hint(error, say),
    )
}

fn store_hint(error: &StoreError, say: Say) -> &'static str {
    if error.is_of_server() {
        say.startup_error_store_hint_server()
    } else {
        say.startup_error_store_hint()
    }
}

fn store_at(place: &str, error: &StoreError, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match error {
        StoreError::NotMigrated { found, needed } => LocalizedMessage::new(
            say.startup_error_not_migrated(found, needed, place),
            say.startup_error_not_migrated_hint(),
        ),
        StoreError::TooNew { found, known } => LocalizedMessage::new(
            say.startup_error_too_new(found, known, place),
            say.startup_error_too_new_hint(),
        ),
        other => LocalizedMessage::new(
            say.startup_error_store(place, other.with_causes()),
            store_hint(other, say),
        ),
    }
}

/// The configuration file was written, or existed.
pub(crate) fn file(file: &str, written: bool, language: Language) -> String {
    let say = Say(language);
    if written {
        say.startup_error_initialised(file)
    } else {
        say.startup_error_kept(file)
    }
}

/// What to fill in next.
pub(crate) fn fill_in(language: Language) -> String {
    Say(language).startup_error_fill_in().to_owned()
}

/// The database is ready.
pub(crate) fn migrated(place: &str, applied: usize, language: Language) -> String {
    let say = Say(language);
    if applied == 0 {
        say.startup_error_up_to_date(place)
    } else {
        say.startup_error_migrated(applied, place)
    }
}
