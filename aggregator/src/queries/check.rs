//! The last check with details: the verdict of each account and Region, what is missing, and since when.
//! Reads only the store; `actions::check::run` asks AWS. Agent reports and findings that are newer than the
//! check are taken into account as the next check will.

use hubward_protocol::AccountId;

use crate::app::App;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::check::{CheckRow, NOT_WANTED};
use hubward_domain::membership::Membership;
use hubward_store::StoreError;
use hubward_store::evidence::AccountRange;

/// A page of the last check, by account and Region, and the number of its rows.
///
/// # Errors
/// The database failed, or a row is damaged.
pub(crate) async fn latest_check(
    app: &App,
    window: PageWindow,
) -> Result<(Vec<CheckRow>, i64), StoreError> {
    let (seen, all) = app.store.membership_page(window).await?;
    Ok((judged(app, seen).await?, all))
}

/// The last check of one account, by Region.
///
/// # Errors
/// The database failed, or a row is damaged.
pub(crate) async fn latest_check_of(
    app: &App,
    account: &AccountId,
) -> Result<Vec<CheckRow>, StoreError> {
    let mut seen = app.store.memberships_of(account).await?;
    seen.retain(|seen| seen.verdict != NOT_WANTED);
    judged(app, seen).await
}

/// Judges rows, which are in the order of their accounts, by what the store knows now.
async fn judged(app: &App, seen: Vec<Membership>) -> Result<Vec<CheckRow>, StoreError> {
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        return Ok(Vec::new());
    };
    let range = AccountRange::Between(&first.account_id, &last.account_id);
    let evidence = app.store.evidence(range, app.proof_policy()).await?;
    let now = app.clock.now();
    Ok(seen
        .iter()
        .map(|seen| evidence.latest_row(seen, now))
        .collect())
}
