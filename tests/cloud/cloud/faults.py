"""Trouble on request: errors and latency for the calls that match.

Every matching latency counts and the longest is waited for; of several matching errors the
oldest is answered. `times` is how often a fault strikes before it is over; with `after` the
operation is carried out first and only its answer is replaced, as when a reply gets lost.
"""

import itertools
import threading
from dataclasses import asdict, dataclass
from typing import Any

from . import wire

MATCHERS = ("service", "operation", "account", "region")


@dataclass(slots=True)
class Fault:
    id: str
    service: str | None = None
    operation: str | None = None
    account: str | None = None
    region: str | None = None
    error: dict[str, Any] | None = None
    latency_ms: float = 0
    times: int | None = None
    after: bool = False

    def matches(self, call: wire.Call) -> bool:
        return self.times != 0 and all(
            getattr(self, name) in (None, getattr(call, name)) for name in MATCHERS
        )

    def strike(self) -> None:
        if self.times is not None:
            self.times -= 1


@dataclass(slots=True)
class Trouble:
    """What the faults add up to for one call."""

    latency: float = 0
    error: dict[str, Any] | None = None
    after: bool = False


_lock = threading.Lock()
_faults: dict[str, Fault] = {}
_ids = itertools.count(1)


def add(wanted: dict[str, Any]) -> str:
    known = set(Fault.__slots__) - {"id"}
    if unknown := set(wanted) - known:
        raise ValueError(f"unknown fields {sorted(unknown)}; known are {sorted(known)}")
    if not wanted.get("error") and not wanted.get("latency_ms"):
        raise ValueError("a fault needs an error, a latency_ms or both")
    if wanted.get("error") and not wanted["error"].get("code"):
        raise ValueError("an error needs a code")
    fault = Fault(id=str(next(_ids)), **wanted)
    with _lock:
        _faults[fault.id] = fault
    return fault.id


def trouble_for(call: wire.Call) -> Trouble:
    trouble = Trouble()
    with _lock:
        for fault in _faults.values():
            if not fault.matches(call) or (fault.error and trouble.error):
                continue
            fault.strike()
            trouble.latency = max(trouble.latency, fault.latency_ms / 1000)
            if fault.error:
                trouble.error, trouble.after = fault.error, fault.after
    return trouble


def everything() -> list[dict[str, Any]]:
    with _lock:
        return [asdict(fault) for fault in _faults.values()]


def remove(fault_id: str) -> bool:
    with _lock:
        return _faults.pop(fault_id, None) is not None


def reset() -> None:
    with _lock:
        _faults.clear()
