//! What importing a ledger would change, compared with the stored rows, and the guard against a
//! file that would change too much.
//!
//! Nothing is written here: the plan is shown, confirmed, and then stored by an action.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::{Deserialize, Serialize};
use strum::VariantArray;

use super::{LedgerColumn, Reading, UnknownHeaders};
use crate::account::{Account, AccountState};

/// The differences between a file and the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LedgerPlan {
    /// Accounts that are not in the ledger yet.
    pub added: Vec<AddedAccount>,
    /// Accounts whose rows differ.
    pub changed: Vec<AccountChange>,
    /// The number of rows that do not differ.
    pub unchanged: usize,
    /// Active accounts that are not in the file and stay as they are.
    pub missing: Vec<Account>,
    /// Active accounts that are not in the file and become leaving, because pruning was requested.
    pub leaving: Vec<AccountChange>,
}

/// An account that is new to the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AddedAccount {
    /// The file's row.
    pub row: u32,
    /// The account to store.
    pub account: Account,
}

/// An account that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountChange {
    /// The file's row; `None` if the account is not in the file.
    pub row: Option<u32>,
    /// As stored now.
    pub before: Account,
    /// As it will be stored.
    pub after: Account,
    /// The changed columns, in order.
    pub fields: Vec<FieldChange>,
}

/// A change of one column, as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldChange {
    /// The account's field, or the header of an unknown column.
    pub field: String,
    /// The present text.
    pub before: String,
    /// The new text.
    pub after: String,
}

/// The plan would change the state of too many accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("the state of {changes} of {accounts} accounts would change, more than {limit_percent} %")]
pub struct TooManyStateChanges {
    /// How many accounts would change their state.
    pub changes: usize,
    /// The number of accounts in the ledger.
    pub accounts: usize,
    /// The allowed percentage.
    pub limit_percent: usize,
}

/// The file is assumed to be broken if more than this percentage of the ledger would change state.
const LIMIT_PERCENT: usize = 30;

/// Compares a file with the stored accounts.
///
/// A column that the file does not have (known or unknown) keeps its stored values; an empty cell
/// clears the value or sets its default. An account that the file does not have is only reported,
/// unless `prune` makes it leaving; accounts that are leaving or left need no row.
pub fn diff(current: &[Account], reading: &Reading, prune: bool) -> LedgerPlan {
    let mut stored: HashMap<_, _> = current
        .iter()
        .map(|account| (&account.account_id, account))
        .collect();
    let mut headers = UnknownHeaders::default();
    let mut plan = LedgerPlan::default();
    for row in &reading.rows {
        match stored.remove(&row.account.account_id) {
            None => plan.added.push(AddedAccount {
                row: row.row,
                account: row.account.clone(),
            }),
            Some(before) => {
                let after = merged(before, &row.account, &reading.columns, &mut headers);
                match AccountChange::between(Some(row.row), before, after, &mut headers) {
                    Some(change) => plan.changed.push(change),
                    None => plan.unchanged += 1,
                }
            }
        }
    }
    let absent = current.iter().filter(|account| {
        account.state == AccountState::Active && stored.contains_key(&account.account_id)
    });
    for account in absent {
        let after = Account {
            state: AccountState::Leaving,
            ..account.clone()
        };
        match AccountChange::between(None, account, after, &mut headers) {
            Some(change) if prune => plan.leaving.push(change),
            _ => plan.missing.push(account.clone()),
        }
    }
    plan
}

impl LedgerPlan {
    /// Whether the plan changes nothing.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.leaving.is_empty()
    }

    /// How many stored accounts would change their state, by a cell or by pruning.
    pub fn state_changes(&self) -> usize {
        self.changed
            .iter()
            .chain(&self.leaving)
            .filter(|change| change.before.state != change.after.state)
            .count()
    }

    /// Rejects a plan that changes the state of more than 30 % of the ledger's `accounts`: most
    /// likely half of the file is missing. `force` means that an operator confirmed it.
    ///
    /// # Errors
    /// How many there would be.
    pub fn guard(&self, accounts: usize, force: bool) -> Result<(), TooManyStateChanges> {
        let changes = self.state_changes();
        if !force && changes * 100 > accounts * LIMIT_PERCENT {
            return Err(TooManyStateChanges {
                changes,
                accounts,
                limit_percent: LIMIT_PERCENT,
            });
        }
        Ok(())
    }
}

impl AccountChange {
    /// The change, if there is one. An empty unknown column equals an absent one.
    fn between(
        row: Option<u32>,
        before: &Account,
        after: Account,
        headers: &mut UnknownHeaders,
    ) -> Option<Self> {
        let mut fields = Vec::new();
        let mut differs = |field: &str, before: String, after: String| {
            if before != after {
                let field = field.to_owned();
                fields.push(FieldChange {
                    field,
                    before,
                    after,
                });
            }
        };
        for &column in LedgerColumn::VARIANTS {
            differs(column.as_str(), column.text(before), column.text(&after));
        }
        let positions = headers.positions(&before.extra);
        for (name, value) in &after.extra {
            let position = positions.get(&headers.number(name));
            let stored = position.and_then(|position| before.extra.get(*position));
            let stored = stored.map_or("", |(_, value)| value);
            differs(name, stored.to_owned(), value.clone());
        }
        let before = before.clone();
        (!fields.is_empty()).then_some(Self {
            row,
            before,
            after,
            fields,
        })
    }
}

/// The stored account with the file's values.
fn merged(
    stored: &Account,
    read: &Account,
    columns: &[LedgerColumn],
    headers: &mut UnknownHeaders,
) -> Account {
    let mut after = stored.clone();
    for column in columns {
        column.copy(read, &mut after);
    }
    let mut positions = headers.positions(&after.extra);
    for (name, value) in &read.extra {
        match positions.entry(headers.number(name)) {
            Entry::Occupied(position) => {
                if let Some((_, stored)) = after.extra.get_mut(*position.get()) {
                    stored.clone_from(value);
                }
            }
            Entry::Vacant(position) => {
                position.insert(after.extra.len());
                after.extra.push((name.clone(), value.clone()));
            }
        }
    }
    after
}

#[cfg(test)]
mod tests;
