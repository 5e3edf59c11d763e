//! Removes one account from one Region: disassociate, confirm, delete, confirm.

use std::time::Duration;

use hubward_protocol::AccountId;
use serde_json::json;

use super::UnlinkOutcome;
use crate::app::App;
use crate::aws::AwsFailure;
use crate::aws::security_hub::SecurityHub;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::membership::{MemberStatus, NextRemoval, next_removal};
use hubward_store::StoreError;

/// Removes an account from one Region.
pub(super) struct RegionRemoval<'a> {
    pub(super) app: &'a App,
    pub(super) actor: &'a Actor,
    pub(super) hub: &'a SecurityHub,
    pub(super) account: &'a AccountId,
}

impl RegionRemoval<'_> {
    pub(super) async fn remove(&self) -> Result<UnlinkOutcome, UnlinkOutcome> {
        let listed = status(self.hub, self.account).await;
        match next_removal(listed.map_err(UnlinkOutcome::Failed)?.as_ref()) {
            NextRemoval::Gone => return Ok(UnlinkOutcome::Already),
            NextRemoval::Leave(word) => return Ok(UnlinkOutcome::Skipped(word)),
            NextRemoval::Disassociate => self.disassociate().await?,
            NextRemoval::Delete => {}
        }
        self.delete().await?;
        Ok(UnlinkOutcome::Deleted)
    }

    async fn disassociate(&self) -> Result<(), UnlinkOutcome> {
        self.record(Action::MembershipDisassociateRequested).await?;
        let accounts = std::slice::from_ref(self.account);
        let answer = self.hub.disassociate_members(accounts).await;
        self.confirm(answer.err().map(UnlinkOutcome::Failed), |status| {
            status != Some(&MemberStatus::Enabled)
        })
        .await
    }

    async fn delete(&self) -> Result<(), UnlinkOutcome> {
        self.record(Action::MembershipDeleteRequested).await?;
        let accounts = std::slice::from_ref(self.account);
        let refusal = match self.hub.delete_members(accounts).await {
            Err(failure) => Some(UnlinkOutcome::Failed(failure)),
            Ok(mut unprocessed) => unprocessed
                .remove(self.account)
                .map(UnlinkOutcome::Unprocessed),
        };
        self.confirm(refusal, |status| next_removal(status) == NextRemoval::Gone)
            .await
    }

    /// Confirms a change in AWS's record, which decides: an answer can get lost, and a repeated call then
    /// reports an unknown member. Reads up to three times, because the record may lag behind.
    async fn confirm(
        &self,
        refusal: Option<UnlinkOutcome>,
        come_to_pass: impl Fn(Option<&MemberStatus>) -> bool,
    ) -> Result<(), UnlinkOutcome> {
        let mut looks_left = if refusal.is_none() { 3 } else { 1 };
        loop {
            let listed = match status(self.hub, self.account).await {
                Ok(listed) => listed,
                Err(failure) => return Err(refusal.unwrap_or(UnlinkOutcome::Failed(failure))),
            };
            looks_left -= 1;
            match listed {
                listed if come_to_pass(listed.as_ref()) => return Ok(()),
                Some(listed) if looks_left == 0 => {
                    return Err(refusal.unwrap_or(UnlinkOutcome::StillListed(listed)));
                }
                _ => tokio::time::sleep(Duration::from_secs(1)).await,
            }
        }
    }

    async fn record(&self, action: Action) -> Result<(), UnlinkOutcome> {
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
            .map_err(|error: StoreError| UnlinkOutcome::NotRecorded(error.with_causes()))
    }
}

/// The account's status in a Region. Asked by its id: a listing costs a call for each 50 members.
pub(super) async fn status(
    hub: &SecurityHub,
    account: &AccountId,
) -> Result<Option<MemberStatus>, AwsFailure> {
    let accounts = std::slice::from_ref(account);
    Ok(hub.members_among(accounts).await?.remove(account))
}
