//! Ends the membership of one account in every Region of the hub, and its watch in the ledger.
//!
//! Per Region: disassociate, see it in AWS's record of its members, delete, see it there; AWS's answers alone
//! are not believed. The ledger says `leaving` before AWS is called and `left` once every Region is
//! seen to be without the account: whatever cuts the work off, running it again goes on from what AWS's
//! record says. Run after that, it changes nothing. [`plan`] is the road up to the first write, and a
//! dry run ends there. The row and its history stay.

mod region;

use futures::future::join_all;
use hubward_protocol::{AccountId, Region};
use serde_json::json;

use crate::actions::ActionError;
use crate::actions::ledger::select_accounts;
use crate::actions::notify::Notifier;
use crate::app::App;
use crate::aws::AwsFailure;
use hubward_domain::account::{Account, AccountState};
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::check::NOT_WANTED;
use hubward_domain::membership::{
    MemberStatus, Membership, NextRemoval, next_removal, wanted_regions,
};
use hubward_domain::notice::{LeftNotice, Notice};
use hubward_domain::routing::Subject;
use hubward_store::{StoreError, Tx};
use region::{RegionRemoval, status};

/// What unlinking would do.
#[derive(Clone, Debug)]
pub struct UnlinkPlan {
    /// The account, as the ledger has it.
    pub account: Account,
    /// What is to be done in each Region, home Region first.
    pub rows: Vec<UnlinkRow>,
}

/// What became of unlinking.
#[derive(Clone, Debug)]
pub struct Unlinked {
    /// Where the account now stands in the ledger.
    pub state: AccountState,
    /// What became of it in each Region, home Region first.
    pub rows: Vec<UnlinkRow>,
    /// What its project is told, once it has left.
    pub farewell: Option<Farewell>,
}

/// What a project is told when its account has left.
#[derive(Clone, Debug)]
pub struct Farewell {
    /// The message.
    pub notice: LeftNotice,
    /// How many channels have it in their outbox.
    pub channels: usize,
}

/// One Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlinkRow {
    /// The Region.
    pub region: Region,
    /// What became of the account there.
    pub outcome: UnlinkOutcome,
}

/// What became of a membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnlinkOutcome {
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

impl UnlinkPlan {
    /// Whether there is nothing to do, not even in the ledger. A Region that cannot be read just now
    /// does not bring back who has left.
    pub fn is_done(&self) -> bool {
        let is_open = |row: &UnlinkRow| {
            !matches!(
                row.outcome,
                UnlinkOutcome::Already | UnlinkOutcome::Failed(_)
            )
        };
        self.account.state == AccountState::Left && !self.rows.iter().any(is_open)
    }
}

/// Finds out what unlinking would do. Writes nothing.
///
/// # Errors
/// The ledger or AWS is out of reach, or the account is unknown. A Region whose listing cannot be read
/// is a row's outcome.
pub async fn plan(app: &App, account: &AccountId) -> Result<UnlinkPlan, ActionError> {
    let account = in_ledger(app.store.accounts().await?, account)?;
    let aws = app.aws().await?;
    let rows = join_all(app.config.hub.regions().map(|region| {
        let (hub, account) = (aws.security_hub(region), &account.account_id);
        async move {
            let outcome = match status(&hub, account).await {
                Err(failure) => UnlinkOutcome::Failed(failure),
                Ok(status) => match (next_removal(status.as_ref()), status) {
                    (NextRemoval::Leave(word), _) => UnlinkOutcome::Skipped(word),
                    (NextRemoval::Gone, _) | (_, None) => UnlinkOutcome::Already,
                    (_, Some(status)) => UnlinkOutcome::Planned(status),
                },
            };
            UnlinkRow { region, outcome }
        }
    }))
    .await;
    Ok(UnlinkPlan { account, rows })
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
            let desk = RegionRemoval {
                app,
                actor,
                hub: &hub,
                account,
            };
            let (Ok(outcome) | Err(outcome)) = desk.remove().await;
            UnlinkRow { region, outcome }
        }
    }))
    .await;
    let (state, farewell) = conclude(app, actor, account, &rows).await?;
    Ok(Unlinked {
        state,
        rows,
        farewell,
    })
}

/// Keeps what was seen, as a check does; and once no Region has the account any more, it has left, and
/// its project is told: in the same transaction, hence once.
async fn conclude(
    app: &App,
    actor: &Actor,
    account: &AccountId,
    rows: &[UnlinkRow],
) -> Result<(AccountState, Option<Farewell>), ActionError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let mut before = tx.memberships().await?;
    let mut events = Vec::new();
    let gone: Vec<Region> = rows
        .iter()
        .filter(|row| matches!(row.outcome, UnlinkOutcome::Deleted | UnlinkOutcome::Already))
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
        tx.put_memberships(&[Membership {
            status: None,
            verdict: NOT_WANTED.to_owned(),
            since: if is_news { now } else { last.since },
            seen_at: now,
            associated_since: None,
            completed_at: None,
            ..last
        }])
        .await?;
    }
    let row = in_ledger(tx.accounts().await?, account)?;
    let (mut state, mut farewell) = (row.state, None);
    // Somebody may have decided otherwise in the meantime: then the account stays what they made it.
    if gone.len() == rows.len() && state == AccountState::Leaving {
        state = AccountState::Left;
        farewell = Some(tell(app, &mut tx, &row).await?);
        events.extend(set_state(&mut tx, row, state).await?);
    }
    tx.append_audit(now, actor, events).await?;
    tx.commit().await?;
    Ok((state, farewell))
}

async fn tell(app: &App, tx: &mut Tx, account: &Account) -> Result<Farewell, StoreError> {
    let hub: Vec<Region> = app.config.hub.regions().collect();
    let left = LeftNotice {
        account_id: account.account_id.clone(),
        project: account.project.clone(),
        language: account.language,
        contact: account.contact.clone(),
        contact_emails: account.contact_emails.clone(),
        regions: wanted_regions(account, &hub),
    };
    let subject = Subject {
        project: Some(&account.project),
        account: Some(&account.account_id),
        environment: Some(&account.environment),
        ..Subject::default()
    };
    let notice = Notice::AccountLeft(left.clone());
    let mut channels = Notifier::new(app)
        .notify_about(tx, &notice, subject)
        .await?;
    channels += usize::from(Notifier::new(app).notify_contacts(tx, &notice).await?);
    Ok(Farewell {
        notice: left,
        channels,
    })
}

fn in_ledger(accounts: Vec<Account>, account: &AccountId) -> Result<Account, ActionError> {
    select_accounts(accounts, std::slice::from_ref(account))?
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

impl UnlinkOutcome {
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
