"""When controls are checked, and what becomes of their findings: off until a test turns it on.

Nothing runs by itself. An account and Region catches up with the clock when that is moved, when its
findings are read, and before and after each call that may change what a check would see; so every
check that became due meanwhile saw what there was at its time. Checks send no events. The rules:

- A periodic control is checked first when a standard that has it is enabled (and no longer
  PENDING), and then every 12 hours. One that is backed by a rule of AWS Config waits with its first
  check until a recorder records.
- A standard that is enabled later counts for a control from its next check on; one that is disabled
  does not count from that moment on.
- What is no longer checked is archived 3 to 5 days after its last update, which differs by finding.
- An archived finding is deleted 30 days after its last update, an active one 90 days after.
- Where consolidated control findings are turned on or off, the next check makes the new findings and
  archives the old.
- With Security Hub off, or the account closed, nothing is checked or archived; findings only expire.
  Enabled again, an account has its findings back.

Sources: docs securityhub/latest/userguide/securityhub-standards-schedule.html ("within 12 or 24
hours", here 12; the first run "within two hours", here at once; a new standard "up to 24 hours"),
controls-findings-create-update.html (archiving, which is best effort there; 30 days by UpdatedAt;
consolidation within 24 hours), disable-standards.html (3-5 days), securityhub-findings.html (30 and
90 days), securityhub-disable.html, securityhub-setup-prereqs.html (rules want a recorder). What AWS
does in an account that is closed it does not say.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.securityhub.models import securityhub_backends

from .. import knobs, regions
from ..clock import now
from . import catalogue, checks
from .control_finding import ControlFinding, made
from .controls_reference import BY_ID, Control
from .records import SecurityHub, Subscription, everywhere

PERIOD = timedelta(hours=12)
ACTIVE_KEPT, ARCHIVED_KEPT = timedelta(days=90), timedelta(days=30)

LONG_AGO, NEVER = (moment.replace(tzinfo=UTC) for moment in (datetime.min, datetime.max))
CHECKED: tuple[Control, ...] = tuple(BY_ID[identifier] for identifier in checks.CHECKS)


@dataclass(frozen=True, slots=True)
class Settings:
    on: bool = False
    # None: as each hub's ControlFindingGenerator says.
    consolidated: bool | None = None
    # Regions that lack a control, by its id.
    unavailable: dict[str, list[str]] = field(default_factory=dict)


_settings = Settings()


@dataclass(slots=True)
class Kept:
    """What one account and Region remembers between two looks."""

    # By control: its next check. Missing for one that no enabled standard has.
    due: dict[str, datetime] = field(default_factory=dict)
    # By control and standard; the standard is empty for a consolidated finding.
    findings: dict[tuple[str, str], ControlFinding] = field(default_factory=dict)
    looked: datetime | None = None
    # Until then nothing happens by itself.
    wake: datetime = LONG_AGO


def settings() -> dict[str, Any]:
    return asdict(_settings)


def turn(wanted: dict[str, Any]) -> dict[str, Any]:
    """Changes what is named. Raises ValueError for what makes no sense."""
    global _settings
    if unknown := set(wanted) - set(Settings.__slots__):
        raise ValueError(f"unknown settings {sorted(unknown)}")
    if wanted.get("on", False) not in (True, False):
        raise ValueError("on is true or false")
    if wanted.get("consolidated") not in (None, True, False):
        raise ValueError("consolidated is true, false or null")
    for control, names in wanted.get("unavailable", {}).items():
        if control not in BY_ID or not set(names) <= set(regions.ALL):
            raise ValueError(f"no control {control} or no Region in {names}")
    # What was checked until now was so by the settings of before.
    catch_up_all()
    before, _settings = _settings, replace(_settings, **wanted)
    if before.on != _settings.on:
        for backend in backends():
            backend.checks = Kept(looked=now()) if _settings.on else None
    catch_up_all(changed=True)
    return settings()


def reset() -> None:
    global _settings
    _settings = Settings()


def is_on() -> bool:
    return _settings.on


def available(control: str, region: str) -> bool:
    return region not in _settings.unavailable.get(control, ())


def findings(backend: SecurityHub, at: datetime) -> Iterator[dict[str, Any]]:
    """The control findings of this account and Region, in their wire form."""
    if _settings.on:
        catch_up(backend, at)
        for finding in backend.checks.findings.values():
            yield finding.data


def backends() -> Iterator[SecurityHub]:
    for account in list(securityhub_backends):
        yield from everywhere(account)


def catch_up_all(changed: bool = False) -> None:
    at = now()
    for backend in backends():
        catch_up(backend, at, changed)


def catch_up(backend: SecurityHub, at: datetime, changed: bool = False) -> None:
    """Does all that was due by `at`; `changed` where something else than the time may be new."""
    if not _settings.on:
        return
    kept = backend.checks
    if kept is None:
        kept = backend.checks = Kept()
    if not changed and at < kept.wake:
        return
    if backend.hub is None or knobs.of(backend.account_id).closed:
        kept.due.clear()
    else:
        run_due(backend, kept, at)
        archive_unchecked(kept, at)
    expire(kept, at)
    kept.looked, kept.wake = at, next_event(backend, kept, at)


def run_due(backend: SecurityHub, kept: Kept, at: datetime) -> None:
    enabled = [s for s in backend.hub.standards.values() if not s.deleting]
    ready = {catalogue.path_of(s.standard): begins(backend, s) for s in enabled}
    ready = {path: since for path, since in ready.items() if since <= at}
    disabled = knobs.of(backend.account_id).disabled_controls
    for control in CHECKED:
        standards = ready.keys() & control.standards
        if control.id in disabled or not available(control.id, backend.region_name):
            standards = set()
        for (identifier, _), finding in kept.findings.items():
            if identifier == control.id:
                finding.keep_to(standards)
        if not standards:
            kept.due.pop(control.id, None)
            continue
        if control.id not in kept.due:
            if checks.CHECKS[control.id].by_rule and not checks.records(backend):
                continue
            first = min(ready[path] for path in standards)
            kept.due[control.id] = max(first, kept.looked or first)
        first = kept.due[control.id]
        if first <= at:
            last = first + (at - first) // PERIOD * PERIOD
            kept.due[control.id] = last + PERIOD
            check(backend, kept, control, standards, ready.keys(), first, last)


def begins(backend: SecurityHub, subscription: Subscription) -> datetime:
    pending = knobs.of(backend.account_id).standards_pending_seconds
    return subscription.since + timedelta(seconds=pending)


def check(
    backend: SecurityHub,
    kept: Kept,
    control: Control,
    standards: set[str],
    enabled: Any,
    first: datetime,
    last: datetime,
) -> None:
    """One or more checks, all of which find the same."""
    result = checks.run(control.id, backend, enabled)
    consolidated = _settings.consolidated
    if consolidated is None:
        consolidated = backend.generator() == "SECURITY_CONTROL"
    for standard in [""] if consolidated else sorted(standards):
        finding = kept.findings.get((control.id, standard))
        if finding is None:
            finding = made(control, backend, standard, first)
            kept.findings[control.id, standard] = finding
        finding.checked(control, result, standards if consolidated else {standard}, first, last)
    for (identifier, standard), finding in kept.findings.items():
        of_the_other_form = bool(standard) == consolidated
        if identifier == control.id and of_the_other_form and finding.active:
            finding.archive_for_consolidation(last)


def archive_unchecked(kept: Kept, at: datetime) -> None:
    for finding in kept.findings.values():
        if finding.active and at >= (when := finding.updated + finding.patience):
            finding.archive(when)


def expire(kept: Kept, at: datetime) -> None:
    for key, finding in list(kept.findings.items()):
        if at >= expires(finding):
            del kept.findings[key]


def expires(finding: ControlFinding) -> datetime:
    return finding.updated + (ACTIVE_KEPT if finding.active else ARCHIVED_KEPT)


def next_event(backend: SecurityHub, kept: Kept, at: datetime) -> datetime:
    """Until then nothing changes without a call."""
    if backend.hub is None:
        # Its administrator can enable it, by a call that is not this account's.
        return at
    events = [*kept.due.values(), *(expires(f) for f in kept.findings.values())]
    if not knobs.of(backend.account_id).closed:
        events += [f.updated + f.patience for f in kept.findings.values() if f.active]
        events += [
            since
            for subscription in backend.hub.standards.values()
            if not subscription.deleting and (since := begins(backend, subscription)) > at
        ]
    return min(events, default=NEVER)
