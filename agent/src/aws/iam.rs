//! IAM: the service-linked role of AWS Config.

use aws_config::SdkConfig;
use aws_sdk_iam::Client;
use hubward_protocol::Region;

use super::call::call;
use super::{Effect, Identity};
use crate::observed::{Observation, Operation};

const GET_ROLE: Operation = Operation::new("iam:GetRole");
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
        Err(error) if error.code.starts_with("NoSuchEntity") => Ok(false),
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
