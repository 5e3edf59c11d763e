//! IAM: the service-linked role of AWS Config, and the role of `stay`.

use aws_config::SdkConfig;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::{Role, Tag};
use hubward_protocol::Region;
use percent_encoding::percent_decode_str;

use super::call::call;
use super::{Effect, Identity};
use crate::change::{REGION_TAG_KEY, STAY, StayPlace, TAG_KEY, TAG_VALUE};
use crate::observed::{AwsError, Found, Observation, ObservedStayRole, Operation};

const GET_ROLE: Operation = Operation::new("iam:GetRole");
const GET_POLICY: Operation = Operation::new("iam:GetRolePolicy");
const CREATE_ROLE: Operation = Operation::new("iam:CreateRole");
const PUT_POLICY: Operation = Operation::new("iam:PutRolePolicy");
const DELETE_POLICY: Operation = Operation::new("iam:DeleteRolePolicy");
const DELETE_ROLE: Operation = Operation::new("iam:DeleteRole");
const CREATE: Operation = Operation::new("iam:CreateServiceLinkedRole");
const SERVICE: &str = "config.amazonaws.com";
const ROLE: &str = "AWSServiceRoleForConfig";

pub(super) fn config_role_arn(identity: &Identity) -> String {
    let Identity { account, partition } = identity;
    format!("arn:{partition}:iam::{account}:role/aws-service-role/{SERVICE}/{ROLE}")
}

pub(super) async fn config_role_exists(sdk: &SdkConfig, region: Region) -> Observation<bool> {
    let client = Client::new(sdk);
    let role = call(GET_ROLE, region, || {
        client.get_role().role_name(ROLE).send()
    })
    .await;
    match role {
        Ok(_) => Ok(true),
        Err(error) if is_absent(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

pub(super) async fn create_config_role(sdk: &SdkConfig, region: Region) -> Observation<Effect> {
    let client = Client::new(sdk);
    let answer = call(CREATE, region, || {
        let request = client.create_service_linked_role();
        request.aws_service_name(SERVICE).send()
    })
    .await;
    match answer {
        Ok(_) => Ok(Effect::Made),
        // "Service role name AWSServiceRoleForConfig has been taken in this account."
        Err(error) if error.code.starts_with("InvalidInput") => Ok(Effect::AlreadyDone),
        Err(error) => Err(error),
    }
}

fn is_absent(error: &AwsError) -> bool {
    error.code.starts_with("NoSuchEntity")
}

/// The role of `stay`. Its policy is read only if the role is ours, and if it is asked for.
pub(super) async fn stay_role(
    sdk: &SdkConfig,
    region: Region,
    with_policy: bool,
) -> Observation<Found<ObservedStayRole>> {
    let client = Client::new(sdk);
    let answer = call(GET_ROLE, region, || {
        client.get_role().role_name(STAY).send()
    })
    .await;
    let role = match answer {
        Ok(answer) => answer.role,
        Err(error) if is_absent(&error) => return Ok(Found::Absent),
        Err(error) => return Err(error),
    };
    let tag = |key: &str| {
        let mut tags = role.iter().flat_map(Role::tags);
        tags.find(|tag| tag.key() == key).map(Tag::value)
    };
    if tag(TAG_KEY) != Some(TAG_VALUE) {
        return Ok(Found::Foreign);
    }
    Ok(Found::Ours(ObservedStayRole {
        region: tag(REGION_TAG_KEY).and_then(|name| name.parse().ok()),
        policy: if with_policy {
            stay_policy(&client, region).await?
        } else {
            None
        },
    }))
}

async fn stay_policy(client: &Client, region: Region) -> Observation<Option<serde_json::Value>> {
    let answer = call(GET_POLICY, region, || {
        let request = client.get_role_policy().role_name(STAY);
        request.policy_name(STAY).send()
    })
    .await;
    match answer {
        // The document is URL-encoded as of RFC 3986.
        Ok(answer) => Ok(percent_decode_str(answer.policy_document())
            .decode_utf8()
            .ok()
            .and_then(|document| serde_json::from_str(&document).ok())),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) async fn create_stay_role(
    sdk: &SdkConfig,
    region: Region,
    place: &StayPlace,
) -> Observation<Effect> {
    let client = Client::new(sdk);
    let tags = [
        (TAG_KEY, TAG_VALUE),
        (REGION_TAG_KEY, place.region.as_str()),
    ];
    let tags: Vec<Tag> = tags
        .into_iter()
        .filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok())
        .collect();
    let answer = call(CREATE_ROLE, region, || {
        client
            .create_role()
            .role_name(STAY)
            .description("Lets the function hubward-stay read what it reports to the SOC")
            .assume_role_policy_document(StayPlace::trust_policy().to_string())
            .set_tags(Some(tags.clone()))
            .send()
    })
    .await;
    match answer {
        Ok(_) => Ok(Effect::Made),
        // An earlier attempt made it. The look at the end verifies it.
        Err(error) if error.code.starts_with("EntityAlreadyExists") => Ok(Effect::AlreadyDone),
        Err(error) => Err(error),
    }
}

pub(super) async fn put_stay_policy(
    sdk: &SdkConfig,
    region: Region,
    place: &StayPlace,
) -> Observation<Effect> {
    let client = Client::new(sdk);
    call(PUT_POLICY, region, || {
        client
            .put_role_policy()
            .role_name(STAY)
            .policy_name(STAY)
            .policy_document(place.role_policy().to_string())
            .send()
    })
    .await
    .map(|_| Effect::Made)
}

pub(super) async fn delete_stay_policy(sdk: &SdkConfig, region: Region) -> Observation<Effect> {
    let client = Client::new(sdk);
    let answer = call(DELETE_POLICY, region, || {
        let request = client.delete_role_policy().role_name(STAY);
        request.policy_name(STAY).send()
    })
    .await;
    match answer {
        Ok(_) => Ok(Effect::Made),
        Err(error) if is_absent(&error) => Ok(Effect::AlreadyDone),
        Err(error) => Err(error),
    }
}

pub(super) async fn delete_stay_role(sdk: &SdkConfig, region: Region) -> Observation<Effect> {
    let client = Client::new(sdk);
    let answer = call(DELETE_ROLE, region, || {
        client.delete_role().role_name(STAY).send()
    })
    .await;
    match answer {
        Ok(_) => Ok(Effect::Made),
        Err(error) if is_absent(&error) => Ok(Effect::AlreadyDone),
        Err(error) => Err(error),
    }
}
