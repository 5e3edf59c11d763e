//! The bucket that AWS Config delivers to. It is in the account's own namespace, where nobody else
//! can take a name, and every call names the owner that is expected.

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
use crate::observed::{BucketSeen, Operation, Seen};

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
) -> Seen<BucketSeen> {
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
        Err(refusal) if refusal.code == "NoSuchBucket" => return Ok(BucketSeen::Absent),
        Err(refusal) if refusal.code == "NoSuchPublicAccessBlockConfiguration" => false,
        Err(refusal) => return Err(refusal),
    };
    let policy = call(GET_POLICY, bucket.region, || {
        let request = client.get_bucket_policy().bucket(&bucket.name);
        request.expected_bucket_owner(owner.as_str()).send()
    })
    .await;
    let has_policy = match policy {
        Ok(answer) => answer.policy().is_some_and(|policy| !policy.is_empty()),
        Err(refusal) if refusal.code == "NoSuchBucketPolicy" => false,
        Err(refusal) => return Err(refusal),
    };
    Ok(BucketSeen::Present {
        public_access_blocked,
        has_policy,
    })
}

/// Whether the bucket is there and carries our tag.
pub(super) async fn is_ours(sdk: &SdkConfig, owner: &AccountId, bucket: &Bucket) -> Seen<bool> {
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
        Err(refusal) if ["NoSuchBucket", "NoSuchTagSet"].contains(&refusal.code.as_str()) => {
            Ok(false)
        }
        Err(refusal) => Err(refusal),
    }
}

pub(super) async fn create(sdk: &SdkConfig, owner: &AccountId, bucket: &Bucket) -> Seen<Effect> {
    let region = bucket.region.as_str();
    let tag = Tag::builder().key(TAG_KEY).value(TAG_VALUE).build();
    // us-east-1 is the one Region that must not be named.
    let place = (region != "us-east-1").then(|| BucketLocationConstraint::from(region));
    let configuration = CreateBucketConfiguration::builder()
        .set_location_constraint(place)
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
        Err(refusal) if refusal.code == "BucketAlreadyOwnedByYou" => {
            confirm_owner(sdk, owner, bucket).await
        }
        Err(refusal) => Err(refusal),
    }
}

async fn confirm_owner(sdk: &SdkConfig, owner: &AccountId, bucket: &Bucket) -> Seen<Effect> {
    observe(sdk, owner, bucket).await.map(|_| Effect::WasThere)
}

pub(super) async fn block_public_access(
    sdk: &SdkConfig,
    owner: &AccountId,
    bucket: &Bucket,
) -> Seen<Effect> {
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
) -> Seen<Effect> {
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

/// AWS's documented policy for AWS Config's service principal, for this account's deliveries only,
/// and nothing for anybody without TLS.
fn policy(identity: &Identity, bucket: &Bucket) -> String {
    let Identity { account, partition } = identity;
    let arn = format!("arn:{partition}:s3:::{}", bucket.name);
    let objects = format!("{arn}/AWSLogs/{account}/Config/*");
    let config = json!({ "Service": "config.amazonaws.com" });
    let for_us = json!({ "AWS:SourceAccount": account });
    json!({
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ConfigLooksAtTheBucket",
                "Effect": "Allow",
                "Principal": config,
                "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
                "Resource": arn,
                "Condition": { "StringEquals": for_us },
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
                "Sid": "NobodyWithoutTls",
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

/// Path style works everywhere, and needs no host name per bucket.
fn client(sdk: &SdkConfig) -> Client {
    Client::from_conf(
        aws_sdk_s3::config::Builder::from(sdk)
            .force_path_style(true)
            .build(),
    )
}
