"""Heartbeats, threats and page views at once, on one server or several; see tests/bench/load."""

import collections
import http.client
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import boto3
from heartbeats import CLOUD, REGION, heartbeat, memory_kib, post, prove

ADMINISTRATOR = "999999999999"
ACCOUNTS, AGENTS, PEOPLE = 1000, 50, 20
HEARTBEATS, THREATS, PAGES = 1000 / 300 * 10, 0.1, PEOPLE / 6
SHOWN = [
    "/",
    "/accounts",
    "/accounts?page=5",
    "/alerts",
    "/agents",
    "/deliveries",
    "/requests",
]
# What is under way when the time is up, is given this long.
GRACE = 60
# The bodies that the channel received.
RECEIVED = []


class Chat(http.server.BaseHTTPRequestHandler):
    """The channel: keeps what it receives."""

    def do_POST(self):
        """One message."""
        body = self.rfile.read(int(self.headers["content-length"]))
        RECEIVED.append(body.decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        """Nothing."""


class Caller(threading.Thread):
    """Does one thing at a steady rate on a connection of its own, and counts the answers."""

    def __init__(self, address, a_second, until, asks):
        super().__init__(daemon=True)
        self.address, self.interval, self.until, self.asks = (
            address,
            1 / a_second,
            until,
            asks,
        )
        self.statuses, self.slowest = collections.Counter(), 0.0

    def run(self):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        due = time.monotonic()
        number, answered = 0, 0
        while due < self.until:
            time.sleep(max(0, due - time.monotonic()))
            number += 1
            sent = time.monotonic()
            try:
                connection.request(*self.asks(number))
                answer = connection.getresponse()
                answer.read()
                status, answered = answer.status, answered + 1
            except (OSError, http.client.HTTPException) as error:
                # A server may close a connection that is old enough, which may be seen as late as when the
                # next request is written; what was not heard is then sent on a new one.
                connection.close()
                old = isinstance(error, ConnectionError) and answered
                status, answered = None if old else repr(error), 0
            if status is None:
                continue
            self.statuses[status] += 1
            self.slowest = max(self.slowest, time.monotonic() - sent)
            due += self.interval


def agent(token, run):
    """What an agent asks."""
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    return lambda number: ("POST", "/v1/heartbeats", heartbeat(run, number), headers)


def person(cookie):
    """What a person asks."""
    return lambda number: ("GET", SHOWN[number % len(SHOWN)], None, {"cookie": cookie})


def threat(number, account):
    """EventBridge's message of a finding of GuardDuty."""
    detector = f"arn:aws:guardduty:{REGION}:{account}:detector/d"
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    finding = {
        "SchemaVersion": "2018-10-08",
        "Id": f"{detector}/finding/{number:08}",
        "ProductArn": f"arn:aws:securityhub:{REGION}::product/aws/guardduty",
        "ProductName": "GuardDuty",
        "CompanyName": "AWS",
        "GeneratorId": detector,
        "AwsAccountId": account,
        "Region": REGION,
        "Types": ["TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce"],
        "CreatedAt": now,
        "UpdatedAt": now,
        "Severity": {"Label": "HIGH"},
        "Title": f"Password guessing number {number}",
        "Description": "An attacker guesses passwords.",
        "SourceUrl": f"https://{REGION}.console.aws.amazon.com/guardduty/home",
        "ProductFields": {"aws/guardduty/service/count": "1"},
        "Resources": [{"Type": "AwsEc2Instance", "Id": f"i-{number:08}"}],
        "RecordState": "ACTIVE",
        "Workflow": {"Status": "NEW"},
    }
    event = {
        "version": "0",
        "id": str(number),
        "source": "aws.securityhub",
        "detail-type": "Security Hub Findings - Imported",
        "account": ADMINISTRATOR,
        "time": now,
        "region": REGION,
        "detail": {"findings": [finding]},
    }
    return finding["Id"], json.dumps(event)


def threaten(queue, url, accounts, until):
    """Puts threats into the queue until the time is up; returns their ids."""
    ids, due = [], time.monotonic()
    while due < until:
        time.sleep(max(0, due - time.monotonic()))
        finding, body = threat(len(ids), accounts[len(ids) % len(accounts)])
        queue.send_message(QueueUrl=url, MessageBody=body)
        ids.append(finding)
        due += 1 / THREATS
    return ids


def log_in(address, token):
    """A session's cookie."""
    connection = http.client.HTTPConnection(address, timeout=60)
    form = urllib.parse.urlencode({"token": token})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/login", form, headers)
    return connection.getresponse().headers["set-cookie"].split(";")[0]


def main(program, seconds, servers):
    """Runs the benchmark and prints its results."""
    program = os.path.abspath(program)
    accounts = [f"{100000000000 + number}" for number in range(ACCOUNTS)]
    chat = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    threading.Thread(target=chat.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as directory:
        cloud = subprocess.Popen(
            [sys.executable, CLOUD, "--port", "0", "--until-stdin-closes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        cloud_url = cloud.stdout.readline().split()[-1]
        keys = post(f"{cloud_url}/_cloud/credentials/{ADMINISTRATOR}")
        keys = {
            f"aws_{name}": keys[name]
            for name in ("access_key_id", "secret_access_key", "session_token")
        }
        made = {"endpoint_url": cloud_url, "region_name": REGION, **keys}
        boto3.client("securityhub", **made).enable_security_hub(
            EnableDefaultStandards=False
        )
        queue = boto3.client("sqs", **made)
        url = queue.create_queue(QueueName="hubward-alerts")["QueueUrl"]
        pathlib.Path(directory, "hubward.toml").write_text(
            f'[hub]\nadministrator = "{ADMINISTRATOR}"\nhome_region = "{REGION}"\n'
            f'[server]\nlisten = "127.0.0.1:0"\n[alerts]\nqueue_url = "{url}"\n'
            f'[[channels]]\nname = "chat"\nkind = "webhook"\nallow_private = true\n'
            f'url = "http://127.0.0.1:{chat.server_port}/"\n'
            '[[routes]]\nevent = "alert"\nchannel = "chat"\n'
        )
        environment = {
            **os.environ,
            **{name.upper(): value for name, value in keys.items()},
            "AWS_ENDPOINT_URL": cloud_url,
        }
        if servers > 1:
            environment["HUBWARD_STORE__URL"] = os.environ["HUBWARD_BENCH_POSTGRES"]

        def hubward(*words):
            return subprocess.run(
                [program, *words],
                cwd=directory,
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            ).stdout

        hubward("migrate")
        rows = "".join(f"{account},P,a@example.com\n" for account in accounts)
        pathlib.Path(directory, "l.csv").write_text(
            "Account ID,Project,Contact email\n" + rows
        )
        hubward("ledger", "import", "l.csv")
        token = json.loads(
            hubward("--json", "token", "add", "bench", "--role", "viewer")
        )
        running = [
            subprocess.Popen(
                [program, "serve"],
                cwd=directory,
                env=environment,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(servers)
        ]
        try:
            addresses = []
            for server in running:
                listens = (
                    line for line in server.stderr if line.startswith("listening on")
                )
                addresses.append(next(listens).split()[-1])
                threading.Thread(target=server.stderr.read, daemon=True).start()
            tokens = [
                prove(addresses[number % servers], cloud_url, account)
                for number, account in enumerate(accounts[:AGENTS])
            ]
            addresses = [address.removeprefix("http://") for address in addresses]
            cookies = [
                log_in(addresses[number % servers], token[0]["token"])
                for number in range(PEOPLE)
            ]
            begin = time.monotonic()
            until = begin + seconds
            agents = [
                Caller(
                    addresses[number % servers],
                    HEARTBEATS / AGENTS,
                    until,
                    agent(held, f"bench{number}"),
                )
                for number, held in enumerate(tokens)
            ]
            people = [
                Caller(addresses[number % servers], PAGES / PEOPLE, until, person(held))
                for number, held in enumerate(cookies)
            ]
            memory = []

            def look():
                for fifth in range(1, 6):
                    time.sleep(max(0, begin + fifth * seconds / 5 - time.monotonic()))
                    memory.append(max(memory_kib(server.pid) for server in running))

            looking = threading.Thread(target=look)
            for each in [*agents, *people, looking]:
                each.start()
            ids = threaten(queue, url, accounts, until)
            for each in [*agents, *people, looking]:
                each.join()
            late = time.monotonic() + GRACE
            missing = ids
            while missing and time.monotonic() < late:
                received = "\n".join(RECEIVED)
                missing = [finding for finding in ids if finding not in received]
                time.sleep(0.5)
            alive = all(server.poll() is None for server in running)
        finally:
            for server in running:
                server.kill()
            cloud.kill()
            chat.shutdown()
    wrong = not alive
    for what, callers, good in [("heartbeats", agents, 202), ("pages", people, 200)]:
        statuses = sum((caller.statuses for caller in callers), collections.Counter())
        slowest = max(caller.slowest for caller in callers)
        count = statuses.total()
        print(
            f"{what}: {count} ({count / seconds:.1f} a second), answers {dict(statuses)}, "
            f"slowest {slowest * 1000:.0f} ms"
        )
        wrong |= set(statuses) != {good}
    print(f"threats: {len(ids)}, of which {len(missing)} did not reach the channel")
    shown = " ".join(f"{each / 1024:.1f}" for each in memory)
    print(
        f"memory of the largest of {servers} after each fifth of {seconds} s, in MiB: {shown}"
    )
    if wrong or missing:
        sys.exit("something was answered with an error, or lost")
    if memory[-1] > memory[0] * 1.25:
        sys.exit("the memory grew")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
