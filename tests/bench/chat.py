"""A chat service on loopback, in a process of its own: it notes when each alert came, under which key.

Alerts are known by `bench-N-` in what is said of them, whatever form the channel gives it. Times are the
machine's monotonic clock, which all processes share.
"""

import asyncio
import multiprocessing
import re
import time

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
KEY = re.compile(rb"\r\nwebhook-id: *([^\r]+)", re.IGNORECASE)
NAMED = re.compile(rb"bench-(\d+)-")
TAKEN = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
REFUSED = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy"


class Connection(asyncio.Protocol):
    """One connection of a channel, kept open."""

    def __init__(self, chat):
        self.chat, self.data = chat, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.data += data
        while (end := self.data.find(b"\r\n\r\n")) >= 0:
            head = self.data[: end + 2]
            length = LENGTH.search(head)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.data) < whole:
                return
            body, self.data = self.data[end + 4 : whole], self.data[whole:]
            self.transport.write(self.chat.take(head, body))


class Chat:
    """What came, and when: `(seconds, key, numbers, is_critical)`."""

    def __init__(self, refuse_every):
        self.refuse_every, self.asked, self.came = refuse_every, 0, []

    def take(self, head, body):
        at = time.monotonic()
        self.asked += 1
        if self.refuse_every and self.asked % self.refuse_every == 0:
            return REFUSED
        key = KEY.search(head)
        numbers = sorted({int(number) for number in NAMED.findall(body)})
        self.came.append((at, key[1].decode() if key else "", numbers, b"CRITICAL" in body))
        return TAKEN


def serve(pipe, refuse_every):
    async def run():
        chat = Chat(refuse_every)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(chat), "127.0.0.1", 0, backlog=1024)
        pipe.send(server.sockets[0].getsockname()[1])
        while True:
            while not pipe.poll():
                await asyncio.sleep(0.02)
            if pipe.recv() == "end":
                return
            pipe.send(list(chat.came))
            chat.came.clear()

    asyncio.run(run())


class Room:
    """The other side of the process: ask it what came since the last time."""

    def __init__(self, refuse_every=0):
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(
            target=serve, args=(theirs, refuse_every), daemon=True
        )
        self.process.start()
        self.url = f"http://127.0.0.1:{self.pipe.recv()}/hook"
        self.came = []

    def look(self):
        self.pipe.send("look")
        self.came += self.pipe.recv()
        return self.came

    def numbers(self):
        return {number for _, _, numbers, _ in self.look() for number in numbers}

    def forget(self):
        self.look()
        self.came = []

    def wait_for(self, count, seconds):
        """Waits until so many different alerts came; whether they did."""
        until = time.monotonic() + seconds
        while len(self.numbers()) < count:
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True
