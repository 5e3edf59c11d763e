"""What exists in one account, without ids and times, so that two runs can be compared.

Only what the two programs set up; findings and objects in buckets are left out.
"""

import json
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.config.models import config_backends
from moto.events.models import events_backends
from moto.guardduty.models import guardduty_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.s3.models import s3_backends
from moto.securityhub.models import securityhub_backends

from . import functions
from .config import described
from .guardduty import described as detector_described
from .securityhub.standards import settle, status

VOLATILE = ("arn", "CreatedAt", "UpdatedAt", "updatedAt")


def of(account: str) -> dict[str, Any]:
    names = {
        region
        for backends in (
            securityhub_backends,
            config_backends,
            guardduty_backends,
            lambda_backends,
            events_backends,
            logs_backends,
        )
        for region in list(backends[account])
    }
    shown = {name: region(account, name) for name in sorted(names)}
    return {
        "account": account,
        "regions": {name: state for name, state in shown.items() if any(state.values())},
        "buckets": buckets(account),
        "roles": sorted(role.arn for role in iam_backends[account]["aws"].roles.values()),
        "policies": role_policies(account),
    }


def role_policies(account: str) -> dict[str, Any]:
    """Inline policies and tags of the roles that have an inline policy."""
    return {
        role.name: {
            "tags": dict(sorted((tag["Key"], tag["Value"]) for tag in role.tags)),
            "policies": {name: json.loads(text) for name, text in sorted(role.policies.items())},
        }
        for role in iam_backends[account]["aws"].roles.values()
        if role.policies
    }


def region(account: str, name: str) -> dict[str, Any]:
    hub = securityhub_backends[account][name]
    config = config_backends[account][name]
    detectors = guardduty_backends[account][name].detectors.values()
    return {
        "hub": hub_state(hub),
        "hub_v2": hub.hub_v2_since is not None,
        "standards": standards(hub),
        "administrator": hub.administrator.administrator if hub.administrator else None,
        "invitations": sorted(hub.invitations),
        "members": {row.account: row.shown_status() for row in hub.members.values()},
        "aggregator": steady(hub.aggregator) if hub.aggregator else None,
        "detectors": [steady(detector_described(d, account)) for d in detectors],
        "recorders": [
            {
                **steady(described(r)),
                "recording": r.status.recording,
                "tags": dict(sorted(r.tags.items())),
            }
            for r in config.recorders.values()
        ],
        "service_linked_recorders": sorted(config.service_linked.values()),
        "channels": [channel.to_dict() for channel in config.delivery_channels.values()],
        "functions": functions.described(account, name),
        "rules": rules(account, name),
        "log_groups": log_groups(account, name),
    }


def rules(account: str, name: str) -> dict[str, Any]:
    """The rules of the default bus that run by a schedule."""
    backend = dict.get(events_backends[account], name)
    found = backend.describe_event_bus("default").rules.values() if backend else ()
    return {
        rule.name: {
            "schedule": rule.scheduled_expression,
            "state": rule.state,
            "targets": [{"Id": one["Id"], "Arn": one["Arn"]} for one in rule.targets],
            "tags": backend.tagger.get_tag_dict_for_resource(rule.arn),
        }
        for rule in found
        if rule.scheduled_expression
    }


def log_groups(account: str, name: str) -> dict[str, Any]:
    backend = dict.get(logs_backends[account], name)
    return {
        group.name: {
            "retention": group.retention_in_days,
            "tags": backend.tagger.get_tag_dict_for_resource(group.arn),
        }
        for group in (backend.groups.values() if backend else ())
    }


def hub_state(hub: Any) -> dict[str, Any] | None:
    if hub.hub is None:
        return None
    return {
        "control_finding_generator": hub.hub.generator,
        "auto_enable_controls": hub.hub.auto_enable_controls,
        "tags": dict(sorted(hub.hub.tags.items())),
    }


def standards(hub: Any) -> dict[str, str]:
    if hub.hub is None:
        return {}
    settle(hub)
    return {
        arn: status(hub, subscription, first=False)[0]
        for arn, subscription in sorted(hub.hub.standards.items())
    }


def buckets(account: str) -> dict[str, Any]:
    found = {}
    for name, bucket in sorted(s3_backends[account]["aws"].buckets.items()):
        block = bucket.public_access_block
        found[name] = {
            "region": bucket.region_name,
            "policy": json.loads(bucket.policy) if bucket.policy else None,
            "public_access_block": block.to_config_dict() if block else None,
            "tags": s3_backends[account]["aws"].tagger.get_tag_dict_for_resource(bucket.arn),
            "encryption": steady(bucket.encryption),
        }
    return found


def steady(value: Any) -> Any:
    """The value without what differs from run to run."""
    if isinstance(value, dict):
        return {k: steady(v) for k, v in value.items() if k not in VOLATILE and k[0] != "@"}
    if isinstance(value, list):
        return [steady(item) for item in value]
    return value
