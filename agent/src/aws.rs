//! Calls AWS, and nothing else in the agent does. It translates between AWS's API and the values in
//! `observed`, and performs one `Change` at a time. It decides nothing. One file per service.

mod account;
mod call;
mod config;
mod connection;
mod controls;
mod events;
mod guardduty;
mod iam;
mod identity;
mod lambda;
mod logs;
mod recorder;
mod s3;
mod security_hub;
mod signed;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hubward_protocol::{AccountId, Region};

use crate::baseline::StandardId;
use crate::change::{Bucket, Change, StayChange, StayPlace};
use crate::observed::{
    AwsError, Found, Observation, ObservedBucket, ObservedConfig, ObservedControls,
    ObservedCreations, ObservedGuardDuty, ObservedHub, ObservedRegion, ObservedStay,
    ObservedStayRole, Operation, OptStatus,
};

pub(crate) use account::OptStatuses;
pub(crate) use connection::{ConnectError, connect, default_region};
pub(crate) use identity::Identity;

/// An AWS client: one set of credentials and one HTTP client for all Regions.
#[derive(Clone, Debug)]
pub(crate) struct Aws {
    sdk: SdkConfig,
    home: Region,
}

/// What a successful change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Made,
    /// Nothing: another caller, or an earlier attempt, had made it.
    AlreadyDone,
}

impl Aws {
    /// The caller's credentials, from the SDK's default chain.
    pub(crate) fn credentials(&self) -> Option<SharedCredentialsProvider> {
        self.sdk.credentials_provider()
    }

    pub(crate) async fn identity(&self) -> Observation<Identity> {
        identity::caller(&self.in_region(self.home), self.home).await
    }

    pub(crate) async fn opt_statuses(&self) -> Observation<OptStatuses> {
        account::list_regions(&self.in_region(self.home), self.home).await
    }

    pub(crate) async fn config_role_exists(&self) -> Observation<bool> {
        iam::config_role_exists(&self.in_region(self.home), self.home).await
    }

    /// Our bucket. Fails if a bucket of this name has another owner.
    pub(crate) async fn bucket(
        &self,
        owner: &AccountId,
        bucket: &Bucket,
    ) -> Observation<ObservedBucket> {
        s3::observe(&self.in_region(bucket.region), owner, bucket).await
    }

    /// One Region with the tags that show which resources the agent created.
    pub(crate) async fn creations(&self, region: Region, identity: &Identity) -> ObservedCreations {
        let sdk = self.in_region(region);
        let bucket = Bucket::of(&identity.account, region);
        let (observed, bucket_is_ours) = futures::join!(
            self.region(region, &[], &[]),
            s3::is_ours(&sdk, &identity.account, &bucket)
        );
        let hub_is_ours = match &observed.security_hub {
            Ok(ObservedHub::On(_)) => security_hub::is_ours(&sdk, region, identity).await,
            _ => Ok(false),
        };
        ObservedCreations {
            region: observed,
            hub_is_ours,
            bucket_is_ours,
        }
    }

    /// All services of one Region. The list of offered standards is read only if some of the wanted
    /// standards are not enabled, and GuardDuty's administrator only if some of the wanted features are not.
    pub(crate) async fn region(
        &self,
        region: Region,
        standards: &[StandardId],
        features: &[String],
    ) -> ObservedRegion {
        let (config, guardduty, security_hub) = futures::join!(
            self.config(region),
            self.guardduty(region, features),
            self.security_hub(region, standards)
        );
        ObservedRegion {
            region,
            enabled: OptStatus::Enabled,
            config,
            guardduty,
            security_hub,
            controls: None,
        }
    }

    /// What Security Hub says about these controls.
    pub(crate) async fn controls(
        &self,
        region: Region,
        ids: &[String],
    ) -> Observation<ObservedControls> {
        Box::pin(controls::observe(&self.in_region(region), region, ids)).await
    }

    pub(crate) async fn config(&self, region: Region) -> Observation<ObservedConfig> {
        let sdk = self.in_region(region);
        let mut observed = Box::pin(config::observe(&sdk, region)).await?;
        if observed.recorder.is_none() && observed.service_linked.is_none() {
            observed.security_hub_v2 = security_hub::v2_is_on(&sdk, region).await;
        }
        Ok(observed)
    }

    pub(crate) async fn guardduty(
        &self,
        region: Region,
        features: &[String],
    ) -> Observation<ObservedGuardDuty> {
        Box::pin(guardduty::observe(
            &self.in_region(region),
            region,
            features,
        ))
        .await
    }

    pub(crate) async fn security_hub(
        &self,
        region: Region,
        wanted: &[StandardId],
    ) -> Observation<ObservedHub> {
        Box::pin(security_hub::observe(
            &self.in_region(region),
            region,
            wanted,
        ))
        .await
    }

