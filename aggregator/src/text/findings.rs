//! Messages about syncing findings.

use super::LocalizedMessage;
use crate::actions::findings::sync::{Failed, SyncRow};
use crate::say::Say;
use hubward_domain::account::Language;

/// Why a Region's mirror is not up to date, and what to do.
pub(crate) fn failure(failed: &Failed, language: Language) -> LocalizedMessage {
    match failed {
        Failed::Aws(failure) => super::aws::failure(failure, language),
        Failed::Store(error) => super::startup_error::store_error(error, language),
    }
}

/// The result of one Region.
pub(crate) fn detail(row: &SyncRow, language: Language) -> String {
    let say = Say(language);
    match &row.outcome {
        Err(failed) => {
            let message = failure(failed, language);
            format!("{}\n{}", message.text, message.hint)
        }
        Ok(counts) if counts.refused > 0 => say.findings_refused(counts.refused),
        Ok(_) => String::new(),
    }
}

/// The totals of all Regions.
pub(crate) fn summary(rows: &[SyncRow], language: Language) -> String {
    let counts = || rows.iter().filter_map(|row| row.outcome.as_ref().ok());
    Say(language).findings_summary(
        counts().map(|counts| counts.changed).sum::<u64>(),
        rows.iter().filter(|row| row.outcome.is_err()).count(),
        counts().map(|counts| counts.new).sum::<u64>(),
        counts().map(|counts| counts.unchanged).sum::<u64>(),
    )
}
