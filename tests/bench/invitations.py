"""Invites many accounts in three Regions while the cloud throttles as AWS does, and times it.

The best there is: an account must be listed as missing, then made known, then invited, then seen, and
a Region's calls get 30 tokens at once and 10 a second from then on. So no Region can be done before its last
call has its token, nor before the four calls that wait for one another are answered. Latency is what
the cloud measured for each call, and both are of the same run.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter, defaultdict

import boto3

ADMINISTRATOR = "999999999999"
CLOUD = pathlib.Path(__file__).parent.parent / "cloud" / "serve.py"
REGIONS = ["ap-northeast-1", "us-east-1", "eu-west-1"]
RATE, BURST = 10, 30
STEPS = ("ListMembers", "CreateMembers", "InviteMembers", "GetMembers")


def control(cloud, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{cloud}/_cloud{path}", method=method, data=data)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def prepare(folder, cloud, accounts):
    """A SOC over three Regions with so many accounts in its ledger; how to run hubward in it."""
    linked = ", ".join(f'"{region}"' for region in REGIONS[1:])
    hub = f'administrator = "{ADMINISTRATOR}"\nhome_region = "{REGIONS[0]}"\n'
    (folder / "hubward.toml").write_text(f"[hub]\n{hub}linked_regions = [{linked}]\n")
    rows = [f"{100_000_000_000 + n},Project {n},a@example.com" for n in range(accounts)]
    text = "Account ID,Project,Contact email\n" + "\n".join(rows)
    (folder / "ledger.csv").write_text(text)
    keys = control(cloud, "POST", f"/credentials/{ADMINISTRATOR}", {})
    environment = os.environ | {
        "AWS_ENDPOINT_URL": cloud,
        "AWS_ACCESS_KEY_ID": keys["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": keys["secret_access_key"],
        "AWS_SESSION_TOKEN": keys["session_token"],
    }
    session = boto3.Session(keys["access_key_id"], keys["secret_access_key"], keys["session_token"])
    for region in REGIONS:
        hub = session.client("securityhub", region_name=region, endpoint_url=cloud)
        hub.enable_security_hub(EnableDefaultStandards=False)
    return environment


def throttled_most(calls):
    """How often the same request was refused, at the most; bodies tell requests apart."""
    refused = Counter()
    for call in calls:
        if call["error"] == "TooManyRequestsException":
            body = json.dumps(call["body"], sort_keys=True)
            refused[call["region"], call["operation"], body] += 1
    return max(refused.values(), default=0), sum(refused.values())


def best(calls):
    """What one Region's calls would take in the best order, in seconds."""
    taken = [call for call in calls if not call["error"]]
    latency = defaultdict(list)
    for call in taken:
        latency[call["operation"]].append(call["seconds"])
    middle = {step: statistics.median(latency[step]) for step in STEPS}
    last_token = max(0, len(taken) - BURST) / RATE
    return max(last_token + middle["GetMembers"], sum(middle.values()))


def main(hubward, accounts, latency):
    command = [sys.executable, str(CLOUD), "--port", "0", "--until-stdin-closes"]
    pipe = subprocess.PIPE
    cloud = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    with cloud, tempfile.TemporaryDirectory() as name:
        folder, url = pathlib.Path(name), cloud.stdout.readline().split()[-1]
        environment = prepare(folder, url, accounts)

        def run(*arguments):
            return subprocess.run(
                [hubward, *arguments],
                cwd=folder,
                env=environment,
                check=True,
                stdout=pipe,
            ).stdout

        run("init")
        run("ledger", "import", "ledger.csv", "--yes")
        control(url, "PUT", "/rates", {"on": True})
        control(url, "POST", "/faults", {"service": "securityhub", "latency_ms": latency})
        control(url, "DELETE", "/calls")
        rows = json.loads(run("invite", "--json"))
        ended = time.monotonic()
        calls = control(url, "GET", "/calls")
        cloud.stdin.close()
    # From its first call on: how fast an unoptimised program starts is no matter of rates.
    took = ended - min(call["began"] for call in calls)
    calls = [call for call in calls if call["service"] == "securityhub"]
    ideal = max(best([c for c in calls if c["region"] == region]) for region in REGIONS)
    most, all_refused = throttled_most(calls)
    invited = Counter()
    for call in calls:
        if call["operation"] == "InviteMembers" and not call["error"]:
            invited.update((call["region"], account) for account in call["body"]["AccountIds"])
    print(
        f"{accounts} accounts x {len(REGIONS)} Regions, {latency} ms: {len(calls)} calls, "
        f"{all_refused} throttled (one at most {most} times); "
        f"{took:.2f} s, {took / ideal:.2f} times the {ideal:.2f} s that AWS allows"
    )
    assert {row["outcome"] for row in rows} == {"invited"}, Counter(r["outcome"] for r in rows)
    assert len(invited) == accounts * len(REGIONS) and set(invited.values()) == {1}
    assert most <= 3, "a call was throttled more than three times"
    return took / ideal


if __name__ == "__main__":
    # A machine that is busy with something else slows the program and its cloud: up to three tries.
    for _ in range(3):
        if main(os.path.abspath(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])) <= 1.2:
            break
    else:
        sys.exit("slower than 1.2 times what AWS allows, three times")
