"""Asks for each page of a large dashboard again and again, as a logged-in user, and prints how long
it took and how much came: the real server, SQLite, a connection of its own for each request."""

import http.client
import pathlib
import statistics
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "browser"))

from soc import Soc

PAGES = [
    "/",
    "/accounts",
    "/accounts?page=150",
    "/accounts?q=pay&state=waiting&region=us-east-1",
    "/accounts?state=drifted",
    "/alerts",
    "/agents",
    "/deliveries",
]
SLOWEST, LARGEST = 0.100, 300_000


def ask(address, path, cookie, method="GET", body=None):
    """One request: how long it took, and what came."""
    headers = {"cookie": cookie} if cookie else {}
    if body:
        headers["content-type"] = "application/x-www-form-urlencoded"
    began = time.monotonic()
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    took = time.monotonic() - began
    connection.close()
    return took, answer, content


def main(hubward, accounts, times):
    """Runs the benchmark and prints its results."""
    failed = False
    with tempfile.TemporaryDirectory() as directory:
        soc = Soc(directory, accounts, hubward=hubward)
        try:
            token = soc.token("bench", "viewer")
            address = soc.serve().removeprefix("http://")
            form = urllib.parse.urlencode({"token": token})
            _, answer, _ = ask(address, "/login", None, "POST", form)
            cookie = answer.headers["set-cookie"].split(";")[0]
            print(f"{accounts} accounts x 4 Regions, {times} times each")
            for path in PAGES:
                taken, size = [], 0
                for _ in range(times):
                    took, answer, content = ask(address, path, cookie)
                    assert answer.status == 200, (path, answer.status)
                    taken.append(took)
                    size = len(content)
                median, worst = statistics.median(taken), max(taken)
                bad = median >= SLOWEST or size >= LARGEST
                failed |= bad
                print(
                    f"{'TOO MUCH ' if bad else ''}{path}: median {median * 1000:.0f} ms, "
                    f"slowest {worst * 1000:.0f} ms, {size / 1000:.0f} KB"
                )
        finally:
            soc.stop()
    if failed:
        sys.exit("a page takes too long, or is too large")


if __name__ == "__main__":
    main(str(pathlib.Path(sys.argv[1]).resolve()), *map(int, sys.argv[2:4]))
