"""What Security Hub remembers of one account in one Region.

Associations are per Region (docs: securityhub-account-restrictions-recommendations.html), so an
administrator's row and the member's own record live in the two accounts' backends of that Region.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from moto.securityhub.models import SecurityHubBackend, securityhub_backends

from .. import knobs
from ..clock import now

if TYPE_CHECKING:
    from .schedule import Kept

# MemberStatus is a free string in the model; these are the documented values.
CREATED = "Created"
INVITED = "Invited"
ENABLED = "Enabled"
REMOVED = "Removed"
RESIGNED = "Resigned"
SUSPENDED = "AccountSuspended"


@dataclass(slots=True)
class Subscription:
    """One enabled standard."""

    standard: str
    since: datetime
    input: dict[str, str]
    seen: bool = False
    deleting: bool = False


@dataclass(slots=True)
class HubRecord:
    since: datetime
    generator: str
    tags: dict[str, str]
    auto_enable_controls: bool = True
    standards: dict[str, Subscription] = field(default_factory=dict)


@dataclass(slots=True)
class Member:
    """The administrator's row of one member account."""

    account: str
    email: str | None
    status: str
    organization: bool
    updated_at: datetime
    invited_at: datetime | None = None

    def become(self, status: str) -> None:
        self.status, self.updated_at = status, now()

    def shown_status(self) -> str:
        knob = knobs.of(self.account)
        return SUSPENDED if knob.suspended else knob.member_status or self.status


@dataclass(slots=True)
class Invitation:
    """The member's record of an administrator's invitation, open or accepted."""

    administrator: str
    id: str
    invited_at: datetime
    status: str = INVITED

    def shown(self) -> dict[str, Any]:
        return {
            "AccountId": self.administrator,
            "InvitationId": self.id,
            "InvitedAt": self.invited_at,
            "MemberStatus": self.status,
        }


class SecurityHub(SecurityHubBackend):
    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self.hub: HubRecord | None = None
        self.hub_v2_since: datetime | None = None
        self.members: dict[str, Member] = {}  # type: ignore[assignment]
        # By administrator; an accepted invitation moves to `administrator`.
        self.invitations: dict[str, Invitation] = {}
        self.administrator: Invitation | None = None
        # The home Region's aggregator: {"mode", "regions", "arn"}.
        self.aggregator: dict[str, Any] | None = None
        # What `schedule` remembers; None until it looks here.
        self.checks: Kept | None = None

    def of(self, account: str) -> "SecurityHub":
        """Another account's record in this Region."""
        return securityhub_backends[account][self.region_name]

    def row(self, account: str) -> Member | None:
        """The administrator `account`'s row of this account."""
        return self.of(account).members.get(self.account_id)

    def generator(self) -> str:
        """A member's value follows its administrator's (controls-findings-create-update.html)."""
        assert self.hub is not None, "without a hub there are no controls"
        followed = self.administrator
        above = self.of(followed.administrator).hub if followed else None
        return (above or self.hub).generator

    def arn(self, rest: str) -> str:
        return f"arn:{self.partition}:securityhub:{self.region_name}:{self.account_id}:{rest}"


securityhub_backends.backend = SecurityHub


def everywhere(account: str) -> list[SecurityHub]:
    """The account's records in every Region where it has one."""
    return list(securityhub_backends[account].values())
