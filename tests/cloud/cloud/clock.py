"""The cloud's clock: real time, moved by as much as a test asks for.

Security Hub and GuardDuty use it: when a control is checked, when a finding expires, since when
a standard is enabled. Credentials and the Date of an answer stay real, because an SDK signs by them.
"""

from datetime import UTC, datetime, timedelta

_offset = timedelta()


def now() -> datetime:
    return datetime.now(UTC) + _offset


def offset() -> float:
    """Seconds that this clock is ahead of real time, or behind it where negative."""
    return _offset.total_seconds()


def move(seconds: float) -> None:
    global _offset
    _offset = timedelta(seconds=seconds)


def reset() -> None:
    move(0)


def stamp(moment: datetime) -> str:
    """A time as findings carry it: RFC 3339 in UTC, with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
