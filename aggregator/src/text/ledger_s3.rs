//! Texts about a ledger version in S3: for the result workbook next to it, for operators, and for the command
//! line.

use jiff::Timestamp;

use super::LocalizedMessage;
use super::ledger::not_imported;
use crate::actions::invitation::send::InviteRow;
use crate::actions::ledger::import::ImportError;
use crate::actions::ledger::import_s3::{LedgerFile, LedgerObjectError};
use crate::actions::{ActionError, StoreError};
use crate::say::Say;
use hubward_document::outcome::ExportOutcome;
use hubward_domain::account::Language;
use hubward_domain::ledger::{FieldChange, LedgerPlan};

/// A message as one line: text and hint.
fn line(message: &LocalizedMessage) -> String {
    format!("{} {}", message.text, message.hint)
        .trim()
        .to_owned()
}

/// Why a version was rejected, a line for each reason.
pub(crate) fn refused(file: &LedgerFile, error: &ImportError, language: Language) -> Vec<String> {
    let messages = not_imported(error, &file.object.key, language);
    messages.iter().map(line).collect()
}

/// What is missing after an import, a line for each.
pub(crate) fn incomplete(rows: &[InviteRow], language: Language) -> Vec<String> {
    rows.iter()
        .filter(|row| matches!(row.outcome.as_str(), "unprocessed" | "failed"))
        .map(|row| {
            let detail = super::invite::detail(row, language).replace('\n', " ");
            format!("{} {}: {detail}", row.account_id, row.region)
        })
        .collect()
}

/// Why the object could not be read.
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

/// The result could not be written next to the file.
pub(crate) fn not_written(why: &str, language: Language) -> String {
    let say = Say(language);
    say.ledger_s3_not_written(why)
}

fn store(error: &StoreError, language: Language) -> LocalizedMessage {
    super::startup_error::store_error(error, language)
}

/// The result workbook of a rejected version.
pub(crate) fn refused_workbook(
    file: &LedgerFile,
    lines: &[String],
    at: Timestamp,
    language: Language,
) -> ExportOutcome {
    let say = Say(language);
    let word = say.ledger_s3_refused_row();
    let rows = lines.iter();
    let rows = rows.map(|line| [word.to_string(), String::new(), String::new(), line.clone()]);
    let summary = say.ledger_s3_refused().to_owned();
    workbook(file, summary, rows.collect(), at, language)
}

/// The result workbook of an imported version.
pub(crate) fn imported_workbook(
    file: &LedgerFile,
    plan: &LedgerPlan,
    invited: &[InviteRow],
    at: Timestamp,
    language: Language,
) -> ExportOutcome {
    let say = Say(language);
    let mut rows = Vec::new();
    let row = |word: String, account: String, region: String, detail: String| {
        [word, account, region, detail]
    };
    for added in &plan.added {
        rows.push(row(
            say.cli_change_new().to_owned(),
            added.account.account_id.to_string(),
            String::new(),
            added.account.project.clone(),
        ));
    }
    for change in &plan.changed {
        rows.push(row(
            say.cli_change_changed().to_owned(),
            change.after.account_id.to_string(),
            String::new(),
            fields(&change.fields),
        ));
    }
    for account in &plan.missing {
        rows.push(row(
            say.cli_change_missing().to_owned(),
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

/// The number of changes of each kind.
pub(crate) fn summary(plan: &LedgerPlan, language: Language) -> String {
    Say(language).cli_import_plan(
        plan.added.len(),
        plan.changed.len(),
        plan.leaving.len(),
        plan.missing.len(),
        plan.unchanged,
    )
}

fn workbook(
    file: &LedgerFile,
    summary: String,
    rows: Vec<[String; 4]>,
    at: Timestamp,
    language: Language,
) -> ExportOutcome {
    let say = Say(language);
    let fact = |name: &str, value: String| [name.to_owned(), value];
    ExportOutcome {
        name: say.ledger_s3_sheet().to_owned(),
        facts: vec![
            fact(say.ledger_s3_file(), file.object.to_string()),
            fact(say.ledger_s3_version(), file.version.name().to_owned()),
            fact("SHA-256", file.sha256.clone()),
            fact(say.ledger_s3_at(), at.to_string()),
            fact(say.table_outcome(), summary),
        ],
        headers: [
            say.table_outcome(),
            say.table_account(),
            say.table_region(),
            say.table_detail(),
        ]
        .map(String::from),
        rows,
    }
}
