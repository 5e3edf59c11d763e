//! Objects in S3: reading with a size limit, and writing.
//!
//! Each call names the expected owner of the bucket, so that another account cannot register the name of a
//! deleted bucket and provide its own ledger.

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;
use hubward_protocol::{AccountId, Region};

use super::{Aws, AwsFailure};
use hubward_domain::object::{Object, Version};

/// Access to the buckets of one account in one Region.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    client: Client,
    region: Region,
    owner: AccountId,
}

/// The result of reading an object.
#[derive(Clone, Debug)]
pub(crate) enum Fetched {
    /// There is no such object.
    Absent,
    /// The object is the version that the caller knows.
    Unchanged,
    Content(Version, Vec<u8>),
    /// The object is larger than the limit; its size in bytes.
    TooLarge(Version, u64),
}

impl Aws {
    /// Buckets of an account, in a Region.
    pub(crate) fn bucket(&self, region: Region, owner: AccountId) -> Bucket {
        let config = aws_sdk_s3::config::Builder::from(&self.base)
            .interceptor(self.counted.clone())
            .region(aws_config::Region::from_static(region.as_str()))
            // Works with all bucket names and endpoints, and needs no host name per bucket.
            .force_path_style(true)
            .build();
        Bucket {
            client: Client::from_conf(config),
            region,
            owner,
        }
    }
}

impl Bucket {
    /// Reads an object, never more than `limit` bytes; [`Fetched::Unchanged`] if its ETag is still `known`.
    ///
    /// # Errors
    /// AWS refused or was not reached, or the content was incomplete.
    pub(crate) async fn fetch(
        &self,
        object: &Object,
        known: Option<&str>,
        limit: u64,
    ) -> Result<Fetched, AwsFailure> {
        const OPERATION: &str = "s3:GetObject";
        let asked = self
            .client
            .get_object()
            .bucket(&object.bucket)
            .key(&object.key)
            .expected_bucket_owner(self.owner.as_str())
            .set_if_none_match(known.map(str::to_owned))
            .send()
            .await;
        let mut answer = match asked {
            Ok(answer) => answer,
            Err(error) => {
                let status = error.raw_response().map(|raw| raw.status().as_u16());
                if status == Some(304) {
                    return Ok(Fetched::Unchanged);
                }
                let failure = AwsFailure::of(OPERATION, self.region, &error);
                return match failure.code.as_deref() {
                    Some("NoSuchKey") => Ok(Fetched::Absent),
                    _ => Err(failure),
                };
            }
        };
        let version = Version {
            etag: answer.e_tag.unwrap_or_default(),
            id: answer.version_id.filter(|id| id != "null"),
        };
        let size = answer.content_length.and_then(|it| u64::try_from(it).ok());
        if let Some(size) = size.filter(|size| *size > limit) {
            return Ok(Fetched::TooLarge(version, size));
        }
        let mut bytes = Vec::new();
        while let Some(part) = answer.body.next().await {
            let part = part.map_err(|error| AwsFailure {
                operation: OPERATION,
                region: self.region,
                code: None,
                message: Some(super::failure::innermost(&error)),
            })?;
            bytes.extend_from_slice(&part);
            let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            if size > limit {
                return Ok(Fetched::TooLarge(version, size));
            }
        }
        Ok(Fetched::Content(version, bytes))
    }

    /// Writes an object.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    pub(crate) async fn put(
        &self,
        bucket: &str,
        key: &str,
        media_type: &str,
        bytes: Vec<u8>,
    ) -> Result<(), AwsFailure> {
        self.client
            .put_object()
            .bucket(bucket)
            .key(key)
            .expected_bucket_owner(self.owner.as_str())
            .content_type(media_type)
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| AwsFailure::of("s3:PutObject", self.region, &error))
    }

    /// Writes an object that S3 encrypts with the given KMS key, or with its own.
    ///
    /// # Errors
    /// AWS refused or was not reached.
    pub(crate) async fn put_encrypted(
        &self,
        bucket: &str,
        key: &str,
        media_type: &str,
        bytes: Vec<u8>,
        kms_key: Option<&str>,
    ) -> Result<(), AwsFailure> {
        let by = match kms_key {
            Some(_) => ServerSideEncryption::AwsKms,
            None => ServerSideEncryption::Aes256,
        };
        self.client
            .put_object()
            .bucket(bucket)
            .key(key)
            .expected_bucket_owner(self.owner.as_str())
            .content_type(media_type)
            .server_side_encryption(by)
            .set_ssekms_key_id(kms_key.map(str::to_owned))
            .body(ByteStream::from(bytes))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| AwsFailure::of("s3:PutObject", self.region, &error))
    }
}
