"""Trouble on request: errors, latency and broken answers for the calls that match.

Every matching latency counts and the longest is waited for; of several matching errors and broken
answers the oldest strikes. `times` is how often a fault strikes before it is over, `probability`
how likely it strikes at all; with `after` the operation is carried out first and only its answer is
replaced, as when a reply gets lost. An `ending` is an answer that never comes whole: `hang` keeps
the connection open and says nothing, `drop` closes it without a word, `truncate` closes it in the
middle of the body (which the operation has made, so that it is always `after`).
"""

import itertools
import random
import threading
from dataclasses import asdict, dataclass
from typing import Any

from . import wire

MATCHERS = ("service", "operation", "account", "region")
ENDINGS = ("hang", "drop", "truncate")


@dataclass(slots=True)
class Fault:
    id: str
    service: str | None = None
    operation: str | None = None
    account: str | None = None
    region: str | None = None
    error: dict[str, Any] | None = None
    ending: str | None = None
    latency_ms: float = 0
    times: int | None = None
    probability: float = 1
    after: bool = False

    def matches(self, call: wire.Call) -> bool:
        return self.times != 0 and all(
            getattr(self, name) in (None, getattr(call, name)) for name in MATCHERS
        )

    def breaks(self) -> bool:
        return bool(self.error or self.ending)

    def strike(self) -> None:
        if self.times is not None:
            self.times -= 1


@dataclass(slots=True)
class Trouble:
    """What the faults add up to for one call."""

    latency: float = 0
    error: dict[str, Any] | None = None
    ending: str | None = None
    after: bool = False

    def breaks(self) -> bool:
        return bool(self.error or self.ending)


_lock = threading.Lock()
_faults: dict[str, Fault] = {}
_ids = itertools.count(1)


def add(wanted: dict[str, Any]) -> str:
    known = set(Fault.__slots__) - {"id"}
    if unknown := set(wanted) - known:
        raise ValueError(f"unknown fields {sorted(unknown)}; known are {sorted(known)}")
    if not any(wanted.get(name) for name in ("error", "ending", "latency_ms")):
        raise ValueError("a fault needs an error, an ending or a latency_ms")
    if wanted.get("error") and wanted.get("ending"):
        raise ValueError("a fault has an error or an ending, not both")
    if wanted.get("ending") and wanted["ending"] not in ENDINGS:
        raise ValueError(f"no ending {wanted['ending']!r}; known are {list(ENDINGS)}")
    if not 0 < wanted.get("probability", 1) <= 1:
        raise ValueError("a probability is more than 0 and at most 1")
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
            if not fault.matches(call) or (fault.breaks() and trouble.breaks()):
                continue
            if fault.probability < 1 and random.random() >= fault.probability:
                continue
            fault.strike()
            trouble.latency = max(trouble.latency, fault.latency_ms / 1000)
            if fault.breaks():
                trouble.error, trouble.ending = fault.error, fault.ending
                trouble.after = fault.after or fault.ending == "truncate"
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
