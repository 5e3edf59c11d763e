//! Messages about backups and restoring.

use super::LocalizedMessage;
use super::startup_error::{open_error, store_error};
use crate::actions::backup::create::{BackedUp, CopyError};
use crate::actions::backup::restore::{RestoreError, RestorePlan, Restored};
use crate::say::Say;
use hubward_domain::account::Language;

/// A backup was created.
pub(crate) fn done(done: &BackedUp, language: Language) -> String {
    Say(language).backup_done(
        done.bytes,
        done.head.events,
        done.file.display(),
        &done.head.hash,
        &done.sha256,
    )
}

/// The question before a backup replaces the database.
pub(crate) fn question(plan: &RestorePlan, language: Language) -> String {
    let say = Say(language);
    let copy = say.backup_copy(plan.head.events, &plan.head.hash, plan.upgrades);
    match &plan.before {
        Some(before) => {
            say.backup_question(copy, plan.database.display(), before.events, &before.hash)
        }
        None => say.backup_question_unread(copy, plan.database.display()),
    }
}

/// A backup was restored.
pub(crate) fn restored(done: &Restored, language: Language) -> String {
    let say = Say(language);
    let done_text = say.backup_restored(done.database.display(), done.head.events, &done.head.hash);
    match &done.kept {
        Some(kept) => format!("{done_text} {}", say.backup_kept(kept.display())),
        None => done_text,
    }
}

/// Why a backup could not be created or used.
pub(crate) fn error(error: &CopyError, language: Language) -> Vec<LocalizedMessage> {
    let say = Say(language);
    let message = match error {
        CopyError::Postgres => {
            LocalizedMessage::new(say.backup_postgres(), say.backup_postgres_hint())
        }
        CopyError::Exists(file) => {
            LocalizedMessage::new(say.backup_exists(file.display()), say.backup_exists_hint())
        }
        CopyError::File { file, source } => {
            LocalizedMessage::new(say.cli_io(file.display(), source), "")
        }
        CopyError::Store(error) => store_error(error, language),
        CopyError::Damaged(why) => {
            LocalizedMessage::new(say.backup_damaged(why), say.backup_damaged_hint())
        }
        CopyError::Foreign => {
            LocalizedMessage::new(say.backup_foreign(), say.backup_damaged_hint())
        }
        CopyError::Broken(broken) => LocalizedMessage::new(
            say.cli_audit_broken(broken.sequence),
            say.cli_audit_broken_hint(),
        ),
    };
    vec![message]
}

/// Why nothing was restored.
pub(crate) fn restore_error(failure: &RestoreError, language: Language) -> Vec<LocalizedMessage> {
    let say = Say(language);
    match failure {
        RestoreError::Open(failure) => open_error(failure, language),
        RestoreError::Copy(failure) => error(failure, language),
        RestoreError::InUse(file) => vec![LocalizedMessage::new(
            say.backup_in_use(file.display()),
            say.backup_in_use_hint(),
        )],
    }
}
