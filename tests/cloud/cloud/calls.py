"""Every AWS call that reached this server, for tests that count or inspect them.

The control API's own requests are never in here.
"""

import itertools
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import identity, message, wire

# Of a text in a recorded body; an alert of AWS has less than a megabyte.
LONGEST = 1_000_000
READS = ("Get", "List", "Describe", "Head", "BatchGet", "AssumeRole")

_lock = threading.Lock()
_calls: list[dict[str, Any]] = []
_sequence = itertools.count(1)
_under_way: set[object] = set()


@contextmanager
def under_way() -> Iterator[float]:
    """Counts a call that is not finished yet; its client may be gone by now."""
    this = object()
    with _lock:
        _under_way.add(this)
    try:
        yield time.monotonic()
    finally:
        with _lock:
            _under_way.discard(this)


def unfinished() -> int:
    with _lock:
        return len(_under_way)


def mutating(operation: str) -> bool:
    return not operation.startswith(READS)


def record(call: wire.Call, answer: message.Answer, began: float) -> None:
    entry = {
        "service": call.service,
        "operation": call.operation,
        "account": call.account,
        "region": call.region,
        "app": app(call.request.header("user-agent") or ""),
        "mutating": mutating(call.operation),
        "status": answer.status,
        "error": answer.ending or wire.error_code(answer),
        "body": json_body(call.request.body),
        "began": began,
        "seconds": time.monotonic() - began,
    }
    # Numbered when finished and in list order, so `since` never misses one.
    with _lock:
        # A reset ends what is under way: its credentials are retired before the calls are forgotten.
        if not identity.retired(call.access_key):
            _calls.append({"sequence": next(_sequence), **entry})


def app(agent: str) -> str | None:
    """The application's own name, as the SDKs say it in their User-Agent."""
    found = re.search(r"\bapp/(\S+)", agent)
    return found[1] if found else None


def json_body(body: bytes) -> Any:
    if body[:1] not in (b"{", b"["):
        return None
    try:
        return shortened(json.loads(body))
    except ValueError:
        return None


def shortened(value: Any) -> Any:
    """Without what is uploaded: megabytes that no test reads here."""
    if isinstance(value, dict):
        return {name: shortened(inner) for name, inner in value.items()}
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{len(value)} characters"
    return value


def matching(since: int = 0, **wanted: str) -> list[dict[str, Any]]:
    with _lock:
        return [
            call
            for call in _calls
            if call["sequence"] > since and all(call[key] == value for key, value in wanted.items())
        ]


def forget() -> None:
    """Forgets the calls, not the count: a sequence number is never used twice."""
    with _lock:
        _calls.clear()


def reset() -> None:
    """Forgets also the calls that are under way, such as a receive that waits for messages."""
    with _lock:
        _calls.clear()
        _under_way.clear()
