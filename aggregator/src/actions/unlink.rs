//! Ends the membership of one account in every Region of the hub, and its watch in the ledger.
//!
//! Per Region: disassociate, see it in the listing, delete, see it in the listing; AWS's answers alone
//! are not believed. The ledger says `leaving` before AWS is called and `left` once every Region is
//! seen to be without the account: whatever cuts the work off, running it again goes on from what the
//! listings say. Run after that, it changes nothing. [`plan`] is the road up to the first write, and a
//! dry run ends there. The row and its history stay.

use std::time::Duration;

use futures::future::join_all;
use hubward_protocol::{AccountId, Region};
use serde_json::json;

use super::{ActionError, select};
use crate::app::App;
use crate::aws::AwsFailure;
use crate::aws::security_hub::SecurityHub;
use crate::domain::account::{Account, AccountState};
use crate::domain::audit::{Action, Actor, NewEvent};
use crate::domain::check::NOT_WANTED;
use crate::domain::membership::{MemberStatus, Membership, NextRemoval, next_removal};
use crate::store::{StoreError, Tx};

/// What unlinking would do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The account, as the ledger has it.
    pub account: Account,
    /// What is to be done in each Region, home Region first.
    pub rows: Vec<Row>,
}

/// What became of unlinking.
#[derive(Clone, Debug)]
pub struct Unlinked {
    /// Where the account now stands in the ledger.
    pub state: AccountState,
    /// What became of it in each Region, home Region first.
    pub rows: Vec<Row>,
}

/// One Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The Region.
    pub region: Region,
    /// What became of the account there.
    pub outcome: Outcome,
}

/// What became of a membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Seen to be gone.
    Deleted,
    /// It was gone before.
    Already,
    /// It would be ended; this is what the listing says now.
    Planned(MemberStatus),
    /// AWS named the account as not processed.
    Unprocessed(String),
    /// AWS took the calls, but still lists the account.
    StillListed(MemberStatus),
    /// A status that we do not understand: not acted on.
    Skipped(String),
    /// A call failed.
    Failed(AwsFailure),
    /// The trace could not be written, so AWS was not called.
    NotRecorded(String),
}

impl Plan {
    /// Whether there is nothing to do, not even in the ledger. A Region that cannot be read just now
    /// does not bring back who has left.
    pub fn is_done(&self) -> bool {
        let is_open = |row: &Row| !matches!(row.outcome, Outcome::Already | Outcome::Failed(_));
        self.account.state == AccountState::Left && !self.rows.iter().any(is_open)
    }
}

/// Finds out what unlinking would do. Writes nothing.
///
/// # Errors
/// The ledger or AWS is out of reach, or the account is unknown. A Region whose listing cannot be read
/// is a row's outcome.
pub async fn plan(app: &App, account: &AccountId) -> Result<Plan, ActionError> {
    let account = in_ledger(app.store.accounts().await?, account)?;
    let aws = app.aws().await?;
    let rows = join_all(app.config.hub.regions().map(|region| {
        let (hub, account) = (aws.security_hub(region), &account.account_id);
        async move {
            let outcome = match status(&hub, account).await {
                Err(failure) => Outcome::Failed(failure),
                Ok(status) => match (next_removal(status.as_ref()), status) {
                    (NextRemoval::Leave(word), _) => Outcome::Skipped(word),
                    (NextRemoval::Gone, _) | (_, None) => Outcome::Already,
                    (_, Some(status)) => Outcome::Planned(status),
                },
            };
            Row { region, outcome }
        }
    }))
    .await;
    Ok(Plan { account, rows })
}

/// Unlinks an account.
///
/// # Errors
/// The ledger or AWS is out of reach, or the account is unknown. What fails in a Region is its row's
/// outcome.
pub async fn carry_out(
    app: &App,
    actor: &Actor,
    account: &AccountId,
) -> Result<Unlinked, ActionError> {
    let aws = app.aws().await?;
    let mut tx = app.store.begin().await?;
    let row = in_ledger(tx.accounts().await?, account)?;
    let event = set_state(&mut tx, row, AccountState::Leaving).await?;
    tx.append_audit(app.clock.now(), actor, event).await?;
    tx.commit().await?;
    let rows = join_all(app.config.hub.regions().map(|region| {
        let hub = aws.security_hub(region);
        async move {
            let desk = Desk {
                app,
                actor,
                hub: &hub,
                account,
            };
            let (Ok(outcome) | Err(outcome)) = desk.remove().await;
            Row { region, outcome }
        }
    }))
    .await;
    let state = conclude(app, actor, account, &rows).await?;
    Ok(Unlinked { state, rows })
}

/// What is done in one Region.
struct Desk<'a> {
    app: &'a App,
    actor: &'a Actor,
    hub: &'a SecurityHub,
    account: &'a AccountId,
}

