"""S3: moto's, path-style, with other accounts' buckets closed, names taken across accounts, and
buckets tagged as they are created.

Bucket policies are stored, and read by `config`; they open nothing else.
Sources: botocore s3 CreateBucket (BucketAlreadyExists, BucketAlreadyOwnedByYou, Tags);
docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (AccessDenied 403).
"""

import re
from typing import Any

from moto.s3.models import FakeBucket, s3_backends
from moto.s3.responses import S3Response

from . import wire

SIGNING_NAME = "s3"


def owner(bucket: str) -> str | None:
    """Bucket names are one namespace over all accounts."""
    found = s3_backends.bucket_accounts.get(bucket)
    return found[1] if found else None


def bucket(name: str) -> FakeBucket | None:
    account = owner(name)
    return s3_backends[account]["aws"].buckets[name] if account else None


def dispatch(request: wire.ServerRequest) -> Any:
    call: wire.Call = request.environ["cloud.call"]
    bucket_name, _, key = call.request.path.lstrip("/").partition("/")
    if owner(bucket_name) not in (None, call.account):
        return refuse(call)
    if not bucket_name:
        return S3Response.bucket_dispatch(request, request.raw_url, dict(request.headers))
    if key:
        return S3Response.key_dispatch(request, request.raw_url, dict(request.headers))
    answer = S3Response.ambiguous_dispatch(request, request.raw_url, dict(request.headers))
    if call.operation == "CreateBucket" and (created := bucket(bucket_name)):
        tag(created, call)
    return answer


def tag(created: FakeBucket, call: wire.Call) -> None:
    """The tags of CreateBucketConfiguration, which moto does not read."""
    found = re.findall(rb"<Key>([^<]*)</Key><Value>([^<]*)</Value>", call.request.body)
    tags = [{"Key": key.decode(), "Value": value.decode()} for key, value in found]
    if tags:
        s3_backends[call.account]["aws"].tagger.tag_resource(created.arn, tags)


def refuse(call: wire.Call) -> Any:
    if call.operation == "CreateBucket":
        answer = wire.error(
            "s3",
            "BucketAlreadyExists",
            "The requested bucket name is not available. The bucket namespace is shared by all "
            "users of the system. Please select a different name and try again",
            409,
        )
    else:
        answer = wire.error("s3", "AccessDenied", "Access Denied", 403)
    return answer.status, answer.headers, answer.body
