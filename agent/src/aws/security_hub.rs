//! Security Hub (CSPM): the hub, its standards, and the member's side of its membership.

use aws_config::SdkConfig;
use aws_sdk_securityhub::Client;
use aws_sdk_securityhub::types::{
    ControlFindingGenerator, Standard, StandardsProvider, StandardsStatus, StandardsSubscription,
    StandardsSubscriptionRequest,
};
use hubward_protocol::{AccountId, Region};

use super::{Effect, refusal};
use crate::change::{OfferedStandard, TAG_KEY, TAG_VALUE};
use crate::observed::{
    AdministratorSeen, HubOn, HubSeen, InvitationSeen, MembershipSeen, Operation, Refusal, Seen,
    StandardSeen, StandardStatus,
};

const DESCRIBE: Operation = Operation::new("securityhub:DescribeHub");
const OFFERED: Operation = Operation::new("securityhub:DescribeStandards");
const ENABLED: Operation = Operation::new("securityhub:GetEnabledStandards");
const ADMINISTRATOR: Operation = Operation::new("securityhub:GetAdministratorAccount");
const INVITATIONS: Operation = Operation::new("securityhub:ListInvitations");
const ENABLE: Operation = Operation::new("securityhub:EnableSecurityHub");
const ENABLE_STANDARDS: Operation = Operation::new("securityhub:BatchEnableStandards");
const ACCEPT: Operation = Operation::new("securityhub:AcceptAdministratorInvitation");

pub(super) async fn observe(sdk: &SdkConfig, region: Region) -> Seen<HubSeen> {
    let client = &Client::new(sdk);
    if let Err(error) = client.describe_hub().send().await {
        let refusal = refusal(DESCRIBE, region, &error);
        return if is_off(&refusal) {
            let offered = offered(client, region).await;
            Ok(HubSeen::Off { offered })
        } else {
            Err(refusal)
        };
    }
    let (offered, standards, membership) = futures::join!(
        offered(client, region),
        enabled(client, region),
        membership(client, region),
    );
    Ok(HubSeen::On(Box::new(HubOn {
        offered,
        standards,
        membership,
    })))
}

/// AWS answers "not subscribed" with the code that it also has for a missing permission.
fn is_off(refusal: &Refusal) -> bool {
    refusal.code.starts_with("ResourceNotFound")
        || (refusal.code.starts_with("InvalidAccess") && refusal.message.contains("not subscribed"))
}

async fn offered(client: &Client, region: Region) -> Seen<Vec<String>> {
    let standards = client
        .describe_standards()
        .providers(StandardsProvider::Aws)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .map_err(|error| refusal(OFFERED, region, &error))?;
    let is_for_aws = |standard: &Standard| {
        standard
            .provider()
            .is_none_or(|provider| *provider == StandardsProvider::Aws)
    };
    Ok(standards
        .into_iter()
        .filter(is_for_aws)
        .filter_map(|standard| standard.standards_arn)
        .collect())
}

async fn enabled(client: &Client, region: Region) -> Seen<Vec<StandardSeen>> {
    let subscriptions = client
        .get_enabled_standards()
        .providers(StandardsProvider::Aws)
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .map_err(|error| refusal(ENABLED, region, &error))?;
    let standards = subscriptions.into_iter().filter_map(|subscription| {
        Some(StandardSeen {
            status: status(&subscription),
            arn: subscription.standards_arn?,
        })
    });
    Ok(standards.collect())
}

fn status(subscription: &StandardsSubscription) -> StandardStatus {
    let code = || {
        subscription
            .standards_status_reason()
            .and_then(|reason| reason.status_reason_code())
            .map_or_else(String::new, |code| code.as_str().to_owned())
    };
    match subscription.standards_status() {
        Some(StandardsStatus::Ready) => StandardStatus::Ready,
        Some(StandardsStatus::Pending) => StandardStatus::Pending,
        Some(StandardsStatus::Incomplete) => StandardStatus::Incomplete(code()),
        Some(StandardsStatus::Deleting) => StandardStatus::Deleting,
        Some(other) => StandardStatus::Other(other.as_str().to_owned()),
        None => StandardStatus::Other(String::new()),
    }
}

async fn membership(client: &Client, region: Region) -> Seen<MembershipSeen> {
    let (administrator, invitations) = futures::join!(
        client.get_administrator_account().send(),
        client
            .list_invitations()
            .into_paginator()
            .items()
            .send()
            .collect::<Result<Vec<_>, _>>(),
    );
    let administrator = match administrator {
        Ok(answer) => answer.administrator,
        Err(error) => match refusal(ADMINISTRATOR, region, &error) {
            refusal if refusal.code.starts_with("ResourceNotFound") => None,
            refusal => return Err(refusal),
        },
    };
    let invitations = invitations.map_err(|error| refusal(INVITATIONS, region, &error))?;
    Ok(MembershipSeen {
        administrator: administrator.and_then(|administrator| {
            Some(AdministratorSeen {
                account: administrator.account_id?,
                status: administrator.member_status.unwrap_or_default(),
            })
        }),
        invitations: invitations
            .into_iter()
            .filter_map(|invitation| {
                Some(InvitationSeen {
                    account: invitation.account_id?,
                    id: invitation.invitation_id?,
                })
            })
            .collect(),
    })
}

pub(super) async fn enable(sdk: &SdkConfig, region: Region) -> Seen<Effect> {
    let answer = Client::new(sdk)
        .enable_security_hub()
        .enable_default_standards(false)
        .control_finding_generator(ControlFindingGenerator::SecurityControl)
        .tags(TAG_KEY, TAG_VALUE)
        .send()
        .await;
    match answer {
        Ok(_) => Ok(Effect::Made),
        // "Account is already subscribed to Security Hub": somebody else was faster.
        Err(error) => match refusal(ENABLE, region, &error) {
            refusal if refusal.code.starts_with("ResourceConflict") => Ok(Effect::WasThere),
            refusal => Err(refusal),
        },
    }
}

pub(super) async fn enable_standards(
    sdk: &SdkConfig,
    region: Region,
    standards: &[OfferedStandard],
) -> Seen<Effect> {
    let client = Client::new(sdk);
    // AWS takes 25 at a time.
    for chunk in standards.chunks(25) {
        let requests = chunk
            .iter()
            .map(|standard| {
                StandardsSubscriptionRequest::builder()
                    .standards_arn(&standard.arn)
                    .build()
            })
            .collect();
        client
            .batch_enable_standards()
            .set_standards_subscription_requests(Some(requests))
            .send()
            .await
            .map_err(|error| refusal(ENABLE_STANDARDS, region, &error))?;
    }
    Ok(Effect::Made)
}

pub(super) async fn accept(
    sdk: &SdkConfig,
    region: Region,
    administrator: &AccountId,
    invitation: &str,
) -> Seen<Effect> {
    Client::new(sdk)
        .accept_administrator_invitation()
        .administrator_id(administrator.as_str())
        .invitation_id(invitation)
        .send()
        .await
        .map(|_| Effect::Made)
        .map_err(|error| refusal(ACCEPT, region, &error))
}
