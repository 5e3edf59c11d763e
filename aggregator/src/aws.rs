//! AWS as the administrator account: credentials, one HTTP client, and a client per Region and service.
//!
//! Endpoints come from the SDK's default chain. An override that is neither https nor on this machine is
//! refused, because session tokens would be sent unencrypted.

mod counted;
pub(crate) mod events;
pub(crate) mod failure;
pub(crate) mod findings;
pub(crate) mod guardduty;
pub(crate) mod hub;
pub(crate) mod identity;
pub(crate) mod objects;
pub(crate) mod pacing;
pub(crate) mod security_hub;
pub(crate) mod workflow;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, SdkConfig};
use aws_sdk_sts::config::{ProvideCredentials, RuntimeComponents};
use aws_smithy_http_client::{Builder, Connector, proxy::ProxyConfig, tls};
use hubward_protocol::{AccountId, Region};

use crate::config::watching::PacingConfig;
use crate::telemetry::Telemetry;
use crate::world::Environment;
use counted::CountedClient;
use events::EventQueue;
pub(crate) use failure::AwsFailure;
use hubward_domain::address::{UnsafeAddress, verify_endpoint};
use pacing::Pacing;
use security_hub::SecurityHub;

/// AWS with the administrator's credentials.
#[derive(Clone, Debug)]
pub(crate) struct Aws {
    base: SdkConfig,
    pacing: Pacing,
    counted: CountedClient,
}

/// Why AWS cannot be called.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AwsUnavailable {
    /// The default credential chain found no credentials.
    #[error("no AWS credentials were found: {0}")]
    NoCredentials(String),
    /// An endpoint override is not safe.
    #[error("{variable} is refused: {why}")]
    UnsafeEndpoint {
        variable: String,
        why: UnsafeAddress,
    },
    /// STS did not return the caller's identity.
    #[error(transparent)]
    Caller(AwsFailure),
    /// The credentials belong to another account than the configured administrator.
    #[error("the credentials belong to account {found}, not to the administrator {wanted}")]
    WrongAccount {
        /// The account of the credentials.
        found: String,
        wanted: AccountId,
    },
}

impl Aws {
    /// Loads credentials and verifies that they belong to the administrator: an invitation from any other
    /// account would ask members to trust the wrong one.
    ///
    /// # Errors
    /// See [`AwsUnavailable`].
    pub(crate) async fn of_administrator(
        administrator: &AccountId,
        home: Region,
        rates: PacingConfig,
        environment: &Environment,
        telemetry: Telemetry,
    ) -> Result<Self, AwsUnavailable> {
        refuse_unsafe_endpoints(environment)?;
        let loader = aws_config::defaults(BehaviorVersion::latest())
            .http_client(http_client())
            .region(aws_config::Region::from_static(home.as_str()))
            .retry_config(RetryConfig::standard().with_max_attempts(5))
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(Duration::from_secs(5))
                    .operation_attempt_timeout(Duration::from_secs(20))
                    .build(),
            );
        // The app name distinguishes our calls from a person's in CloudTrail.
        let loader = match AppName::new("hubward") {
            Ok(name) => loader.app_name(name),
            Err(_) => loader,
        };
        let base = loader.load().await;
        let aws = Self {
            base,
            pacing: Pacing::new(rates),
            counted: CountedClient(telemetry),
        };
        let found = aws.caller(home).await?;
        if found == administrator.as_str() {
            Ok(aws)
        } else {
            Err(AwsUnavailable::WrongAccount {
                found,
                wanted: administrator.clone(),
            })
        }
    }

    /// Security Hub in a Region.
    pub(crate) fn security_hub(&self, region: Region) -> SecurityHub {
        let config = aws_sdk_securityhub::config::Builder::from(&self.base)
            .interceptor(self.counted.clone())
            .region(aws_config::Region::from_static(region.as_str()))
            .build();
        SecurityHub::new(
            aws_sdk_securityhub::Client::from_conf(config),
            region,
            self.pacing.clone(),
        )
    }

    /// An SQS queue in a Region.
    pub(crate) fn queue(&self, region: Region, url: &str) -> EventQueue {
        let config = aws_sdk_sqs::config::Builder::from(&self.base)
            .interceptor(self.counted.clone())
            .region(aws_config::Region::from_static(region.as_str()))
            .build();
        EventQueue::new(
            aws_sdk_sqs::Client::from_conf(config),
            region,
            url.to_owned(),
        )
    }

    async fn caller(&self, region: Region) -> Result<String, AwsUnavailable> {
        // Checked first, because the SDK would hide missing credentials in a dispatch failure.
        match self.base.credentials_provider() {
            None => return Err(AwsUnavailable::NoCredentials(String::new())),
            Some(provider) => {
                provider
                    .provide_credentials()
                    .await
                    .map_err(|error| AwsUnavailable::NoCredentials(failure::innermost(&error)))?;
            }
        }
        let answer = aws_sdk_sts::Client::new(&self.base)
            .get_caller_identity()
            .send()
            .await
            .map_err(|error| {
                AwsUnavailable::Caller(AwsFailure::of("sts:GetCallerIdentity", region, &error))
            })?;
        Ok(answer.account.unwrap_or_default())
    }
}

/// One client for all Regions: connections are shared, TLS is rustls with ring, and the proxy variables of
/// the environment apply.
fn http_client() -> aws_sdk_sts::config::SharedHttpClient {
    let tls = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder()
            .proxy_config(ProxyConfig::from_env())
            .tls_provider(tls.clone());
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.build()
    })
}

/// Refuses AWS endpoint overrides that neither use TLS nor are on this machine.
///
/// # Errors
/// [`AwsUnavailable::UnsafeEndpoint`] for the first unsafe one.
pub(crate) fn refuse_unsafe_endpoints(environment: &Environment) -> Result<(), AwsUnavailable> {
    for (variable, value) in environment.iter() {
        if variable.starts_with("AWS_ENDPOINT_URL")
            && let Err(why) = verify_endpoint(value)
        {
            return Err(AwsUnavailable::UnsafeEndpoint {
                variable: variable.to_owned(),
                why,
            });
        }
    }
    Ok(())
}
