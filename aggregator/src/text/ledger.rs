//! Messages about problems of a ledger file: each names its cell and the correction, in the reader's
//! language.
//!
//! It decides nothing: `domain::ledger` found the facts, and the locale file has the sentences.

mod import;
mod refusal;
mod unreadable;

use std::collections::BTreeSet;

use hubward_protocol::AccountId;
use strum::VariantArray;

use super::LocalizedMessage;
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::ledger::{Effects, LedgerColumn, LedgerProblem, TooManyStateChanges, Warning};

pub(crate) use import::not_imported;
pub(crate) use unreadable::unreadable;

/// Why a ledger cannot be imported.
pub(crate) fn problem(problem: &LedgerProblem, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match problem {
        LedgerProblem::NoHeader { at } => {
            LocalizedMessage::new(say.ledger_no_header(at), say.ledger_no_header_hint())
        }
        LedgerProblem::NoRows { at } => {
            LocalizedMessage::new(say.ledger_no_rows(at), say.ledger_no_rows_hint())
        }
        LedgerProblem::MissingColumn { at, column } => LocalizedMessage::new(
            say.ledger_missing_column(at, column.header(language)),
            say.ledger_missing_column_hint(
                column.header(Language::En),
                column.header(Language::Ja),
            ),
        ),
        LedgerProblem::DuplicateHeader { at, first, header } => LocalizedMessage::new(
            say.ledger_duplicate_header(at, first, header),
            say.ledger_duplicate_header_hint(),
        ),
        LedgerProblem::EmptyHeader { at, data } => LocalizedMessage::new(
            say.ledger_empty_header(at, data),
            say.ledger_empty_header_hint(),
        ),
        LedgerProblem::Merged { at, area } => {
            LocalizedMessage::new(say.ledger_merged(area, at), say.ledger_merged_hint())
        }
        LedgerProblem::Formula { at } => {
            LocalizedMessage::new(say.ledger_formula(at), say.ledger_formula_hint())
        }
        LedgerProblem::ErrorValue { at, error } => LocalizedMessage::new(
            say.ledger_error_value(at, error),
            say.ledger_error_value_hint(),
        ),
        LedgerProblem::Missing { at, column } => LocalizedMessage::new(
            say.ledger_missing(at, column.header(language)),
            say.ledger_missing_hint(),
        ),
        LedgerProblem::Refused {
            at,
            header,
            refusal,
        } => refusal::refusal(at, header, refusal, language),
        LedgerProblem::DuplicateAccount { at, first, account } => LocalizedMessage::new(
            say.ledger_duplicate_account(account, at, first),
            say.ledger_duplicate_account_hint(),
        ),
        LedgerProblem::Administrator { at, account } => LocalizedMessage::new(
            say.ledger_administrator(account, at),
            say.ledger_administrator_hint(),
        ),
        LedgerProblem::More { count } => {
            LocalizedMessage::new(say.ledger_more(*count), say.ledger_more_hint())
        }
    }
}

/// The problem of an account that does not come from a file: the sentence names the field instead of a cell.
pub(crate) fn entry_problem(problem: &LedgerProblem, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match problem {
        LedgerProblem::MissingColumn { column, .. } | LedgerProblem::Missing { column, .. } => {
            LocalizedMessage::new(say.request_missing(column.header(language)), "")
        }
        LedgerProblem::Refused {
            header, refusal, ..
        } => {
            let name = LedgerColumn::of_header(header)
                .map_or(header.as_str(), |column| column.header(language));
            refusal::refusal(&name, name, refusal, language)
        }
        LedgerProblem::Administrator { account, .. } => {
            LocalizedMessage::new(say.request_administrator(account), "")
        }
        // An entry is one row with our own header, so that nothing else can be wrong.
        other => self::problem(other, language),
    }
}

/// What was understood, but should be checked.
pub(crate) fn warning(warning: &Warning, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match warning {
        Warning::Padded { at, found, account } => LocalizedMessage::new(
            say.ledger_padded(account, at, found),
            say.ledger_padded_hint(),
        ),
        Warning::FullWidth { at, account } => LocalizedMessage::new(
            say.ledger_full_width(account, at),
            say.ledger_full_width_hint(),
        ),
        Warning::UnknownColumns { at, headers } => LocalizedMessage::new(
            say.ledger_unknown_columns(at, headers.join(", ")),
            say.ledger_unknown_columns_hint(),
        ),
    }
}

/// The consequences of a plan, a line for each.
pub(crate) fn effects(effects: &Effects, language: Language) -> Vec<String> {
    let say = Say(language);
    let mut lines = Vec::new();
    if !effects.invitations.is_empty() {
        let accounts: BTreeSet<_> = effects
            .invitations
            .iter()
            .map(|due| &due.account_id)
            .collect();
        lines.push(say.ledger_effect_invitations(accounts.len(), effects.invitations.len()));
    }
    if !effects.reports_stop.is_empty() {
        let accounts = listed(&effects.reports_stop);
        lines.push(say.ledger_effect_reports(accounts));
    }
    if !effects.alerts_stop.is_empty() {
        let accounts = listed(&effects.alerts_stop);
        lines.push(say.ledger_effect_alerts(accounts));
    }
    lines
}

/// The first accounts by name, the others as a number.
fn listed(accounts: &[AccountId]) -> String {
    const SHOWN: usize = 10;
    let mut names: Vec<String> = accounts
        .iter()
        .take(SHOWN)
        .map(ToString::to_string)
        .collect();
    if let Some(more) = accounts.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        names.push(format!("+{more}"));
    }
    names.join(", ")
}

/// Why a plan needs `--force`.
pub(crate) fn too_many_state_changes(
    refused: &TooManyStateChanges,
    language: Language,
) -> LocalizedMessage {
    let say = Say(language);
    LocalizedMessage::new(
        say.ledger_too_many_state_changes(refused.accounts, refused.changes, refused.limit_percent),
        say.ledger_too_many_state_changes_hint(),
    )
}

/// What each column contains, in the order of the columns, for the template's second sheet.
pub(crate) fn explanations(language: Language) -> Vec<(LedgerColumn, String)> {
    LedgerColumn::VARIANTS
        .iter()
        .map(|&column| (column, explanation(column, language)))
        .collect()
}

fn explanation(column: LedgerColumn, language: Language) -> String {
    let say = Say(language);
    match column {
        LedgerColumn::AccountId => say.ledger_column_account_id(),
        LedgerColumn::Project => say.ledger_column_project(),
        LedgerColumn::Department => say.ledger_column_department(),
        LedgerColumn::Environment => say.ledger_column_environment(),
        LedgerColumn::Contact => say.ledger_column_contact(),
        LedgerColumn::ContactEmail => say.ledger_column_contact_email(),
        LedgerColumn::AccountEmail => say.ledger_column_account_email(),
        LedgerColumn::Language => say.ledger_column_language(),
        LedgerColumn::Regions => say.ledger_column_regions(),
        LedgerColumn::Standards => say.ledger_column_standards(),
        LedgerColumn::Report => say.ledger_column_report(),
        LedgerColumn::State => say.ledger_column_state(),
        LedgerColumn::Request => say.ledger_column_request(),
        LedgerColumn::Notes => say.ledger_column_notes(),
    }
    .to_owned()
}

#[cfg(test)]
mod tests;
