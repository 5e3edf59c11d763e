"""Times alerts from their source to the channel; see tests/bench/alerts."""

import asyncio
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from chat import Room
from soc import KEY, Cloud, Soc, event, figures, steadily

RATE, QUEUE_RATE, CONNECTIONS = 20, 10, 64
ALERTMANAGER = """route:
  receiver: hook
  group_by: ['...']
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 4h
receivers:
- name: hook
  webhook_configs:
  - url: {url}
    send_resolved: false
"""


def one_by_one(address, path, headers, body_of, count, rate, room):
    """Posts at a steady rate; the seconds from each POST to the channel's POST."""
    connection = http.client.HTTPConnection(address, timeout=60)
    sent = {}

    def post(number):
        body = body_of(number)
        sent[number] = time.monotonic()
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status // 100 != 2:
            sys.exit(f"answered {answer.status}")

    steadily(count, rate, post)
    return taken(sent, room)


def taken(sent, room):
    """The seconds that each alert took to reach the channel; fails if one never arrived."""
    if not room.wait_for(len(sent), 60):
        sys.exit(f"{len(sent) - len(room.numbers())} of {len(sent)} never came")
    first = {}
    for at, _, numbers, _ in room.came:
        for number in numbers:
            first.setdefault(number, at)
    room.forget()
    return [first[number] - at for number, at in sent.items()]


def summarize(what, times):
    median, most, slowest = figures(times)
    print(f"{what}: median {median:.1f} ms, 99% {most:.1f} ms, slowest {slowest:.1f} ms", flush=True)
    return median, most


async def at_once(address, bodies):
    """Posts everything over some connections; the seconds until the last was answered."""
    host, port = address.split(":")
    queue = list(enumerate(bodies))[::-1]
    statuses = {}

    async def connection():
        reader, writer = await asyncio.open_connection(host, int(port))
        while queue:
            _, body = queue.pop()
            head = (
                f"POST /hooks/eventbridge HTTP/1.1\r\nhost: {host}\r\nx-api-key: {KEY}\r\n"
                f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
            )
            while True:
                writer.write(head.encode() + body)
                answer = await reader.readuntil(b"\r\n\r\n")
                status = int(answer.split()[1])
                statuses[status] = statuses.get(status, 0) + 1
                lines = answer.lower().split(b"\r\n")
                length = next((l for l in lines if l.startswith(b"content-length:")), b":0")
                await reader.readexactly(int(length.split(b":")[1]))
                if status != 503:
                    break
        writer.close()

    began = time.monotonic()
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return began, time.monotonic() - began, statuses


def alertmanager(directory, room, count):
    """The same by Alertmanager; returns None if it is not installed."""
    program = os.environ.get("ALERTMANAGER") or shutil.which("prometheus-alertmanager")
    if not program:
        print("Alertmanager: not installed, so not compared")
        return
    config = pathlib.Path(directory) / "alertmanager.yml"
    config.write_text(ALERTMANAGER.format(url=room.url))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    process = subprocess.Popen(
        [
            program,
            f"--config.file={config}",
            f"--web.listen-address={address}",
            "--cluster.listen-address=",
            f"--storage.path={directory}/alertmanager",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            try:
                http.client.HTTPConnection(address, timeout=1).request("GET", "/-/ready")
                break
            except OSError:
                time.sleep(0.1)
        time.sleep(1)
        headers = {"content-type": "application/json"}

        def body(number):
            labels = {"alertname": "bench", "id": f"bench-{number}-"}
            return json.dumps([{"labels": labels}])

        times = one_by_one(address, "/api/v2/alerts", headers, body, count, RATE, room)
        summarize("Alertmanager, which stores nothing, from POST to POST", times)
    finally:
        process.kill()


def main(program, seconds, many):
    """Runs all parts, and prints which requirements hold."""
    wrong = []

    def must(holds, what):
        if not holds:
            wrong.append(what)

    cloud, room = Cloud(), Room()
    count = RATE * seconds
    headers = {"x-api-key": KEY, "content-type": "application/json"}
    try:
        with tempfile.TemporaryDirectory() as directory:
            soc = Soc(program, directory, [("hook", "webhook", room.url)], cloud.environment())
            server, address = soc.serve()
            path = "/hooks/eventbridge"
            times = one_by_one(address, path, headers, event, count, RATE, room)
            server.kill()
            median, most = summarize(f"push door, {RATE} a second, from POST to POST", times)
            must(median < 10, "push: median under 10 ms")
            must(most < 50, "push: 99% under 50 ms")
            alertmanager(directory, room, count)
        with tempfile.TemporaryDirectory() as directory:
            client, url = cloud.queue()
            environment = {**cloud.environment(), "HUBWARD_ALERTS__QUEUE_URL": url}
            soc = Soc(program, directory, [("hook", "webhook", room.url)], environment)
            server, _ = soc.serve()
            sent = {}

            def send(number):
                client.send_message(QueueUrl=url, MessageBody=event(number))
                sent[number] = time.monotonic()

            time.sleep(2)
            steadily(QUEUE_RATE * seconds, QUEUE_RATE, send)
            times = taken(sent, room)
            server.kill()
            median, most = summarize("SQS, from message available to POST", times)
            must(median < 100, "SQS: median under 100 ms")
            must(most < 500, "SQS: 99% under 500 ms")
        with tempfile.TemporaryDirectory() as directory:
            soc = Soc(program, directory, [("chat", "slack", room.url)], cloud.environment())
            server, address = soc.serve()
            severity = ["CRITICAL" if number % 100 == 50 else "HIGH" for number in range(many)]
            bodies = [event(number, severity[number]).encode() for number in range(many)]
            began, took, statuses = asyncio.run(at_once(address, bodies))
            rate = many / took
            print(f"{many} at once: stored in {took:.1f} s ({rate:.0f} a second), {statuses}")
            must(rate >= 1000, "at once: stored at 1,000 a second")
            time.sleep(5)
            came = room.look()
            critical = min((at for at, _, _, bad in came if bad), default=None)
            until = "never" if critical is None else f"after {critical - began:.2f} s"
            posts = len(came)
            print(f"the first critical one at the chat {until}; {posts} posts to it until now")
            must(critical is not None and critical - began < 2, "at once: first critical in 2 s")
            listed = len(json.loads(soc.run("alert", "list", "--json")))
            must(listed == many, f"at once: all stored, not {listed}")
            server.kill()
    finally:
        cloud.process.kill()
    if wrong:
        sys.exit("does not hold: " + "; ".join(wrong))
    print("all holds")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
