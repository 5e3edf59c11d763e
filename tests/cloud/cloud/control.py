"""The harness's side door, under /_cloud. Plain JSON, no credentials, not counted as AWS calls.

Only reads and turns what the other modules keep; the table of routes is in README.md.
"""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl

from . import bulk, calls, clock, faults, functions, knobs, message, rates, state, sts
from .securityhub import schedule
from .securityhub.records import everywhere

Sent = dict[str, Any]


def health(_: Sent) -> Any:
    return {"status": "ok", "unfinished": calls.unfinished()}


def add_fault(sent: Sent) -> Any:
    return {"id": faults.add(sent)}


def list_faults(_: Sent) -> Any:
    return faults.everything()


def remove_faults(_: Sent) -> Any:
    faults.reset()
    return {}


def remove_fault(_: Sent, fault_id: str) -> Any:
    if not faults.remove(fault_id):
        raise KeyError(f"no fault {fault_id}")
    return {}


def list_calls(sent: Sent) -> Any:
    since = int(sent.pop("since", 0))
    if unknown := set(sent) - {"account", "region", "service", "operation"}:
        raise ValueError(f"unknown parameters {sorted(unknown)}")
    return calls.matching(since, **sent)


def remove_calls(_: Sent) -> Any:
    calls.forget()
    return {}


def turn_knobs(sent: Sent, account: str) -> Any:
    # What was checked until now saw the knobs as they were.
    look_at_controls(account)
    turned = asdict(knobs.turn(account, sent))
    look_at_controls(account)
    return turned


def look_at_controls(account: str) -> None:
    for backend in everywhere(account):
        schedule.catch_up(backend, clock.now(), changed=True)


def turn_controls(sent: Sent) -> Any:
    return schedule.turn(sent)


def show_controls(_: Sent) -> Any:
    return schedule.settings()


def set_clock(sent: Sent) -> Any:
    seconds = sent.get("offset_seconds")
    if set(sent) != {"offset_seconds"} or isinstance(seconds, bool):
        raise ValueError('expected {"offset_seconds": a number}')
    seconds = float(seconds)
    if seconds < clock.offset() and schedule.is_on():
        raise ValueError("while controls are on, the clock goes forward only")
    clock.move(seconds)
    # Now rather than at the next read, which would take its time for it.
    schedule.catch_up_all()
    return show_clock({})


def show_clock(_: Sent) -> Any:
    return {"offset_seconds": clock.offset(), "now": clock.stamp(clock.now())}


def add_members(sent: Sent) -> Any:
    return bulk.add_members(**sent)


def turn_rates(sent: Sent) -> Any:
    if set(sent) != {"on"} or not isinstance(sent["on"], bool):
        raise ValueError('expected {"on": true} or {"on": false}')
    rates.turn(sent["on"])
    return {}


def credentials(sent: Sent, account: str) -> Any:
    return sts.member_credentials(account, **sent)


def show_state(_: Sent, account: str) -> Any:
    return state.of(account)


def show_code(_: Sent, account: str, region: str, name: str) -> Any:
    return functions.code(account, region, name)


def reset(_: Sent) -> Any:
    from . import front  # the front door is above this one

    front.reset()
    return {}


ROUTES: list[tuple[str, str, Callable[..., Any]]] = [
    ("GET", r"/_cloud/health", health),
    ("POST", r"/_cloud/faults", add_fault),
    ("GET", r"/_cloud/faults", list_faults),
    ("DELETE", r"/_cloud/faults", remove_faults),
    ("DELETE", r"/_cloud/faults/([^/]+)", remove_fault),
    ("GET", r"/_cloud/calls", list_calls),
    ("DELETE", r"/_cloud/calls", remove_calls),
    ("PUT", r"/_cloud/accounts/(\d{12})", turn_knobs),
    ("PUT", r"/_cloud/rates", turn_rates),
    ("PUT", r"/_cloud/controls", turn_controls),
    ("GET", r"/_cloud/controls", show_controls),
    ("PUT", r"/_cloud/clock", set_clock),
    ("GET", r"/_cloud/clock", show_clock),
    ("POST", r"/_cloud/members", add_members),
    ("POST", r"/_cloud/credentials/(\d{12})", credentials),
    ("GET", r"/_cloud/state/(\d{12})", show_state),
    ("GET", r"/_cloud/functions/(\d{12})/([a-z0-9-]+)/([^/]+)", show_code),
    ("POST", r"/_cloud/reset", reset),
]


def answer(request: message.Request) -> message.Answer:
    try:
        sent = json.loads(request.body) if request.body else dict(parse_qsl(request.query))
        for method, pattern, action in ROUTES:
            found = re.fullmatch(pattern, request.path.rstrip("/"))
            if found and request.method == method:
                return message.Answer.json(action(sent, *found.groups()))
    except KeyError as missing:
        return message.Answer.json({"error": str(missing)}, 404)
    except (TypeError, ValueError) as wrong:
        return message.Answer.json({"error": str(wrong)}, 400)
    return message.Answer.json({"error": f"no {request.method} {request.path}"}, 404)
