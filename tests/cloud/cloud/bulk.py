"""Many members at once, for benches and simulations: set up as by the two programs, without a call.

Each account has Security Hub, the standards, a recorder that records everything and a detector, and
is Enabled in its administrator's list. Its delivery channel names a bucket that does not exist.
"""

from typing import Any

from moto.config.models import ConfigBackend, config_backends
from moto.guardduty.models import guardduty_backends
from moto.securityhub.models import securityhub_backends

from . import iam, regions
from .clock import now
from .securityhub import catalogue, schedule
from .securityhub.hub import subscribe
from .securityhub.members import MOST_MEMBERS, invitation_id
from .securityhub.records import ENABLED, Invitation, Member, SecurityHub, Subscription

EVERYTHING = {"allSupported": True, "includeGlobalResourceTypes": True}


def add_members(
    administrator: str,
    regions: list[str],
    accounts: list[str] | None = None,
    first: str = "100000000000",
    count: int = 0,
    standards: list[str] | None = None,
    config: bool = True,
    guardduty: bool = True,
) -> dict[str, Any]:
    """What exists already stays. Answers the accounts; `standards` are suffixes of ARNs."""
    accounts = accounts or [f"{int(first) + number:012d}" for number in range(count)]
    check(administrator, regions, accounts)
    wanted = standards or ["aws-foundational-security-best-practices/v/1.0.0"]
    arns = {region: standards_of(region, wanted) for region in regions}
    for region in regions:
        above = securityhub_backends[administrator][region]
        if above.hub is None:
            subscribe(above, default_standards=False)
        for account in accounts:
            if config:
                record_everything(account, region)
            if guardduty and not guardduty_backends[account][region].detectors:
                guardduty_backends[account][region].create({"Enable": True})
            join(above, account, arns[region])
    return {"accounts": accounts}


def check(administrator: str, wanted: list[str], accounts: list[str]) -> None:
    if not wanted or (unknown := set(wanted) - set(regions.ALL)):
        raise ValueError(f"no Regions, or unknown ones: {sorted(unknown) if wanted else []}")
    if not accounts or any(len(a) != 12 or not a.isdigit() for a in accounts):
        raise ValueError("accounts, or first and count, are 12 digits each")
    for region in wanted:
        members = securityhub_backends[administrator][region].members
        if len(members.keys() | set(accounts)) > MOST_MEMBERS:
            raise ValueError(f"an administrator has at most {MOST_MEMBERS} members")


def standards_of(region: str, suffixes: list[str]) -> list[str]:
    known = [standard["StandardsArn"] for standard in catalogue.available(region)]
    found = [arn for suffix in suffixes for arn in known if arn.endswith(f"/{suffix}")]
    if len(found) != len(suffixes):
        raise ValueError(f"not all of {suffixes} are standards")
    return found


def record_everything(account: str, region: str) -> None:
    backend = config_backends[account][region]
    if backend.recorders:
        return
    iam.ensure_service_linked_role(account, "config.amazonaws.com")
    role = f"arn:{backend.partition}:iam::{account}:role/aws-service-role/config.amazonaws.com"
    wanted = {
        "name": "default",
        "roleARN": f"{role}/AWSServiceRoleForConfig",
        "recordingGroup": dict(EVERYTHING),
    }
    backend.put_recorder(wanted, [])
    # moto's own: ours looks whether the bucket lets Config deliver.
    channel = {"name": "default", "s3BucketName": f"config-{account}"}
    ConfigBackend.put_delivery_channel(backend, channel)
    backend.start_configuration_recorder("default")


def join(above: SecurityHub, account: str, arns: list[str]) -> None:
    member, at = above.of(account), now()
    schedule.catch_up(member, at, changed=True)
    if member.hub is None:
        subscribe(member, default_standards=False)
    for arn in arns:
        member.hub.standards.setdefault(arn, Subscription(arn, at, {}))
    if member.administrator is None:
        above.members[account] = Member(account, None, ENABLED, False, at, at)
        member.administrator = Invitation(above.account_id, invitation_id(), at, ENABLED)
    schedule.catch_up(member, at, changed=True)
