"""Times `hubward run evidence` at AWS's rates, and `hubward check` against its bare calls; see tests/bench/check."""

import csv
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

PAGE, FINDINGS_PAGE = 50, 100
RATE, BURST = 10, 30
FINDINGS_RATE, FINDINGS_BURST = 3, 6
LONGEST_READING = 300
FSBP = "standards/aws-foundational-security-best-practices/v/1.0.0"
AGGREGATOR = "arn:aws:securityhub:ap-northeast-1:999999999999:finding-aggregator/1"
ADMINISTRATOR = "999999999999"
REGIONS = [
    "ap-northeast-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ap-south-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-north-1",
    "sa-east-1",
]


class Bucket:
    """AWS's token bucket of one Region."""

    def __init__(self, rate=RATE, burst=BURST):
        self.rate, self.burst = rate, burst
        self.tokens, self.at, self.lock = float(burst), time.monotonic(), threading.Lock()

    def take(self):
        with self.lock:
            now = time.monotonic()
            self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
            self.at = now
            if self.tokens < 1:
                return False
            self.tokens -= 1
            return True


def finding(account, region, control, now):
    """What Security Hub writes of a control that passed."""
    return {
        "Id": f"arn:aws:securityhub:{region}:{account}:security-control/{control}/finding/1",
        "AwsAccountId": account,
        "Region": region,
        "ProductArn": f"arn:aws:securityhub:{region}::product/aws/securityhub",
        "GeneratorId": f"security-control/{control}",
        "Title": f"{control} should be enabled",
        "Description": "This control checks whether the service is enabled in the account. " * 6,
        "CreatedAt": "2026-03-01T00:00:00.000Z",
        "UpdatedAt": now,
        "Severity": {"Label": "INFORMATIONAL"},
        "Compliance": {
            "Status": "PASSED",
            "SecurityControlId": control,
            "RelatedRequirements": [f"NIST.800-53.r5 CM-{n}" for n in range(1, 10)],
            "AssociatedStandards": [{"StandardsId": FSBP}],
        },
        "Workflow": {"Status": "RESOLVED"},
        "RecordState": "ACTIVE",
        "Resources": [{"Type": "AwsAccount", "Id": f"AWS::::Account:{account}", "Region": region}],
    }


