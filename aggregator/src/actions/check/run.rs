//! Reads the administrator's member listing in every Region and judges every active account of the ledger in
//! each of its Regions; also lists members that the ledger does not know.
//!
//! It changes nothing in AWS. The result is stored, so that the next check can tell since when a verdict
//! holds. A changed status is an audit event, and a membership lost without an unlink is an alert, in the
//! same transaction. Run twice, the second adds nothing.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde_json::json;

use crate::actions::ActionError;
use crate::actions::ledger::select_accounts;
use crate::actions::notify::{Notifier, watch_quotas};
use crate::app::App;
use hubward_domain::account::AccountState;
use hubward_domain::alert::arrival::{Arrival, IngestSource};
use hubward_domain::alert::loss::{self, is_lost};
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::check::{
    AccountRegion, CheckRow, Evidence, Judgement, ListedStatus, NOT_WANTED, ProofStep, StepHistory,
    Verdict, coverage,
};
use hubward_domain::membership::{MemberStatus, Membership, wanted_regions};
use hubward_store::StoreError;
use hubward_store::evidence::AccountRange;

type Listings = BTreeMap<Region, Result<BTreeMap<AccountId, MemberStatus>, String>>;

/// Everything that a check reads before it judges.
struct CheckInput {
    evidence: Evidence,
    regions: Vec<Region>,
    listings: Listings,
    /// The time of the listing. What it shows may be older than the time of writing.
    at: Timestamp,
}

/// Checks the given accounts, or all. Projects are sorted by their worst verdict, and within a project its
/// accounts and Regions.
///
/// # Errors
/// Nothing could be judged: the ledger or AWS cannot be reached, or an account is unknown. A Region whose
/// listing cannot be read is a verdict, not an error.
pub(crate) async fn check(
    app: &App,
    actor: &Actor,
    wanted: &[AccountId],
) -> Result<Vec<CheckRow>, ActionError> {
    let accounts = select_accounts(app.store.accounts().await?, wanted)?;
    let whole = wanted.is_empty();
    let range = match (accounts.first(), accounts.last()) {
        (Some(first), Some(last)) if !whole => {
            AccountRange::Between(&first.account_id, &last.account_id)
        }
        _ => AccountRange::All,
    };
    let input = read_input(app, range).await?;
    let mut places: Vec<AccountRegion> = accounts
        .iter()
        .filter(|account| account.state != AccountState::Left)
        .flat_map(|account| {
            wanted_regions(account, &input.regions)
                .into_iter()
                .map(|region| (account.account_id.clone(), region))
        })
        .collect();
    let strangers = if whole {
        input.strangers()
    } else {
        BTreeSet::new()
    };
    places.extend(strangers.iter().cloned());
    let mut rows = record_check(app, actor, &input, places, &strangers, whole).await?;
    if whole {
        // Invitations of single accounts do not know the number of members.
        for (region, listing) in &input.listings {
            if let Ok(members) = listing {
                watch_quotas(app, *region, members).await?;
            }
        }
    }
    sort(&mut rows, &input.regions);
    Ok(rows)
}

async fn read_input(app: &App, range: AccountRange<'_>) -> Result<CheckInput, ActionError> {
    let evidence = app.store.evidence(range, app.proof_policy()).await?;
    let aws = app.aws().await?;
    let at = app.clock.now();
    let regions: Vec<Region> = app.config.hub.regions().collect();
    let listings = join_all(regions.iter().map(|region| {
        let hub = aws.security_hub(*region);
        async move {
            let listing = hub
                .list_members()
                .await
                .map_err(|failure| failure.to_string());
            (hub.region(), listing)
        }
    }))
    .await;
    Ok(CheckInput {
        evidence,
        regions,
        listings: listings.into_iter().collect(),
        at,
    })
}

impl CheckInput {
    fn seen(&self, (account, region): &AccountRegion) -> ListedStatus {
        match self.listings.get(region) {
            Some(Ok(members)) => ListedStatus::Listed(members.get(account).cloned()),
            Some(Err(why)) => ListedStatus::Unreadable(why.clone()),
            None => ListedStatus::Unreadable(String::new()),
        }
    }

