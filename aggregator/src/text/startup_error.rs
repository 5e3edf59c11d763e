//! Why Hubward cannot start, and what was made when it was set up, in sentences.

use std::borrow::Cow;

use rust_i18n::t;

use super::LocalizedMessage;
use crate::actions::ActionError;
use crate::app::OpenError;
use hubward_domain::account::Language;
use hubward_store::StoreError;

/// Everything that keeps Hubward from starting.
pub(crate) fn open_error(error: &OpenError, language: Language) -> Vec<LocalizedMessage> {
    let locale = language.as_str();
    match error {
        OpenError::Unreadable { file, source } => vec![LocalizedMessage::new(
            t!(
                "open.unreadable",
                locale = locale,
                file = file.display(),
                why = source
            ),
            t!("open.unreadable_hint", locale = locale),
        )],
        OpenError::Unwritable { file, source } => vec![LocalizedMessage::new(
            t!(
                "open.unwritable",
                locale = locale,
                file = file.display(),
                why = source
            ),
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
            t!("open.secret_missing", locale = locale, why = missing),
            "",
        )],
        OpenError::Store { place, source } => vec![store_at(place, source, language)],
    }
}

/// Why a use-case did not happen.
pub(crate) fn action_error(error: &ActionError, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    match error {
        ActionError::Store(error) => store_error(error, language),
        ActionError::Aws(error) => super::aws::unavailable(error, language),
        ActionError::NotInLedger(accounts) => {
            let accounts: Vec<String> = accounts.iter().map(ToString::to_string).collect();
            LocalizedMessage::new(
                t!(
                    "cli.not_in_ledger",
                    locale = locale,
                    accounts = accounts.join(", ")
                ),
                t!("cli.not_in_ledger_hint", locale = locale),
            )
        }
    }
}

/// What a database did not do while Hubward was at work.
pub(crate) fn store_error(error: &StoreError, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    LocalizedMessage::new(
        t!("open.store_failed", locale = locale, why = chain(error)),
        store_hint(error, locale),
    )
}

fn store_hint(error: &StoreError, locale: &str) -> Cow<'static, str> {
    if error.is_of_server() {
        t!("open.store_hint_server", locale = locale)
    } else {
        t!("open.store_hint", locale = locale)
    }
}

fn store_at(place: &str, error: &StoreError, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    match error {
        StoreError::NotMigrated { found, needed } => LocalizedMessage::new(
            t!(
                "open.not_migrated",
                locale = locale,
                place = place,
                found = found,
                needed = needed
            ),
            t!("open.not_migrated_hint", locale = locale),
        ),
        StoreError::TooNew { found, known } => LocalizedMessage::new(
            t!(
                "open.too_new",
                locale = locale,
                place = place,
                found = found,
                known = known
            ),
            t!("open.too_new_hint", locale = locale),
        ),
        other => LocalizedMessage::new(
            t!(
                "open.store",
                locale = locale,
                place = place,
                why = chain(other)
            ),
            store_hint(other, locale),
        ),
    }
}

/// An error with its causes, each said once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let words = deeper.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = deeper.source();
    }
    text
}

/// A configuration file that was written, or was there.
pub(crate) fn file(file: &str, written: bool, language: Language) -> String {
    let locale = language.as_str();
    if written {
        t!("open.initialised", locale = locale, file = file)
    } else {
        t!("open.kept", locale = locale, file = file)
    }
    .into_owned()
}

/// What a person has to fill in next.
pub(crate) fn fill_in(language: Language) -> String {
    t!("open.fill_in", locale = language.as_str()).into_owned()
}

/// A database that is ready.
pub(crate) fn migrated(place: &str, applied: usize, language: Language) -> String {
    let locale = language.as_str();
    if applied == 0 {
        t!("open.up_to_date", locale = locale, place = place)
    } else {
        t!(
            "open.migrated",
            locale = locale,
            place = place,
            applied = applied
        )
    }
    .into_owned()
}
