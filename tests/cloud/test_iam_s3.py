"""Service-linked roles; buckets and who owns them."""

import http.client
import json

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from conftest import MEMBER, OTHER, config_policy, refused


@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("config", "AWSServiceRoleForConfig"),
        ("securityhub", "AWSServiceRoleForSecurityHub"),
        ("guardduty", "AWSServiceRoleForAmazonGuardDuty"),
    ],
)
def test_service_linked_roles_have_their_own_names(cloud, service, name):
    iam = cloud.client("iam")
    with refused("NoSuchEntity", 404):
        iam.get_role(RoleName=name)
    host = f"{service}.amazonaws.com"
    made = iam.create_service_linked_role(AWSServiceName=host)["Role"]
    assert made["Arn"] == f"arn:aws:iam::{MEMBER}:role/aws-service-role/{host}/{name}"
    assert iam.get_role(RoleName=name)["Role"]["Arn"] == made["Arn"]
    with refused("InvalidInput", 400, f"{name} has been taken in this account"):
        iam.create_service_linked_role(AWSServiceName=host)
    with refused("InvalidInput", 400):
        iam.create_service_linked_role(AWSServiceName=host, CustomSuffix="x")
    cloud.client("iam", OTHER).create_service_linked_role(AWSServiceName=host)


def test_us_east_1_makes_its_bucket_again(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="mine-1")
    s3.create_bucket(Bucket="mine-1")


def test_other_regions_say_that_it_is_yours(cloud):
    s3 = cloud.client("s3", region="eu-west-1")
    where = {"LocationConstraint": "eu-west-1"}
    s3.create_bucket(Bucket="mine-2", CreateBucketConfiguration=where)
    with refused("BucketAlreadyOwnedByYou", 409):
        s3.create_bucket(Bucket="mine-2", CreateBucketConfiguration=where)
    with refused("IllegalLocationConstraintException", 400):
        s3.create_bucket(Bucket="mine-3")
    assert s3.get_bucket_location(Bucket="mine-2")["LocationConstraint"] == "eu-west-1"


def test_names_are_global_and_buckets_closed(cloud):
    cloud.client("s3", OTHER).create_bucket(Bucket="theirs")
    s3 = cloud.client("s3")
    with refused("BucketAlreadyExists", 409):
        s3.create_bucket(Bucket="theirs")
    with refused("AccessDenied", 403):
        s3.get_bucket_policy(Bucket="theirs")
    with refused("AccessDenied", 403):
        s3.put_object(Bucket="theirs", Key="a", Body=b"")
    with refused("403", 403):
        s3.head_bucket(Bucket="theirs")
    with refused("404", 404):
        s3.head_bucket(Bucket="nobodys")
    assert s3.list_buckets()["Buckets"] == []


def test_policy(cloud):
    s3 = cloud.bucket("mine-4", policy=False)
    with refused("NoSuchBucketPolicy", 404):
        s3.get_bucket_policy(Bucket="mine-4")
    policy = config_policy("mine-4", MEMBER)
    s3.put_bucket_policy(Bucket="mine-4", Policy=json.dumps(policy))
    assert json.loads(s3.get_bucket_policy(Bucket="mine-4")["Policy"]) == policy


def test_public_access_block_tags_and_encryption(cloud):
    s3 = cloud.bucket("mine-5", policy=False)
    with refused("NoSuchPublicAccessBlockConfiguration", 404):
        s3.get_public_access_block(Bucket="mine-5")
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    block = dict.fromkeys(names, True)
    s3.put_public_access_block(Bucket="mine-5", PublicAccessBlockConfiguration=block)
    got = s3.get_public_access_block(Bucket="mine-5")["PublicAccessBlockConfiguration"]
    assert got == block
    with refused("NoSuchTagSet", 404):
        s3.get_bucket_tagging(Bucket="mine-5")
    tags = [{"Key": "hubward:created-by", "Value": "hubward-agent"}]
    s3.put_bucket_tagging(Bucket="mine-5", Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket="mine-5")["TagSet"] == tags
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    s3.put_bucket_encryption(Bucket="mine-5", ServerSideEncryptionConfiguration={"Rules": rules})
    got = s3.get_bucket_encryption(Bucket="mine-5")["ServerSideEncryptionConfiguration"]
    assert got["Rules"][0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_objects_keep_their_names(cloud):
    s3 = cloud.bucket("mine-6", policy=False)
    key = "ledger/台帳 2026+11.xlsx"
    s3.put_object(Bucket="mine-6", Key=key, Body=b"\x00" * 300_000)
    assert len(s3.get_object(Bucket="mine-6", Key=key)["Body"].read()) == 300_000
    assert s3.head_object(Bucket="mine-6", Key=key)["ContentLength"] == 300_000
    assert [o["Key"] for o in s3.list_objects_v2(Bucket="mine-6")["Contents"]] == [key]


def test_a_streamed_upload_with_a_trailing_checksum(cloud):
    """How the Rust SDK sends a body by default: aws-chunked, checksum after it."""
    s3 = cloud.bucket("mine-7", policy=False)
    keys = cloud.credentials(MEMBER)
    body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
    headers = {
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": "5",
        "x-amz-trailer": "x-amz-checksum-crc32",
    }
    request = AWSRequest("PUT", f"{cloud.url}/mine-7/a", headers=headers, data=body)
    signer = Credentials(keys["access_key_id"], keys["secret_access_key"], keys["session_token"])
    S3SigV4Auth(signer, "s3", "us-east-1").add_auth(request)
    # S3's signature is not verified here, so what the signer put may be replaced.
    request.headers.replace_header("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    connection = http.client.HTTPConnection(cloud.url.removeprefix("http://"))
    connection.request("PUT", "/mine-7/a", body, dict(request.headers.items()))
    assert connection.getresponse().status == 200
    assert s3.get_object(Bucket="mine-7", Key="a")["Body"].read() == b"hello"


def test_a_bucket_is_tagged_as_it_is_created(cloud):
    s3 = cloud.client("s3")
    tags = [{"Key": "made-by", "Value": "us"}]
    s3.create_bucket(Bucket="tagged", CreateBucketConfiguration={"Tags": tags})
    assert s3.get_bucket_tagging(Bucket="tagged")["TagSet"] == tags
    s3.create_bucket(Bucket="bare")
    with refused("NoSuchTagSet", 404):
        s3.get_bucket_tagging(Bucket="bare")
