//! Sends the invitations that are missing, per Region, at most 50 accounts a call.
//!
//! It decides from the administrator's own listing, reads which accounts AWS did not process, and
//! believes an invitation only when the listing shows it. Run twice, the second sends nothing. A
//! dry run takes the same road and stops before the first change.

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
    /// AWS accepted the call, but its listing does not show an invitation.
    NotListed(Option<MemberStatus>),
}

/// Invites. One row per account and wanted Region, by account.
///
/// # Errors
/// Nothing was sent: the ledger or AWS is out of reach, or an account is unknown. A failure in one
/// Region is a row's outcome, not an error.
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
    let mut rows = Vec::new();
    for region in regions {
        rows.extend(region?);
    }
    rows.sort_by(|a, b| a.account_id.cmp(&b.account_id));
    Ok(rows)
}

async fn invite_in_region(
    app: &App,
    actor: &Actor,
    request: &Request,
    hub: SecurityHub,
    accounts: Vec<&Account>,
) -> Result<Vec<Row>, StoreError> {
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
    let created = create(&hub, to_create, &mut outcomes).await;
    to_invite.extend(created);
    send(app, actor, &hub, to_invite, &mut outcomes).await?;
    Ok(outcomes
        .into_iter()
        .map(|(account_id, outcome)| Row {
            account_id,
            region: hub.region(),
            outcome,
        })
        .collect())
}

/// Makes accounts known, and returns those that are.
async fn create(
    hub: &SecurityHub,
    accounts: Vec<(AccountId, Option<String>)>,
    outcomes: &mut BTreeMap<AccountId, Outcome>,
) -> Vec<AccountId> {
    let mut created = Vec::new();
    for batch in accounts.chunks(BATCH) {
        let answer = hub.create_members(batch).await;
        for (account, _) in batch {
            match refusal("securityhub:CreateMembers", account, &answer) {
                Some(outcome) => {
                    outcomes.insert(account.clone(), outcome);
                }
                None => created.push(account.clone()),
            }
        }
    }
    created
}

/// Invites, records each batch, and then asks the listing what came of it.
async fn send(
    app: &App,
    actor: &Actor,
    hub: &SecurityHub,
    accounts: Vec<AccountId>,
    outcomes: &mut BTreeMap<AccountId, Outcome>,
) -> Result<(), StoreError> {
    let mut sent = Vec::new();
    for batch in accounts.chunks(BATCH) {
        let answer = hub.invite_members(batch).await;
        let before = sent.len();
        for account in batch {
            match refusal("securityhub:InviteMembers", account, &answer) {
                Some(outcome) => {
                    outcomes.insert(account.clone(), outcome);
                }
                None => sent.push(account.clone()),
            }
        }
        let events: Vec<_> = sent
            .iter()
            .skip(before)
            .map(|account| NewEvent {
                action: Action::MembershipInvited,
                subject: account.to_string(),
                detail: json!({ "region": hub.region() }),
            })
            .collect();
        let mut tx = app.store.begin().await?;
        tx.append_audit(app.clock.now(), actor, events).await?;
        tx.commit().await?;
    }
    for (account, outcome) in confirm(hub, sent).await {
        outcomes.insert(account, outcome);
    }
    Ok(())
}

/// Believes the listing. It may lag behind, hence it is read up to three times.
async fn confirm(hub: &SecurityHub, sent: Vec<AccountId>) -> Vec<(AccountId, Outcome)> {
    if sent.is_empty() {
        return Vec::new();
    }
    let mut attempt = 1;
    loop {
        let listing = hub.list_members().await;
        let judged: Vec<_> = sent
            .iter()
            .map(|account| {
                let outcome = match &listing {
                    Err(failure) => Outcome::Failed(failure.clone()),
                    Ok(members) => match members.get(account) {
                        // Enabled at once: accounts of the administrator's own organisation.
                        Some(MemberStatus::Invited | MemberStatus::Enabled) => Outcome::Invited,
                        other => Outcome::NotListed(other.cloned()),
                    },
                };
                (account.clone(), outcome)
            })
            .collect();
        let all_there = judged
            .iter()
            .all(|(_, outcome)| *outcome == Outcome::Invited);
        if all_there || attempt == 3 {
            return judged;
        }
        attempt += 1;
        tokio::time::sleep(Duration::from_secs(1)).await;
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
            Self::Failed(_) | Self::NotListed(_) => "failed",
        }
    }
}
