//! Security Hub CSPM's membership operations in one Region, called as the administrator.
//!
//! What to send is decided in `hubward_domain::membership`. Calls have at most 50 accounts (service model,
//! `AccountDetailsList`), and a response with status 200 can still contain unprocessed accounts.

use std::collections::BTreeMap;

use aws_sdk_securityhub::Client;
use aws_sdk_securityhub::types::{
    AccountDetails, Member, RegionAvailabilityStatus, Result as ProcessingResult,
    SecurityControlsProvider,
};
use hubward_protocol::{AccountId, Region};

use super::AwsFailure;
use super::pacing::{ApiClass, Pacing};
use hubward_domain::account::Standard;
use hubward_domain::control::ListedControl;
use hubward_domain::membership::MemberStatus;

/// The most accounts in one call.
pub(crate) const BATCH: usize = 50;

/// Accounts that AWS did not process, each with AWS's reason.
pub(crate) type UnprocessedAccounts = BTreeMap<AccountId, String>;

/// Security Hub in one Region.
#[derive(Clone, Debug)]
pub(crate) struct SecurityHub {
    client: Client,
    region: Region,
    pacing: Pacing,
}

impl SecurityHub {
    pub(super) fn new(client: Client, region: Region, pacing: Pacing) -> Self {
        Self {
            client,
            region,
            pacing,
        }
    }

    /// The Region that is called.
    pub(crate) fn region(&self) -> Region {
        self.region
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn pacing(&self) -> &Pacing {
        &self.pacing
    }

    /// All members with their status, associated or not.
    ///
    /// # Errors
    /// AWS refused or was not reached; a partial list is never returned.
    pub(crate) async fn list_members(
        &self,
    ) -> Result<BTreeMap<AccountId, MemberStatus>, AwsFailure> {
        const OPERATION: &str = "securityhub:ListMembers";
        let mut members = BTreeMap::new();
        let mut next_token = None;
        loop {
            self.pacing.acquire(self.region, ApiClass::Other).await;
            let page = self
                .client
                .list_members()
                // By default only associated members are listed.
                .only_associated(false)
                .max_results(50)
                .set_next_token(next_token)
                .send()
                .await
                .map_err(|error| AwsFailure::of(OPERATION, self.region, &error))?;
            members.extend(statuses(page.members));
            next_token = page.next_token.filter(|token| !token.is_empty());
            if next_token.is_none() {
                return Ok(members);
            }
        }
    }

    /// The status of at most [`BATCH`] accounts; those that are not members, or were not processed, are missing.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    pub(crate) async fn get_members(
        &self,
        accounts: &[AccountId],
    ) -> Result<BTreeMap<AccountId, MemberStatus>, AwsFailure> {
        Ok(self.look_up(accounts).await?.0)
    }

    /// Members, and the accounts that AWS did not process, with its words.
    async fn look_up(
        &self,
        accounts: &[AccountId],
    ) -> Result<(BTreeMap<AccountId, MemberStatus>, UnprocessedAccounts), AwsFailure> {
        self.pacing.acquire(self.region, ApiClass::Other).await;
        let answer = self
            .client
            .get_members()
            .set_account_ids(Some(accounts.iter().map(ToString::to_string).collect()))
            .send()
            .await
            .map_err(|error| AwsFailure::of("securityhub:GetMembers", self.region, &error))?;
        Ok((
            statuses(answer.members),
            unprocessed(answer.unprocessed_accounts),
        ))
    }

    /// The status of any number of accounts; those that are no members are left out.
    ///
    /// AWS does not document how GetMembers answers for an account that is no member: it may leave the account out,
    /// return it as unprocessed, or refuse the call with ResourceNotFoundException. An account that was not
    /// processed for another reason must not pass for one that is no member, so then the listing decides.
    ///
    /// # Errors
    /// AWS refused or was not reached; a part is never returned for the whole.
    pub(crate) async fn members_among(
        &self,
        accounts: &[AccountId],
    ) -> Result<BTreeMap<AccountId, MemberStatus>, AwsFailure> {
        let mut members = BTreeMap::new();
        for batch in accounts.chunks(BATCH) {
            let found = match self.look_up(batch).await {
                Ok((found, unclear)) if unclear.values().all(|why| is_no_member(why)) => found,
                Ok(_) => return self.list_among(accounts).await,
                Err(failure) if failure.is_not_found() => return self.list_among(accounts).await,
                Err(failure) => return Err(failure),
            };
            members.extend(found);
        }
        Ok(members)
    }

    async fn list_among(
        &self,
        accounts: &[AccountId],
    ) -> Result<BTreeMap<AccountId, MemberStatus>, AwsFailure> {
        let mut members = self.list_members().await?;
        members.retain(|account, _| accounts.contains(account));
        Ok(members)
    }

