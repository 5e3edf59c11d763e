//! Lists the controls of each wanted standard in every Region, so that new and retired ones are noticed, and it is known
//! which controls can prove what in which Region.
//!
//! Each Region is stored for itself; a failing one does not stop the others, and keeps what was known of it. A control
//! counts as retired only after every Region was read.

use std::collections::BTreeSet;

use futures::future::join_all;
use jiff::Timestamp;

use crate::actions::findings::sync::Failed;
use crate::actions::{ActionError, RegionReading};
use crate::app::App;
use crate::aws::security_hub::SecurityHub;
use hubward_domain::account::{AccountState, Standard};
use hubward_store::StoreError;

/// Lists the controls in all Regions, home Region first.
///
/// # Errors
/// AWS or the database could not be reached; nothing was read.
pub(crate) async fn read_catalog(app: &App) -> Result<Vec<RegionReading>, ActionError> {
    let standards = wanted_standards(app).await?;
    let aws = app.aws().await?;
    let now = app.clock.now();
    let readings = app.config.hub.regions().map(|region| {
        let hub = aws.security_hub(region);
        let standards = &standards;
        async move {
            let outcome = read_region(app, &hub, standards, now).await;
            RegionReading { region, outcome }
        }
    });
    let rows = join_all(readings).await;
    let mut tx = app.store.begin().await?;
    tx.forget_catalog(&standards, &app.config.hub.regions().collect::<Vec<_>>())
        .await?;
    if rows.iter().all(|row| row.outcome.is_ok()) {
        tx.retire_controls(now).await?;
    }
    tx.commit().await?;
    Ok(rows)
}

/// The standards of the baseline, and those that the ledger names for active accounts.
async fn wanted_standards(app: &App) -> Result<BTreeSet<Standard>, StoreError> {
    let accounts = app.store.accounts().await?.into_iter();
    let own = accounts
        .filter(|account| account.state == AccountState::Active)
        .flat_map(|account| account.standards);
    let baseline = app.config.baseline.standards.iter().cloned();
    Ok(baseline.chain(own).collect())
}

async fn read_region(
    app: &App,
    hub: &SecurityHub,
    standards: &BTreeSet<Standard>,
    now: Timestamp,
) -> Result<u64, Failed> {
    let mut count = 0;
    for standard in standards {
        let listed = hub.controls_of(standard).await?;
        count += listed.len() as u64;
        let mut tx = app.store.begin().await?;
        tx.put_controls(hub.region(), standard, &listed, now)
            .await?;
        tx.commit().await?;
    }
    Ok(count)
}
