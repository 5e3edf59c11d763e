//! Adds an account to the ledger, or changes one, by an operator's word: the same rules, the same diff
//! and the same trace as those of a file of one row.
//!
//! [`plan`] is the whole road but its last step. [`carry_out`] compares again inside the transaction and
//! writes only what was shown. Run twice, the second finds nothing to change.

use crate::actions::ledger::{listed, rules, write_plan};
use crate::app::App;
use hubward_domain::audit::{Actor, ChangeSource};
use hubward_domain::ledger::{Effects, EntryRefused, Intent, LedgerEntry, LedgerPlan, effects};
use hubward_store::StoreError;

/// What is to be said of an account.
#[derive(Clone, Debug)]
pub struct EditRequest {
    /// What it is for.
    pub intent: Intent,
    /// The account, and what is said.
    pub entry: LedgerEntry,
}

/// An edit that could be made.
#[derive(Clone, Debug)]
pub struct PlannedEdit {
    /// What would change.
    pub plan: LedgerPlan,
    /// What follows from it.
    pub effects: Effects,
}

/// Why an edit is not made. The ledger is as it was.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// It is refused.
    #[error("the account's values are refused")]
    Refused(EntryRefused),
    /// Somebody else changed the ledger since the plan was made.
    #[error("the ledger changed since the plan was made")]
    Changed,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Finds out what an edit would change. Writes nothing.
///
/// # Errors
/// See [`EditError`].
pub async fn plan(app: &App, request: &EditRequest) -> Result<PlannedEdit, EditError> {
    let rules = rules(app);
    let ledger = app.store.accounts().await?;
    let plan = request
        .entry
        .plan(request.intent, &ledger, &rules)
        .map_err(EditError::Refused)?;
    Ok(PlannedEdit {
        effects: effects(&plan, &rules.regions, &listed(app).await?),
        plan,
    })
}

/// Makes an edit that was shown.
///
/// # Errors
/// Then nothing was written; see [`EditError`].
pub async fn carry_out(
    app: &App,
    actor: &Actor,
    request: &EditRequest,
    planned: &PlannedEdit,
) -> Result<(), EditError> {
    let mut tx = app.store.begin().await?;
    let ledger = tx.accounts().await?;
    let plan = request
        .entry
        .plan(request.intent, &ledger, &rules(app))
        .map_err(|_| EditError::Changed)?;
    if plan != planned.plan {
        return Err(EditError::Changed);
    }
    write_plan(app, &mut tx, actor, &plan, &ChangeSource::CommandLine).await?;
    tx.commit().await?;
    Ok(())
}
