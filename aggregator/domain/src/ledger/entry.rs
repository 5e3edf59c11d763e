//! One account given by an operator's arguments or a request's fields. It is checked by the same
//! rules as a row of a file.
//!
//! Nothing is written here; the plan equals that of a file with one row.

use serde::{Deserialize, Serialize};

use super::{
    Cell, LedgerColumn, LedgerPlan, LedgerProblem, Rules, Sheet, SheetRow, Value, diff, read, value,
};
use crate::account::Account;
use hubward_protocol::AccountId;

/// Values for one account, in known and unknown columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Known columns with their texts, as in a cell.
    pub fields: Vec<(LedgerColumn, String)>,
    /// Headers of unknown columns, with their texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<(String, String)>,
}

/// The purpose of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// The account must be new to the ledger.
    Add,
    /// The account must exist; columns without a value keep theirs.
    Edit,
}

/// Why an entry is rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "refused", content = "detail", rename_all = "snake_case")]
pub enum EntryRefused {
    /// Values are missing or invalid: all of them.
    Problems(Vec<LedgerProblem>),
    /// The account to add already exists.
    AlreadyInLedger(AccountId),
    /// The account to edit does not exist.
    NotInLedger(AccountId),
}

impl LedgerEntry {
    /// The text of a column; empty if there is none.
    pub fn text(&self, column: LedgerColumn) -> &str {
        self.fields
            .iter()
            .find(|(known, _)| *known == column)
            .map_or("", |(_, text)| text)
    }

    /// Sets or replaces the text of a column.
    pub fn set(&mut self, column: LedgerColumn, text: impl Into<String>) {
        self.fields.retain(|(known, _)| *known != column);
        self.fields.push((column, text.into()));
    }

    /// The account, if its id is valid.
    pub fn account(&self) -> Option<AccountId> {
        let text = Value::Text(self.text(LedgerColumn::AccountId).trim().to_owned());
        value::account_id(&text).ok().map(|(account, _)| account)
    }

    /// What the entry would change in the ledger.
    ///
    /// # Errors
    /// Why it is rejected.
    pub fn plan(
        &self,
        intent: Intent,
        ledger: &[Account],
        rules: &Rules,
    ) -> Result<LedgerPlan, EntryRefused> {
        let stored = self
            .account()
            .and_then(|id| ledger.iter().find(|account| account.account_id == id));
        match (intent, stored, self.account()) {
            (Intent::Add, Some(stored), _) => {
                return Err(EntryRefused::AlreadyInLedger(stored.account_id.clone()));
            }
            (Intent::Edit, None, Some(account)) => return Err(EntryRefused::NotInLedger(account)),
            _ => {}
        }
        let reading = read(&self.sheet(stored), rules).map_err(EntryRefused::Problems)?;
        Ok(diff(
            stored.map_or(&[], std::slice::from_ref),
            &reading,
            false,
        ))
    }

    /// The table of one row that a file would have. Required values that the entry does not have
    /// are taken from the stored account.
    fn sheet(&self, stored: Option<&Account>) -> Sheet {
        let mut columns = self.fields.clone();
        for required in LedgerColumn::REQUIRED {
            let is_said = columns.iter().any(|(column, _)| *column == required);
            if let (Some(stored), false) = (stored, is_said) {
                columns.push((required, required.text(stored)));
            }
        }
        let known = columns
            .iter()
            .map(|(column, text)| (column.header(crate::account::Language::En), text));
        let extra = self
            .extra
            .iter()
            .map(|(header, text)| (header.as_str(), text));
        let (mut headers, mut cells) = (Vec::new(), Vec::new());
        for (column, (header, text)) in (0..).zip(known.chain(extra)) {
            headers.push(cell(column, header));
            cells.push(cell(column, text));
        }
        let row = |number, cells| SheetRow { number, cells };
        Sheet {
            name: "Ledger".to_owned(),
            rows: vec![row(1, headers), row(2, cells)],
            merged: Vec::new(),
        }
    }
}

fn cell(column: u32, text: &str) -> Cell {
    Cell {
        column,
        value: Value::Text(text.to_owned()),
        formula: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{AccountState, Language};

    fn rules() -> Rules {
        Rules {
            regions: ["ap-northeast-1", "us-east-1"]
                .map(|name| name.parse().unwrap())
                .to_vec(),
            language: Language::Ja,
            administrator: "999999999999".parse().unwrap(),
        }
    }

    fn entry(fields: &[(LedgerColumn, &str)]) -> LedgerEntry {
        LedgerEntry {
            fields: fields
                .iter()
                .map(|(column, text)| (*column, (*text).to_owned()))
                .collect(),
            extra: Vec::new(),
        }
    }

    fn ledger() -> Vec<Account> {
        let added = entry(&[
            (LedgerColumn::AccountId, "111111111111"),
            (LedgerColumn::Project, "Orders"),
            (LedgerColumn::ContactEmail, "mika@example.com"),
            (LedgerColumn::Notes, "keep me"),
        ]);
        let plan = added.plan(Intent::Add, &[], &rules()).unwrap();
        plan.added.into_iter().map(|added| added.account).collect()
    }

    #[test]
    fn what_is_not_said_of_an_account_stays_as_it_is() {
        let ledger = ledger();
        let edit = entry(&[
            (LedgerColumn::AccountId, "111111111111"),
            (LedgerColumn::Contact, "Ken"),
            (LedgerColumn::State, "leaving"),
        ]);
        let plan = edit.plan(Intent::Edit, &ledger, &rules()).unwrap();
        let [change] = &plan.changed[..] else {
            panic!("{plan:?}");
        };
        let fields: Vec<_> = change.fields.iter().map(|field| &field.field[..]).collect();
        assert_eq!(fields, ["contact", "state"]);
        assert_eq!(change.after.state, AccountState::Leaving);
        assert_eq!(change.after.notes, "keep me");
        assert!(plan.missing.is_empty());
    }

    #[test]
    fn an_entry_is_judged_like_a_row_of_a_file() {
        let bad = entry(&[
            (LedgerColumn::AccountId, "1.23457E+11"),
            (LedgerColumn::Project, ""),
            (LedgerColumn::Language, "fr"),
        ]);
        let Err(EntryRefused::Problems(problems)) = bad.plan(Intent::Add, &[], &rules()) else {
            panic!("it was taken");
        };
        // The account, the project, the language, and the contact email, which is missing.
        assert_eq!(problems.len(), 4, "{problems:?}");
        let own = entry(&[
            (LedgerColumn::AccountId, "999999999999"),
            (LedgerColumn::Project, "SOC"),
            (LedgerColumn::ContactEmail, "soc@example.com"),
        ]);
        assert!(matches!(
            own.plan(Intent::Add, &[], &rules()),
            Err(EntryRefused::Problems(_))
        ));
    }

    #[test]
    fn who_is_there_is_not_added_and_who_is_not_there_is_not_edited() {
        let twice = entry(&[(LedgerColumn::AccountId, "１１１１１１１１１１１１")]);
        assert!(matches!(
            twice.plan(Intent::Add, &ledger(), &rules()),
            Err(EntryRefused::AlreadyInLedger(_))
        ));
        let unknown = entry(&[(LedgerColumn::AccountId, "222222222222")]);
        assert!(matches!(
            unknown.plan(Intent::Edit, &ledger(), &rules()),
            Err(EntryRefused::NotInLedger(_))
        ));
    }
}
