//! What is watched of the accounts that reports are about.
//!
//! A recent check is enough for an account that it found to be a member. Of all others, the administrator's own listing
//! is read here, because a report of an account that is not watched would look as if all were well. What cannot be read
//! is unknown, and its reports say so. Nothing is recorded: that is for checks.

use std::collections::BTreeMap;

use futures::future::join_all;
use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;

use crate::app::App;
use crate::queries::check::{latest_check, latest_check_of};
use hubward_domain::account::Account;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::check::AccountRegion;
use hubward_domain::membership::{MemberStatus, Membership, wanted_regions};
use hubward_domain::report::coverage::{Sighting, is_on_record};
use hubward_domain::report::{Coverage, RegionCoverage};
use hubward_store::StoreError;

/// What is watched of each account.
pub(crate) type Coverages = BTreeMap<AccountId, Coverage>;

type Listing = Result<BTreeMap<AccountId, MemberStatus>, String>;

/// Up to so many accounts, their records are read one by one, otherwise those of all accounts.
const FEW: usize = 20;

/// Reads what is watched of these accounts.
///
/// # Errors
/// The database failed. A listing that cannot be read is no error.
pub(super) async fn read_coverages(
    app: &App,
    accounts: &[Account],
) -> Result<Coverages, StoreError> {
    let now = app.clock.now();
    let hub: Vec<Region> = app.config.hub.regions().collect();
    let records = records(app, accounts).await?;
    let mut to_list: BTreeMap<Region, Vec<AccountId>> = BTreeMap::new();
    for account in accounts {
        for region in wanted_regions(account, &hub) {
            let last = records.get(&(account.account_id.clone(), region));
            if !is_on_record(last, now, app.config.check.watch) {
                let listed = to_list.entry(region).or_default();
                listed.push(account.account_id.clone());
            }
        }
    }
    for ids in to_list.values_mut() {
        ids.sort();
    }
    let listings = list(app, &to_list).await;
    let judged = judged(app, accounts).await?;
    let mut coverages = Coverages::new();
    for account in accounts {
        let id = &account.account_id;
        let regions = wanted_regions(account, &hub).into_iter().map(|region| {
            let is_listed = to_list
                .get(&region)
                .is_some_and(|ids| ids.binary_search(id).is_ok());
            let sighting = match listings.get(&region).filter(|_| is_listed) {
                None => Sighting::Recorded,
                Some(Ok(members)) => Sighting::Listed(members.get(id).cloned()),
                Some(Err(why)) => Sighting::Unreadable(why.clone()),
            };
            let place = (id.clone(), region);
            let judged = judged.get(&place).copied();
            RegionCoverage::of(region, sighting, records.get(&place), judged, now)
        });
        let regions = regions.collect();
        coverages.insert(id.clone(), Coverage { regions });
    }
    Ok(coverages)
}

/// What checks have seen of these accounts.
async fn records(
    app: &App,
    accounts: &[Account],
) -> Result<BTreeMap<AccountRegion, Membership>, StoreError> {
    let mut records = Vec::new();
    if accounts.len() > FEW {
        records = app.store.memberships().await?;
    } else {
        for account in accounts {
            records.extend(app.store.memberships_of(&account.account_id).await?);
        }
    }
    let by_place = records
        .into_iter()
        .map(|seen| ((seen.account_id.clone(), seen.region), seen));
    Ok(by_place.collect())
}

/// How these accounts are judged by what is known now, and since when.
async fn judged(
    app: &App,
    accounts: &[Account],
) -> Result<BTreeMap<AccountRegion, (&'static str, Timestamp)>, StoreError> {
    let mut rows = Vec::new();
    if accounts.len() > FEW {
        (rows, _) = latest_check(app, PageWindow::ALL).await?;
    } else {
        for account in accounts {
            rows.extend(latest_check_of(app, &account.account_id).await?);
        }
    }
    let by_place = rows.into_iter().map(|row| {
        (
            (row.account_id, row.region),
            (row.verdict.as_str(), row.since),
        )
    });
    Ok(by_place.collect())
}

/// Lists the memberships of these accounts, all Regions at once.
async fn list(app: &App, wanted: &BTreeMap<Region, Vec<AccountId>>) -> BTreeMap<Region, Listing> {
    if wanted.is_empty() {
        return BTreeMap::new();
    }
    let aws = match app.aws().await {
        Ok(aws) => aws,
        Err(error) => {
            let why = error.to_string();
            let regions = wanted.keys();
            return regions.map(|region| (*region, Err(why.clone()))).collect();
        }
    };
    let listings = wanted.iter().map(|(region, accounts)| {
        let hub = aws.security_hub(*region);
        async move {
            let members = hub.members_among(accounts).await;
            (*region, members.map_err(|failure| failure.to_string()))
        }
    });
    join_all(listings).await.into_iter().collect()
}
