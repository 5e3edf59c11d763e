"""The resource types that AWS Config must record for the controls of each standard.

The table has a line per type: the type, and the standards that need it by their short names.
Source: docs securityhub/latest/userguide/controls-config-resources.html. It has no list for PCI DSS
v4.0.1 and for AI Security Best Practices: these are the standard's controls (pci-standard.html,
standards-ai-security.html) looked up in its list of all controls. Two errors of that page are
corrected in the tagging standard: DynamoDB's type is Table and not Trail, Backup's RecoveryPoint
and not RecoveryPlan.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from .catalogue import SHORT

# Recorded in one Region or in none: docs config/latest/developerguide/select-resources.html.
GLOBAL = frozenset(f"AWS::IAM::{name}" for name in ("Group", "Policy", "Role", "User"))

# By a standard's path.
_BY_STANDARD: dict[str, set[str]] = {path: set() for path in SHORT.values()}
for _line in Path(__file__).with_suffix(".txt").read_text().splitlines():
    _type, *_standards = _line.split()
    for _short in _standards:
        _BY_STANDARD[SHORT[_short]].add(_type)

ALL = frozenset().union(*_BY_STANDARD.values())


def of(standards: Iterable[str]) -> frozenset[str]:
    """What the controls of these standards, by path, need altogether."""
    return _of(frozenset(standards))


@cache
def _of(standards: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*(_BY_STANDARD.get(path, ()) for path in standards))
