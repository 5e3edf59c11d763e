//! Security Hub (CSPM): the hub, its standards, and the membership as the member account reads it.

use aws_config::SdkConfig;
use aws_sdk_securityhub::Client;
use aws_sdk_securityhub::types::{
    ControlFindingGenerator, Standard, StandardsProvider, StandardsStatus, StandardsSubscription,
    StandardsSubscriptionRequest,
};
use hubward_protocol::{AccountId, Region};

use super::call::call;
use super::{Effect, Identity};
use crate::baseline::StandardId;
use crate::change::{OfferedStandard, TAG_KEY, TAG_VALUE};
use crate::observed::{
    AwsError, HubOn, Observation, ObservedAdministrator, ObservedHub, ObservedInvitation,
    ObservedMembership, ObservedStandard, Operation, StandardStatus,
};

const DESCRIBE_V2: Operation = Operation::new("securityhub:DescribeSecurityHubV2");
const TAGS: Operation = Operation::new("securityhub:ListTagsForResource");
const OFFERED: Operation = Operation::new("securityhub:DescribeStandards");
const ENABLED: Operation = Operation::new("securityhub:GetEnabledStandards");
const ADMINISTRATOR: Operation = Operation::new("securityhub:GetAdministratorAccount");
const INVITATIONS: Operation = Operation::new("securityhub:ListInvitations");
const ENABLE: Operation = Operation::new("securityhub:EnableSecurityHub");
const ENABLE_STANDARDS: Operation = Operation::new("securityhub:BatchEnableStandards");
const ACCEPT: Operation = Operation::new("securityhub:AcceptAdministratorInvitation");

pub(super) async fn observe(
    sdk: &SdkConfig,
    region: Region,
    wanted: &[StandardId],
) -> Observation<ObservedHub> {
    let client = &Client::new(sdk);
    let enabled = match enabled(client, region).await {
        Err(error) if is_off(&error) => {
            let offered = offered(client, region).await;
            return Ok(ObservedHub::Off { offered });
        }
        enabled => enabled?,
    };
    let is_enabled = |id: &StandardId| enabled.iter().any(|standard| id.names(&standard.arn));
    let (offered, membership) = if !wanted.is_empty() && wanted.iter().all(is_enabled) {
        // Nothing will be enabled, so the list of offered standards is not needed.
        let arns = enabled
            .iter()
            .map(|standard| standard.arn.clone())
            .collect();
        (Ok(arns), membership(client, region).await)
    } else {
        futures::join!(offered(client, region), membership(client, region))
    };
    Ok(ObservedHub::On(Box::new(HubOn {
        offered,
        standards: enabled,
        membership,
    })))
}

/// Whether Security Hub V2 is on as well. Without permission to ask, this is `false`; the recorder that
/// both products create together still shows it.
pub(super) async fn v2_is_on(sdk: &SdkConfig, region: Region) -> bool {
    let client = Client::new(sdk);
    call(DESCRIBE_V2, region, || {
        client.describe_security_hub_v2().send()
    })
    .await
    .is_ok()
}

/// Whether the hub carries our tag.
pub(super) async fn is_ours(
    sdk: &SdkConfig,
    region: Region,
    identity: &Identity,
) -> Observation<bool> {
    let Identity { account, partition } = identity;
    let hub = format!("arn:{partition}:securityhub:{region}:{account}:hub/default");
    let client = Client::new(sdk);
    let tags = call(TAGS, region, || {
        client.list_tags_for_resource().resource_arn(&hub).send()
    })
    .await?;
    let value = tags.tags().and_then(|tags| tags.get(TAG_KEY));
    Ok(value.is_some_and(|value| value == TAG_VALUE))
}

/// AWS answers "not subscribed" with the code of a missing permission.
fn is_off(error: &AwsError) -> bool {
    error.code.starts_with("ResourceNotFound")
        || (error.code.starts_with("InvalidAccess") && error.message.contains("not subscribed"))
}

async fn offered(client: &Client, region: Region) -> Observation<Vec<String>> {
    let standards = call(OFFERED, region, || {
        let request = client
            .describe_standards()
            .providers(StandardsProvider::Aws);
        let pages = request.into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>()
    })
    .await?;
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

async fn enabled(client: &Client, region: Region) -> Observation<Vec<ObservedStandard>> {
    let subscriptions = call(ENABLED, region, || {
        let request = client
            .get_enabled_standards()
            .providers(StandardsProvider::Aws);
        let pages = request.into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>()
    })
    .await?;
    let standards = subscriptions.into_iter().filter_map(|subscription| {
        Some(ObservedStandard {
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

async fn membership(client: &Client, region: Region) -> Observation<ObservedMembership> {
    let answer = call(ADMINISTRATOR, region, || {
        client.get_administrator_account().send()
    })
    .await;
    let administrator = match answer {
        Ok(answer) => answer.administrator,
        Err(error) if error.code.starts_with("ResourceNotFound") => None,
        Err(error) => return Err(error),
    };
    // A member accepts no invitation, so none is looked up.
    let invitations = match &administrator {
        Some(_) => Vec::new(),
        None => {
            call(INVITATIONS, region, || {
                let pages = client.list_invitations().into_paginator().items().send();
                pages.collect::<Result<Vec<_>, _>>()
            })
            .await?
        }
    };
    Ok(ObservedMembership {
        administrator: administrator.and_then(|administrator| {
            Some(ObservedAdministrator {
                account: administrator.account_id?,
                status: administrator.member_status.unwrap_or_default(),
            })
        }),
        invitations: invitations
            .into_iter()
            .filter_map(|invitation| {
                Some(ObservedInvitation {
                    account: invitation.account_id?,
                    id: invitation.invitation_id?,
                })
            })
            .collect(),
    })
}

pub(super) async fn enable(sdk: &SdkConfig, region: Region) -> Observation<Effect> {
    let client = Client::new(sdk);
    let answer = call(ENABLE, region, || {
        client
            .enable_security_hub()
            .enable_default_standards(false)
            .control_finding_generator(ControlFindingGenerator::SecurityControl)
            .tags(TAG_KEY, TAG_VALUE)
            .send()
    })
    .await;
    match answer {
        Ok(_) => Ok(Effect::Made),
        // "Account is already subscribed to Security Hub": another caller was faster.
        Err(error) if error.code.starts_with("ResourceConflict") => Ok(Effect::AlreadyDone),
        Err(error) => Err(error),
    }
}

pub(super) async fn enable_standards(
    sdk: &SdkConfig,
    region: Region,
    standards: &[OfferedStandard],
) -> Observation<Effect> {
    let client = Client::new(sdk);
    // AWS accepts 25 per call.
    for chunk in standards.chunks(25) {
        let requests: Vec<_> = chunk
            .iter()
            .map(|standard| {
                StandardsSubscriptionRequest::builder()
                    .standards_arn(&standard.arn)
                    .build()
            })
            .collect();
        call(ENABLE_STANDARDS, region, || {
            let request = client.batch_enable_standards();
            request
                .set_standards_subscription_requests(Some(requests.clone()))
                .send()
        })
        .await?;
    }
    Ok(Effect::Made)
}

pub(super) async fn accept(
    sdk: &SdkConfig,
    region: Region,
    administrator: &AccountId,
    invitation: &str,
) -> Observation<Effect> {
    let client = Client::new(sdk);
    call(ACCEPT, region, || {
        client
            .accept_administrator_invitation()
            .administrator_id(administrator.as_str())
            .invitation_id(invitation)
            .send()
    })
    .await
    .map(|_| Effect::Made)
}
