//! The ledger: importing files, and the rules and writes that all ways to change it share.

pub(crate) mod import;
pub(crate) mod import_s3;

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, Region};
use serde_json::json;

use crate::actions::{ActionError, StoreError};
use crate::app::App;
use hubward_domain::account::Account;
use hubward_domain::audit::{Action, Actor, ChangeSource, NewEvent};
use hubward_domain::ledger::{LedgerPlan, Rules};
use hubward_domain::membership::Membership;
use hubward_store::Tx;

/// The given accounts, or all if none are given.
pub(crate) fn select_accounts(
    accounts: Vec<Account>,
    wanted: &[AccountId],
) -> Result<Vec<Account>, ActionError> {
    if wanted.is_empty() {
        return Ok(accounts);
    }
    let missing: Vec<AccountId> = wanted
        .iter()
        .filter(|id| !accounts.iter().any(|account| account.account_id == **id))
        .cloned()
        .collect();
    if !missing.is_empty() {
        return Err(ActionError::NotInLedger(missing));
    }
    Ok(accounts
        .into_iter()
        .filter(|account| wanted.contains(&account.account_id))
        .collect())
}

/// The rules that ledger rows are validated with.
pub(crate) fn rules(app: &App) -> Rules {
    Rules {
        regions: app.config.hub.regions().collect::<Vec<Region>>(),
        language: app.config.locale.language,
        administrator: app.config.hub.administrator.clone(),
    }
}

/// The last known member status of every account and Region.
pub(crate) async fn listed(
    app: &App,
) -> Result<BTreeMap<(AccountId, Region), Membership>, StoreError> {
    let memberships = app.store.memberships().await?.into_iter();
    Ok(memberships
        .map(|row| ((row.account_id.clone(), row.region), row))
        .collect())
}

/// Writes the changes of a plan, each with its audit event.
pub(crate) async fn write_plan(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    plan: &LedgerPlan,
    source: &ChangeSource,
) -> Result<(), StoreError> {
    let mut events = Vec::new();
    let mut note = |action, account: &Account, what| {
        events.push(NewEvent {
            action,
            subject: account.account_id.to_string(),
            detail: source.detail(&what),
        });
    };
    for added in &plan.added {
        tx.put_account(&added.account).await?;
        note(Action::AccountAdded, &added.account, json!(added.account));
    }
    for change in plan.changed.iter().chain(&plan.leaving) {
        tx.put_account(&change.after).await?;
        note(Action::AccountChanged, &change.after, json!(change.fields));
    }
    tx.append_audit(app.clock.now(), actor, events).await
}
