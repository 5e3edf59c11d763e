"""What a harness may set about an account that no AWS operation of ours can.

Regions also answer account:ListRegions and are changed by account:EnableRegion.
"""

from dataclasses import dataclass, field
from typing import Any

from . import regions

REGION_STATES = ("ENABLED", "ENABLING", "DISABLING", "DISABLED", "ENABLED_BY_DEFAULT")
USABLE = ("ENABLED", "ENABLED_BY_DEFAULT")


@dataclass(slots=True)
class Knobs:
    # The administrator whose organization this account is in: CreateMembers enables it at once.
    organization_member_of: str | None = None
    # {"operation", "reason"}: this account comes back in UnprocessedAccounts of that operation.
    unprocessed: dict[str, str] | None = None
    # Administrators see AccountSuspended.
    suspended: bool = False
    # Administrators see this status, whatever it is: MemberStatus is a free string.
    member_status: str | None = None
    regions: dict[str, str] = field(default_factory=dict)
    # How long a standard stays PENDING (or DELETING); 0 is "until the next read".
    standards_pending_seconds: float = 0
    # GuardDuty features that an organization's policy owns.
    guardduty_policy: list[str] = field(default_factory=list)
    # A closed account stays as it was in its administrator's list, but nothing is checked.
    closed: bool = False
    # Controls that are disabled in every standard of the account.
    disabled_controls: list[str] = field(default_factory=list)
    # Config.1's parameter includeConfigServiceLinkedRoleCheck.
    config_role_check: bool = True
    # By Region: resource types that Config refuses to record there.
    config_refuses: dict[str, list[str]] = field(default_factory=dict)
    # How Config says so, for AWS documents no message: it names them ("named"), repeats the request
    # and lists what it accepts ("enum"), or names nothing ("silent").
    config_refusal: str = "named"
    # By Region: GuardDuty features that it lacks.
    guardduty_lacks: dict[str, list[str]] = field(default_factory=dict)


_accounts: dict[str, Knobs] = {}


def of(account: str) -> Knobs:
    return _accounts.setdefault(account, Knobs())


def turn(account: str, wanted: dict[str, Any]) -> Knobs:
    if unknown := set(wanted) - set(Knobs.__slots__):
        raise ValueError(f"unknown knobs {sorted(unknown)}; known are {sorted(Knobs.__slots__)}")
    for region, state in wanted.get("regions", {}).items():
        if region not in regions.ALL or state not in REGION_STATES:
            raise ValueError(f"no Region {region} or no state {state}")
    for name in ("closed", "config_role_check"):
        if wanted.get(name, False) not in (True, False):
            raise ValueError(f"{name} is true or false")
    knobs = of(account)
    for name, value in wanted.items():
        if name == "regions":
            knobs.regions.update(value)
        else:
            setattr(knobs, name, value)
    return knobs


def region_state(account: str, region: str) -> str | None:
    """None for a Region that does not exist."""
    if region not in regions.ALL:
        return None
    default = "ENABLED_BY_DEFAULT" if region in regions.ENABLED_BY_DEFAULT else "DISABLED"
    return of(account).regions.get(region, default)


def usable(account: str, region: str) -> bool:
    return region_state(account, region) in USABLE


def reset() -> None:
    _accounts.clear()
