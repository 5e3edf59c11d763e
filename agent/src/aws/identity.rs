//! STS: the caller's account.

use aws_config::SdkConfig;
use hubward_protocol::{AccountId, Region};

use super::call::call;
use crate::observed::{AwsError, Observation, Operation};

const GET_CALLER_IDENTITY: Operation = Operation::new("sts:GetCallerIdentity");

/// The caller's account, as STS named it.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) account: AccountId,
    /// The partition of its ARNs, such as `aws`.
    pub(crate) partition: String,
}

/// Calls the Region's own STS: tokens of the global endpoint are not valid in opt-in Regions.
pub(super) async fn caller(sdk: &SdkConfig, region: Region) -> Observation<Identity> {
    let client = aws_sdk_sts::Client::new(sdk);
    let answer = call(GET_CALLER_IDENTITY, region, || {
        client.get_caller_identity().send()
    })
    .await?;
    let partition = answer.arn().and_then(|arn| arn.split(':').nth(1));
    let account = answer.account().and_then(|account| account.parse().ok());
    account
        .zip(partition)
        .map(|(account, partition)| Identity {
            account,
            partition: partition.to_owned(),
        })
        .ok_or_else(|| {
            AwsError::from_response(
                GET_CALLER_IDENTITY,
                region,
                "UnreadableAnswer",
                "no account and ARN",
            )
        })
}