class Aws(BaseHTTPRequestHandler):
    """STS's GetCallerIdentity, and Security Hub's ListMembers, GetFindings and aggregator."""

    protocol_version = "HTTP/1.1"
    accounts, regions, latency, buckets, throttled = (), (), 0.0, {}, 0
    findings, now = Bucket(FINDINGS_RATE, FINDINGS_BURST), ""

    def do_GET(self):
        query = parse_qs(urlsplit(self.path).query)
        region = re.search(
            r"/([a-z0-9-]+)/securityhub/", self.headers["authorization"]
        ).group(1)
        time.sleep(self.latency)
        if not self.buckets.setdefault(region, Bucket()).take():
            type(self).throttled += 1
            return self.answer(
                429, "application/json", b"{}", "TooManyRequestsException"
            )
        if self.path.startswith("/findingAggregator/"):
            body = {
                "FindingAggregators": [{"FindingAggregatorArn": AGGREGATOR}],
                "FindingAggregatorArn": AGGREGATOR,
                "FindingAggregationRegion": self.regions[0],
                "RegionLinkingMode": "ALL_REGIONS",
            }
            return self.answer(200, "application/json", json.dumps(body).encode())
        start = int(query.get("NextToken", ["0"])[0])
        members = self.accounts[start : start + PAGE]
        body = {
            "Members": [
                {"AccountId": account, "MemberStatus": "Enabled"} for account in members
            ]
        }
        if start + PAGE < len(self.accounts):
            body["NextToken"] = str(start + PAGE)
        return self.answer(200, "application/json", json.dumps(body).encode())

    def do_POST(self):
        asked = self.rfile.read(int(self.headers.get("content-length", 0)))
        time.sleep(self.latency)
        if self.path == "/findings":
            return self.get_findings(json.loads(asked))
        identity = (
            '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
            f"<GetCallerIdentityResult><Arn>arn:aws:iam::{ADMINISTRATOR}:user/soc</Arn>"
            f"<UserId>U</UserId><Account>{ADMINISTRATOR}</Account></GetCallerIdentityResult>"
            "</GetCallerIdentityResponse>"
        )
        return self.answer(200, "text/xml", identity.encode())

    def get_findings(self, asked):
        if not self.findings.take():
            type(self).throttled += 1
            return self.answer(429, "application/json", b"{}", "TooManyRequestsException")
        control = asked["Filters"]["ComplianceSecurityControlId"][0]["Value"]
        places = len(self.accounts) * len(self.regions)
        start = int(asked.get("NextToken") or 0)
        end = min(start + FINDINGS_PAGE, places)
        found = [
            finding(
                self.accounts[place // len(self.regions)],
                self.regions[place % len(self.regions)],
                control,
                self.now,
            )
            for place in range(start, end)
        ]
        body = {"Findings": found} | ({"NextToken": str(end)} if end < places else {})
        return self.answer(200, "application/json", json.dumps(body).encode())

    def answer(self, status, kind, body, error=None):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        if error:
            self.send_header("x-amzn-errortype", error)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def bare(port, regions):
    """The same calls: whose credentials these are, then all Regions at once; nothing is done with the
    answers. Returns seconds."""

    def listing(region):
        connection = HTTPConnection("127.0.0.1", port)
        token = None
        while True:
            path = f"/members?MaxResults={PAGE}&OnlyAssociated=false"
            if token:
                path += f"&NextToken={token}"
            scope = f"Credential=x/20260101/{region}/securityhub/aws4_request"
            connection.request("GET", path, headers={"authorization": scope})
            answer = json.loads(connection.getresponse().read())
            token = answer.get("NextToken")
            if not token:
                return

    began = time.monotonic()
    connection = HTTPConnection("127.0.0.1", port)
    scope = f"Credential=x/20260101/{regions[0]}/sts/aws4_request"
    body = "Action=GetCallerIdentity&Version=2011-06-15"
    connection.request("POST", "/", body, headers={"authorization": scope})
    connection.getresponse().read()
    threads = [threading.Thread(target=listing, args=(region,)) for region in regions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began


def main(hubward, accounts, regions, latency_ms):
    Aws.accounts = [f"{100000000000 + number}" for number in range(accounts)]
    Aws.latency = latency_ms / 1000
    regions = Aws.regions = REGIONS[:regions]
    Aws.now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Aws)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    port = server.server_port
    with tempfile.TemporaryDirectory() as directory:
        environment = {
            "PATH": os.environ["PATH"],
            "HUBWARD_CONFIG": f"{directory}/hubward.toml",
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        }
        linked = ", ".join(f'"{region}"' for region in regions[1:])
        Path(f"{directory}/hubward.toml").write_text(
            f'[hub]\nadministrator = "{ADMINISTRATOR}"\nhome_region = "{regions[0]}"\n'
            f"linked_regions = [{linked}]\n",
            encoding="utf-8",
        )
        with open(f"{directory}/ledger.csv", "w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["Account ID", "Project", "Contact email"])
            rows.writerows(
                [account, f"P{account}", "a@example.com"] for account in Aws.accounts
            )

        def run(*arguments):
            began = time.monotonic()
            ran = subprocess.run(
                [hubward, *arguments],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if ran.returncode:
                sys.exit(
                    f"hubward {' '.join(arguments)}: {ran.returncode}\n{ran.stderr}"
                )
            return time.monotonic() - began, ran.stdout

        run("migrate")
        run("ledger", "import", f"{directory}/ledger.csv", "--yes")
        reading, _ = run("run", "evidence")
        calls = 2 * -(-accounts * len(regions) // FINDINGS_PAGE)
        print(f"evidence: {reading:.1f} s for {calls} calls, {calls / reading:.2f} calls a second")
        if reading > LONGEST_READING:
            sys.exit(f"the evidence took longer than {LONGEST_READING} s")
        ratios = []
        for turn in range(3):
            Aws.buckets = {}
            ideal = bare(port, regions)
            Aws.buckets = {}
            took, output = run("check", "--json")
            rows = json.loads(output)
            assert len(rows) == accounts * len(regions), len(rows)
            assert all(row["verdict"] == "complete" for row in rows)
            ratios.append(took / ideal)
            print(
                f"turn {turn + 1}: calls alone {ideal:.2f} s, check {took:.2f} s, {ratios[-1]:.2f} times"
            )
        print(f"throttled answers: {Aws.throttled}")
        if sorted(ratios)[1] > 1.2 or Aws.throttled:
            sys.exit("slower than 1.2 times its calls, or throttled")


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
