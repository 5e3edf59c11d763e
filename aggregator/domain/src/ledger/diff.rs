//! What importing a ledger would change, compared with what is stored, and the guard against a
//! file that would change too much.
//!
//! Nothing is written here: the plan is data that is shown, asked about, and then stored by an action.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde::{Deserialize, Serialize};

use super::{LedgerColumn, Reading, UnknownHeaders};
use crate::account::{Account, AccountState};

/// The outcome of comparing a file with the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LedgerPlan {
    /// Accounts that the ledger does not have yet.
    pub added: Vec<AddedAccount>,
    /// Accounts whose row says something else.
    pub changed: Vec<AccountChange>,
    /// How many rows say what is stored.
    pub unchanged: usize,
    /// Active accounts that the file lacks and that stay as they are.
    pub missing: Vec<Account>,
    /// Active accounts that the file lacks and that start leaving, because pruning was asked for.
    pub leaving: Vec<AccountChange>,
}

/// An account that is new to the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AddedAccount {
    /// The file's row.
    pub row: u32,
    /// The account as it will be stored.
    pub account: Account,
}

/// An account that will be stored differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountChange {
    /// The file's row; none for an account that the file lacks.
    pub row: Option<u32>,
    /// As it is stored.
    pub before: Account,
    /// As it will be stored.
    pub after: Account,
    /// What differs, in the order of the columns.
    pub fields: Vec<FieldChange>,
}

/// One column's change, as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldChange {
    /// The account's field, or the header of a column that Hubward does not know.
    pub field: String,
    /// As a cell would show it now.
    pub before: String,
    /// As a cell will show it.
    pub after: String,
}

/// The plan would change the state of too many accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("the state of {changes} of {accounts} accounts would change, more than {limit_percent} %")]
pub struct TooManyStateChanges {
    /// How many accounts' state would change.
    pub changes: usize,
    /// How many accounts the ledger has.
    pub accounts: usize,
    /// Up to how many of a hundred are taken without a second thought.
    pub limit_percent: usize,
}

/// More than this share of the ledger changing state is taken for a broken file.
const LIMIT_PERCENT: usize = 30;

/// Compares a file with what is stored.
///
/// A column that the file lacks (known or unknown) leaves what is stored in it alone; an empty cell
/// empties it, or gives it its default. An account that the file lacks is only reported, and only
/// `prune` makes it leaving; accounts that are leaving or left need no row.
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
    /// Whether carrying the plan out would write nothing.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.leaving.is_empty()
    }

    /// How many stored accounts' state would change, by a cell or by pruning.
    pub fn state_changes(&self) -> usize {
        self.changed
            .iter()
            .chain(&self.leaving)
            .filter(|change| change.before.state != change.after.state)
            .count()
    }

    /// Refuses a plan that changes the state of more than 30 % of the ledger's `accounts`: most
    /// likely half of the file is missing. `force` is an operator's word that it is meant.
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
    /// The change, if there is one. An unknown column that is empty is the same as none.
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
        for column in LedgerColumn::ALL {
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

/// The stored account with what the file says about it.
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
