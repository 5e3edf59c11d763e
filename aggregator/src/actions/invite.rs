//! Sends the invitations that are missing, per Region, at most 50 accounts a call.
//!
//! It decides from the administrator's own listing, reads which accounts AWS did not process, and
//! believes an invitation only when the listing shows it. Each batch leaves its trace *before* AWS is
//! called: whatever cuts the work off, nothing was sent without one. Run twice, the second sends
//! nothing. A dry run takes the same road and stops before the first change.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use hubward_protocol::{AccountId, Region};
use serde_json::json;

use super::{ActionError, select};
use crate::app::App;
use crate::aws::AwsFailure;
use crate::aws::security_hub::{BATCH, SecurityHub};
use crate::domain::account::Account;
use crate::domain::audit::{Action, Actor, NewEvent};
use crate::domain::membership::{
    MemberStatus, NextInvitation, SkipReason, next_invitation, wanted_regions,
};
use crate::store::StoreError;

/// Whom to invite, and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// These accounts; empty means the whole ledger.
    pub accounts: Vec<AccountId>,
    /// Only say what would be sent.
    pub dry_run: bool,
    /// Also where an invitation is pending or a membership was ended.
    pub force: bool,
}

/// What became of one account in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The account.
    pub account_id: AccountId,
    /// The Region.
    pub region: Region,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Sent, and listed as such.
    Invited,
    /// Nothing to send.
    Already(MemberStatus),
    /// AWS named the account among those that it did not process.
    Unprocessed {
        /// Which call.
        operation: &'static str,
        /// AWS's reason.
        reason: String,
    },
    /// Deliberately not sent.
    Skipped(SkipReason),
    /// A dry run would send it.
    Planned,
    /// The call failed.
    Failed(AwsFailure),
    /// The trace could not be written, so AWS was not called.
    NotRecorded(String),
    /// AWS accepted the call, but its listing does not show an invitation.
    NotListed(Option<MemberStatus>),
}

/// Invites. One row per account and wanted Region, by account.
///
/// # Errors
/// Nothing was sent: the ledger or AWS is out of reach, or an account is unknown. Whatever fails later
/// is a row's outcome, not an error.
pub async fn invite(app: &App, actor: &Actor, request: &Request) -> Result<Vec<Row>, ActionError> {
    let accounts = select(app.store.accounts().await?, &request.accounts)?;
    let aws = app.aws().await?;
    let hub: Vec<Region> = app.config.hub.regions().collect();
    let regions = join_all(hub.iter().map(|region| {
        let wanted: Vec<&Account> = accounts
            .iter()
            .filter(|account| wanted_regions(account, &hub).contains(region))
            .collect();
        invite_in_region(app, actor, request, aws.security_hub(*region), wanted)
    }))
    .await;
    let mut rows: Vec<Row> = regions.into_iter().flatten().collect();
    rows.sort_by(|a, b| a.account_id.cmp(&b.account_id));
    Ok(rows)
}

async fn invite_in_region(
    app: &App,
    actor: &Actor,
    request: &Request,
    hub: SecurityHub,
    accounts: Vec<&Account>,
) -> Vec<Row> {
    let mut outcomes = BTreeMap::new();
    let (mut to_create, mut to_invite) = (Vec::new(), Vec::new());
    match hub.list_members().await {
        Err(failure) => {
            for account in &accounts {
                outcomes.insert(account.account_id.clone(), Outcome::Failed(failure.clone()));
            }
        }
        Ok(members) => {
            for account in &accounts {
                let id = &account.account_id;
                match next_invitation(account.state, members.get(id), request.force) {
                    NextInvitation::Already(status) => {
                        outcomes.insert(id.clone(), Outcome::Already(status));
                    }
                    NextInvitation::Skip(reason) => {
                        outcomes.insert(id.clone(), Outcome::Skipped(reason));
                    }
                    _ if request.dry_run => {
                        outcomes.insert(id.clone(), Outcome::Planned);
                    }
                    NextInvitation::CreateAndInvite => {
                        to_create.push((id.clone(), account.account_email.clone()));
                    }
                    NextInvitation::Invite => to_invite.push(id.clone()),
                }
            }
        }
    }
    let desk = Desk {
        app,
        actor,
        hub: &hub,
    };
    to_invite.extend(desk.create(to_create, &mut outcomes).await);
    desk.send(&to_invite, &mut outcomes).await;
    desk.confirm(&to_invite, &mut outcomes).await;
    outcomes
        .into_iter()
        .map(|(account_id, outcome)| Row {
            account_id,
            region: hub.region(),
            outcome,
        })
        .collect()
}

