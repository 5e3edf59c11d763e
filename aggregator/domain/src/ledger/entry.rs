//! One account as an operator's arguments or a request's fields say it: judged by the very rules of a
//! file's row, because it becomes one.
//!
//! Nothing is written here; what a plan does is the same as that of a file of one row.

use serde::{Deserialize, Serialize};

use super::{
    Cell, LedgerColumn, LedgerPlan, LedgerProblem, Rules, Sheet, SheetRow, Value, diff, read, value,
};
use crate::account::Account;
use hubward_protocol::AccountId;

/// What is said about one account: columns, and columns that Hubward does not know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Known columns with their texts, as a cell would hold them.
    pub fields: Vec<(LedgerColumn, String)>,
    /// Headers of other columns, with their texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<(String, String)>,
}

/// What an entry is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// The account is new to the ledger.
    Add,
    /// The account is there; what is not said stays as it is.
    Edit,
}

/// Why an entry cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "refused", content = "detail", rename_all = "snake_case")]
pub enum EntryRefused {
    /// Values are missing or refused: all of them.
    Problems(Vec<LedgerProblem>),
    /// The account that is to be added is there already.
    AlreadyInLedger(AccountId),
    /// The account that is to be edited is not there.
    NotInLedger(AccountId),
}

impl LedgerEntry {
    /// What stands in a column; empty where nothing is said.
    pub fn text(&self, column: LedgerColumn) -> &str {
        self.fields
            .iter()
            .find(|(known, _)| *known == column)
            .map_or("", |(_, text)| text)
    }

    /// Says something about a column, whatever was said before.
    pub fn set(&mut self, column: LedgerColumn, text: impl Into<String>) {
        self.fields.retain(|(known, _)| *known != column);
        self.fields.push((column, text.into()));
    }

    /// The account it is about, where that can be told.
    pub fn account(&self) -> Option<AccountId> {
        let text = Value::Text(self.text(LedgerColumn::AccountId).trim().to_owned());
        value::account_id(&text).ok().map(|(account, _)| account)
    }

    /// What the entry would change in a ledger.
    ///
    /// # Errors
    /// Why it cannot be carried out.
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

    /// The table of one row that a file would have. What a file must say of every account, and this
    /// entry does not, is taken from what is stored.
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
        // The account, the project, the language, and the contact email that nobody named.
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
