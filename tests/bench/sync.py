"""Times `hubward findings sync` against AWS's rates and against itself; see tests/bench/sync."""

import csv
import hashlib
import json
import multiprocessing
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

ADMINISTRATOR, HOME = "999999999999", "ap-northeast-1"
ACCOUNTS, CONTROLS, PAGE = 200, 150, 100
RATE, BURST = 3, 6
WANTED_RATE = 0.95 * 290
FASTEST, LARGEST_GROWTH, DELTA = 5_000, 1.2, 0.05
FSBP = "standards/aws-foundational-security-best-practices/v/1.0.0"

# Of every thousand, five are suppressed; of every hundred, one changes between two syncs.
SUPPRESSED, CHANGED = 200, 100


def finding(number, account, changed, now):
    """One finding, as Security Hub writes a control's; a few words of each are its own."""
    control = f"S3.{number % CONTROLS}"
    own = hashlib.sha256(str(number).encode()).hexdigest()
    arn = f"arn:aws:securityhub:{HOME}:{account}:security-control/{control}/finding/{own[:36]}"
    status = "PASSED" if (number % 3 == 0) != changed else "FAILED"
    return {
        "SchemaVersion": "2018-10-08",
        "Id": arn,
        "ProductArn": f"arn:aws:securityhub:{HOME}::product/aws/securityhub",
        "ProductName": "Security Hub",
        "CompanyName": "AWS",
        "Region": HOME,
        "GeneratorId": f"security-control/{control}",
        "AwsAccountId": account,
        "AwsAccountName": f"project-{account}",
        "Types": [
            "Software and Configuration Checks/Industry and Regulatory Standards"
        ],
        "FirstObservedAt": "2026-03-01T00:00:00.000Z",
        "LastObservedAt": now if changed else "2026-10-01T00:00:00.000Z",
        "CreatedAt": "2026-03-01T00:00:00.000Z",
        "UpdatedAt": now if changed else "2026-10-01T00:00:00.000Z",
        "Severity": {
            "Label": ("LOW", "MEDIUM", "HIGH")[number % 3],
            "Normalized": 40,
            "Original": "MEDIUM",
        },
        "Title": f"{control} general purpose buckets should have block public access settings enabled",
        "Description": "This control checks whether the resource is configured as the standard asks for. "
        * 6,
        "Remediation": {
            "Recommendation": {
                "Text": "For information on how to correct this issue, consult the documentation of controls.",
                "Url": f"https://docs.aws.amazon.com/console/securityhub/{control}/remediation",
            }
        },
        "ProductFields": {
            "RelatedAWSResources:0/name": f"securityhub-s3-bucket-level-{own[:12]}",
            "RelatedAWSResources:0/type": "AWS::Config::ConfigRule",
            "aws/securityhub/ProductName": "Security Hub",
            "aws/securityhub/CompanyName": "AWS",
            "aws/securityhub/annotation": "The resource is not configured as it should be.",
            "Resources:0/Id": f"arn:aws:s3:::bucket-{own[:40]}",
            "aws/securityhub/FindingId": f"arn:aws:securityhub:{HOME}::product/aws/securityhub/{arn}",
        },
        "Resources": [
            {
                "Type": "AwsS3Bucket",
                "Id": f"arn:aws:s3:::bucket-{own[:40]}",
                "Partition": "aws",
                "Region": HOME,
                "Tags": {
                    "project": f"project-{account}",
                    "owner": own[40:52],
                    "environment": "production",
                },
                "Details": {
                    "AwsS3Bucket": {
                        "OwnerId": own,
                        "OwnerName": f"project-{account}",
                        "CreatedAt": "2025-01-01T00:00:00.000Z",
                        "Name": f"bucket-{own[:40]}",
                    }
                },
            }
        ],
        "Compliance": {
            "Status": status,
            "SecurityControlId": control,
            "RelatedRequirements": [f"NIST.800-53.r5 AC-{n}" for n in range(1, 10)],
            "AssociatedStandards": [
                {"StandardsId": FSBP},
                {"StandardsId": "standards/nist-800-53/v/5.0.0"},
            ],
        },
        "WorkflowState": "NEW",
        "Workflow": {"Status": "SUPPRESSED" if number % SUPPRESSED == 7 else "NEW"},
        "RecordState": "ACTIVE",
        "ProcessedAt": now,
    }


