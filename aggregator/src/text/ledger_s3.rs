//! What became of a version of the ledger that was handed in through S3, in words: for the workbook that
//! is written beside it, for operators, and for whoever asks at the command line.

use jiff::Timestamp;
use rust_i18n::t;

use super::LocalizedMessage;
use super::ledger::not_imported;
use crate::actions::invitation::send::InviteRow;
use crate::actions::ledger::import::ImportError;
use crate::actions::ledger::import_s3::{LedgerFile, LedgerObjectError};
use crate::actions::{ActionError, StoreError};
use hubward_document::outcome::ExportOutcome;
use hubward_domain::account::Language;
use hubward_domain::ledger::{FieldChange, LedgerPlan};

/// Each line of a message: what is the matter, and what helps.
fn line(message: &LocalizedMessage) -> String {
    format!("{} {}", message.text, message.hint)
        .trim()
        .to_owned()
}

/// Why a version was refused, a line for each reason.
pub(crate) fn refused(file: &LedgerFile, error: &ImportError, language: Language) -> Vec<String> {
    let messages = not_imported(error, &file.object.key, language);
    messages.iter().map(line).collect()
}

/// What was not done after an import, a line for each.
pub(crate) fn incomplete(rows: &[InviteRow], language: Language) -> Vec<String> {
    rows.iter()
        .filter(|row| matches!(row.outcome.as_str(), "unprocessed" | "failed"))
        .map(|row| {
            let detail = super::invite::detail(row, language).replace('\n', " ");
            format!("{} {}: {detail}", row.account_id, row.region)
        })
        .collect()
}

/// Why the door could not be looked through.
pub(crate) fn failed(error: &LedgerObjectError, language: Language) -> LocalizedMessage {
    match error {
        LedgerObjectError::Aws(failure) => super::aws::failure(failure, language),
        LedgerObjectError::Action(ActionError::Aws(error)) => {
            super::aws::unavailable(error, language)
        }
        LedgerObjectError::Action(ActionError::Store(error)) => store(error, language),
        LedgerObjectError::Action(other @ ActionError::NotInLedger(_)) => {
            LocalizedMessage::new(other.to_string(), "")
        }
    }
}

/// That the outcome is not beside the file.
pub(crate) fn not_written(why: &str, language: Language) -> String {
    let locale = language.as_str();
    t!("ledger_door.not_written", locale = locale, why = why).into_owned()
}

fn store(error: &StoreError, language: Language) -> LocalizedMessage {
    super::startup_error::store_error(error, language)
}

/// The workbook for a version that was refused.
pub(crate) fn refused_workbook(
    file: &LedgerFile,
    lines: &[String],
    at: Timestamp,
    language: Language,
) -> ExportOutcome {
    let locale = language.as_str();
    let word = t!("ledger_door.refused_row", locale = locale);
    let rows = lines.iter();
    let rows = rows.map(|line| [word.to_string(), String::new(), String::new(), line.clone()]);
    let summary = t!("ledger_door.refused", locale = locale).into_owned();
    workbook(file, summary, rows.collect(), at, language)
}

/// The workbook for a version that was imported.
pub(crate) fn imported_workbook(
    file: &LedgerFile,
    plan: &LedgerPlan,
    invited: &[InviteRow],
    at: Timestamp,
    language: Language,
) -> ExportOutcome {
    let locale = language.as_str();
    let mut rows = Vec::new();
    let row = |word: String, account: String, region: String, detail: String| {
        [word, account, region, detail]
    };
    for added in &plan.added {
        rows.push(row(
            t!("cli.change_new", locale = locale).into_owned(),
            added.account.account_id.to_string(),
            String::new(),
            added.account.project.clone(),
        ));
    }
    for change in &plan.changed {
        rows.push(row(
            t!("cli.change_changed", locale = locale).into_owned(),
            change.after.account_id.to_string(),
            String::new(),
            fields(&change.fields),
        ));
    }
    for account in &plan.missing {
        rows.push(row(
            t!("cli.change_missing", locale = locale).into_owned(),
            account.account_id.to_string(),
            String::new(),
            account.project.clone(),
        ));
    }
    for invited in invited.iter().filter(|it| it.outcome.as_str() != "already") {
        rows.push(row(
            invited.outcome.as_str().to_owned(),
            invited.account_id.to_string(),
            invited.region.to_string(),
            super::invite::detail(invited, language),
        ));
    }
    workbook(file, summary(plan, language), rows, at, language)
}

fn fields(fields: &[FieldChange]) -> String {
    let lines = fields
        .iter()
        .map(|field| format!("{}: {:?} -> {:?}", field.field, field.before, field.after));
    lines.collect::<Vec<_>>().join("\n")
}

/// How many of each.
pub(crate) fn summary(plan: &LedgerPlan, language: Language) -> String {
    t!(
        "cli.import_plan",
        locale = language.as_str(),
        added = plan.added.len(),
        changed = plan.changed.len(),
        unchanged = plan.unchanged,
        leaving = plan.leaving.len(),
        missing = plan.missing.len()
    )
    .into_owned()
}

fn workbook(
    file: &LedgerFile,
    summary: String,
    rows: Vec<[String; 4]>,
    at: Timestamp,
    language: Language,
) -> ExportOutcome {
    let locale = language.as_str();
    let fact = |name: std::borrow::Cow<'_, str>, value: String| [name.into_owned(), value];
    ExportOutcome {
        name: t!("ledger_door.sheet", locale = locale).into_owned(),
        facts: vec![
            fact(
                t!("ledger_door.file", locale = locale),
                file.object.to_string(),
            ),
            fact(
                t!("ledger_door.version", locale = locale),
                file.version.name().to_owned(),
            ),
            fact("SHA-256".into(), file.sha256.clone()),
            fact(t!("ledger_door.at", locale = locale), at.to_string()),
            fact(t!("table.outcome", locale = locale), summary),
        ],
        headers: [
            t!("table.outcome", locale = locale),
            t!("table.account", locale = locale),
            t!("table.region", locale = locale),
            t!("table.detail", locale = locale),
        ]
        .map(String::from),
        rows,
    }
}
