"""A SOC for benches: a directory with its configuration and ledger, the cloud for tests, a server."""

import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import urllib.request

ADMINISTRATOR, MEMBER, REGION = "999999999999", "111111111111", "ap-northeast-1"
CLOUD = pathlib.Path(__file__).parent.parent / "cloud" / "serve.py"
KEY = "a-key-of-the-bench"


def event(number, severity="HIGH"):
    """What EventBridge says of a threat."""
    arn = f"arn:aws:guardduty:{REGION}:{MEMBER}:detector/d/finding/bench-{number}-"
    finding = {
        "SchemaVersion": "2018-10-08",
        "Id": arn,
        "ProductArn": f"arn:aws:securityhub:{REGION}::product/aws/guardduty",
        "ProductName": "GuardDuty",
        "GeneratorId": f"arn:aws:guardduty:{REGION}:{MEMBER}:detector/d",
        "AwsAccountId": MEMBER,
        "Region": REGION,
        # Of a type of its own each: what is alike would be folded into one alert.
        "Types": [f"TTPs/Bench/UnauthorizedAccess:EC2-Bench{number}"],
        "CreatedAt": "2026-11-20T00:00:00Z",
        "UpdatedAt": "2026-11-20T00:10:00Z",
        "Severity": {"Label": severity},
        "Title": f"An attacker guesses passwords bench-{number}- of an instance",
        "Description": "198.51.100.7 is performing SSH brute force attacks. " * 4,
        "ProductFields": {"aws/guardduty/service/count": "1"},
        "Resources": [{"Type": "AwsEc2Instance", "Id": f"i-{number}"}],
        "RecordState": "ACTIVE",
        "Workflow": {"Status": "NEW"},
    }
    return json.dumps(
        {
            "version": "0",
            "id": f"e-{number}",
            "source": "aws.securityhub",
            "detail-type": "Security Hub Findings - Imported",
            "account": ADMINISTRATOR,
            "time": "2026-11-20T00:10:05Z",
            "region": REGION,
            "detail": {"findings": [finding]},
        }
    )


class Cloud:
    """The cloud for tests, as long as the bench runs."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, CLOUD, "--port", "0", "--until-stdin-closes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self.process.stdout.readline().split()[-1]
        request = urllib.request.Request(
            f"{self.url}/_cloud/credentials/{ADMINISTRATOR}", method="POST", data=b"{}"
        )
        with urllib.request.urlopen(request) as answer:
            self.keys = json.load(answer)

    def environment(self):
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.keys["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": self.keys["secret_access_key"],
            "AWS_SESSION_TOKEN": self.keys["session_token"],
        }

    def queue(self, visibility=30):
        """A client of SQS and a new queue's address."""
        import boto3

        client = boto3.client(
            "sqs",
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=self.keys["access_key_id"],
            aws_secret_access_key=self.keys["secret_access_key"],
            aws_session_token=self.keys["session_token"],
        )
        attributes = {"VisibilityTimeout": str(visibility)}
        return client, client.create_queue(QueueName="alerts", Attributes=attributes)["QueueUrl"]


class Soc:
    """One SOC; `channels` are `(name, kind, url)` for alerts."""

    def __init__(self, program, directory, channels, environment):
        self.program = os.path.abspath(program)
        self.directory = pathlib.Path(directory)
        self.environment = {**os.environ, "HUBWARD_ALERTS__PUSH_SECRET": KEY, **environment}
        text = f'[hub]\nadministrator = "{ADMINISTRATOR}"\nhome_region = "{REGION}"\n'
        for name, kind, url in channels:
            text += f'[[channels]]\nname = "{name}"\nkind = "{kind}"\nurl = "{url}"\n'
            text += "allow_private = true\n"
            text += f'[[routes]]\nevent = "alert"\nchannel = "{name}"\n'
        (self.directory / "hubward.toml").write_text(text)
        self.run("init")
        rows = f"Account ID,Project,Contact email\n{MEMBER},P,a@example.com\n"
        (self.directory / "l.csv").write_text(rows)
        self.run("ledger", "import", "l.csv")

    def run(self, *words):
        return subprocess.run(
            [self.program, *words],
            cwd=self.directory,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def serve(self, listen="127.0.0.1:0"):
        """Starts the server; returns its process and its address as HOST:PORT."""
        server = subprocess.Popen(
            [self.program, "serve"],
            cwd=self.directory,
            env={**self.environment, "HUBWARD_SERVER__LISTEN": listen},
            stderr=subprocess.PIPE,
            text=True,
        )
        said = (line for line in server.stderr if line.startswith("listening on"))
        address = next(said).split("//")[1].strip()
        threading.Thread(target=server.stderr.read, daemon=True).start()
        return server, address


def percentile(values, part):
    """Of sorted values."""
    return values[min(len(values) - 1, int(len(values) * part))]


def figures(times):
    """Median, 99th percentile and slowest, in milliseconds."""
    times = sorted(times)
    return [1000 * percentile(times, part) for part in (0.5, 0.99, 1.0)]


def steadily(count, rate, act):
    """Acts so often a second, whatever an act takes; each gets its number."""
    begin = time.monotonic()
    for number in range(count):
        wait = begin + number / rate - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        act(number)
