//! Looks at the administrator's listing of every Region, and judges every active account of the
//! ledger in each Region that it is wanted in; and names members that the ledger does not want.
//!
//! It changes nothing in AWS. What it saw is kept, so that the next check can say since when; a
//! status that differs from the last one is an audit event. Run twice, the second adds no event.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde_json::json;

use super::{ActionError, select};
use crate::app::App;
use crate::domain::account::{Account, AccountState};
use crate::domain::audit::{Action, Actor, NewEvent};
use crate::domain::check::{NOT_WANTED, Seen, Verdict, judge};
use crate::domain::membership::{MemberStatus, Membership, wanted_regions};
use crate::store::StoreError;

/// One account in one Region.
#[derive(Clone, Debug)]
pub struct Row {
    /// The account.
    pub account_id: AccountId,
    /// Its project; empty when the ledger does not know it.
    pub project: String,
    /// The Region.
    pub region: Region,
    /// How far it is.
    pub verdict: Verdict,
    /// Since when the verdict is this one, as far as checks have seen.
    pub since: Timestamp,
}

type Listings = BTreeMap<Region, Result<BTreeMap<AccountId, MemberStatus>, String>>;

/// Checks the accounts that are asked for, or all. Rows are sorted by account, home Region first.
///
/// # Errors
/// Nothing could be judged: the ledger or AWS is out of reach, or an account is unknown. A Region
/// whose listing cannot be read is a verdict, not an error.
pub async fn check(
    app: &App,
    actor: &Actor,
    wanted: &[AccountId],
) -> Result<Vec<Row>, ActionError> {
    let ledger = app.store.accounts().await?;
    let accounts = select(ledger.clone(), wanted)?;
    let reports = app.store.run_reports().await?;
    let aws = app.aws().await?;
    // What is seen is as old as the asking, not as the writing.
    let seen_at = app.clock.now();
    let regions: Vec<Region> = app.config.hub.regions().collect();
    let listings: Listings = join_all(regions.iter().map(|region| {
        let hub = aws.security_hub(*region);
        async move {
            let listing = hub
                .list_members()
                .await
                .map_err(|failure| failure.to_string());
            (hub.region(), listing)
        }
    }))
    .await
    .into_iter()
    .collect();

    let mut rows = Vec::new();
    for account in accounts
        .iter()
        .filter(|account| account.state == AccountState::Active)
    {
        for region in wanted_regions(account, &regions) {
            let key = (account.account_id.clone(), region);
            let verdict = judge(
                &seen(&listings, region, &account.account_id),
                reports.get(&key).map(Vec::as_slice),
            );
            rows.push((account.project.clone(), key, verdict));
        }
    }
    if wanted.is_empty() {
        rows.extend(strangers(&ledger, &regions, &listings));
    }
    let whole = wanted.is_empty();
    Ok(keep(app, actor, &listings, rows, seen_at, whole).await?)
}

fn seen(listings: &Listings, region: Region, account: &AccountId) -> Seen {
    match listings.get(&region) {
        Some(Ok(members)) => Seen::Listed(members.get(account).cloned()),
        Some(Err(why)) => Seen::Unreadable(why.clone()),
        None => Seen::Unreadable(String::new()),
    }
}

type Judged = (String, (AccountId, Region), Verdict);

/// Members that are watched although the ledger does not want them (any more).
fn strangers(ledger: &[Account], regions: &[Region], listings: &Listings) -> Vec<Judged> {
    let known: BTreeSet<(&AccountId, Region)> = ledger
        .iter()
        .filter(|account| account.state != AccountState::Left)
        .flat_map(|account| {
            wanted_regions(account, regions)
                .into_iter()
                .map(move |region| (&account.account_id, region))
        })
        .collect();
    let project_of = |id: &AccountId| {
        ledger
            .iter()
            .find(|account| account.account_id == *id)
            .map(|account| account.project.clone())
            .unwrap_or_default()
    };
    listings
        .iter()
        .filter_map(|(region, listing)| Some((*region, listing.as_ref().ok()?)))
        .flat_map(|(region, members)| {
            members
                .iter()
                .filter(|(_, status)| **status == MemberStatus::Enabled)
                .map(move |(id, _)| (id, region))
        })
        .filter(|place| !known.contains(place))
        .map(|(id, region)| (project_of(id), (id.clone(), region), Verdict::NotInLedger))
        .collect()
}

/// Keeps what was seen, and gives each row the time since which its verdict holds.
async fn keep(
    app: &App,
    actor: &Actor,
    listings: &Listings,
    judged: Vec<Judged>,
    now: Timestamp,
    whole: bool,
) -> Result<Vec<Row>, StoreError> {
    let mut tx = app.store.begin().await?;
    let before = tx.memberships().await?;
    let (mut rows, mut events) = (Vec::new(), Vec::new());
    let judged_places: BTreeSet<_> = judged.iter().map(|(_, place, _)| place.clone()).collect();
    let unjudged = before
        .keys()
        .filter(|place| whole && !judged_places.contains(place))
        .map(|place| (None, place.clone()));
    let all: Vec<_> = judged
        .into_iter()
        .map(|(project, place, verdict)| (Some((project, verdict)), place))
        .chain(unjudged)
        .collect();
    for (judgement, (account_id, region)) in all {
        let last = before.get(&(account_id.clone(), region));
        // Who is leaving, has left or was a stranger is not judged, but what became of it is kept.
        let word = judgement
            .as_ref()
            .map_or(NOT_WANTED, |(_, verdict)| verdict.as_str());
        let since = last
            .filter(|last| last.verdict == word)
            .map_or(now, |last| last.since);
        // What could not be read is no news about the membership: the last known status stays.
        let status = match seen(listings, region, &account_id) {
            Seen::Listed(status) => status,
            Seen::Unreadable(_) => last.and_then(|last| last.status.clone()),
        };
        let last_status = last.and_then(|last| last.status.clone());
        if let Some((project, verdict)) = judgement {
            rows.push(Row {
                account_id: account_id.clone(),
                project,
                region,
                verdict,
                since,
            });
        }
        // Another check saw later than this one: its word stays.
        if last.is_some_and(|last| last.seen_at > now) {
            continue;
        }
        if status != last_status {
            events.push(NewEvent {
                action: Action::MembershipObserved,
                subject: account_id.to_string(),
                detail: json!({
                    "region": region,
                    "from": last_status.map(|status| status.to_string()),
                    "to": status.as_ref().map(ToString::to_string),
                }),
            });
        }
        tx.put_membership(&Membership {
            account_id: account_id.clone(),
            region,
            status,
            verdict: word.to_owned(),
            since,
            seen_at: now,
        })
        .await?;
    }
    if whole {
        tx.put_trend(&app.today()).await?;
    }
    tx.append_audit(app.clock.now(), actor, events).await?;
    tx.commit().await?;
    Ok(rows)
}
