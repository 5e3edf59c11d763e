//! Adds or edits one account of the ledger for an operator, with the same rules, diff and audit events as an
//! imported file with one row.
//!
//! [`plan`] does everything except writing. [`carry_out`] compares again inside the transaction and writes
//! only what was shown. Run twice, the second finds nothing to change.

use crate::actions::ledger::{listed, rules, write_plan};
use crate::app::App;
use hubward_domain::audit::{Actor, ChangeSource};
use hubward_domain::ledger::{Effects, EntryRefused, Intent, LedgerEntry, LedgerPlan, effects};
use hubward_store::StoreError;

/// The account to add or edit.
#[derive(Clone, Debug)]
pub(crate) struct EditRequest {
    /// Whether to add a new account or edit an existing one.
    pub intent: Intent,
    /// The account and the values to set.
    pub entry: LedgerEntry,
}

/// A valid edit.
#[derive(Clone, Debug)]
pub(crate) struct PlannedEdit {
    /// The changes to the ledger.
    pub plan: LedgerPlan,
    /// The consequences, such as invitations to send.
    pub effects: Effects,
}

/// Why an edit was not made. The ledger is unchanged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EditError {
    /// The values break a rule of the ledger.
    #[error("the account's values are refused")]
    Refused(EntryRefused),
    /// The ledger has changed since the plan was made.
    #[error("the ledger changed since the plan was made")]
    Changed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Computes what an edit would change. Writes nothing.
///
/// # Errors
/// See [`EditError`].
pub(crate) async fn plan(app: &App, request: &EditRequest) -> Result<PlannedEdit, EditError> {
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
/// See [`EditError`]; then nothing was written.
pub(crate) async fn carry_out(
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
        .ok()
        // It was possible when it was planned.
        .ok_or(EditError::Changed)?;
    if plan != planned.plan {
        return Err(EditError::Changed);
    }
    write_plan(app, &mut tx, actor, &plan, &ChangeSource::CommandLine).await?;
    tx.commit().await?;
    Ok(())
}