    /// Members that the ledger does not want, or no longer wants.
    fn strangers(&self) -> BTreeSet<AccountRegion> {
        let is_known = |(account, region): &AccountRegion| {
            self.evidence.ledger.get(account).is_some_and(|account| {
                account.state != AccountState::Left
                    && wanted_regions(account, &self.regions).contains(region)
            })
        };
        self.listings
            .iter()
            .filter_map(|(region, listing)| Some((*region, listing.as_ref().ok()?)))
            .flat_map(|(region, members)| {
                members
                    .iter()
                    .filter(|(_, status)| **status == MemberStatus::Enabled)
                    .map(move |(id, _)| (id.clone(), region))
            })
            .filter(|place| !is_known(place))
            .collect()
    }
}

/// Projects by their worst verdict, and within each its rows; then in the order of the ledger and the hub.
fn sort(rows: &mut [CheckRow], regions: &[Region]) {
    let mut worst: BTreeMap<String, u8> = BTreeMap::new();
    for row in rows.iter() {
        let rank = worst.entry(row.project.clone()).or_insert(u8::MAX);
        *rank = (*rank).min(row.verdict.rank());
    }
    rows.sort_by_cached_key(|row| {
        (
            worst.get(&row.project).copied(),
            row.project.clone(),
            row.verdict.rank(),
            row.account_id.clone(),
            regions.iter().position(|region| *region == row.region),
        )
    });
}

/// Judges each account and Region against the previous observation, stores the new one, and opens alerts for
/// lost memberships.
async fn record_check(
    app: &App,
    actor: &Actor,
    input: &CheckInput,
    places: Vec<AccountRegion>,
    strangers: &BTreeSet<AccountRegion>,
    whole: bool,
) -> Result<Vec<CheckRow>, StoreError> {
    let mut tx = app.store.begin().await?;
    let before = tx.memberships().await?;
    let (mut rows, mut events, mut lost, mut writes) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut steps = StepChanges::default();
    let judged: BTreeSet<&AccountRegion> = places.iter().collect();
    // Accounts that have left, and unknown ones, are not judged, but their status is stored.
    let unjudged: Vec<&AccountRegion> = before
        .keys()
        .filter(|place| whole && !judged.contains(place))
        .collect();
    let all = places.iter().map(|place| (place, true));
    for (place, is_judged) in all.chain(unjudged.into_iter().map(|place| (place, false))) {
        let (account_id, region) = place;
        let account = input.evidence.ledger.get(account_id);
        let last = before.get(place);
        let seen = input.seen(place);
        let judged = is_judged.then(|| {
            if strangers.contains(place) {
                Judgement {
                    verdict: Verdict::NotInLedger,
                    proof: Vec::new(),
                }
            } else {
                input.evidence.judge(place, &seen, last, input.at)
            }
        });
        let verdict = judged.as_ref().map(|judged| &judged.verdict);
        let now = membership(place, last, &seen, verdict, input.at);
        steps.note(&input.evidence, place, judged.as_ref(), last, &now);
        if let Some(judged) = judged {
            rows.push(input.evidence.row(place.clone(), judged, now.since));
        }
        // A concurrent check read a later listing: its result wins.
        if last.is_some_and(|last| last.seen_at > input.at) {
            continue;
        }
        let last_status = last.and_then(|last| last.status.as_ref());
        if now.status.as_ref() != last_status {
            events.push(NewEvent {
                action: Action::MembershipObserved,
                subject: now.account_id.to_string(),
                detail: json!({
                    "region": region,
                    "from": last_status.map(ToString::to_string),
                    "to": now.status.as_ref().map(ToString::to_string),
                }),
            });
        }
        if let Some(last) = last
            && is_lost(account.map(|account| account.state), Some(last), &seen)
        {
            lost.push((loss::alert(last, now.status.as_ref(), input.at), account));
        }
        // In a check of all accounts most rows are unchanged: one statement updates the time of all of them.
        let is_as_before = last.is_some_and(|last| {
            let seen_at = last.seen_at;
            *last
                == Membership {
                    seen_at,
                    ..now.clone()
                }
        });
        if !(whole && is_as_before) {
            writes.push(now);
        }
    }
    tx.put_memberships(&writes).await?;
    tx.put_step_history(&steps.changed).await?;
    tx.forget_steps(&steps.unwanted).await?;
    if whole {
        tx.touch_memberships(input.at).await?;
        tx.put_baseline_coverage(&coverage(&rows, &input.evidence, input.at))
            .await?;
        tx.put_trend(&app.today()).await?;
    }
    tx.append_audit(app.clock.now(), actor, events).await?;
    for (alert, account) in lost {
        if tx.alert_of_finding(&alert.finding_id).await?.is_none() {
            Notifier::new(app)
                .notify_alert(&mut tx, actor, Action::AlertOpened, &alert, account)
                .await?;
            let seen_at = app.clock.exactly();
            let arrival = Arrival {
                door: IngestSource::Watch,
                aws_created_at: None,
                event_at: None,
                received_at: seen_at,
                stored_at: seen_at,
            };
            tx.put_arrival(&alert.id, &arrival).await?;
        }
    }
    tx.commit().await?;
    Ok(rows)
}

