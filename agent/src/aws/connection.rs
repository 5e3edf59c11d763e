//! Credentials, endpoints and the HTTP client, from the SDK's default chain. Every call has a time limit,
//! so that one Region without response does not delay the others.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, ConfigLoader};
use aws_sdk_sts::config::{ProvideCredentials, RuntimeComponents};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use hubward_protocol::Region;

use super::Aws;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// For one attempt of a call, from request to response.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(10);

/// Why AWS cannot be called.
#[derive(Debug)]
pub(crate) enum ConnectError {
    /// The SDK found no usable credentials; its reason.
    NoCredentials(String),
    /// An endpoint override would send the session token without TLS.
    UnsafeEndpoint(String),
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCredentials(_) => f.write_str("no AWS credentials"),
            Self::UnsafeEndpoint(endpoint) => write!(f, "unsafe endpoint {endpoint}"),
        }
    }
}

impl std::error::Error for ConnectError {}

/// The SDK's default Region, from the environment, a profile, or the instance.
pub(crate) async fn default_region() -> Option<String> {
    let sdk = loader().load().await;
    sdk.region().map(ToString::to_string)
}

/// Finds credentials. `overrides` are the endpoint overrides of the environment.
pub(crate) async fn connect(home: Region, overrides: &[String]) -> Result<Aws, ConnectError> {
    let sdk = loader()
        .region(aws_config::Region::from_static(home.as_str()))
        .load()
        .await;
    // The SDK also honors `endpoint_url` in the profile, and exposes it here.
    let endpoints = overrides
        .iter()
        .map(String::as_str)
        .chain(sdk.endpoint_url());
    for endpoint in endpoints {
        if !is_private(endpoint) {
            return Err(ConnectError::UnsafeEndpoint(endpoint.to_owned()));
        }
    }
    let Some(provider) = sdk.credentials_provider() else {
        return Err(ConnectError::NoCredentials(String::new()));
    };
    provider
        .provide_credentials()
        .await
        .map_err(|error| ConnectError::NoCredentials(in_short(&super::root_cause(&error))))?;
    Ok(Aws { sdk, home })
}

/// The SDK's reason, without its list of all the places where it looked.
fn in_short(why: &str) -> String {
    let line = why.lines().next().unwrap_or_default();
    let end = line.find(". Attempted").unwrap_or(line.len());
    line.get(..end)
        .unwrap_or(line)
        .trim_end_matches('.')
        .to_owned()
}

fn loader() -> ConfigLoader {
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client())
        // These retries are for credentials only; `call` retries everything else.
        .retry_config(RetryConfig::standard())
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT_TIMEOUT)
                .operation_attempt_timeout(ATTEMPT_TIMEOUT)
                .build(),
        );
    match AppName::new("hubward-agent") {
        Ok(name) => loader.app_name(name),
        Err(_) => loader,
    }
}

/// One client for all services and Regions, through the proxy of the environment. A build with a static
/// glibc brings its own resolver (reqwest's hickory-dns does the same for the server).
fn http_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut builder = Connector::builder();
        builder.set_connector_settings(settings.cloned());
        builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        let builder = builder
            .proxy_config(ProxyConfig::from_env())
            .tls_provider(Provider::Rustls(CryptoMode::Ring));
        #[cfg(all(target_env = "gnu", target_feature = "crt-static"))]
        let connector = builder.build_with_resolver(aws_smithy_dns::HickoryDnsResolver::default());
        #[cfg(not(all(target_env = "gnu", target_feature = "crt-static")))]
        let connector = builder.build();
        connector
    })
}

/// Whether requests stay private: TLS, or a loopback address.
fn is_private(endpoint: &str) -> bool {
    let lower = endpoint.to_ascii_lowercase();
    if lower.starts_with("https://") {
        return true;
    }
    let Some(rest) = lower.strip_prefix("http://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority
        .rsplit_once(':')
        .filter(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
        .map_or(authority, |(host, _)| host);
    host == "localhost"
        || authority
            .parse::<SocketAddr>()
            .is_ok_and(|address| address.ip().is_loopback())
        || host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_short_line() {
        let long = "no credentials found in chain. Attempted:\n  Environment: not set";
        assert_eq!(in_short(long), "no credentials found in chain");
        assert_eq!(in_short("request forbidden."), "request forbidden");
    }

    #[test]
    fn a_session_token_never_travels_in_the_clear() {
        for good in [
            "https://vpce.example.com",
            "http://127.0.0.1:5000",
            "http://localhost:5000/x",
            "HTTP://LOCALHOST",
            "http://[::1]:5000",
            "http://[::1]",
        ] {
            assert!(is_private(good), "{good}");
        }
        for bad in [
            "http://example.com",
            "http://127.0.0.1@example.com",
            "http://127.0.0.1.example.com:80",
            "http://localhost.example.com",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "127.0.0.1:5000",
            "",
        ] {
            assert!(!is_private(bad), "{bad}");
        }
    }
}
