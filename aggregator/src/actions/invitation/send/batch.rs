//! The calls of one Region: creates members, invites them, and confirms the result, at most 50 accounts per
//! call. Calls run concurrently; the rate limiter sets the pace.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::FutureExt;
use futures::future::join_all;
use hubward_protocol::AccountId;
use serde_json::json;

use super::InviteOutcome;
use crate::app::App;
use crate::aws::AwsFailure;
use crate::aws::security_hub::{BATCH, SecurityHub, UnprocessedAccounts};
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::membership::MemberStatus;
use hubward_store::StoreError;

/// Accounts per group: large enough that waiting for AWS and the database does not matter next to AWS's rate
/// limit, and small enough that few audit events are written for invitations that an interruption prevents.
const TOGETHER: usize = 8 * BATCH;

/// An account that AWS does not know yet, and its root email address if the ledger has one.
type Unknown = (AccountId, Option<String>);

/// Invites accounts in one Region.
pub(super) struct InvitationBatch<'a> {
    app: &'a App,
    actor: &'a Actor,
    hub: &'a SecurityHub,
}

/// The results of a group.
#[derive(Default)]
pub(super) struct Done {
    /// The outcome of each account.
    pub(super) outcomes: BTreeMap<AccountId, InviteOutcome>,
    /// The member status that AWS last listed.
    pub(super) listed: BTreeMap<AccountId, MemberStatus>,
}

impl<'a> InvitationBatch<'a> {
    pub(super) fn new(app: &'a App, actor: &'a Actor, hub: &'a SecurityHub) -> Self {
        Self { app, actor, hub }
    }

    /// Creates the unknown accounts as members, and invites them and the known ones.
    pub(super) async fn work(&self, unknown: &[Unknown], known: &[AccountId]) -> Done {
        let mut done = Done::default();
        for accounts in unknown.chunks(TOGETHER) {
            let created = self.create(accounts, &mut done.outcomes).await;
            self.invite(&created, &mut done).await;
        }
        for accounts in known.chunks(TOGETHER) {
            self.invite(accounts, &mut done).await;
        }
        done
    }

    async fn invite(&self, accounts: &[AccountId], done: &mut Done) {
        if !accounts.is_empty() {
            self.send(accounts, &mut done.outcomes).await;
            self.confirm(accounts, done).await;
        }
    }

    /// Creates members. Returns those that were created.
    async fn create(
        &self,
        accounts: &[Unknown],
        outcomes: &mut BTreeMap<AccountId, InviteOutcome>,
    ) -> Vec<AccountId> {
        let ids: Vec<AccountId> = accounts
            .iter()
            .map(|(account, _)| account.clone())
            .collect();
        if let Err(error) = self.record(Action::MembershipCreateRequested, &ids).await {
            not_recorded(&ids, &error, outcomes);
            return Vec::new();
        }
        // Boxed, here and below: unoptimized futures of the AWS SDK are large.
        let calls = accounts
            .chunks(BATCH)
            .map(|batch| self.hub.create_members(batch).boxed());
        let answers = join_all(calls).await;
        refusals("securityhub:CreateMembers", &ids, &answers, outcomes);
        let is_created = |account: &AccountId| !outcomes.contains_key(account);
        ids.into_iter().filter(is_created).collect()
    }

    /// Invites members.
    async fn send(
        &self,
        accounts: &[AccountId],
        outcomes: &mut BTreeMap<AccountId, InviteOutcome>,
    ) {
        if let Err(error) = self
            .record(Action::MembershipInviteRequested, accounts)
            .await
        {
            not_recorded(accounts, &error, outcomes);
            return;
        }
        let calls = accounts
            .chunks(BATCH)
            .map(|batch| self.hub.invite_members(batch).boxed());
        let answers = join_all(calls).await;
        refusals("securityhub:InviteMembers", accounts, &answers, outcomes);
    }

    /// Confirms the invitations from AWS's own listing. Reads it up to three times, because it may lag
    /// behind. An account of the administrator's own organization is Enabled as soon as it is created, and
    /// AWS returns it as unprocessed when it is invited: that is no error.
    async fn confirm(&self, asked: &[AccountId], done: &mut Done) {
        let mut open = asked.to_vec();
        for reads_left in [2, 1, 0] {
            let calls = open
                .chunks(BATCH)
                .map(|batch| self.hub.get_members(batch).boxed());
            let answers = join_all(calls).await;
            let mut missing = Vec::new();
            for (batch, answer) in open.chunks(BATCH).zip(answers) {
                match answer {
                    Err(failure) => fail(batch, &failure, &mut done.outcomes),
                    Ok(members) => {
                        missing.extend(record_listed(batch, &members, &mut done.outcomes));
                        done.listed.extend(members);
                    }
                }
            }
            open = missing;
            if open.is_empty() || reads_left == 0 {
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
    outcomes: &mut BTreeMap<AccountId, InviteOutcome>,
) {
    for account in accounts {
        outcomes.insert(
            account.clone(),
            InviteOutcome::NotRecorded(error.with_causes()),
        );
    }
}

/// Records the errors that the answers contain, by batch.
fn refusals(
    operation: &'static str,
    accounts: &[AccountId],
    answers: &[Result<UnprocessedAccounts, AwsFailure>],
    outcomes: &mut BTreeMap<AccountId, InviteOutcome>,
) {
    for (batch, answer) in accounts.chunks(BATCH).zip(answers) {
        match answer {
            Err(failure) => fail(batch, failure, outcomes),
            Ok(unprocessed) => {
                for (account, reason) in unprocessed {
                    let reason = reason.clone();
                    let outcome = InviteOutcome::Unprocessed { operation, reason };
                    outcomes.insert(account.clone(), outcome);
                }
            }
        }
    }
}

/// Records a failed call; an earlier error of an account is kept.
fn fail(
    accounts: &[AccountId],
    failure: &AwsFailure,
    outcomes: &mut BTreeMap<AccountId, InviteOutcome>,
) {
    for account in accounts {
        outcomes
            .entry(account.clone())
            .or_insert_with(|| InviteOutcome::Failed(failure.clone()));
    }
}

/// Records what AWS lists for invited accounts. Returns those that may still appear.
fn record_listed(
    accounts: &[AccountId],
    members: &BTreeMap<AccountId, MemberStatus>,
    outcomes: &mut BTreeMap<AccountId, InviteOutcome>,
) -> Vec<AccountId> {
    let mut missing = Vec::new();
    for account in accounts {
        match (members.get(account), outcomes.get(account)) {
            (Some(MemberStatus::Enabled), Some(InviteOutcome::Unprocessed { .. })) => {
                outcomes.insert(account.clone(), InviteOutcome::Joined);
            }
            (Some(MemberStatus::Enabled), _)
            | (Some(MemberStatus::Invited), None | Some(InviteOutcome::NotListed(_))) => {
                outcomes.insert(account.clone(), InviteOutcome::Invited);
            }
            (status, None | Some(InviteOutcome::NotListed(_))) => {
                outcomes.insert(account.clone(), InviteOutcome::NotListed(status.cloned()));
                missing.push(account.clone());
            }
            _ => {}
        }
    }
    missing
}
