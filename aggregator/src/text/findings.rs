//! What became of a sync of findings, in words.

use rust_i18n::t;

use super::LocalizedMessage;
use crate::actions::findings::sync::{Failed, SyncRow};
use hubward_domain::account::Language;

/// Why a Region's mirror is not up to date, and what helps.
pub(crate) fn failure(failed: &Failed, language: Language) -> LocalizedMessage {
    match failed {
        Failed::Aws(failure) => super::aws::failure(failure, language),
        Failed::Store(error) => super::startup_error::store_error(error, language),
    }
}

/// One Region, in a sentence or two.
pub(crate) fn detail(row: &SyncRow, language: Language) -> String {
    let locale = language.as_str();
    match &row.outcome {
        Err(failed) => {
            let message = failure(failed, language);
            format!("{}\n{}", message.text, message.hint)
        }
        Ok(counts) if counts.refused > 0 => t!(
            "findings.refused",
            locale = locale,
            refused = counts.refused
        )
        .into_owned(),
        Ok(_) => String::new(),
    }
}

/// How many of each, over all Regions.
pub(crate) fn summary(rows: &[SyncRow], language: Language) -> String {
    let counts = || rows.iter().filter_map(|row| row.outcome.as_ref().ok());
    t!(
        "findings.summary",
        locale = language.as_str(),
        new = counts().map(|counts| counts.new).sum::<u64>(),
        changed = counts().map(|counts| counts.changed).sum::<u64>(),
        unchanged = counts().map(|counts| counts.unchanged).sum::<u64>(),
        failed = rows.iter().filter(|row| row.outcome.is_err()).count()
    )
    .into_owned()
}
