"""Whether controls are on in an account and Region, and the parameter of Config.1.

AWS says "in a specific standard" of SecurityControlStatus; here a control is on while any standard is
enabled and the account's knob does not disable it.
Source: botocore securityhub BatchGetSecurityControls, SecurityControl, ParameterConfiguration.
"""

import re
from typing import Any

from moto.core.responses import ActionResult

from .. import knobs
from .hub import Base

CONTROL_ID = re.compile(r"[A-Za-z0-9]+\.\d+")
MOST_IDS = 100


class Enablement(Base):
    def batch_get_security_controls(self) -> ActionResult:
        ids = self._get_param("SecurityControlIds")
        if not 1 <= len(ids) <= MOST_IDS:
            raise self.invalid("Invalid parameter 'SecurityControlIds'")
        known = [identifier for identifier in ids if CONTROL_ID.fullmatch(identifier)]
        unknown = [
            {"SecurityControlId": identifier, "ErrorCode": "NOT_FOUND"}
            for identifier in ids
            if identifier not in known
        ]
        return ActionResult(
            {
                "SecurityControls": [self.security_control(identifier) for identifier in known],
                "UnprocessedIds": unknown,
            }
        )

    def security_control(self, identifier: str) -> dict[str, Any]:
        account = knobs.of(self.current_account)
        is_on = bool(self.record.standards) and identifier not in account.disabled_controls
        return {
            "SecurityControlId": identifier,
            "SecurityControlArn": self.backend.arn(f"security-control/{identifier}"),
            "Title": identifier,
            "Description": identifier,
            "RemediationUrl": "https://docs.aws.amazon.com/console/securityhub/"
            f"{identifier}/remediation",
            "SeverityRating": "MEDIUM",
            "SecurityControlStatus": "ENABLED" if is_on else "DISABLED",
            "UpdateStatus": "READY",
            "Parameters": parameters(account.config_role_check) if identifier == "Config.1" else {},
        }


def parameters(role_check: bool) -> dict[str, Any]:
    return {
        "includeConfigServiceLinkedRoleCheck": {
            "ValueType": "DEFAULT" if role_check else "CUSTOM",
            "Value": {"Boolean": role_check},
        }
    }
