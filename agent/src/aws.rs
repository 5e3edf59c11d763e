//! The only place that talks to AWS: it translates between AWS's API and the values in `observed`,
//! and performs one `Change` at a time. It decides nothing; one file per service.

mod account;
mod config;
mod connection;
mod guardduty;
mod iam;
mod identity;
mod s3;
mod security_hub;

use aws_config::SdkConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hubward_protocol::{AccountId, Region};

use crate::change::{Bucket, Change};
use crate::observed::{
    BucketSeen, ConfigSeen, GuardDutySeen, HubSeen, Operation, Opted, Refusal, RegionSeen, Seen,
};

pub(crate) use account::OptedRegions;
pub(crate) use connection::{ConnectError, connect, default_region};
pub(crate) use identity::Identity;

/// AWS as one caller sees it: one set of credentials and one HTTP client for all Regions.
#[derive(Clone, Debug)]
pub(crate) struct Aws {
    sdk: SdkConfig,
    home: Region,
}

/// Whether a change was really made by this call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// This call made it.
    Made,
    /// It was there already: somebody else, or an earlier attempt, was faster.
    WasThere,
}

impl Aws {
    /// The caller's credentials, by the SDK's default chain.
    pub(crate) fn credentials(&self) -> Option<SharedCredentialsProvider> {
        self.sdk.credentials_provider()
    }

    /// Who the caller is.
    pub(crate) async fn identity(&self) -> Seen<Identity> {
        identity::caller(&self.in_region(self.home), self.home).await
    }

    /// Which Regions the account has enabled.
    pub(crate) async fn opted_regions(&self) -> Seen<OptedRegions> {
        account::list_regions(&self.in_region(self.home), self.home).await
    }

    /// Whether the role of AWS Config exists.
    pub(crate) async fn config_role_exists(&self) -> Seen<bool> {
        iam::config_role_exists(&self.in_region(self.home), self.home).await
    }

    /// Our bucket. Every call says whose it must be, so that a stranger's is refused.
    pub(crate) async fn bucket(&self, owner: &AccountId, bucket: &Bucket) -> Seen<BucketSeen> {
        s3::observe(&self.in_region(bucket.region), owner, bucket).await
    }

    /// Everything that matters in one Region.
    pub(crate) async fn region(&self, region: Region) -> RegionSeen {
        let (config, guardduty, security_hub) = futures::join!(
            self.config(region),
            self.guardduty(region),
            self.security_hub(region)
        );
        RegionSeen {
            region,
            enabled: Opted::In,
            config,
            guardduty,
            security_hub,
        }
    }

    /// AWS Config in one Region.
    pub(crate) async fn config(&self, region: Region) -> Seen<ConfigSeen> {
        Box::pin(config::observe(&self.in_region(region), region)).await
    }

    /// GuardDuty in one Region.
    pub(crate) async fn guardduty(&self, region: Region) -> Seen<GuardDutySeen> {
        Box::pin(guardduty::observe(&self.in_region(region), region)).await
    }

    /// Security Hub in one Region.
    pub(crate) async fn security_hub(&self, region: Region) -> Seen<HubSeen> {
        Box::pin(security_hub::observe(&self.in_region(region), region)).await
    }

    /// Performs one change. A global one ignores the Region.
    pub(crate) async fn perform(
        &self,
        identity: &Identity,
        region: Region,
        change: &Change,
    ) -> Seen<Effect> {
        let sdk = &self.in_region(region);
        let account = &identity.account;
        match change {
            Change::CreateServiceLinkedRole => {
                iam::create_config_role(&self.in_region(self.home), self.home).await
            }
            Change::CreateBucket(bucket) => {
                s3::create(&self.in_region(bucket.region), account, bucket).await
            }
            Change::BlockPublicAccess(bucket) => {
                s3::block_public_access(&self.in_region(bucket.region), account, bucket).await
            }
            Change::PutBucketPolicy(bucket) => {
                s3::put_policy(&self.in_region(bucket.region), identity, bucket).await
            }
            Change::PutRecorder {
                recording,
                global_types,
                frequency,
            } => {
                let group = config::group(*recording, *global_types);
                config::put_recorder(sdk, region, identity, group, *frequency).await
            }
            Change::PutDeliveryChannel(bucket) => config::put_channel(sdk, region, bucket).await,
            Change::StartRecorder => config::start(sdk, region).await,
            Change::CreateDetector {
                features,
                frequency,
            } => guardduty::create(sdk, region, features, *frequency).await,
            Change::ResumeDetector { detector } => guardduty::resume(sdk, region, detector).await,
            Change::EnableSecurityHub => security_hub::enable(sdk, region).await,
            Change::EnableStandards(standards) => {
                security_hub::enable_standards(sdk, region, standards).await
            }
            Change::AcceptInvitation {
                administrator,
                invitation,
            } => security_hub::accept(sdk, region, administrator, invitation).await,
        }
    }

    fn in_region(&self, region: Region) -> SdkConfig {
        self.sdk
            .to_builder()
            .region(aws_config::Region::from_static(region.as_str()))
            .build()
    }
}

/// Turns an SDK's error into what was attempted, where, and AWS's own code and message.
fn refusal<E>(operation: Operation, region: Region, error: &SdkError<E, HttpResponse>) -> Refusal
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match error {
        SdkError::ServiceError(answer) => {
            let status = answer.raw().status().as_u16();
            let code = answer
                .err()
                .code()
                .map_or_else(|| format!("HTTP {status}"), str::to_owned);
            Refusal::answered(
                operation,
                region,
                &code,
                answer.err().message().unwrap_or_default(),
            )
        }
        SdkError::ResponseError(answer) => {
            let status = answer.raw().status().as_u16();
            Refusal::answered(
                operation,
                region,
                &format!("HTTP {status}"),
                &root_cause(error),
            )
        }
        SdkError::TimeoutError(_) => {
            Refusal::unreachable(operation, region, "Timeout", &root_cause(error))
        }
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            Refusal::unreachable(operation, region, "Timeout", &root_cause(error))
        }
        _ => Refusal::unreachable(operation, region, "NoConnection", &root_cause(error)),
    }
}

/// The last error of the chain: the ones above it only say that there is one below.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
