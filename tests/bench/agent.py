"""Measures the agent against one Region, and against the same calls in boto3, in one run.

The measured program has the first CPU to itself; the cloud that answers (see `replay`) has the rest.
Each figure is the middle one of three.
"""

import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import boto3
from replay import Replay

DELAY = 0.060
ADMINISTRATOR, MEMBER = "999999999999", "111111111111"
HERE = pathlib.Path(__file__).parent
REGIONS = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
]


def ask(url, method="GET", body=None):
    """The control API of the cloud for tests."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, method=method)) as answer:
        return json.load(answer)


def invite(cloud, regions):
    """The SOC invites the member in every Region, so that the setup need not wait."""
    keys = ask(f"{cloud}/_cloud/credentials/{ADMINISTRATOR}", "POST", {})
    for region in regions:
        hub = boto3.client(
            "securityhub",
            region_name=region,
            endpoint_url=cloud,
            aws_access_key_id=keys["access_key_id"],
            aws_secret_access_key=keys["secret_access_key"],
            aws_session_token=keys["session_token"],
        )
        hub.enable_security_hub(EnableDefaultStandards=False)
        hub.create_members(AccountDetails=[{"AccountId": MEMBER}])
        hub.invite_members(AccountIds=[MEMBER])


def main(agent):
    """Runs the benchmark and prints its results."""
    agent = os.path.abspath(agent)
    os.sched_setaffinity(0, set(os.sched_getaffinity(0)) - {0} or {0})
    cloud_process = subprocess.Popen(
        [sys.executable, HERE.parent / "cloud" / "serve.py", "--until-stdin-closes"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    cloud = cloud_process.stdout.readline().split()[-1]
    replay = Replay(cloud, DELAY)
    with tempfile.TemporaryDirectory() as home:
        bench = Bench(agent, cloud, replay, home)
        one, _ = bench.regions(REGIONS[:1])
        many, calls = bench.regions(REGIONS)
        loop = bench.boto3(calls, 1, times=1)
        threads = bench.boto3(calls, len(REGIONS))
    cloud_process.kill()
    report(agent, one, many, calls, loop, threads, bench.peak)


class Bench:
    """The agent, a cloud, and its echo."""

    def __init__(self, agent, cloud, replay, home):
        self.agent, self.cloud, self.replay, self.home = agent, cloud, replay, home
        self.peak = 0

    def environment(self):
        keys = ask(f"{self.cloud}/_cloud/credentials/{MEMBER}", "POST", {})
        return {
            "PATH": os.environ["PATH"],
            "HOME": self.home,
            "LANG": "C.UTF-8",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.replay.url,
            "AWS_ACCESS_KEY_ID": keys["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": keys["secret_access_key"],
            "AWS_SESSION_TOKEN": keys["session_token"],
        }

    def regions(self, regions):
        """Seconds of a set-up from nothing over these Regions, and its calls in order."""
        ask(f"{self.cloud}/_cloud/reset", "POST", {})
        invite(self.cloud, regions)
        environment = self.environment()
        command = [self.agent, "setup", "--yes", "--json", "--administrator", ADMINISTRATOR]
        for region in regions:
            command += ["--region", region]
        ask(f"{self.cloud}/_cloud/calls", "DELETE")
        self.replay.record()
        self.run(command, environment)
        calls = ask(f"{self.cloud}/_cloud/calls")
        detectors = self.detectors(calls)
        for call in calls:
            call["detector"] = detectors.get(call["region"])
        seconds = []
        for _ in range(3):
            self.replay.replay()
            seconds.append(self.run(command, environment))
            if self.replay.calls != len(calls):
                print(f"note: {self.replay.calls} calls instead of {len(calls)}")
        return statistics.median(seconds), calls

    def detectors(self, calls):
        """The id of the detector in each Region, which is in the path of the agent's calls."""
        found = {}
        for region, service, operation in self.replay.answers:
            path = operation.decode()
            if service == b"guardduty" and path.startswith("GET /detector/"):
                found[region.decode()] = path.removeprefix("GET /detector/")
        return found

    def run(self, command, environment):
        """Seconds of a set-up that came to its end."""
        begun = time.monotonic()
        process = subprocess.Popen(
            ["taskset", "-c", "0", *command],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        watch = threading.Thread(target=self.watch, args=(process.pid,))
        watch.start()
        shown = process.stdout.read()
        seconds = time.monotonic() - begun
        # It is not waited for before it was watched to its end: its place in /proc stays.
        watch.join()
        if process.wait() != 0 or not json.loads(shown)["complete"]:
            sys.exit(f"the set-up was not complete:\n{shown}")
        return seconds

    def watch(self, process):
        """Keeps the highest resident memory. (What wait4 tells includes this program's own.)"""
        status = pathlib.Path(f"/proc/{process}/status")
        while memory := re.search(r"VmHWM:\s+(\d+) kB", status.read_text()):
            name = re.search(r"Name:\s+(\S+)", status.read_text())
            if name and name[1].startswith("hubward"):
                self.peak = max(self.peak, int(memory[1]) / 1024)
            time.sleep(0.01)

    def boto3(self, calls, threads, times=3):
        """Seconds of the same calls in so many threads of boto3."""
        file = pathlib.Path(self.home) / "calls.json"
        file.write_text(json.dumps(calls))
        command = [sys.executable, HERE / "boto3_loop.py", self.replay.url, file, str(threads)]
        seconds = []
        for _ in range(times):
            self.replay.replay()
            done = subprocess.run(
                ["taskset", "-c", "0", *command],
                env=self.environment(),
                check=True,
                capture_output=True,
                text=True,
            )
            seconds.append(float(done.stdout))
            if self.replay.calls != len(calls):
                sys.exit(f"{self.replay.calls} calls instead of {len(calls)}: not the same")
        return statistics.median(seconds)


def report(agent, one, many, calls, loop, threads, peak):
    """Prints the results, and which of them are not good enough."""
    size = os.path.getsize(agent) / 2**20
    print(f"{agent} ({size:.1f} MiB), {DELAY * 1000:.0f} ms at every call, one CPU")
    print(f"one Region {one:.2f} s, {len(REGIONS)} Regions {many:.2f} s ({many / one:.2f} times)")
    print(f"{len(calls)} calls, peak memory {peak:.1f} MiB")
    print(f"boto3 with the same calls: one after the other {loop:.2f} s ({loop / many:.1f} times)")
    print(f"boto3 in {len(REGIONS)} threads {threads:.2f} s ({threads / many:.2f} times)")
    wrong = [
        what
        for is_wrong, what in (
            (many > 2 * one, "17 Regions take more than twice as long as one"),
            (peak > 64, "more than 64 MiB"),
            (loop < 8 * many, "the loop is not 8 times slower"),
            (threads < many, "17 threads are faster"),
        )
        if is_wrong
    ]
    if wrong:
        sys.exit("; ".join(wrong))


if __name__ == "__main__":
    main(sys.argv[1])
