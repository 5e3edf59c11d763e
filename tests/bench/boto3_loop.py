"""The published scripts' method: the same calls one after the other with boto3, Region by Region.

`boto3_loop.py URL CALLS THREADS` makes the calls of the file CALLS, which the agent made before, and
prints the seconds that they took. With several threads each takes whole Regions. Clients are made
once for each service and Region and before the time is taken, which favours the loop.
"""

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BUCKET = {"Bucket": "hubward-config-111111111111-ap-northeast-1-an"}
BLOCK = dict.fromkeys(
    ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
)
# What is in no JSON body of the agent's call.
PARAMETERS = {
    "CreateBucket": BUCKET,
    "GetBucketPolicy": BUCKET,
    "GetPublicAccessBlock": BUCKET,
    "PutBucketPolicy": {**BUCKET, "Policy": "{}"},
    "PutPublicAccessBlock": {**BUCKET, "PublicAccessBlockConfiguration": BLOCK},
    "GetRole": {"RoleName": "AWSServiceRoleForConfig"},
    "CreateServiceLinkedRole": {"AWSServiceName": "config.amazonaws.com"},
    "CreateDetector": {"Enable": True},
}


def parameters(call):
    if call["operation"] == "GetDetector":
        return {"DetectorId": call["detector"]}
    return PARAMETERS.get(call["operation"]) or call["body"] or {}


def make(client, call):
    """One call. Some are refused, as they were to the agent: what is not there yet is looked for."""
    try:
        client._make_api_call(call["operation"], parameters(call))
    except ClientError:
        pass


def main(url, file, threads):
    with open(file, encoding="utf-8") as opened:
        calls = json.load(opened)
    session = boto3.Session(
        aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=os.environ["AWS_SESSION_TOKEN"],
    )
    settings = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    clients = {
        key: session.client(key[0], region_name=key[1], endpoint_url=url, config=settings)
        for key in sorted({(call["service"], call["region"]) for call in calls})
    }
    regions = {}
    for call in calls:
        regions.setdefault(call["region"], []).append(call)

    def set_up(calls_of_region):
        for call in calls_of_region:
            make(clients[call["service"], call["region"]], call)

    begun = time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(set_up, regions.values()))
    print(time.monotonic() - begun)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
