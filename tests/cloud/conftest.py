"""One real server for all tests, emptied before each; AWS is reached with boto3 over HTTP."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

SERVE = Path(__file__).with_name("serve.py")
ADMINISTRATOR, MEMBER, OTHER = "999999999999", "111111111111", "222222222222"

# Tests send what a checked client would not, and must see each error once.
BARE = Config(parameter_validation=False, retries={"total_max_attempts": 1})


class Cloud:
    def __init__(self, url):
        self.url = url
        self.session = boto3.Session()
        self.keys = {}

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_cloud{path}", data=data, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def get(self, path):
        return self.control("GET", path)[1]

    def turn(self, account, **knobs):
        status, answer = self.control("PUT", f"/accounts/{account}", knobs)
        assert status == 200, answer

    def controls(self, **wanted):
        status, answer = self.control("PUT", "/controls", {"on": True, **wanted})
        assert status == 200, answer

    def clock(self, **moved):
        """Sets the clock so far ahead, in the words of timedelta."""
        seconds = timedelta(**moved).total_seconds()
        status, answer = self.control("PUT", "/clock", {"offset_seconds": seconds})
        assert status == 200, answer

    def fault(self, **fault):
        return self.control("POST", "/faults", fault)[1]["id"]

    def credentials(self, account):
        if account not in self.keys:
            self.keys[account] = self.control("POST", f"/credentials/{account}")[1]
        return self.keys[account]

    def client(self, service, account=MEMBER, region="us-east-1", keys=None):
        keys = keys or self.credentials(account)
        return self.session.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=keys["access_key_id"],
            aws_secret_access_key=keys["secret_access_key"],
            aws_session_token=keys.get("session_token"),
            config=BARE,
        )

    def hub(self, account=MEMBER, region="us-east-1"):
        """A Security Hub client of an account that has it on, without standards."""
        client = self.client("securityhub", account, region)
        client.enable_security_hub(EnableDefaultStandards=False)
        return client

    def bucket(self, name="config-bucket", account=MEMBER, policy=True):
        s3 = self.client("s3", account)
        s3.create_bucket(Bucket=name)
        if policy:
            s3.put_bucket_policy(Bucket=name, Policy=json.dumps(config_policy(name, account)))
        return s3

    def config_role(self, account=MEMBER):
        iam = self.client("iam", account)
        role = iam.create_service_linked_role(AWSServiceName="config.amazonaws.com")
        return role["Role"]["Arn"]

    def record(self, account=MEMBER, region="us-east-1", **more):
        """Config recording in one Region, from nothing."""
        config = self.client("config", account, region)
        recorder = {"name": "default", "roleARN": self.config_role(account), **more}
        config.put_configuration_recorder(ConfigurationRecorder=recorder)
        self.bucket(account=account)
        channel = {"name": "default", "s3BucketName": "config-bucket"}
        config.put_delivery_channel(DeliveryChannel=channel)
        config.start_configuration_recorder(ConfigurationRecorderName="default")
        return config

    def join(self, region="us-east-1", account=MEMBER):
        """Administrator and member associated by invitation; their two clients."""
        above, below = self.hub(ADMINISTRATOR, region), self.hub(account, region)
        above.create_members(AccountDetails=[{"AccountId": account}])
        above.invite_members(AccountIds=[account])
        (invitation,) = below.list_invitations()["Invitations"]
        below.accept_administrator_invitation(
            AdministratorId=ADMINISTRATOR, InvitationId=invitation["InvitationId"]
        )
        return above, below


def config_policy(bucket, account):
    """AWS's own example: config/latest/developerguide/s3-bucket-policy.html."""
    principal = {"Service": "config.amazonaws.com"}
    source = {"AWS:SourceAccount": account}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": principal,
                "Action": ["s3:GetBucketAcl", "s3:ListBucket"],
                "Resource": f"arn:aws:s3:::{bucket}",
                "Condition": {"StringEquals": source},
            },
            {
                "Effect": "Allow",
                "Principal": principal,
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{account}/Config/*",
                "Condition": {
                    "StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", **source}
                },
            },
        ],
    }


@contextmanager
def refused(code, status, text=""):
    """The call inside must fail with exactly this code and HTTP status."""
    with pytest.raises(ClientError) as caught:
        yield
    answer = caught.value.response
    assert answer["Error"]["Code"] == code, answer
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    assert text in answer["Error"]["Message"]


@pytest.fixture(scope="session")
def server():
    command = [sys.executable, str(SERVE), "--port", "0", "--until-stdin-closes"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        yield Cloud(process.stdout.readline().split()[-1])
        process.stdin.close()
        # Quiet but for its own failures: a traceback in any test fails the whole run.
        assert process.stderr.read() == ""


@pytest.fixture
def cloud(server):
    server.control("POST", "/reset")
    server.keys.clear()
    return server


@pytest.fixture
def hub(cloud):
    """A hub with FSBP from now on, whose controls are checked and find all as it should be."""
    cloud.controls()
    cloud.record(recordingGroup={"allSupported": True, "includeGlobalResourceTypes": True})
    cloud.client("guardduty").create_detector(Enable=True)
    hub = cloud.hub()
    fsbp = "standards/aws-foundational-security-best-practices/v/1.0.0"
    requests = [{"StandardsArn": f"arn:aws:securityhub:us-east-1::{fsbp}"}]
    hub.batch_enable_standards(StandardsSubscriptionRequests=requests)
    return hub
