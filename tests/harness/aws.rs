//! AWS clients of other people in the cloud: the SOC's console, a stranger, a member who clicks.

use std::future::Future;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_securityhub::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::Builder;

use super::cloud::Cloud;

/// Security Hub in one account and Region.
pub(crate) fn security_hub(
    cloud: &Cloud,
    account: &str,
    region: &str,
) -> aws_sdk_securityhub::Client {
    aws_sdk_securityhub::Client::new(&settings(cloud, account, region))
}

/// SQS in one account and Region.
pub(crate) fn sqs(cloud: &Cloud, account: &str, region: &str) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(&settings(cloud, account, region))
}

/// EventBridge in one account and Region.
pub(crate) fn events(cloud: &Cloud, account: &str, region: &str) -> aws_sdk_eventbridge::Client {
    aws_sdk_eventbridge::Client::new(&settings(cloud, account, region))
}

/// AWS Config in one account and Region.
pub(crate) fn config(cloud: &Cloud, account: &str, region: &str) -> aws_sdk_config::Client {
    aws_sdk_config::Client::new(&settings(cloud, account, region))
}

/// GuardDuty in one account and Region.
pub(crate) fn guardduty(cloud: &Cloud, account: &str, region: &str) -> aws_sdk_guardduty::Client {
    aws_sdk_guardduty::Client::new(&settings(cloud, account, region))
}

/// IAM in one account.
pub(crate) fn iam(cloud: &Cloud, account: &str) -> aws_sdk_iam::Client {
    aws_sdk_iam::Client::new(&settings(cloud, account, "us-east-1"))
}

/// S3 in one account and Region.
pub(crate) fn s3(cloud: &Cloud, account: &str, region: &str) -> aws_sdk_s3::Client {
    let settings = aws_sdk_s3::config::Builder::from(&settings(cloud, account, region));
    aws_sdk_s3::Client::from_conf(settings.force_path_style(true).build())
}

fn settings(cloud: &Cloud, account: &str, region: &str) -> SdkConfig {
    let keys = cloud.credentials(account);
    let credentials = Credentials::new(
        keys.access_key_id,
        keys.secret_access_key,
        Some(keys.session_token),
        None,
        "story",
    );
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .endpoint_url(cloud.url())
        .http_client(Builder::new().build_http())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

/// Runs a future to its end. Unoptimized SDK futures are large, so it gets a thread with a large
/// stack.
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
