//! Hands of other people in the cloud: the SOC's console, a stranger, a member who clicks.

use std::future::Future;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_securityhub::config::Credentials;
use aws_smithy_http_client::Builder;

use super::cloud::Cloud;

/// Security Hub in one account and Region.
pub(crate) fn security_hub(
    cloud: &Cloud,
    account: &str,
    region: &str,
) -> aws_sdk_securityhub::Client {
    let keys = cloud.credentials(account);
    let config = aws_sdk_securityhub::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .endpoint_url(cloud.url())
        .http_client(Builder::new().build_http())
        .credentials_provider(Credentials::new(
            keys.access_key_id,
            keys.secret_access_key,
            Some(keys.session_token),
            None,
            "story",
        ))
        .build();
    aws_sdk_securityhub::Client::from_conf(config)
}

/// Runs a future to its end. Unoptimised SDK futures are large, hence a thread with room for them.
pub(crate) fn block_on<F>(future: F) -> F::Output
where
    F: Future + Send,
    F::Output: Send,
{
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(32 << 20)
            .spawn_scoped(scope, || {
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime")
                    .block_on(future)
            })
            .expect("a thread")
            .join()
            .expect("the future ended")
    })
}
