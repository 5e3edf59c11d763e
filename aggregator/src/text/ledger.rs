//! What is wrong with a ledger file, in sentences: each names its cell and the cure, in the reader's
//! language.
//!
//! It decides nothing: `domain::ledger` found the facts, and the locale file has the words.

mod import;
mod refusal;
mod unreadable;

use std::collections::BTreeSet;

use hubward_protocol::AccountId;
use rust_i18n::t;

use super::LocalizedMessage;
use hubward_domain::account::Language;
use hubward_domain::ledger::{Effects, LedgerColumn, LedgerProblem, TooManyStateChanges, Warning};

pub(crate) use import::not_imported;
pub(crate) use unreadable::unreadable;

/// Why a ledger is not imported.
pub(crate) fn problem(problem: &LedgerProblem, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    match problem {
        LedgerProblem::NoHeader { at } => LocalizedMessage::new(
            t!("ledger.no_header", locale = locale, at = at),
            t!("ledger.no_header_hint", locale = locale),
        ),
        LedgerProblem::NoRows { at } => LocalizedMessage::new(
            t!("ledger.no_rows", locale = locale, at = at),
            t!("ledger.no_rows_hint", locale = locale),
        ),
        LedgerProblem::MissingColumn { at, column } => LocalizedMessage::new(
            t!(
                "ledger.missing_column",
                locale = locale,
                at = at,
                column = column.header(language)
            ),
            t!(
                "ledger.missing_column_hint",
                locale = locale,
                english = column.header(Language::En),
                japanese = column.header(Language::Ja)
            ),
        ),
        LedgerProblem::DuplicateHeader { at, first, header } => LocalizedMessage::new(
            t!(
                "ledger.duplicate_header",
                locale = locale,
                at = at,
                first = first,
                header = header
            ),
            t!("ledger.duplicate_header_hint", locale = locale),
        ),
        LedgerProblem::EmptyHeader { at, data } => LocalizedMessage::new(
            t!("ledger.empty_header", locale = locale, at = at, data = data),
            t!("ledger.empty_header_hint", locale = locale),
        ),
        LedgerProblem::Merged { at, area } => LocalizedMessage::new(
            t!("ledger.merged", locale = locale, at = at, area = area),
            t!("ledger.merged_hint", locale = locale),
        ),
        LedgerProblem::Formula { at } => LocalizedMessage::new(
            t!("ledger.formula", locale = locale, at = at),
            t!("ledger.formula_hint", locale = locale),
        ),
        LedgerProblem::ErrorValue { at, error } => LocalizedMessage::new(
            t!(
                "ledger.error_value",
                locale = locale,
                at = at,
                error = error
            ),
            t!("ledger.error_value_hint", locale = locale),
        ),
        LedgerProblem::Missing { at, column } => LocalizedMessage::new(
            t!(
                "ledger.missing",
                locale = locale,
                at = at,
                column = column.header(language)
            ),
            t!("ledger.missing_hint", locale = locale),
        ),
        LedgerProblem::Refused {
            at,
            header,
            refusal,
        } => refusal::refusal(at, header, refusal, language),
        LedgerProblem::DuplicateAccount { at, first, account } => LocalizedMessage::new(
            t!(
                "ledger.duplicate_account",
                locale = locale,
                at = at,
                first = first,
                account = account
            ),
            t!("ledger.duplicate_account_hint", locale = locale),
        ),
        LedgerProblem::Administrator { at, account } => LocalizedMessage::new(
            t!(
                "ledger.administrator",
                locale = locale,
                at = at,
                account = account
            ),
            t!("ledger.administrator_hint", locale = locale),
        ),
        LedgerProblem::More { count } => LocalizedMessage::new(
            t!("ledger.more", locale = locale, count = count),
            t!("ledger.more_hint", locale = locale),
        ),
    }
}

/// What is wrong with one account that did not come from a file: each sentence names the field instead of
/// a cell.
pub(crate) fn entry_problem(problem: &LedgerProblem, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    match problem {
        LedgerProblem::MissingColumn { column, .. } | LedgerProblem::Missing { column, .. } => {
            LocalizedMessage::new(
                t!(
                    "request.missing",
                    locale = locale,
                    column = column.header(language)
                ),
                "",
            )
        }
        LedgerProblem::Refused {
            header, refusal, ..
        } => {
            let name = LedgerColumn::of_header(header)
                .map_or(header.as_str(), |column| column.header(language));
            refusal::refusal(&name, name, refusal, language)
        }
        LedgerProblem::Administrator { account, .. } => LocalizedMessage::new(
            t!("request.administrator", locale = locale, account = account),
            "",
        ),
        // An entry is one row with a header of ours: nothing else can be wrong with it.
        other => self::problem(other, language),
    }
}

