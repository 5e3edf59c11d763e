"""One HTTP request and one answer, as values; and the WSGI environment moto reads.

Not a server (see `server`) and knows nothing of AWS (see `wire`).
"""

import io
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

Headers = list[tuple[str, str]]


@dataclass(slots=True)
class Request:
    method: str
    target: str
    headers: Headers
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0] or "/"

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    def header(self, name: str) -> str | None:
        """The values of one header, joined as HTTP allows; None when absent."""
        found = [value for key, value in self.headers if key.lower() == name]
        return ",".join(found) if found else None

    def environ(self, extra: Headers = ()) -> dict[str, Any]:
        """The WSGI view of this request, with headers of our own added or replaced."""
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(self.path).decode("latin-1"),
            "QUERY_STRING": self.query,
            "RAW_URI": self.target,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_LENGTH": str(len(self.body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers:
            key = name.upper().replace("-", "_")
            if key == "CONTENT_TYPE":
                environ[key] = value
            elif key not in ("CONTENT_LENGTH", "TRANSFER_ENCODING"):
                key = f"HTTP_{key}"
                environ[key] = f"{environ[key]},{value}" if key in environ else value
        for name, value in extra:
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        return environ


@dataclass(slots=True)
class Answer:
    status: int = 200
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    # How it ends where it does not arrive whole: see `faults`.
    ending: str | None = None

    @classmethod
    def json(cls, value: Any, status: int = 200) -> "Answer":
        body = json.dumps(value, default=str).encode()
        return cls(status, [("content-type", "application/json")], body)
