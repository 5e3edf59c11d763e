"""Whether a bucket's policy lets AWS Config deliver to it.

Evaluates what Config's own policy page uses: Effect, Principal, Action and Resource with
wildcards, and string conditions on aws:SourceAccount and s3:x-amz-acl. Any other condition key
counts as not met, so that a policy which only looks right is refused.
Source: docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
"""

import json
from fnmatch import fnmatchcase
from typing import Any

SERVICE = "config.amazonaws.com"


def lets_config_deliver(
    policy: bytes | None, bucket: str, prefix: str | None, account: str
) -> bool:
    if not policy:
        return False
    statements = listed(json.loads(policy).get("Statement", []))
    place = "/".join(part for part in (prefix, "AWSLogs", account, "Config") if part)
    # GetBucketAcl and ListBucket are Config's check that the bucket exists and is the right one.
    needed = [
        ("s3:GetBucketAcl", f"arn:aws:s3:::{bucket}"),
        ("s3:PutObject", f"arn:aws:s3:::{bucket}/{place}/2026/1/1/ConfigHistory/file"),
    ]
    actual = {
        "aws:sourceaccount": account,
        "s3:x-amz-acl": "bucket-owner-full-control",
        # Config calls S3 over TLS; the usual "deny insecure transport" must not stop it.
        "aws:securetransport": "true",
        "aws:sourcearn": f"arn:aws:config:us-east-1:{account}:configuration-recorder/default",
    }
    return all(decision(statements, SERVICE, action, arn, actual) for action, arn in needed)


def decision(
    statements: list[dict[str, Any]], service: str, action: str, arn: str, actual: dict[str, str]
) -> bool:
    effects = {
        statement["Effect"]
        for statement in statements
        if for_service(service, statement.get("Principal"))
        and any(fnmatchcase(action.lower(), a.lower()) for a in listed(statement["Action"]))
        and any(fnmatchcase(arn, r) for r in listed(statement["Resource"]))
        and conditions_met(statement.get("Condition", {}), actual)
    }
    return "Allow" in effects and "Deny" not in effects


def for_service(service: str, principal: Any) -> bool:
    if principal == "*":
        return True
    return isinstance(principal, dict) and (
        service in listed(principal.get("Service", [])) or principal.get("AWS") == "*"
    )


def conditions_met(conditions: dict[str, Any], actual: dict[str, str]) -> bool:
    for operator, tests in conditions.items():
        compare = fnmatchcase if operator in ("StringLike", "ArnLike") else str.__eq__
        for key, wanted in tests.items():
            value = actual.get(key.lower())
            if value is None or not any(
                compare(value, str(option).lower() if isinstance(option, bool) else option)
                for option in listed(wanted)
            ):
                return False
    return True


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
