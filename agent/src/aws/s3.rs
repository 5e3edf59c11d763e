//! S3: the bucket that AWS Config delivers to. Its name is in the account's own namespace, which other
//! accounts cannot use, and every call names the expected owner.

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketNamespace, CreateBucketConfiguration,
    PublicAccessBlockConfiguration, Tag,
};
use hubward_protocol::AccountId;
use serde_json::json;

use super::call::call;
use super::{Effect, Identity};
use crate::change::{Bucket, TAG_KEY, TAG_VALUE};
use crate::observed::{Observation, ObservedBucket, Operation};

const CREATE: Operation = Operation::new("s3:CreateBucket");
const GET_BLOCK: Operation =
    Operation::allowed_by("s3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock");
const PUT_BLOCK: Operation =
    Operation::allowed_by("s3:PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock");
const GET_POLICY: Operation = Operation::new("s3:GetBucketPolicy");
const GET_TAGS: Operation = Operation::new("s3:GetBucketTagging");
const PUT_POLICY: Operation = Operation::new("s3:PutBucketPolicy");

pub(super) async fn observe(
    sdk: &SdkConfig,
    owner: &AccountId,
    bucket: &Bucket,
) -> Observation<ObservedBucket> {
    let client = client(sdk);
    let block = call(GET_BLOCK, bucket.region, || {
        let request = client.get_public_access_block().bucket(&bucket.name);
        request.expected_bucket_owner(owner.as_str()).send()
    })
    .await;
    let public_access_blocked = match block {
        Ok(answer) => answer
            .public_access_block_configuration()
            .is_some_and(|block| *block == everything_blocked()),
        Err(error) if error.code == "NoSuchBucket" => return Ok(ObservedBucket::Absent),
        Err(error) if error.code == "NoSuchPublicAccessBlockConfiguration" => false,
        Err(error) => return Err(error),
    };
    let policy = call(GET_POLICY, bucket.region, || {
        let request = client.get_bucket_policy().bucket(&bucket.name);
        request.expected_bucket_owner(owner.as_str()).send()
    })
    .await;
    let has_policy = match policy {
        Ok(answer) => answer.policy().is_some_and(|policy| !policy.is_empty()),
        Err(error) if error.code == "NoSuchBucketPolicy" => false,
        Err(error) => return Err(error),
    };
    Ok(ObservedBucket::Present {
        public_access_blocked,
        has_policy,
    })
}

/// Whether the bucket exists and carries our tag.
pub(super) async fn is_ours(
    sdk: &SdkConfig,
    owner: &AccountId,
    bucket: &Bucket,
) -> Observation<bool> {
    let client = client(sdk);
    let tags = call(GET_TAGS, bucket.region, || {
        let request = client.get_bucket_tagging().bucket(&bucket.name);
        request.expected_bucket_owner(owner.as_str()).send()
    })
    .await;
    match tags {
        Ok(answer) => Ok(answer
            .tag_set()
            .iter()
            .any(|tag| tag.key() == TAG_KEY && tag.value() == TAG_VALUE)),
        Err(error) if ["NoSuchBucket", "NoSuchTagSet"].contains(&error.code.as_str()) => Ok(false),
        Err(error) => Err(error),
    }
}

pub(super) async fn create(
    sdk: &SdkConfig,
    owner: &AccountId,
    bucket: &Bucket,
) -> Observation<Effect> {
    let region = bucket.region.as_str();
    let tag = Tag::builder().key(TAG_KEY).value(TAG_VALUE).build();
    // S3 rejects us-east-1 as a location constraint.
    let location = (region != "us-east-1").then(|| BucketLocationConstraint::from(region));
    let configuration = CreateBucketConfiguration::builder()
        .set_location_constraint(location)
        .set_tags(tag.ok().map(|tag| vec![tag]))
        .build();
    let client = client(sdk);
    let answer = call(CREATE, bucket.region, || {
        client
            .create_bucket()
            .bucket(&bucket.name)
            .bucket_namespace(BucketNamespace::AccountRegional)
            .create_bucket_configuration(configuration.clone())
            .send()
    })
    .await;
    match answer {
        Ok(_) => Ok(Effect::Made),
        Err(error) if error.code == "BucketAlreadyOwnedByYou" => {
            confirm_ours(sdk, owner, bucket).await
        }
        Err(error) => Err(error),
    }
}

/// The bucket exists. This call fails if its owner is another account.
async fn confirm_ours(sdk: &SdkConfig, owner: &AccountId, bucket: &Bucket) -> Observation<Effect> {
    observe(sdk, owner, bucket)
        .await
        .map(|_| Effect::AlreadyDone)
}

pub(super) async fn block_public_access(
    sdk: &SdkConfig,
    owner: &AccountId,
    bucket: &Bucket,
) -> Observation<Effect> {
    let client = client(sdk);
    call(PUT_BLOCK, bucket.region, || {
        client
            .put_public_access_block()
            .bucket(&bucket.name)
            .expected_bucket_owner(owner.as_str())
            .public_access_block_configuration(everything_blocked())
            .send()
    })
    .await
    .map(|_| Effect::Made)
}

pub(super) async fn put_policy(
    sdk: &SdkConfig,
    identity: &Identity,
    bucket: &Bucket,
) -> Observation<Effect> {
    let client = client(sdk);
    call(PUT_POLICY, bucket.region, || {
        client
            .put_bucket_policy()
            .bucket(&bucket.name)
            .expected_bucket_owner(identity.account.as_str())
            .policy(policy(identity, bucket))
            .send()
    })
    .await
    .map(|_| Effect::Made)
}

/// The bucket policy that AWS documents for AWS Config's service principal, limited to this account's
/// deliveries, and a denial of all requests without TLS.
fn policy(identity: &Identity, bucket: &Bucket) -> String {
    let Identity { account, partition } = identity;
    let arn = format!("arn:{partition}:s3:::{}", bucket.name);
    let objects = format!("{arn}/AWSLogs/{account}/Config/*");
    let config = json!({ "Service": "config.amazonaws.com" });
    let this_account = json!({ "AWS:SourceAccount": account });
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ConfigReadsTheBucket",
                "Effect": "Allow",
                "Principal": config,
                "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
                "Resource": arn,
                "Condition": { "StringEquals": this_account },
            },
            {
                "Sid": "ConfigDelivers",
                "Effect": "Allow",
                "Principal": config,
                "Action": "s3:PutObject",
                "Resource": objects,
                "Condition": {
                    "StringEquals": {
                        "s3:x-amz-acl": "bucket-owner-full-control",
                        "AWS:SourceAccount": account,
                    },
                },
            },
            {
                "Sid": "DenyWithoutTls",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, format!("{arn}/*")],
                "Condition": { "Bool": { "aws:SecureTransport": "false" } },
            },
        ],
    })
    .to_string()
}

fn everything_blocked() -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .ignore_public_acls(true)
        .block_public_policy(true)
        .restrict_public_buckets(true)
        .build()
}

/// Path style, so that no host name per bucket has to resolve.
fn client(sdk: &SdkConfig) -> Client {
    Client::from_conf(
        aws_sdk_s3::config::Builder::from(sdk)
            .force_path_style(true)
            .build(),
    )
}
