"""AWS's own rates of Security Hub, where a test wants them: a token bucket per account, Region and class.

Source: botocore securityhub, service documentation: GetFindings 3 a second with bursts of 6,
BatchEnableStandards 1 and 1, UpdateStandardsControl 1 and 5, all other operations 10 and 30. What comes
too fast is answered as in the field, by an error that the model does not have (github.com
prowler-cloud/prowler issue 5004).
"""

import threading
import time

from . import message, wire

RATES = {"GetFindings": (3, 6), "BatchEnableStandards": (1, 1), "UpdateStandardsControl": (1, 5)}
OTHER = (10, 30)

_lock = threading.Lock()
_on = False
# (account, Region, class) -> (tokens left, when that was)
_buckets: dict[tuple[str, str, str], tuple[float, float]] = {}


def turn(wanted: bool) -> None:
    global _on
    with _lock:
        _on = wanted
        _buckets.clear()


def refusal(call: wire.Call) -> message.Answer | None:
    if not _on or call.service != "securityhub" or takes(call, time.monotonic()):
        return None
    return wire.error("securityhub", "TooManyRequestsException", "Too Many Requests", 429)


def takes(call: wire.Call, now: float) -> bool:
    """Whether there is a token left for this call; if so, it is gone now."""
    rate, burst = RATES.get(call.operation, OTHER)
    kind = call.operation if call.operation in RATES else "other"
    key = (call.account, call.region, kind)
    with _lock:
        left, before = _buckets.get(key, (float(burst), now))
        left = min(burst, left + (now - before) * rate)
        _buckets[key] = (left - 1 if left >= 1 else left, now)
        return left >= 1


def reset() -> None:
    turn(False)
