//! Copies of the database, and why there is none, in sentences.

use rust_i18n::t;

use super::LocalizedMessage;
use super::startup_error::{open_error, store_error};
use crate::actions::backup::create::{BackedUp, CopyError};
use crate::actions::backup::restore::{RestoreError, RestorePlan, Restored};
use hubward_domain::account::Language;

/// A copy was made.
pub(crate) fn done(done: &BackedUp, language: Language) -> String {
    t!(
        "backup.done",
        locale = language.as_str(),
        file = done.file.display(),
        bytes = done.bytes,
        sha256 = done.sha256,
        events = done.head.events,
        head = done.head.hash
    )
    .into_owned()
}

/// What is asked before a copy is put in the database's place.
pub(crate) fn question(plan: &RestorePlan, language: Language) -> String {
    let locale = language.as_str();
    let copy = t!(
        "backup.copy",
        locale = locale,
        events = plan.head.events,
        head = plan.head.hash,
        upgrades = plan.upgrades
    );
    match &plan.before {
        Some(before) => t!(
            "backup.question",
            locale = locale,
            copy = copy,
            database = plan.database.display(),
            events = before.events,
            head = before.hash
        ),
        None => t!(
            "backup.question_unread",
            locale = locale,
            copy = copy,
            database = plan.database.display()
        ),
    }
    .into_owned()
}

/// A copy is the database now.
pub(crate) fn restored(done: &Restored, language: Language) -> String {
    let locale = language.as_str();
    let said = t!(
        "backup.restored",
        locale = locale,
        database = done.database.display(),
        events = done.head.events,
        head = done.head.hash
    );
    match &done.kept {
        Some(kept) => format!(
            "{said} {}",
            t!("backup.kept", locale = locale, file = kept.display())
        ),
        None => said.into_owned(),
    }
}

/// Why there is no copy, or none that can be used.
pub(crate) fn error(error: &CopyError, language: Language) -> Vec<LocalizedMessage> {
    let locale = language.as_str();
    let message = match error {
        CopyError::Postgres => LocalizedMessage::new(
            t!("backup.postgres", locale = locale),
            t!("backup.postgres_hint", locale = locale),
        ),
        CopyError::Exists(file) => LocalizedMessage::new(
            t!("backup.exists", locale = locale, file = file.display()),
            t!("backup.exists_hint", locale = locale),
        ),
        CopyError::File { file, source } => LocalizedMessage::new(
            t!(
                "cli.io",
                locale = locale,
                file = file.display(),
                why = source
            ),
            "",
        ),
        CopyError::Store(error) => store_error(error, language),
        CopyError::Damaged(why) => LocalizedMessage::new(
            t!("backup.damaged", locale = locale, why = why),
            t!("backup.damaged_hint", locale = locale),
        ),
        CopyError::Foreign => LocalizedMessage::new(
            t!("backup.foreign", locale = locale),
            t!("backup.damaged_hint", locale = locale),
        ),
        CopyError::Broken(broken) => LocalizedMessage::new(
            t!(
                "cli.audit_broken",
                locale = locale,
                sequence = broken.sequence
            ),
            t!("cli.audit_broken_hint", locale = locale),
        ),
    };
    vec![message]
}

/// Why nothing was restored.
pub(crate) fn restore_error(failure: &RestoreError, language: Language) -> Vec<LocalizedMessage> {
    let locale = language.as_str();
    match failure {
        RestoreError::Open(failure) => open_error(failure, language),
        RestoreError::Copy(failure) => error(failure, language),
        RestoreError::InUse(file) => vec![LocalizedMessage::new(
            t!("backup.in_use", locale = locale, file = file.display()),
            t!("backup.in_use_hint", locale = locale),
        )],
    }
}
