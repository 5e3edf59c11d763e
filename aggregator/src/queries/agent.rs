//! Runs of agents.

use crate::app::App;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::run::{Run, RunFilter};
use hubward_protocol::AccountId;
use hubward_store::StoreError;

/// All runs, newest heartbeat first.
///
/// # Errors
/// The database failed.
pub(crate) async fn runs(app: &App) -> Result<Vec<Run>, StoreError> {
    app.store.runs().await
}

/// The matching runs with their projects, newest heartbeat first, and the number of matches.
///
/// # Errors
/// The database failed.
pub(crate) async fn search_runs(
    app: &App,
    filter: &RunFilter,
    window: PageWindow,
) -> Result<(Vec<(Run, String)>, i64), StoreError> {
    let (runs, all) = app.store.runs_that(filter, window).await?;
    let accounts: Vec<AccountId> = runs.iter().map(|run| run.account_id.clone()).collect();
    let projects = app.store.projects(&accounts).await?;
    let rows = runs
        .into_iter()
        .map(|run| {
            let project = projects.get(&run.account_id).cloned().unwrap_or_default();
            (run, project)
        })
        .collect();
    Ok((rows, all))
}