class Hub:
    """Findings, in pages that are rendered in advance."""

    def __init__(self, findings):
        self.accounts = [
            f"{(number * 7_919 + 13) % 1_000:03}{number:09}"
            for number in range(ACCOUNTS)
        ]
        self.count = findings
        self.pages = {}
        numbers = range(findings)
        by_digit = {str(digit): [] for digit in range(10)}
        for number in numbers:
            by_digit[self.account(number)[0]].append(number)
        for digit, some in by_digit.items():
            self.render(f"active {digit}", some, False)
        self.render("suppressed", [n for n in numbers if n % SUPPRESSED == 7], False)
        self.render("updated", [], False)
        self.render("nothing", [], False)

    def account(self, number):
        # Neighbours are of different accounts, and an account has each control several times.
        return self.accounts[(number // CONTROLS + number) % ACCOUNTS]

    def change(self):
        """Changes one in a hundred findings."""
        changed = range(3, self.count, CHANGED)
        self.render("updated", changed, True)
        suppressed = [n for n in range(self.count) if n % SUPPRESSED == 7]
        self.render("suppressed", suppressed, False)

    def render(self, name, numbers, changed):
        now = (
            datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        )
        numbers, pages = list(numbers), []
        for start in range(0, max(len(numbers), 1), PAGE):
            answer = {
                "Findings": [
                    finding(
                        n,
                        self.account(n),
                        changed,
                        "2026-10-01T00:00:00.000Z" if not changed else now,
                    )
                    for n in numbers[start : start + PAGE]
                ]
            }
            if start + PAGE < len(numbers):
                answer["NextToken"] = f"{name}/{start // PAGE + 1}"
            pages.append(http(json.dumps(answer, separators=(",", ":")).encode()))
        self.pages[name] = pages

    def size(self):
        page = self.pages["active 1"][0]
        return len(page) // PAGE

    def page(self, asked):
        if token := asked.get("NextToken"):
            name, index = token.rsplit("/", 1)
            return self.pages[name][int(index)]
        filters = asked["Filters"]
        if "UpdatedAt" in filters:
            return self.pages["updated"][0]
        if statuses := filters.get("WorkflowStatus"):
            suppressed = statuses[0]["Value"] != "RESOLVED"
            return self.pages["suppressed" if suppressed else "nothing"][0]
        accounts = filters.get("AwsAccountId", [])
        if [account["Comparison"] for account in accounts] == ["PREFIX"]:
            return self.pages[f"active {accounts[0]['Value']}"][0]
        sys.exit(f"an unexpected request: {filters}")


def http(body, kind="application/json", status="200 OK", more=""):
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


IDENTITY = http(
    (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
        f"<GetCallerIdentityResult><Arn>arn:aws:iam::{ADMINISTRATOR}:user/soc</Arn>"
        f"<UserId>U</UserId><Account>{ADMINISTRATOR}</Account></GetCallerIdentityResult>"
        "</GetCallerIdentityResponse>"
    ).encode(),
    "text/xml",
)
THROTTLED = http(
    b"{}", status="429 Too Many", more="x-amzn-errortype: TooManyRequestsException\r\n"
)


class Server:
    """A process of its own that answers; a thread for each connection, and no framework in between."""

    def __init__(self, findings, latency, limited):
        self.calls, self.throttled = (
            multiprocessing.Value("l"),
            multiprocessing.Value("l"),
        )
        self.latency, self.limited = latency, limited
        self.tokens, self.at, self.lock = (
            float(BURST),
            time.monotonic(),
            threading.Lock(),
        )
        self.commands, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("fork").Process(
            target=self.run, args=(findings, theirs), daemon=True
        )
        process.start()
        self.process = process
        self.port, self.accounts, self.size = self.commands.recv()

    def change(self):
        self.commands.send("change")
        self.commands.recv()

    def stop(self):
        self.process.terminate()
        self.process.join()

    def run(self, findings, commands):
        hub = Hub(findings)
        listener = socket.create_server(("127.0.0.1", 0))
        commands.send((listener.getsockname()[1], hub.accounts, hub.size()))

        def accept():
            while True:
                connection, _ = listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(
                    target=self.answer, args=(hub, connection), daemon=True
                ).start()

        threading.Thread(target=accept, daemon=True).start()
        while commands.recv() == "change":
            hub.change()
            commands.send("changed")

    def answer(self, hub, connection):
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                some = connection.recv(65_536)
                if not some:
                    return
                buffer += some
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            length = int(found.group(1)) if found else 0
            while len(buffer) < length:
                buffer += connection.recv(65_536)
            body, buffer = buffer[:length], buffer[length:]
            connection.sendall(self.response(hub, head.split(b" ", 2)[1], body))

    def response(self, hub, path, body):
        if path.startswith(b"/findings"):
            with self.calls.get_lock():
                self.calls.value += 1
            if self.limited and not self.take():
                with self.throttled.get_lock():
                    self.throttled.value += 1
                return THROTTLED
            time.sleep(self.latency)
            return hub.page(json.loads(body))
        if path.startswith(b"/findingAggregator"):
            return http(b'{"FindingAggregators":[]}')
        return IDENTITY

    def take(self):
        with self.lock:
            now = time.monotonic()
            self.tokens = min(BURST, self.tokens + (now - self.at) * RATE)
            self.at = now
            if self.tokens < 1:
                return False
            self.tokens -= 1
            return True


def bare(port, findings):
    """Every page once, three connections at a time, doing nothing with them; findings a second."""
    digits = [str(digit) for digit in range(10)]
    began = time.monotonic()

    def lane():
        connection = socket.create_connection(("127.0.0.1", port))
        while digits:
            token = None
            prefix = {"Value": digits.pop(), "Comparison": "PREFIX"}
            while True:
                asked = {
                    "Filters": {"AwsAccountId": [prefix]},
                    **({"NextToken": token} if token else {}),
                }
                body = json.dumps(asked).encode()
                head = f"POST /findings HTTP/1.1\r\ncontent-length: {len(body)}\r\n\r\n"
                connection.sendall(head.encode() + body)
                parts, length, wanted = [], 0, None
                while wanted is None or length < wanted:
                    some = connection.recv(262_144)
                    parts.append(some)
                    length += len(some)
                    if wanted is None and b"\r\n\r\n" in (start := b"".join(parts)):
                        head_length = start.index(b"\r\n\r\n") + 4
                        wanted = head_length + int(
                            re.search(rb"content-length: (\d+)", start).group(1)
                        )
                found = re.search(rb'"NextToken":"([^"]+)"', b"".join(parts)[-200:])
                if not found:
                    break
                token = found.group(1).decode()

    threads = [threading.Thread(target=lane) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return findings / (time.monotonic() - began)


class Soc:
    """A directory with a database, and the program."""

    def __init__(self, hubward, server, directory, rate):
        self.hubward, self.server, self.directory = hubward, server, Path(directory)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HUBWARD_CONFIG": f"{directory}/hubward.toml",
            "HUBWARD_PACING__GET_FINDINGS": str(rate),
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.port}",
        }
        (self.directory / "hubward.toml").write_text(
            f'[hub]\nadministrator = "{ADMINISTRATOR}"\nhome_region = "{HOME}"\n',
            encoding="utf-8",
        )
        ledger = self.directory / "ledger.csv"
        with ledger.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["Account ID", "Project", "Contact email"])
            rows.writerows(
                [account, f"P{account}", "a@example.com"] for account in server.accounts
            )
        self.run("migrate")
        self.run("ledger", "import", str(ledger), "--yes")

    def run(self, *arguments, watch=None):
        process = subprocess.Popen(
            [self.hubward, *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while watch and process.poll() is None:
            watch(process.pid)
            time.sleep(0.02)
        output, talk = process.communicate()
        if process.returncode:
            sys.exit(f"hubward {' '.join(arguments)}: {process.returncode}\n{talk}")
        return output

    def sync(self, watch=None):
        """Seconds, calls of GetFindings, and the Region's row."""
        calls, began = self.server.calls.value, time.monotonic()
        (row,) = json.loads(self.run("findings", "sync", "--json", watch=watch))
        return time.monotonic() - began, self.server.calls.value - calls, row

    def read(self, sql):
        with sqlite3.connect(self.directory / "hubward.db") as database:
            return database.execute(sql).fetchone()[0]


def memory(pid):
    """The most that a process has had, in MiB."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+)", text)
    return int(found.group(1)) / 1024 if found else 0


def at_the_rates(hubward, findings, latency):
    server = Server(findings, latency, True)
    with tempfile.TemporaryDirectory() as directory:
        soc = Soc(hubward, server, directory, 2.9)
        took, calls, row = soc.sync()
        assert row["new"] == findings, row
    server.stop()
    # What AWS's burst gives at the start is no rate.
    rate = (findings - BURST * PAGE) / took
    print(
        f"at AWS's rates: {findings} findings in {took:.1f} s, {calls} calls of {latency * 1000:.0f} ms, "
        f"{server.throttled.value} throttled: {rate:.0f} a second without the burst, {rate / 290:.1%} of 290"
    )
    return (
        []
        if rate >= WANTED_RATE and not server.throttled.value
        else ["too slow at AWS's rates"]
    )


def without_rates(hubward, findings):
    server, wrong = Server(findings, 0, False), []
    alone = bare(server.port, findings)
    print(f"the server alone: {alone:.0f} findings a second, {server.size} bytes each")
    with tempfile.TemporaryDirectory() as directory:
        soc = Soc(hubward, server, directory, 0)
        marks, before = {}, server.calls.value

        def watch(pid):
            share = (server.calls.value - before) * PAGE / findings
            now = memory(pid)
            if share >= 0.25:
                marks.setdefault("quarter", now)
            marks["end"] = max(now, marks.get("end", 0))

        full, full_calls, row = soc.sync(watch)
        assert row["new"] == findings, row
        assert soc.read("SELECT COUNT(*) FROM findings") == findings
        still = "SELECT SUM(count) FROM history WHERE until_day = '9999-12-31' AND standard = ''"
        assert soc.read(still) == findings
        rate = findings / full
        print(
            f"without rates: {findings} findings in {full:.1f} s, {full_calls} calls: {rate:.0f} a second; "
            f"memory {marks['quarter']:.0f} MiB after a quarter, {marks['end']:.0f} MiB at the end"
        )
        if rate < FASTEST:
            wrong.append(f"fewer than {FASTEST} findings a second")
        if marks["end"] > marks["quarter"] * LARGEST_GROWTH:
            wrong.append("memory grows")
        server.change()
        delta, delta_calls, row = soc.sync()
        changed = len(range(3, findings, CHANGED))
        assert row["changed"] == changed, row
        assert soc.read(still) == findings
        print(
            f"1% changed: {changed} findings in {delta:.2f} s, {delta_calls} calls: "
            f"{delta / full:.1%} of the time, {delta_calls / full_calls:.1%} of the calls"
        )
        if delta > DELTA * full or delta_calls > DELTA * full_calls:
            wrong.append("the changes cost too much")
        nothing, calls, _ = soc.sync()
        print(f"the same again: {nothing:.2f} s, {calls} calls")
    server.stop()
    return wrong


def main(hubward, findings, at_rates, latency_ms):
    wrong = []
    if findings:
        wrong += without_rates(hubward, findings)
    if at_rates:
        wrong += at_the_rates(hubward, at_rates, latency_ms / 1000)
    if wrong:
        sys.exit("; ".join(wrong))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