/// What was understood all the same, and should be looked at.
pub(crate) fn warning(warning: &Warning, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    match warning {
        Warning::Padded { at, found, account } => LocalizedMessage::new(
            t!(
                "ledger.padded",
                locale = locale,
                at = at,
                found = found,
                account = account
            ),
            t!("ledger.padded_hint", locale = locale),
        ),
        Warning::FullWidth { at, account } => LocalizedMessage::new(
            t!(
                "ledger.full_width",
                locale = locale,
                at = at,
                account = account
            ),
            t!("ledger.full_width_hint", locale = locale),
        ),
        Warning::UnknownColumns { at, headers } => LocalizedMessage::new(
            t!(
                "ledger.unknown_columns",
                locale = locale,
                at = at,
                headers = headers.join(", ")
            ),
            t!("ledger.unknown_columns_hint", locale = locale),
        ),
    }
}

/// What follows from a plan, a line for each; none where nothing does.
pub(crate) fn effects(effects: &Effects, language: Language) -> Vec<String> {
    let locale = language.as_str();
    let mut lines = Vec::new();
    if !effects.invitations.is_empty() {
        let accounts: BTreeSet<_> = effects
            .invitations
            .iter()
            .map(|due| &due.account_id)
            .collect();
        lines.push(
            t!(
                "ledger.effect_invitations",
                locale = locale,
                count = effects.invitations.len(),
                accounts = accounts.len()
            )
            .into_owned(),
        );
    }
    if !effects.reports_stop.is_empty() {
        let accounts = listed(&effects.reports_stop);
        lines.push(
            t!(
                "ledger.effect_reports",
                locale = locale,
                accounts = accounts
            )
            .into_owned(),
        );
    }
    if !effects.alerts_stop.is_empty() {
        let accounts = listed(&effects.alerts_stop);
        lines.push(t!("ledger.effect_alerts", locale = locale, accounts = accounts).into_owned());
    }
    lines
}

/// The first accounts by name, the rest by number.
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

/// Why a plan is not carried out without `--force`.
pub(crate) fn too_many_state_changes(
    refused: &TooManyStateChanges,
    language: Language,
) -> LocalizedMessage {
    let locale = language.as_str();
    LocalizedMessage::new(
        t!(
            "ledger.too_many_state_changes",
            locale = locale,
            changes = refused.changes,
            accounts = refused.accounts,
            limit = refused.limit_percent
        ),
        t!("ledger.too_many_state_changes_hint", locale = locale),
    )
}

/// What each column takes, in the order of the columns: for the template's second sheet.
pub(crate) fn explanations(language: Language) -> Vec<(LedgerColumn, String)> {
    LedgerColumn::ALL
        .into_iter()
        .map(|column| (column, explanation(column, language)))
        .collect()
}

fn explanation(column: LedgerColumn, language: Language) -> String {
    let locale = language.as_str();
    match column {
        LedgerColumn::AccountId => t!("ledger.column_account_id", locale = locale),
        LedgerColumn::Project => t!("ledger.column_project", locale = locale),
        LedgerColumn::Department => t!("ledger.column_department", locale = locale),
        LedgerColumn::Environment => t!("ledger.column_environment", locale = locale),
        LedgerColumn::Contact => t!("ledger.column_contact", locale = locale),
        LedgerColumn::ContactEmail => t!("ledger.column_contact_email", locale = locale),
        LedgerColumn::AccountEmail => t!("ledger.column_account_email", locale = locale),
        LedgerColumn::Language => t!("ledger.column_language", locale = locale),
        LedgerColumn::Regions => t!("ledger.column_regions", locale = locale),
        LedgerColumn::Standards => t!("ledger.column_standards", locale = locale),
        LedgerColumn::Report => t!("ledger.column_report", locale = locale),
        LedgerColumn::State => t!("ledger.column_state", locale = locale),
        LedgerColumn::Request => t!("ledger.column_request", locale = locale),
        LedgerColumn::Notes => t!("ledger.column_notes", locale = locale),
    }
    .into_owned()
}

#[cfg(test)]
mod tests;
