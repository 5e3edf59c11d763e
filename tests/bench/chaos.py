"""Kills the server again and again under alerts, and counts the results; see tests/bench/chaos."""

import http.client
import random
import socket
import sys
import tempfile
import threading
import time

from chat import Room
from soc import KEY, Cloud, Soc, event

# Each life of the server lasts so long at most, in seconds.
LIFE = 2.0


class Feeder(threading.Thread):
    """EventBridge: pushes each alert until it is accepted, at a rate that lasts for all the kills."""

    def __init__(self, address, numbers, pause):
        super().__init__(daemon=True)
        self.address, self.numbers, self.pause = address, numbers, pause
        self.refused = 0

    def run(self):
        headers = {"x-api-key": KEY, "content-type": "application/json"}
        for number in self.numbers:
            while True:
                try:
                    connection = http.client.HTTPConnection(self.address, timeout=5)
                    connection.request("POST", "/hooks/eventbridge", event(number), headers)
                    status = connection.getresponse().status
                    connection.close()
                    if status // 100 == 2:
                        break
                except (OSError, http.client.HTTPException):
                    pass
                self.refused += 1
                time.sleep(0.05)
            time.sleep(self.pause)


def main(program, kills, alerts, seed):
    """Runs it, and prints what arrived."""
    seed = int(seed) if seed else random.randrange(1 << 32)
    chance = random.Random(seed)
    print(f"seed {seed}: {kills} kills under {alerts} alerts", flush=True)
    cloud, room = Cloud(), Room(refuse_every=3)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    client, url = cloud.queue(visibility=2)
    with tempfile.TemporaryDirectory() as directory:
        environment = {**cloud.environment(), "HUBWARD_ALERTS__QUEUE_URL": url}
        soc = Soc(program, directory, [("chat", "webhook", room.url)], environment)
        queued = list(range(0, alerts, 4))
        pushed = [number for number in range(alerts) if number % 4]
        pause = kills * LIFE / 2 / len(pushed)
        feeder = Feeder(address, pushed, pause)
        began = time.monotonic()
        feeder.start()
        for kill in range(kills):
            server, _ = soc.serve(address)
            share = queued[kill::kills]
            for part in (share[at : at + 10] for at in range(0, len(share), 10)):
                entries = [{"Id": str(n), "MessageBody": event(n)} for n in part]
                client.send_message_batch(QueueUrl=url, Entries=entries)
            time.sleep(chance.uniform(0, LIFE))
            server.kill()
            server.wait()
        server, _ = soc.serve(address)
        feeder.join()
        whole = room.wait_for(alerts, 600)
        took = time.monotonic() - began
        # What is on its way a second time comes now.
        time.sleep(5)
        came = room.look()
        server.kill()
        cloud.process.kill()
    keys = {}
    for _, key, numbers, _ in came:
        for number in numbers:
            keys.setdefault(number, []).append(key)
    repeats = sum(len(seen) - 1 for seen in keys.values())
    torn = [number for number, seen in keys.items() if len(set(seen)) > 1]
    print(f"{len(keys)} of {alerts} delivered in {took:.0f} s; pushes tried again {feeder.refused}")
    print(f"repeats {repeats} ({repeats / max(kills, 1):.2f} a kill), under another key {len(torn)}")
    if not whole:
        sys.exit(f"{alerts - len(keys)} alerts were lost")
    if repeats > 4 * kills or torn:
        sys.exit("too many repeats, or an alert under two keys")
    print("all holds")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