    /// The controls of a standard, as this Region lists them; none if the Region does not offer the standard.
    ///
    /// # Errors
    /// AWS refused or was not reached; a partial list is never returned.
    pub(crate) async fn controls_of(
        &self,
        standard: &Standard,
    ) -> Result<Vec<ListedControl>, AwsFailure> {
        const OPERATION: &str = "securityhub:ListSecurityControlDefinitions";
        let mut controls = Vec::new();
        let mut next_token = None;
        loop {
            self.pacing.acquire(self.region, ApiClass::Other).await;
            let page = self
                .client
                .list_security_control_definitions()
                .standards_arn(standard_arn(standard, self.region))
                .providers(SecurityControlsProvider::Aws)
                .max_results(100)
                .set_next_token(next_token)
                .send();
            let page = match Box::pin(page).await {
                Ok(page) => page,
                Err(error) => {
                    let failure = AwsFailure::of(OPERATION, self.region, &error);
                    // An ARN that the Region does not know: it does not offer the standard.
                    if failure.code.as_deref() == Some("InvalidInputException") {
                        return Ok(Vec::new());
                    }
                    return Err(failure);
                }
            };
            let definitions = page.security_control_definitions.unwrap_or_default();
            controls.extend(definitions.into_iter().filter_map(|control| {
                Some(ListedControl {
                    control_id: control.security_control_id?,
                    title: control.title.unwrap_or_default(),
                    severity: control
                        .severity_rating
                        .map(|rating| rating.as_str().to_owned())
                        .unwrap_or_default(),
                    is_available: control.current_region_availability
                        != Some(RegionAvailabilityStatus::Unavailable),
                })
            }));
            next_token = page.next_token.filter(|token| !token.is_empty());
            if next_token.is_none() {
                return Ok(controls);
            }
        }
    }

    /// Creates at most [`BATCH`] members, with their root email address if known.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    pub(crate) async fn create_members(
        &self,
        accounts: &[(AccountId, Option<String>)],
    ) -> Result<UnprocessedAccounts, AwsFailure> {
        const OPERATION: &str = "securityhub:CreateMembers";
        self.pacing.acquire(self.region, ApiClass::Other).await;
        let details = accounts
            .iter()
            .map(|(account, email)| {
                AccountDetails::builder()
                    .account_id(account.as_str())
                    .set_email(email.clone())
                    .build()
            })
            .collect();
        let answer = self
            .client
            .create_members()
            .set_account_details(Some(details))
            .send()
            .await
            .map_err(|error| AwsFailure::of(OPERATION, self.region, &error))?;
        Ok(unprocessed(answer.unprocessed_accounts))
    }

    /// Invites at most [`BATCH`] members.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    pub(crate) async fn invite_members(
        &self,
        accounts: &[AccountId],
    ) -> Result<UnprocessedAccounts, AwsFailure> {
        const OPERATION: &str = "securityhub:InviteMembers";
        self.pacing.acquire(self.region, ApiClass::Other).await;
        let answer = self
            .client
            .invite_members()
            .set_account_ids(Some(accounts.iter().map(ToString::to_string).collect()))
            .send()
            .await
            .map_err(|error| AwsFailure::of(OPERATION, self.region, &error))?;
        Ok(unprocessed(answer.unprocessed_accounts))
    }

    /// Disassociates at most [`BATCH`] members. AWS's response is empty: only the listing shows the result.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    pub(crate) async fn disassociate_members(
        &self,
        accounts: &[AccountId],
    ) -> Result<(), AwsFailure> {
        const OPERATION: &str = "securityhub:DisassociateMembers";
        self.pacing.acquire(self.region, ApiClass::Other).await;
        self.client
            .disassociate_members()
            .set_account_ids(Some(accounts.iter().map(ToString::to_string).collect()))
            .send()
            .await
            .map_err(|error| AwsFailure::of(OPERATION, self.region, &error))?;
        Ok(())
    }

    /// Deletes at most [`BATCH`] disassociated members.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    pub(crate) async fn delete_members(
        &self,
        accounts: &[AccountId],
    ) -> Result<UnprocessedAccounts, AwsFailure> {
        const OPERATION: &str = "securityhub:DeleteMembers";
        self.pacing.acquire(self.region, ApiClass::Other).await;
        let answer = self
            .client
            .delete_members()
            .set_account_ids(Some(accounts.iter().map(ToString::to_string).collect()))
            .send()
            .await
            .map_err(|error| AwsFailure::of(OPERATION, self.region, &error))?;
        Ok(unprocessed(answer.unprocessed_accounts))
    }
}

/// A standard's ARN in a Region. Only CIS 1.2.0 has none of a Region, and another word (Security Hub User Guide,
/// "Standards reference").
fn standard_arn(standard: &Standard, region: Region) -> String {
    match standard.as_str() {
        cis @ "cis-aws-foundations-benchmark/v/1.2.0" => {
            format!("arn:aws:securityhub:::ruleset/{cis}")
        }
        other => format!("arn:aws:securityhub:{region}::standards/{other}"),
    }
}

/// Whether AWS's reason for not processing an account says that it is no member. The text is free.
fn is_no_member(why: &str) -> bool {
    let why = why.to_lowercase();
    ["not a member", "no member", "not found", "does not exist"]
        .iter()
        .any(|words| why.contains(words))
}

fn statuses(members: Option<Vec<Member>>) -> BTreeMap<AccountId, MemberStatus> {
    let members = members.unwrap_or_default().into_iter();
    let read = members.filter_map(|member| {
        let account = member.account_id?.parse().ok()?;
        Some((account, MemberStatus::parse(&member.member_status?)))
    });
    read.collect()
}

fn unprocessed(accounts: Option<Vec<ProcessingResult>>) -> UnprocessedAccounts {
    accounts
        .unwrap_or_default()
        .into_iter()
        .filter_map(|account| {
            Some((
                account.account_id?.parse().ok()?,
                account.processing_result.unwrap_or_default(),
            ))
        })
        .collect()
}