impl Desk<'_> {
    async fn remove(&self) -> Result<Outcome, Outcome> {
        let seen = status(self.hub, self.account).await;
        match next_removal(seen.map_err(Outcome::Failed)?.as_ref()) {
            NextRemoval::Gone => return Ok(Outcome::Already),
            NextRemoval::Leave(word) => return Ok(Outcome::Skipped(word)),
            NextRemoval::Disassociate => self.disassociate().await?,
            NextRemoval::Delete => {}
        }
        self.delete().await?;
        Ok(Outcome::Deleted)
    }

    async fn disassociate(&self) -> Result<(), Outcome> {
        self.record(Action::MembershipDisassociateRequested).await?;
        let accounts = std::slice::from_ref(self.account);
        let answer = self.hub.disassociate_members(accounts).await;
        self.see(answer.err().map(Outcome::Failed), |status| {
            status != Some(&MemberStatus::Enabled)
        })
        .await
    }

    async fn delete(&self) -> Result<(), Outcome> {
        self.record(Action::MembershipDeleteRequested).await?;
        let accounts = std::slice::from_ref(self.account);
        let refusal = match self.hub.delete_members(accounts).await {
            Err(failure) => Some(Outcome::Failed(failure)),
            Ok(mut unprocessed) => unprocessed.remove(self.account).map(Outcome::Unprocessed),
        };
        self.see(refusal, |status| next_removal(status) == NextRemoval::Gone)
            .await
    }

    /// Asks the listing whether it has come to pass; it has the last word, since an answer can get lost
    /// on its way, and a repeated call then finds nobody. It may lag behind: what AWS did not refuse is
    /// looked for up to three times.
    async fn see(
        &self,
        refusal: Option<Outcome>,
        come_to_pass: impl Fn(Option<&MemberStatus>) -> bool,
    ) -> Result<(), Outcome> {
        let mut looks_left = if refusal.is_none() { 3 } else { 1 };
        loop {
            let seen = match status(self.hub, self.account).await {
                Ok(seen) => seen,
                Err(failure) => return Err(refusal.unwrap_or(Outcome::Failed(failure))),
            };
            looks_left -= 1;
            match seen {
                seen if come_to_pass(seen.as_ref()) => return Ok(()),
                Some(seen) if looks_left == 0 => {
                    return Err(refusal.unwrap_or(Outcome::StillListed(seen)));
                }
                _ => tokio::time::sleep(Duration::from_secs(1)).await,
            }
        }
    }

    async fn record(&self, action: Action) -> Result<(), Outcome> {
        let event = NewEvent {
            action,
            subject: self.account.to_string(),
            detail: json!({ "region": self.hub.region() }),
        };
        let written = async {
            let mut tx = self.app.store.begin().await?;
            tx.append_audit(self.app.clock.now(), self.actor, [event])
                .await?;
            tx.commit().await
        };
        written
            .await
            .map_err(|error: StoreError| Outcome::NotRecorded(error.to_string()))
    }
}

/// What a Region's listing says of an account.
async fn status(
    hub: &SecurityHub,
    account: &AccountId,
) -> Result<Option<MemberStatus>, AwsFailure> {
    Ok(hub.list_members().await?.remove(account))
}

/// Keeps what was seen, as a check does; and once no Region has the account any more, it has left.
async fn conclude(
    app: &App,
    actor: &Actor,
    account: &AccountId,
    rows: &[Row],
) -> Result<AccountState, ActionError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let mut before = tx.memberships().await?;
    let mut events = Vec::new();
    let gone: Vec<Region> = rows
        .iter()
        .filter(|row| matches!(row.outcome, Outcome::Deleted | Outcome::Already))
        .map(|row| row.region)
        .collect();
    for region in &gone {
        // Where no check has ever seen it, there is nothing that would be outdated.
        let Some(last) = before.remove(&(account.clone(), *region)) else {
            continue;
        };
        if let Some(status) = &last.status {
            events.push(NewEvent {
                action: Action::MembershipObserved,
                subject: account.to_string(),
                detail: json!({ "region": region, "from": status.to_string(), "to": null }),
            });
        }
        let is_news = last.verdict != NOT_WANTED;
        tx.put_membership(&Membership {
            status: None,
            verdict: NOT_WANTED.to_owned(),
            since: if is_news { now } else { last.since },
            seen_at: now,
            ..last
        })
        .await?;
    }
    let row = in_ledger(tx.accounts().await?, account)?;
    let mut state = row.state;
    // Somebody may have decided otherwise in the meantime: then the account stays what they made it.
    if gone.len() == rows.len() && state == AccountState::Leaving {
        state = AccountState::Left;
        events.extend(set_state(&mut tx, row, state).await?);
    }
    tx.append_audit(now, actor, events).await?;
    tx.commit().await?;
    Ok(state)
}

fn in_ledger(accounts: Vec<Account>, account: &AccountId) -> Result<Account, ActionError> {
    select(accounts, std::slice::from_ref(account))?
        .pop()
        .ok_or_else(|| ActionError::NotInLedger(vec![account.clone()]))
}

/// Writes another state into the ledger, and returns its event; none where nothing changes.
async fn set_state(
    tx: &mut Tx,
    mut account: Account,
    state: AccountState,
) -> Result<Option<NewEvent>, StoreError> {
    let before = std::mem::replace(&mut account.state, state);
    if before == state {
        return Ok(None);
    }
    tx.put_account(&account).await?;
    Ok(Some(NewEvent {
        action: Action::AccountChanged,
        subject: account.account_id.to_string(),
        detail: json!({
            "by": "unlink",
            "what": [{ "field": "state", "before": before.as_str(), "after": state.as_str() }],
        }),
    }))
}

impl Outcome {
    /// The outcome's word, in JSON and tables.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Already => "already",
            Self::Planned(_) => "planned",
            Self::Unprocessed(_) | Self::StillListed(_) => "unprocessed",
            Self::Skipped(_) => "skipped",
            Self::Failed(_) | Self::NotRecorded(_) => "failed",
        }
    }
}
