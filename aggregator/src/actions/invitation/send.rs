//! Sends the invitations that are missing, per Region, at most 50 accounts a call.
//!
//! It decides from the administrator's own record of its members, reads which accounts AWS did not process, and
//! believes an invitation only when AWS shows it. Each batch leaves its trace *before* AWS is
//! called: whatever cuts the work off, nothing was sent without one. Run twice, the second sends
//! nothing. A dry run takes the same road and stops before the first change.

mod batch;

use std::collections::BTreeMap;

use futures::future::join_all;
use hubward_protocol::{AccountId, Region};

use crate::actions::ActionError;
use crate::actions::ledger::select_accounts;
use crate::actions::notify::watch_quotas;
use crate::app::App;
use crate::aws::AwsFailure;
use crate::aws::security_hub::SecurityHub;
use batch::InvitationBatch;
use hubward_domain::account::Account;
use hubward_domain::audit::Actor;
use hubward_domain::membership::{
    MemberStatus, NextInvitation, SkipReason, next_invitation, wanted_regions,
};

/// Whom to invite, and how.
#[derive(Clone, Debug, Default)]
pub struct InviteRequest {
    /// These accounts; empty means the whole ledger.
    pub accounts: Vec<AccountId>,
    /// Only say what would be sent.
    pub dry_run: bool,
    /// Also where an invitation is pending or a membership was ended.
    pub force: bool,
}

/// What became of one account in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InviteRow {
    /// The account.
    pub account_id: AccountId,
    /// The Region.
    pub region: Region,
    /// What became of it.
    pub outcome: InviteOutcome,
}

/// What became of an invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InviteOutcome {
    /// Sent, and listed as such.
    Invited,
    /// A member at once, without an invitation: an account of the administrator's own organisation.
    Joined,
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
pub async fn invite(
    app: &App,
    actor: &Actor,
    request: &InviteRequest,
) -> Result<Vec<InviteRow>, ActionError> {
    let accounts = select_accounts(app.store.accounts().await?, &request.accounts)?;
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
    let mut rows: Vec<InviteRow> = regions.into_iter().flatten().collect();
    rows.sort_by(|a, b| a.account_id.cmp(&b.account_id));
    Ok(rows)
}

async fn invite_in_region(
    app: &App,
    actor: &Actor,
    request: &InviteRequest,
    hub: SecurityHub,
    accounts: Vec<&Account>,
) -> Vec<InviteRow> {
    let mut outcomes = BTreeMap::new();
    let (mut to_create, mut to_invite) = (Vec::new(), Vec::new());
    let mut listing = BTreeMap::new();
    let is_whole = request.accounts.is_empty();
    // Of a few accounts AWS is asked by their ids: a listing costs a call for each 50 members.
    let seen = if is_whole {
        hub.list_members().await
    } else {
        let ids: Vec<AccountId> = accounts
            .iter()
            .map(|account| account.account_id.clone())
            .collect();
        hub.members_among(&ids).await
    };
    match seen {
        Err(failure) => {
            for account in &accounts {
                outcomes.insert(
                    account.account_id.clone(),
                    InviteOutcome::Failed(failure.clone()),
                );
            }
        }
        Ok(members) => {
            listing = members;
            for account in &accounts {
                let id = &account.account_id;
                match next_invitation(account.state, listing.get(id), request.force) {
                    NextInvitation::Already(status) => {
                        outcomes.insert(id.clone(), InviteOutcome::Already(status));
                    }
                    NextInvitation::Skip(reason) => {
                        outcomes.insert(id.clone(), InviteOutcome::Skipped(reason));
                    }
                    _ if request.dry_run => {
                        outcomes.insert(id.clone(), InviteOutcome::Planned);
                    }
                    NextInvitation::CreateAndInvite => {
                        to_create.push((id.clone(), account.account_email.clone()));
                    }
                    NextInvitation::Invite => to_invite.push(id.clone()),
                }
            }
        }
    }
    let desk = InvitationBatch::new(app, actor, &hub);
    let done = desk.work(&to_create, &to_invite).await;
    outcomes.extend(done.outcomes);
    listing.extend(done.seen);
    // How near the limits are is known only of the whole listing.
    if is_whole && !request.dry_run && !listing.is_empty() {
        // Where this fails, the next run or check tells.
        let _ = watch_quotas(app, hub.region(), &listing).await;
    }
    outcomes
        .into_iter()
        .map(|(account_id, outcome)| InviteRow {
            account_id,
            region: hub.region(),
            outcome,
        })
        .collect()
}

impl InviteOutcome {
    /// The outcome's word, in JSON and tables.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Invited | Self::Joined => "invited",
            Self::Already(_) => "already",
            Self::Unprocessed { .. } => "unprocessed",
            Self::Skipped(_) => "skipped",
            Self::Planned => "planned",
            Self::Failed(_) | Self::NotRecorded(_) | Self::NotListed(_) => "failed",
        }
    }
}
