"""HTTP/1.1 with keep-alive on the loopback address, one thread per connection.

Werkzeug's own server closes the connection after every answer and Flask adds its own work to
each request; with hundreds of accounts times Regions that is most of a test's time.
"""

import contextlib
import sys
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from . import front
from .message import Answer, Request


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without it a small answer waits for the client's delayed ACK (40 ms).
    disable_nagle_algorithm = True

    def answer(self) -> None:
        request = Request(self.command, self.path, list(self.headers.items()), self.read_body())
        try:
            answer = front.answer(request)
        except Exception:  # noqa: BLE001 - a client must always get an answer
            traceback.print_exc(file=sys.stderr)
            answer = Answer.json({"message": "the cloud for tests failed"}, 500)
        self.send(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer

    def read_body(self) -> bytes:
        if "chunked" in (self.headers.get("transfer-encoding") or "").lower():
            return self.read_chunks()
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def read_chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers
        return body

    def send(self, answer: Answer) -> None:
        head = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('',))[0]}"]
        head += [
            f"{name}: {value}"
            for name, value in answer.headers
            if name.lower() not in ("content-length", "connection", "transfer-encoding")
        ]
        # AWS says with every answer what time it is, and clients correct their clocks by it.
        if not any(name.lower() == "date" for name, _ in answer.headers):
            head.append(f"date: {self.date_time_string()}")
        length = len(answer.body)
        if self.command == "HEAD":
            # S3's HeadObject tells the size of what it does not send.
            lengths = [v for k, v in answer.headers if k.lower() == "content-length"]
            length = lengths[0] if lengths else length
        # These have no body, whatever moto says (RFC 9110 8.6).
        bodiless = answer.status in (204, 304)
        if not bodiless:
            head.append(f"content-length: {length}")
        payload = b"" if self.command == "HEAD" or bodiless else answer.body
        whole = "\r\n".join([*head, "", ""]).encode("latin-1") + payload
        if answer.ending:
            self.end_badly(answer.ending, whole, len(payload))
        else:
            # One write, so one packet for a small answer.
            self.wfile.write(whole)

    def end_badly(self, ending: str, whole: bytes, length: int) -> None:
        self.close_connection = True
        if ending == "truncate":
            self.wfile.write(whole[: len(whole) - length // 2 - 1])
        elif ending == "hang":
            # Until the client has had enough.
            self.connection.settimeout(600)
            with contextlib.suppress(OSError):
                self.connection.recv(1)

    def log_message(self, *_: object) -> None:
        """Quiet: the harness reads /_cloud/calls instead of a log."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def listen(port: int) -> Server:
    return Server(("127.0.0.1", port), Handler)
