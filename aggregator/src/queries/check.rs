//! What the last check said, in full: each account and Region with its verdict, what is missing, and
//! since when. From the store alone; `check` is what asks AWS. What agents reported and controls found
//! since then is taken into account as the next check will.

use hubward_protocol::AccountId;

use crate::app::App;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::check::{CheckRow, NOT_WANTED};
use hubward_domain::membership::Membership;
use hubward_store::StoreError;
use hubward_store::evidence::AccountRange;

/// A page of what the last check said, by account and Region, and how many rows there are in all.
///
/// # Errors
/// The database failed, or a row is damaged.
pub async fn latest_check(
    app: &App,
    window: PageWindow,
) -> Result<(Vec<CheckRow>, i64), StoreError> {
    let (seen, all) = app.store.membership_page(window).await?;
    Ok((judged(app, seen).await?, all))
}

/// What the last check said of one account, by Region.
///
/// # Errors
/// The database failed, or a row is damaged.
pub async fn latest_check_of(app: &App, account: &AccountId) -> Result<Vec<CheckRow>, StoreError> {
    let mut seen = app.store.memberships_of(account).await?;
    seen.retain(|seen| seen.verdict != NOT_WANTED);
    judged(app, seen).await
}

/// Rows in the order of their accounts, with what has become known of them since.
async fn judged(app: &App, seen: Vec<Membership>) -> Result<Vec<CheckRow>, StoreError> {
    let (Some(first), Some(last)) = (seen.first(), seen.last()) else {
        return Ok(Vec::new());
    };
    let range = AccountRange::Between(&first.account_id, &last.account_id);
    let baseline = !app.config.baseline.standards.is_empty();
    let evidence = app.store.evidence(range, baseline).await?;
    Ok(seen
        .into_iter()
        .map(|seen| evidence.latest_row(seen))
        .collect())
}