/// What changed in the history of steps.
#[derive(Default)]
struct StepChanges {
    changed: Vec<(AccountRegion, ProofStep, StepHistory)>,
    unwanted: Vec<(AccountRegion, ProofStep)>,
}

impl StepChanges {
    /// Compares a place's history with what it is after a judgement.
    fn note(
        &mut self,
        evidence: &Evidence,
        place: &AccountRegion,
        judged: Option<&Judgement>,
        last: Option<&Membership>,
        now: &Membership,
    ) {
        let before = evidence.history.get(place).cloned().unwrap_or_default();
        let after = match judged {
            // What the ledger does not want watched has no wanted steps; what is leaving keeps its history.
            None
            | Some(Judgement {
                verdict: Verdict::NotInLedger,
                ..
            }) => BTreeMap::new(),
            Some(Judgement {
                verdict: Verdict::Leaving,
                ..
            }) => return,
            Some(judged) => evidence.next_history(place, &judged.proof, last, now.seen_at),
        };
        for step in before.keys().filter(|step| !after.contains_key(step)) {
            self.unwanted.push((place.clone(), step.clone()));
        }
        for (step, history) in after {
            if before.get(&step) != Some(&history) {
                self.changed.push((place.clone(), step, history));
            }
        }
    }
}

/// The membership to store.
fn membership(
    (account_id, region): &AccountRegion,
    last: Option<&Membership>,
    seen: &ListedStatus,
    verdict: Option<&Verdict>,
    at: Timestamp,
) -> Membership {
    let word = verdict.map_or(NOT_WANTED, Verdict::as_str);
    // An unreadable listing says nothing about the membership: the last known status is kept.
    let status = match seen {
        ListedStatus::Listed(status) => status.clone(),
        ListedStatus::Unreadable(_) => last.and_then(|last| last.status.clone()),
    };
    let is_associated = status == Some(MemberStatus::Enabled);
    let known =
        |time: fn(&Membership) -> Option<Timestamp>| last.filter(|_| is_associated).and_then(time);
    let is_complete = verdict.is_some_and(Verdict::is_complete);
    Membership {
        account_id: account_id.clone(),
        region: *region,
        status,
        verdict: word.to_owned(),
        since: last
            .filter(|last| last.verdict == word)
            .map_or(at, |last| last.since),
        seen_at: at,
        associated_since: known(|last| last.associated_since).or(is_associated.then_some(at)),
        completed_at: known(|last| last.completed_at).or(is_complete.then_some(at)),
    }
}

#[cfg(test)]
mod tests;
