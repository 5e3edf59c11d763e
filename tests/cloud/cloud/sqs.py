"""SQS: moto's, with a policy that stays when other attributes are set, and that rules must meet.

Only what EventBridge sends is judged by the policy; the owner's own calls never are.
Sources: AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html; eventbridge
eb-use-resource-based.html (principal events.amazonaws.com, aws:SourceArn the rule's).
"""

import json
from typing import Any

from moto.sqs.models import Queue

from .bucket_policy import decision, listed

EVENT_BRIDGE = "events.amazonaws.com"

_set_attributes = Queue._set_attributes


def set_attributes(self: Queue, attributes: dict[str, Any], now: float | None = None) -> None:
    """moto's forgets the policy with each change of anything else."""
    policy = attributes.get("Policy", getattr(self, "policy", None))
    _set_attributes(self, {**attributes, "Policy": policy}, now)


Queue._set_attributes = set_attributes


def lets_rule_send(queue: Queue, rule: str) -> bool:
    if not queue.policy:
        return False
    statements = listed(json.loads(queue.policy).get("Statement", []))
    actual = {
        "aws:sourcearn": rule,
        "aws:sourceaccount": queue.account_id,
        "aws:securetransport": "true",
    }
    return decision(statements, EVENT_BRIDGE, "sqs:SendMessage", queue.queue_arn, actual)
