//! Sends the missing invitations, per Region, at most 50 accounts per call.
//!
//! Decides from the administrator's own record of its members, evaluates which accounts AWS did not process, and
//! counts an invitation only when AWS shows it. Each batch has its audit events *before* AWS is called, so that nothing
//! is sent without one, whatever interrupts the run. Run twice, the second sends nothing. A dry run stops
//! before the first change.

mod batch;

use std::collections::BTreeMap;

use futures::future::join_all;
use hubward_protocol::{AccountId, Region};
use strum::IntoStaticStr;

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

/// Which accounts to invite, and how.
#[derive(Clone, Debug, Default)]
pub(crate) struct InviteRequest {
    /// The accounts; empty means the whole ledger.
    pub accounts: Vec<AccountId>,
    /// Only report what would be sent.
    pub dry_run: bool,
    /// Also invite where an invitation is pending or a membership was ended.
    pub force: bool,
}

/// The result for one account in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InviteRow {
    pub account_id: AccountId,
    pub region: Region,
    pub outcome: InviteOutcome,
}

/// The result of an invitation.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum InviteOutcome {
    /// Sent, and listed by AWS.
    Invited,
    /// Became a member without an invitation, because the account belongs to the administrator's own
    /// organization.
    #[strum(serialize = "invited")]
    Joined,
    /// No invitation is needed.
    Already(MemberStatus),
    /// AWS returned the account as unprocessed.
    Unprocessed {
        /// The operation that returned it.
        operation: &'static str,
        reason: String,
    },
    /// Deliberately not sent.
    Skipped(SkipReason),
    /// A dry run that would send it.
    Planned,
    Failed(AwsFailure),
    /// The audit event could not be written, so AWS was not called.
    #[strum(serialize = "failed")]
    NotRecorded(String),
    /// AWS accepted the call, but does not list an invitation.
    #[strum(serialize = "failed")]
    NotListed(Option<MemberStatus>),
}

/// Sends the invitations. Returns one row per account and wanted Region, by account.
///
/// # Errors
/// Nothing was sent: the ledger or AWS cannot be reached, or an account is unknown. Later failures are a
/// row's outcome, not an error.
pub(crate) async fn invite(
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
    let listed = if is_whole {
        hub.list_members().await
    } else {
        let ids: Vec<AccountId> = accounts
            .iter()
            .map(|account| account.account_id.clone())
            .collect();
        hub.members_among(&ids).await
    };
    match listed {
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
    let batch = InvitationBatch::new(app, actor, &hub);
    let done = batch.work(&to_create, &to_invite).await;
    outcomes.extend(done.outcomes);
    listing.extend(done.listed);
    // Only the whole listing has the number of members.
    if is_whole && !request.dry_run && !listing.is_empty() {
        // Best effort: the next run or check notifies.
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
    /// The outcome's word in JSON and tables.
    pub(crate) fn as_str(&self) -> &'static str {
        self.into()
    }
}
