//! Ends the membership of one account in every Region of the hub, and its monitoring in the ledger.
//!
//! Per Region: disassociate, confirm in AWS's record of its members, delete, confirm there; AWS's answers alone are
//! not sufficient. The ledger says `leaving` before AWS is called, and `left` once no Region knows the
//! account. After an interruption, running it again continues from AWS's record; after that, it changes
//! nothing. [`plan`] does everything before the first write, and a dry run ends there. The ledger row and its
//! history are kept.

mod region;

use futures::future::join_all;
use hubward_protocol::{AccountId, Region};
use serde_json::json;
use strum::IntoStaticStr;

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
pub(crate) struct UnlinkPlan {
    /// The account, as in the ledger.
    pub account: Account,
    /// What is to be done in each Region, home Region first.
    pub rows: Vec<UnlinkRow>,
}

/// The result of unlinking.
#[derive(Clone, Debug)]
pub(crate) struct Unlinked {
    /// The account's state in the ledger.
    pub state: AccountState,
    /// The result of each Region, home Region first.
    pub rows: Vec<UnlinkRow>,
    /// The notice to its project, once the account has left.
    pub left_notice: Option<SentNotice>,
}

/// The notice to the project of an account that has left.
#[derive(Clone, Debug)]
pub(crate) struct SentNotice {
    pub notice: LeftNotice,
    /// Number of channels that get it.
    pub channels: usize,
}

/// The result of one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnlinkRow {
    pub region: Region,
    /// What was done there.
    pub outcome: UnlinkOutcome,
}

/// The result of ending a membership.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum UnlinkOutcome {
    /// Confirmed to be gone.
    Deleted,
    /// It did not exist.
    Already,
    /// It would be ended; its current status.
    Planned(MemberStatus),
    /// AWS returned the account as unprocessed.
    Unprocessed(String),
    /// AWS accepted the calls, but still lists the account.
    #[strum(serialize = "unprocessed")]
    StillListed(MemberStatus),
    /// An unknown status, which is not acted on.
    Skipped(String),
    Failed(AwsFailure),
    /// The audit event could not be written, so AWS was not called.
    #[strum(serialize = "failed")]
    NotRecorded(String),
}

impl UnlinkPlan {
    /// Whether there is nothing to do, not even in the ledger. A Region that cannot be read does not make an
    /// account that has left a member again.
    pub(crate) fn is_done(&self) -> bool {
        let is_open = |row: &UnlinkRow| {
            !matches!(
                row.outcome,
                UnlinkOutcome::Already | UnlinkOutcome::Failed(_)
            )
        };
        self.account.state == AccountState::Left && !self.rows.iter().any(is_open)
    }
}

/// Computes what unlinking would do. Writes nothing.
///
/// # Errors
/// The ledger or AWS cannot be reached, or the account is unknown. A Region whose listing cannot be read is a
/// row's outcome.
pub(crate) async fn plan(app: &App, account: &AccountId) -> Result<UnlinkPlan, ActionError> {
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
/// The ledger or AWS cannot be reached, or the account is unknown. A failure in a Region is its row's
/// outcome.
pub(crate) async fn carry_out(
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
            let removal = RegionRemoval {
                app,
                actor,
                hub: &hub,
                account,
            };
            let (Ok(outcome) | Err(outcome)) = removal.remove().await;
            UnlinkRow { region, outcome }
        }
    }))
    .await;
    let (state, left_notice) = record_result(app, actor, account, &rows).await?;
    Ok(Unlinked {
        state,
        rows,
        left_notice,
    })
}

/// Stores the observed status, as a check does. Once no Region lists the account, marks it as left and
/// notifies its project, in the same transaction and therefore once.
async fn record_result(
    app: &App,
    actor: &Actor,
    account: &AccountId,
    rows: &[UnlinkRow],
) -> Result<(AccountState, Option<SentNotice>), ActionError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let mut before = tx.memberships().await?;
    let mut events = Vec::new();
    let removed: Vec<Region> = rows
        .iter()
        .filter(|row| matches!(row.outcome, UnlinkOutcome::Deleted | UnlinkOutcome::Already))
        .map(|row| row.region)
        .collect();
    for region in &removed {
        // Without an earlier check there is no stored status to update.
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
    let (mut state, mut left_notice) = (row.state, None);
    // If an operator changed the account's state meanwhile, that state is kept.
    if removed.len() == rows.len() && state == AccountState::Leaving {
        state = AccountState::Left;
        left_notice = Some(notify(app, &mut tx, &row).await?);
        events.extend(set_state(&mut tx, row, state).await?);
    }
    tx.append_audit(now, actor, events).await?;
    tx.commit().await?;
    Ok((state, left_notice))
}

async fn notify(app: &App, tx: &mut Tx, account: &Account) -> Result<SentNotice, StoreError> {
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
    Ok(SentNotice {
        notice: left,
        channels,
    })
}

fn in_ledger(accounts: Vec<Account>, account: &AccountId) -> Result<Account, ActionError> {
    select_accounts(accounts, std::slice::from_ref(account))?
        .pop()
        .ok_or_else(|| ActionError::NotInLedger(vec![account.clone()]))
}

/// Changes the state in the ledger. Returns the audit event; `None` if the state is the same.
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
    /// The outcome's word in JSON and tables.
    pub(crate) fn as_str(&self) -> &'static str {
        self.into()
    }
}
