//! Silences, and the alerts that they cover. `actions::alert::silence` creates and ends them.

use std::collections::BTreeSet;

use hubward_protocol::AccountId;
use jiff::Timestamp;

use crate::app::App;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::alert::{Alert, AlertFilter, AlertState};
use hubward_domain::silence::{Matcher, Silence};
use hubward_store::StoreError;

/// A silence and the currently open alerts that it covers.
#[derive(Clone, Debug)]
pub(crate) struct Silenced {
    pub silence: Silence,
    /// Open alerts that it covers. They stay open, and further activity on them is not notified.
    pub covers: Vec<Alert>,
    /// Number of open critical alerts that match, but are exempt from silences.
    pub left_out: usize,
}

/// The most open alerts that are matched.
const MOST_MATCHED: i64 = 5_000;

/// Every silence, newest first, and whether it is active.
///
/// # Errors
/// The database failed.
pub(crate) async fn silences(app: &App) -> Result<Vec<(Silence, bool)>, StoreError> {
    let now: Timestamp = app.clock.now();
    let silences = app.store.silences().await?.into_iter();
    Ok(silences
        .map(|silence| {
            let holds = silence.holds(now);
            (silence, holds)
        })
        .collect())
}

/// An active silence and what it covers now.
///
/// # Errors
/// The database failed.
pub(crate) async fn covering(app: &App, id: &str) -> Result<Option<Silenced>, StoreError> {
    let known = silences(app).await?.into_iter();
    let mut known = known.filter(|(silence, holds)| *holds && silence.id == id);
    let Some((silence, _)) = known.next() else {
        return Ok(None);
    };
    let (covers, left_out) = covered(app, &silence.matcher).await?;
    Ok(Some(Silenced {
        silence,
        covers,
        left_out,
    }))
}

/// The open alerts that a matcher covers, and the number of critical ones that are exempt.
pub(crate) async fn covered(
    app: &App,
    matcher: &Matcher,
) -> Result<(Vec<Alert>, usize), StoreError> {
    let filter = AlertFilter {
        state: Some(AlertState::Open),
        ..AlertFilter::default()
    };
    let (open, _) = app
        .store
        .alerts(&filter, PageWindow::page(1, MOST_MATCHED))
        .await?;
    let accounts: BTreeSet<AccountId> = open.iter().map(|alert| alert.account_id.clone()).collect();
    let accounts: Vec<AccountId> = accounts.into_iter().collect();
    let ledger = app.store.accounts_of(&accounts).await?;
    let all = Matcher {
        critical: true,
        ..matcher.clone()
    };
    let (covers, left_out): (Vec<Alert>, Vec<Alert>) = open
        .into_iter()
        .filter(|alert| all.covers(alert, ledger.get(&alert.account_id)))
        .partition(|alert| matcher.covers(alert, ledger.get(&alert.account_id)));
    Ok((covers, left_out.len()))
}
