"""Asks for each page of a large dashboard and each route of the API again and again, as a person who is logged in and as
a program with a token, and says how long it took and how much came: the real server, SQLite, a connection of its own
for each request."""

import http.client
import pathlib
import statistics
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "browser"))

import seed
from soc import Soc

PAGES = [
    "/",
    "/accounts",
    "/accounts?page=150",
    "/accounts?q=pay&state=waiting&region=us-east-1",
    "/accounts?q=％ＰＡＹ",
    "/accounts?state=drifted",
    "/accounts/{account}",
    "/alerts",
    "/agents",
    "/requests",
    "/requests?state=waiting",
    "/silences",
    "/deliveries",
    "/guide",
    "/audit",
]
ROUTES = [
    f"/api/v1/{name}{limit}"
    for name in ["accounts", "check", "alerts", "agents", "requests", "deliveries", "audit"]
    for limit in ["", "?limit=1"]
]
# The far end of a long list costs as little as its beginning.
ROUTES += ["/api/v1/check?limit=100&offset=160000", "/api/v1/accounts?limit=100&offset=9000"]
SLOWEST, LARGEST, MEMORY = 0.100, 300_000, 200


def ask(address, path, headers, method="GET", body=None):
    """One request: how long it took, and what came."""
    headers = dict(headers)
    if body:
        headers["content-type"] = "application/x-www-form-urlencoded"
    began = time.monotonic()
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request(method, urllib.parse.quote(path, safe="/?=&"), body, headers)
    answer = connection.getresponse()
    content = answer.read()
    took = time.monotonic() - began
    connection.close()
    return took, answer, content


def measure(address, path, headers, times):
    """How long the requests took, and how large the last answer was."""
    taken, size = [], 0
    for _ in range(times):
        took, answer, content = ask(address, path, headers)
        assert answer.status == 200, (path, answer.status, content[:200])
        taken.append(took)
        size = len(content)
    return taken, size


def memory(process):
    """The most memory that a process has had, in MB."""
    lines = pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
    (peak,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(peak.split()[1]) / 1024


def main(hubward, accounts, times, findings):
    """Runs the benchmark and prints its results."""
    failed = False
    regions = seed.ALL_REGIONS
    with tempfile.TemporaryDirectory() as directory:
        soc = Soc(directory, accounts, hubward=hubward, regions=regions, findings=findings)
        try:
            token = soc.token("bench", "viewer")
            address = soc.serve().removeprefix("http://")
            form = urllib.parse.urlencode({"token": token})
            _, answer, _ = ask(address, "/login", {}, "POST", form)
            person = {"cookie": answer.headers["set-cookie"].split(";")[0]}
            program = {"authorization": f"Bearer {token}"}
            print(
                f"{accounts} accounts x {len(regions)} Regions, {findings} findings, "
                f"{times} times each"
            )
            account = f"{100000000000 + accounts // 2 * 7919}"
            asked = [(path.format(account=account), person, LARGEST) for path in PAGES]
            asked += [(path, program, None) for path in ROUTES]
            for path, headers, largest in asked:
                taken, size = measure(address, path, headers, times)
                median, worst = statistics.median(taken), max(taken)
                bad = median >= SLOWEST or (largest is not None and size >= largest)
                failed |= bad
                print(
                    f"{'TOO MUCH ' if bad else ''}{path}: median {median * 1000:.0f} ms, "
                    f"slowest {worst * 1000:.0f} ms, {size / 1000:.0f} KB"
                )
            peak = memory(soc.server.pid)
            failed |= peak >= MEMORY
            print(f"{'TOO MUCH ' if peak >= MEMORY else ''}the server took up to {peak:.0f} MB")
        finally:
            soc.stop()
    if failed:
        sys.exit("a page or route takes too long or is too large, or the server is")


if __name__ == "__main__":
    main(str(pathlib.Path(sys.argv[1]).resolve()), *map(int, sys.argv[2:5]))
