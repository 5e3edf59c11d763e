//! Imports a ledger file into the database: parse, validate, compare, check the limits, then write, all or
//! nothing.
//!
//! [`plan`] does everything except writing, and a dry run ends there. [`carry_out`] repeats it inside the
//! transaction and writes only what was shown: if the ledger changed in between, it refuses. Run twice, the
//! second finds nothing to change.

use crate::actions::ledger::{listed, rules, write_plan};
use crate::app::App;
use hubward_domain::account::Account;
use hubward_domain::audit::{Actor, ChangeSource};
use hubward_domain::ledger::{
    Effects, LedgerPlan, LedgerProblem, Reading, TooManyStateChanges, UnreadableFile, Warning,
    diff, effects, read,
};
use hubward_store::StoreError;

/// A file to import, and how.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ImportRequest<'a> {
    /// The file's name; its extension determines the format.
    pub name: &'a str,
    pub bytes: &'a [u8],
    /// Whether accounts that are missing in the file start leaving.
    pub prune: bool,
    /// Whether many changes of state at once are intended.
    pub force: bool,
}

/// A file that can be imported.
#[derive(Clone, Debug)]
pub(crate) struct PlannedImport {
    /// The changes to the ledger.
    pub plan: LedgerPlan,
    /// The consequences, such as invitations to send.
    pub effects: Effects,
    /// Warnings that do not prevent the import.
    pub warnings: Vec<Warning>,
    reading: Reading,
}

/// Why a file was not imported. The ledger is unchanged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    /// The file is not a readable ledger.
    #[error("the file cannot be read as a ledger")]
    Unreadable(UnreadableFile),
    #[error("{} problems in the file", .0.len())]
    Problems(Vec<LedgerProblem>),
    /// It would change the state of too many accounts.
    #[error(transparent)]
    TooMany(#[from] TooManyStateChanges),
    /// The ledger has changed since the plan was made.
    #[error("the ledger changed since the plan was made")]
    Changed,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Computes what importing would change. Writes nothing.
///
/// # Errors
/// See [`ImportError`].
pub(crate) async fn plan(
    app: &App,
    request: ImportRequest<'_>,
) -> Result<PlannedImport, ImportError> {
    let sheet = hubward_document::sheet::read(request.bytes, request.name)
        .map_err(ImportError::Unreadable)?;
    let rules = rules(app);
    let reading = read(&sheet, &rules).map_err(ImportError::Problems)?;
    let current = app.store.accounts().await?;
    let plan = compare(&current, &reading, request)?;
    let listed = listed(app).await?;
    Ok(PlannedImport {
        effects: effects(&plan, &rules.regions, &listed),
        plan,
        warnings: reading.warnings_for(&current),
        reading,
    })
}

/// Writes a plan that was shown.
///
/// # Errors
/// See [`ImportError`]; then nothing was written.
pub(crate) async fn carry_out(
    app: &App,
    actor: &Actor,
    request: ImportRequest<'_>,
    planned: &PlannedImport,
) -> Result<(), ImportError> {
    let mut tx = app.store.begin().await?;
    let plan = compare(&tx.accounts().await?, &planned.reading, request)?;
    if plan != planned.plan {
        return Err(ImportError::Changed);
    }
    let source = ChangeSource::file(request.name, request.bytes);
    write_plan(app, &mut tx, actor, &plan, &source).await?;
    tx.commit().await?;
    Ok(())
}

fn compare(
    current: &[Account],
    reading: &Reading,
    request: ImportRequest<'_>,
) -> Result<LedgerPlan, TooManyStateChanges> {
    let plan = diff(current, reading, request.prune);
    plan.guard(current.len(), request.force)?;
    Ok(plan)
}
