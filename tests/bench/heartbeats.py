"""Sends heartbeats of 20 proven accounts at a steady rate, and counts the results.

The server is the real one, STS is the cloud for tests, and the proofs are signed by botocore.
"""

import http.client
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ACCOUNTS = 20
CLOUD = pathlib.Path(__file__).parent.parent / "cloud" / "serve.py"
REGION = "ap-northeast-1"


def post(url, body=None, token=None):
    """One POST on a connection of its own; answers the JSON."""
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(
        url, method="POST", data=json.dumps(body or {}).encode(), headers=headers
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def prove(server, cloud, account):
    """A token for an account."""
    keys = post(f"{cloud}/_cloud/credentials/{account}")
    challenge = post(f"{server}/v1/challenges")
    request = AWSRequest(
        method="POST",
        url=f"https://sts.{REGION}.amazonaws.com/",
        data="Action=GetCallerIdentity&Version=2011-06-15",
        headers={
            "accept": "application/json",
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "x-hubward-challenge": challenge["challenge"],
            "x-hubward-server-id": challenge["server_id"],
        },
    )
    credentials = Credentials(
        keys["access_key_id"], keys["secret_access_key"], keys["session_token"]
    )
    SigV4Auth(credentials, "sts", REGION).add_auth(request)
    names = (
        "authorization",
        "x-amz-date",
        "x-amz-security-token",
        "x-hubward-challenge",
        "x-hubward-server-id",
    )
    headers = {name: request.headers[name] for name in names}
    session = post(
        f"{server}/v1/sessions",
        {"region": REGION, "headers": headers, "agent_version": "0.1.0"},
    )
    return session["token"]


def heartbeat(run, sequence):
    """A heartbeat as an agent over two Regions sends it."""
    steps = [
        {"step": step, "state": "already", "detail": "as it should be", "hint": None}
        for step in ("config", "guardduty", "security_hub", "standards", "invitation")
    ]
    return json.dumps(
        {
            "run": run,
            "sequence": sequence,
            "agent_version": "0.1.0",
            "complete": False,
            "regions": [{"region": region, "steps": steps} for region in (REGION, "us-east-1")],
        }
    )


class Agent(threading.Thread):
    """One account, one connection, its share of the rate."""

    def __init__(self, address, account, token, interval, beats, start):
        super().__init__()
        self.address, self.account, self.token = address, account, token
        self.interval, self.beats, self.begin = interval, beats, start
        self.statuses, self.slowest = {}, 0.0

    def run(self):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        for sequence in range(1, self.beats + 1):
            wait = self.begin + sequence * self.interval - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            sent = time.monotonic()
            connection.request("POST", "/v1/heartbeats", heartbeat("bench", sequence), headers)
            answer = connection.getresponse()
            answer.read()
            self.slowest = max(self.slowest, time.monotonic() - sent)
            self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1


def memory_kib(process):
    """The process's resident memory."""
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def main(program, rate, seconds):
    """Runs the benchmark and prints its results."""
    program = os.path.abspath(program)
    accounts = [f"{100000000000 + number}" for number in range(ACCOUNTS)]
    with tempfile.TemporaryDirectory() as directory:
        cloud = subprocess.Popen(
            [sys.executable, CLOUD, "--port", "0", "--until-stdin-closes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        cloud_url = cloud.stdout.readline().split()[-1]
        environment = {
            **os.environ,
            "AWS_ENDPOINT_URL": cloud_url,
            "HUBWARD_HUB__ADMINISTRATOR": "999999999999",
            "HUBWARD_HUB__HOME_REGION": REGION,
            "HUBWARD_SERVER__LISTEN": "127.0.0.1:0",
        }

        def hubward(*words):
            return subprocess.run(
                [program, *words],
                cwd=directory,
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            ).stdout

        hubward("init")
        rows = "".join(f"{account},P,a@example.com\n" for account in accounts)
        (pathlib.Path(directory) / "l.csv").write_text("Account ID,Project,Contact email\n" + rows)
        hubward("ledger", "import", "l.csv")
        server = subprocess.Popen(
            [program, "serve"], cwd=directory, env=environment, stderr=subprocess.PIPE, text=True
        )
        try:
            url = next(line.split()[-1] for line in server.stderr if line.startswith("listening on"))
            threading.Thread(target=server.stderr.read, daemon=True).start()
            tokens = [prove(url, cloud_url, account) for account in accounts]
            beats = rate * seconds // ACCOUNTS
            begin = time.monotonic()
            agents = [
                Agent(url.split("//")[1], account, token, ACCOUNTS / rate, beats, begin)
                for account, token in zip(accounts, tokens)
            ]
            for agent in agents:
                agent.start()
            time.sleep(seconds / 5)
            early = memory_kib(server.pid)
            for agent in agents:
                agent.join()
            took = time.monotonic() - begin
            late = memory_kib(server.pid)
            runs = json.loads(hubward("agent", "list", "--json"))
        finally:
            server.kill()
            cloud.kill()
    statuses = {}
    for agent in agents:
        for status, count in agent.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    slowest = max(agent.slowest for agent in agents)
    print(f"sent {beats * ACCOUNTS} in {took:.1f} s ({beats * ACCOUNTS / took:.0f} a second)")
    print(f"answers {statuses}, slowest {slowest * 1000:.0f} ms, {len(runs)} runs kept")
    print(f"memory {early / 1024:.1f} MiB after a fifth of the time, {late / 1024:.1f} MiB at the end")
    if statuses != {202: beats * ACCOUNTS} or len(runs) != ACCOUNTS:
        sys.exit("some were lost")
    if late > early * 1.25:
        sys.exit("the memory grew")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
