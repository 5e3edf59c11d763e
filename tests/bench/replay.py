"""A cloud that answers from memory: what the cloud for tests said in an earlier run, after a delay.

moto needs milliseconds of a CPU for each call, one call at a time: over 17 Regions the bench would
measure moto. So a first run, untimed, goes through here to the cloud for tests and is kept; later
ones get the same answers in the same order, each after the delay that a call to AWS takes. A call
is known by its Region, service and operation; the last answer of each is said again.
"""

import asyncio
import http.client
import re
import threading

SCOPE = re.compile(rb"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
TARGET = re.compile(rb"\r\nx-amz-target: *([^\r]+)", re.IGNORECASE)
ACTION = re.compile(rb"Action=(\w+)")


def known_by(head, body):
    """Region, service and operation of a request."""
    region, service = SCOPE.search(head).groups()
    if target := TARGET.search(head):
        return region, service, target[1]
    if action := ACTION.search(body):
        return region, service, action[1]
    method, target = head.split(b" ", 2)[:2]
    path, _, query = target.partition(b"?")
    # S3 tells its operations apart by the names in the query.
    names = (
        sorted(part.partition(b"=")[0] for part in query.split(b"&")) if service == b"s3" else []
    )
    return region, service, b" ".join([method, path.rstrip(b"/"), *names]).replace(b"x-id", b"")


class Replay:
    """Listens on a loopback port of its own, in a thread of its own."""

    def __init__(self, cloud, delay):
        self.cloud, self.delay = cloud.removeprefix("http://"), delay
        self.recording, self.answers, self.said, self.calls = True, {}, {}, 0
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        threading.Thread(target=self.serve, args=(started,), daemon=True).start()
        started.wait()

    def serve(self, started):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(
            self.loop.create_server(lambda: Connection(self), "127.0.0.1", 0, backlog=512)
        )
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        started.set()
        self.loop.run_forever()

    def record(self):
        """From here on answers come from the cloud, and are kept."""
        self.recording, self.answers = True, {}

    def replay(self):
        """From here on answers come from memory, beginning with the first."""
        self.recording, self.said, self.calls = False, {}, 0

    def answer(self, key):
        self.calls += 1
        answers = self.answers[key]
        number = self.said.get(key, 0)
        self.said[key] = number + 1
        return answers[min(number, len(answers) - 1)]

    def forward(self, head, body):
        """The cloud's answer, as bytes."""
        line, *fields = head.decode("latin-1").split("\r\n")
        method, target = line.split(" ")[:2]
        headers = dict(field.split(": ", 1) for field in fields if field)
        connection = http.client.HTTPConnection(self.cloud, timeout=60)
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        kept = [f"{name}: {value}" for name, value in answer.getheaders()]
        whole = "\r\n".join([f"HTTP/1.1 {answer.status} -", *kept, "", ""])
        return whole.encode("latin-1") + content


class Connection(asyncio.Protocol):
    """One connection, kept alive; a request is answered before the next one is read."""

    def __init__(self, replay):
        self.replay, self.buffer = replay, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[: end + 2]
        length = LENGTH.search(head)
        whole = end + 4 + (int(length[1]) if length else 0)
        if len(self.buffer) < whole:
            return
        body, self.buffer = self.buffer[end + 4 : whole], self.buffer[whole:]
        key = known_by(head, body)
        if self.replay.recording:
            task = self.record(key, head, body)
            self.replay.loop.create_task(task)
        else:
            answer = self.replay.answer(key)
            self.replay.loop.call_later(self.replay.delay, self.transport.write, answer)

    async def record(self, key, head, body):
        answer = await self.replay.loop.run_in_executor(None, self.replay.forward, head, body)
        self.replay.answers.setdefault(key, []).append(answer)
        self.transport.write(answer)
