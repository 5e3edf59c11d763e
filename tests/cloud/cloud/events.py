"""EventBridge: moto's, with arrays of objects in patterns, and Security Hub's own events.

Every finding that is imported or updated is an event on the default bus of each account and
Region that sees it: the owner's, the administrator's, and the home Regions. Delivered at once
and exactly once, where AWS promises "at least once" and in no order.
Sources: docs securityhub-cwe-integration-types.html, securityhub-cwe-event-formats.html,
finding-aggregation.html; eventbridge eb-create-pattern.html (arrays match by any element),
eb-use-resource-based.html (a queue's policy must let events.amazonaws.com send).
"""

import json
from typing import Any

from moto.events.models import EventPattern, Rule, events_backends
from moto.sqs.models import sqs_backends

from . import sqs

SOURCE = "aws.securityhub"
IMPORTED = "Security Hub Findings - Imported"


def flattened(node: Any, prefix: str = "", result: dict[str, Any] | None = None) -> dict[str, Any]:
    """moto's, but `detail.findings[].Id` is `detail.findings.Id` with every element's value."""
    result = {} if result is None else result
    for key, value in node.items():
        name = f"{prefix}.{key}" if prefix else key
        if isinstance(value, dict) and value:
            flattened(value, name, result)
        elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            for element in value:
                for inner, found in flattened(element, name).items():
                    values = found if isinstance(found, list) else [found]
                    result[inner] = [*result.get(inner, []), *values]
        else:
            result[name] = value
    return result


EventPattern._flatten_dict = staticmethod(flattened)
_send_to_queue = Rule._send_to_sqs_queue


def send_to_queue(self: Rule, queue: str, event: dict[str, Any], group: str | None = None) -> None:
    """moto's, but the queue's policy decides; what it refuses is lost, as in AWS after a day."""
    found = sqs_backends[self.account_id][self.region_name].queues.get(queue)
    if found and sqs.lets_rule_send(found, self.arn):
        _send_to_queue(self, queue, event, group)


Rule._send_to_sqs_queue = send_to_queue


def finding_imported(finding: dict[str, Any], places: list[tuple[str, str]]) -> None:
    """Sends one finding to the default buses of these (account, Region) that have rules."""
    for account, region in places:
        backend = dict.get(events_backends[account], region)
        if backend is None or not backend.describe_event_bus("default").rules:
            continue
        event = {
            "Source": SOURCE,
            "DetailType": IMPORTED,
            "Resources": [finding["Id"]],
            "Detail": json.dumps({"findings": [finding]}),
        }
        backend.put_events([event])
