//! The calls of one Region: accounts are made known, invited, and looked for in the listing.

use std::collections::BTreeMap;
use std::time::Duration;

use hubward_protocol::AccountId;
use serde_json::json;

use super::Outcome;
use crate::app::App;
use crate::aws::AwsFailure;
use crate::aws::security_hub::{BATCH, SecurityHub};
use crate::domain::audit::{Action, Actor, NewEvent};
use crate::domain::membership::MemberStatus;
use crate::store::StoreError;

/// What is done in one Region.
pub(super) struct Desk<'a> {
    app: &'a App,
    actor: &'a Actor,
    hub: &'a SecurityHub,
}

impl<'a> Desk<'a> {
    pub(super) fn new(app: &'a App, actor: &'a Actor, hub: &'a SecurityHub) -> Self {
        Self { app, actor, hub }
    }

    /// Makes accounts known, and returns those that are.
    pub(super) async fn create(
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
    pub(super) async fn send(
        &self,
        accounts: &[AccountId],
        outcomes: &mut BTreeMap<AccountId, Outcome>,
    ) {
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
    pub(super) async fn confirm(
        &self,
        asked: &[AccountId],
        outcomes: &mut BTreeMap<AccountId, Outcome>,
    ) -> Option<BTreeMap<AccountId, MemberStatus>> {
        if asked.is_empty() {
            return None;
        }
        let mut looks_left = 3;
        loop {
            let listing = self.hub.list_members().await;
            looks_left -= 1;
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
                    (Some(MemberStatus::Enabled), Some(Outcome::Unprocessed { .. })) => {
                        outcomes.insert(account.clone(), Outcome::Joined);
                    }
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
            if all_there || looks_left == 0 {
                return listing.ok();
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