    /// Performs one change. A global change ignores `region`.
    pub(crate) async fn perform(
        &self,
        identity: &Identity,
        region: Region,
        change: &Change,
    ) -> Observation<Effect> {
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
                let (recording, frequency) = (*recording, *frequency);
                recorder::create(sdk, region, identity, recording, *global_types, frequency).await
            }
            Change::ExtendRecorder { types } => recorder::extend(sdk, region, types).await,
            Change::PutDeliveryChannel(bucket) => config::put_channel(sdk, region, bucket).await,
            Change::StartRecorder => config::start(sdk, region).await,
            Change::CreateDetector {
                features,
                frequency,
            } => guardduty::create(sdk, region, identity, features, *frequency).await,
            Change::EnableDetectorFeatures { detector, features } => {
                guardduty::enable_features(sdk, region, identity, detector, features).await
            }
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

    /// The role of `stay`, without its policy: its tag names the Region of the other parts.
    pub(crate) async fn stay_role(&self) -> Observation<Found<ObservedStayRole>> {
        iam::stay_role(&self.in_region(self.home), self.home, false).await
    }

    /// The parts of `stay` in one Region.
    pub(crate) async fn stay(&self, place: &StayPlace) -> ObservedStay {
        let sdk = self.in_region(place.region);
        let global = self.in_region(self.home);
        let function_and_permission = async {
            let function = Box::pin(lambda::observe(&sdk, place.region)).await;
            let permission = match &function {
                Ok(Found::Ours(_)) => Box::pin(lambda::has_permission(&sdk, place)).await,
                _ => Ok(false),
            };
            (function, permission)
        };
        let (role, log_group, (function, permission)) = futures::join!(
            iam::stay_role(&global, self.home, true),
            logs::observe(&sdk, place),
            function_and_permission,
        );
        let schedule = match permission {
            Ok(permission) => Box::pin(events::observe(&sdk, place, permission)).await,
            Err(error) => Err(error),
        };
        ObservedStay {
            role,
            log_group,
            function,
            schedule,
        }
    }

    /// Performs one change of `stay`.
    pub(crate) async fn perform_stay(
        &self,
        place: &StayPlace,
        change: &StayChange,
    ) -> Observation<Effect> {
        let region = place.region;
        let sdk = &self.in_region(region);
        let (global, home) = (&self.in_region(self.home), self.home);
        match change {
            StayChange::CreateRole => iam::create_stay_role(global, home, place).await,
            StayChange::PutRolePolicy => iam::put_stay_policy(global, home, place).await,
            StayChange::CreateLogGroup => logs::create(sdk, region).await,
            StayChange::PutRetention => logs::put_retention(sdk, region).await,
            StayChange::CreateFunction(function) => lambda::create(sdk, place, function).await,
            StayChange::UpdateCode(function) => lambda::update_code(sdk, place, function).await,
            StayChange::UpdateConfiguration(function) => {
                lambda::update_configuration(sdk, place, function).await
            }
            StayChange::PutRule(interval) => events::put_rule(sdk, region, *interval).await,
            StayChange::AddPermission => lambda::add_permission(sdk, place).await,
            StayChange::PutTarget => events::put_target(sdk, place).await,
            StayChange::RemoveTarget => events::remove_target(sdk, region).await,
            StayChange::DeleteRule => events::delete_rule(sdk, region).await,
            StayChange::DeleteFunction => lambda::delete(sdk, region).await,
            StayChange::DeleteLogGroup => logs::delete(sdk, region).await,
            StayChange::DeleteRolePolicy => iam::delete_stay_policy(global, home).await,
            StayChange::DeleteRole => iam::delete_stay_role(global, home).await,
        }
    }

    fn in_region(&self, region: Region) -> SdkConfig {
        self.sdk
            .to_builder()
            .region(aws_config::Region::from_static(region.as_str()))
            // `call` retries.
            .retry_config(RetryConfig::disabled())
            .build()
    }
}

/// Converts an SDK error, keeping AWS's own code and message.
fn aws_error<E>(operation: Operation, region: Region, error: &SdkError<E, HttpResponse>) -> AwsError
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
            AwsError::from_response(
                operation,
                region,
                &code,
                answer.err().message().unwrap_or_default(),
            )
        }
        SdkError::ResponseError(answer) => {
            let status = answer.raw().status().as_u16();
            // A truncated body was not kept, so the error code is unknown and the status alone says too little:
            // a 4xx with the right code is an ordinary answer, such as "not subscribed" from Security Hub.
            let is_truncated = answer.raw().body().bytes().is_none();
            let code = if is_truncated || status < 400 {
                "UnreadableAnswer".to_owned()
            } else {
                format!("HTTP {status}")
            };
            AwsError::from_response(operation, region, &code, &root_cause(error))
        }
        SdkError::TimeoutError(_) => {
            AwsError::unreachable(operation, region, "Timeout", &root_cause(error))
        }
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            AwsError::unreachable(operation, region, "Timeout", &root_cause(error))
        }
        _ if is_about_credentials(error) => {
            AwsError::from_response(operation, region, "NoCredentials", &root_cause(error))
        }
        _ => AwsError::unreachable(operation, region, "NoConnection", &root_cause(error)),
    }
}

/// Whether the call was never sent, because no credentials could be obtained.
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

/// The last error of the chain; the ones above it only wrap it.
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
