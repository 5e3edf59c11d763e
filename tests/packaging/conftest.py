"""The fixtures of the packaging and document tests: the checkout, and the cloud for tests."""

import json
import os
import pathlib
import subprocess
import sys
import urllib.request

import boto3
import pytest

REPOSITORY = pathlib.Path(__file__).parent.parent.parent
PACKAGING = REPOSITORY / "packaging"
ADMINISTRATOR, HOME = "999999999999", "ap-northeast-1"


def program(name):
    """A program under test, which must be built before."""
    target = os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target")
    return str(pathlib.Path(target).resolve() / "debug" / f"{name}-under-test")


class Cloud:
    """A cloud of its own, as the administrator sees it."""

    def __init__(self):
        serve = REPOSITORY / "tests/cloud/serve.py"
        command = [sys.executable, str(serve), "--port", "0", "--until-stdin-closes"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.url = self.process.stdout.readline().split()[-1]
        path = f"{self.url}/_cloud/credentials/{ADMINISTRATOR}"
        with urllib.request.urlopen(urllib.request.Request(path, data=b"{}")) as answer:
            self.keys = json.load(answer)

    def client(self, service):
        """boto3's client of a service."""
        return boto3.client(
            service,
            region_name=HOME,
            endpoint_url=self.url,
            aws_access_key_id=self.keys["access_key_id"],
            aws_secret_access_key=self.keys["secret_access_key"],
            aws_session_token=self.keys["session_token"],
        )

    def environment(self):
        """What a program needs to reach it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.keys["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": self.keys["secret_access_key"],
            "AWS_SESSION_TOKEN": self.keys["session_token"],
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def stop(self):
        """Ends it."""
        self.process.communicate(timeout=20)


@pytest.fixture
def cloud():
    """A cloud that ends with the test."""
    running = Cloud()
    yield running
    running.stop()
