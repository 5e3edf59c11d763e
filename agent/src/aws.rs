//! The only place that talks to AWS: it translates between AWS's API and the values in `observed`,
//! and performs one `Change` at a time. It decides nothing; one file per service.

mod account;
mod call;
mod config;
mod connection;
mod guardduty;
mod iam;
mod identity;
mod s3;
mod security_hub;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hubward_protocol::{AccountId, Region};

use crate::baseline::StandardId;
use crate::change::{Bucket, Change};
use crate::observed::{
    BucketSeen, ConfigSeen, CreatedSeen, GuardDutySeen, HubSeen, Operation, Opted, Refusal,
    RegionSeen, Seen,
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

    /// One Region as `region` sees it, with the tags that only tell who created something.
    pub(crate) async fn created(&self, region: Region, identity: &Identity) -> CreatedSeen {
        let sdk = self.in_region(region);
        let bucket = Bucket::of(&identity.account, region);
        let (seen, bucket_is_ours) = futures::join!(
            self.region(region, &[]),
            s3::is_ours(&sdk, &identity.account, &bucket)
        );
        let hub_is_ours = match &seen.security_hub {
            Ok(HubSeen::On(_)) => security_hub::is_ours(&sdk, region, identity).await,
            _ => Ok(false),
        };
        CreatedSeen {
            seen,
            hub_is_ours,
            bucket_is_ours,
        }
    }

    /// Everything that matters in one Region. What the Region offers is asked only where not all
    /// of the wanted standards are enabled.
    pub(crate) async fn region(&self, region: Region, wanted: &[StandardId]) -> RegionSeen {
        let (config, guardduty, security_hub) = futures::join!(
            self.config(region),
            self.guardduty(region),
            self.security_hub(region, wanted)
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
        let sdk = self.in_region(region);
        let mut seen = Box::pin(config::observe(&sdk, region)).await?;
        if seen.recorder.is_none() && seen.service_linked.is_none() {
            seen.security_hub_v2 = security_hub::v2_is_on(&sdk, region).await;
        }
        Ok(seen)
    }

    /// GuardDuty in one Region.
    pub(crate) async fn guardduty(&self, region: Region) -> Seen<GuardDutySeen> {
        Box::pin(guardduty::observe(&self.in_region(region), region)).await
    }

    /// Security Hub in one Region.
    pub(crate) async fn security_hub(
        &self,
        region: Region,
        wanted: &[StandardId],
    ) -> Seen<HubSeen> {
        Box::pin(security_hub::observe(
            &self.in_region(region),
            region,
            wanted,
        ))
        .await
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
            // `call` makes the attempts.
            .retry_config(RetryConfig::disabled())
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
            // A body that broke off was never kept. What it would have said is unknown, whatever the status:
            // "no" is an ordinary answer here, and the hub of most new accounts says it.
            let broke_off = answer.raw().body().bytes().is_none();
            let code = if broke_off || status < 400 {
                "UnreadableAnswer".to_owned()
            } else {
                format!("HTTP {status}")
            };
            Refusal::answered(operation, region, &code, &root_cause(error))
        }
        SdkError::TimeoutError(_) => {
            Refusal::unreachable(operation, region, "Timeout", &root_cause(error))
        }
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            Refusal::unreachable(operation, region, "Timeout", &root_cause(error))
        }
        _ if is_about_credentials(error) => {
            Refusal::answered(operation, region, "NoCredentials", &root_cause(error))
        }
        _ => Refusal::unreachable(operation, region, "NoConnection", &root_cause(error)),
    }
}

/// Whether the call did not even leave, because the credentials could not be had any more.
fn is_about_credentials(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<CredentialsError>() {
            return true;
        }
        next = error.source();
    }
    false
}

/// The last error of the chain: the ones above it only say that there is one below.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