/// What is done in one Region.
struct Desk<'a> {
    app: &'a App,
    actor: &'a Actor,
    hub: &'a SecurityHub,
}

impl Desk<'_> {
    /// Makes accounts known, and returns those that are.
    async fn create(
        &self,
        accounts: Vec<(AccountId, Option<String>)>,
        outcomes: &mut BTreeMap<AccountId, Outcome>,
    ) -> Vec<AccountId> {
        let mut created = Vec::new();
        for batch in accounts.chunks(BATCH) {
            let ids: Vec<AccountId> = batch.iter().map(|(account, _)| account.clone()).collect();
            if let Err(error) = self.record(Action::MembershipCreateRequested, &ids).await {
                not_recorded(&ids, &error, outcomes);
                continue;
            }
            let answer = self.hub.create_members(batch).await;
            for account in ids {
                match refusal("securityhub:CreateMembers", &account, &answer) {
                    Some(outcome) => {
                        outcomes.insert(account, outcome);
                    }
                    None => created.push(account),
                }
            }
        }
        created
    }

    /// Invites accounts that are known.
    async fn send(&self, accounts: &[AccountId], outcomes: &mut BTreeMap<AccountId, Outcome>) {
        for batch in accounts.chunks(BATCH) {
            if let Err(error) = self.record(Action::MembershipInviteRequested, batch).await {
                not_recorded(batch, &error, outcomes);
                continue;
            }
            let answer = self.hub.invite_members(batch).await;
            for account in batch {
                if let Some(outcome) = refusal("securityhub:InviteMembers", account, &answer) {
                    outcomes.insert(account.clone(), outcome);
                }
            }
        }
    }

    /// Asks the listing what came of it; it has the last word. It may lag behind, hence it is read up
    /// to three times. An account of the administrator's own organisation is Enabled as soon as it is
    /// created, and AWS then leaves it unprocessed when it is invited: nothing is wrong with it.
    async fn confirm(&self, asked: &[AccountId], outcomes: &mut BTreeMap<AccountId, Outcome>) {
        if asked.is_empty() {
            return;
        }
        for attempt in 1..=3 {
            let listing = self.hub.list_members().await;
            let mut all_there = true;
            for account in asked {
                let status = match &listing {
                    Ok(members) => members.get(account),
                    Err(failure) => {
                        outcomes
                            .entry(account.clone())
                            .or_insert_with(|| Outcome::Failed(failure.clone()));
                        continue;
                    }
                };
                match (status, outcomes.get(account)) {
                    (Some(MemberStatus::Enabled), _)
                    | (Some(MemberStatus::Invited), None | Some(Outcome::NotListed(_))) => {
                        outcomes.insert(account.clone(), Outcome::Invited);
                    }
                    (status, None | Some(Outcome::NotListed(_))) => {
                        all_there = false;
                        outcomes.insert(account.clone(), Outcome::NotListed(status.cloned()));
                    }
                    _ => {}
                }
            }
            if all_there || attempt == 3 {
                return;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn record(&self, action: Action, accounts: &[AccountId]) -> Result<(), StoreError> {
        let events: Vec<_> = accounts
            .iter()
            .map(|account| NewEvent {
                action,
                subject: account.to_string(),
                detail: json!({ "region": self.hub.region() }),
            })
            .collect();
        let mut tx = self.app.store.begin().await?;
        tx.append_audit(self.app.clock.now(), self.actor, events)
            .await?;
        tx.commit().await
    }
}

fn not_recorded(
    accounts: &[AccountId],
    error: &StoreError,
    outcomes: &mut BTreeMap<AccountId, Outcome>,
) {
    for account in accounts {
        outcomes.insert(account.clone(), Outcome::NotRecorded(error.to_string()));
    }
}

/// What an answer says against one account of its batch.
fn refusal(
    operation: &'static str,
    account: &AccountId,
    answer: &Result<BTreeMap<AccountId, String>, AwsFailure>,
) -> Option<Outcome> {
    match answer {
        Err(failure) => Some(Outcome::Failed(failure.clone())),
        Ok(unprocessed) => unprocessed.get(account).map(|reason| Outcome::Unprocessed {
            operation,
            reason: reason.clone(),
        }),
    }
}

impl Outcome {
    /// The outcome's word, in JSON and tables.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Already(_) => "already",
            Self::Unprocessed { .. } => "unprocessed",
            Self::Skipped(_) => "skipped",
            Self::Planned => "planned",
            Self::Failed(_) | Self::NotRecorded(_) | Self::NotListed(_) => "failed",
        }
    }
}
