"""What a check of a control finds in an account and Region now.

Config.1 looks at the customer's recorder: that it records, every type that the controls of the
enabled standards need, under the service-linked role. GuardDuty.1 looks for an enabled detector.
Nothing here is behind EC2.7 and CloudTrail.3, so their results are a matter of the account's number.

Sources: docs securityhub/latest/userguide/config-controls.html (also: PASSED wherever Security Hub
V2 is on, and no IAM types asked for in a linked Region), controls-findings-create-update.html
(reason codes and their texts; as they look in the field: HHS/simpler-grants-gov#6993),
guardduty-controls.html. That a member's linked Regions are its administrator's is from
finding-aggregation.html ("member accounts inherit"); Config.1's page does not say whose it means.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from moto.config.models import ConfigRecorder, config_backends
from moto.guardduty.models import guardduty_backends

from .. import knobs
from . import required_types
from .aggregation import home_of, linked_to
from .records import SecurityHub

CONFIG_ROLE = ":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"


@dataclass(frozen=True, slots=True)
class Result:
    passed: bool
    # (ReasonCode, Description)
    reasons: tuple[tuple[str, str], ...] = ()

    @property
    def status(self) -> str:
        return "PASSED" if self.passed else "FAILED"

    def status_reasons(self) -> list[dict[str, str]]:
        return [{"ReasonCode": code, "Description": text} for code, text in self.reasons]


@dataclass(frozen=True, slots=True)
class Check:
    look: Callable[[SecurityHub, Iterable[str]], Result]
    # Whether a rule of AWS Config does the work, which can be made only while a recorder records.
    by_rule: bool = True


def run(control: str, backend: SecurityHub, standards: Iterable[str]) -> Result:
    """`standards` are the paths of all that are enabled."""
    return CHECKS[control].look(backend, standards)


def records(backend: SecurityHub) -> bool:
    return config_backends[backend.account_id][backend.region_name].recording()


def config(backend: SecurityHub, standards: Iterable[str]) -> Result:
    if backend.hub_v2_since:
        return Result(True)
    recorders = config_backends[backend.account_id][backend.region_name].recorders
    recorder = next(iter(recorders.values()), None)
    if recorder is None or not recorder.status.recording:
        text = "AWS Config isn't enabled with the configuration recorder turned on."
        return Result(False, (("CONFIG_RECORDER_DISABLED", text),))
    reasons = []
    if missing := unrecorded(backend, recorder, required_types.of(standards)):
        text = (
            "AWS Config isn't recording all resource types that correspond to enabled Security Hub "
            "controls. Turn on recording for the following resources: "
            f"{', '.join(sorted(missing))}."
        )
        reasons.append(("CONFIG_RECORDER_MISSING_REQUIRED_RESOURCE_TYPES", text))
    if knobs.of(backend.account_id).config_role_check and not recorder.role_arn.endswith(
        CONFIG_ROLE
    ):
        text = (
            "The AWS Config recorder is using a custom IAM role instead of the AWS Config "
            "service-linked role."
        )
        reasons.append(("CONFIG_RECORDER_CUSTOM_ROLE", text))
    return Result(not reasons, tuple(reasons))


def unrecorded(
    backend: SecurityHub, recorder: ConfigRecorder, needed: frozenset[str]
) -> frozenset[str]:
    group = recorder.recording_group
    if group.all_supported:
        # "all supported" leaves the global IAM types out unless they are asked for.
        wanting = needed & (
            frozenset() if group.include_global_resource_types else required_types.GLOBAL
        )
    elif excluded := (group.exclusion_by_resource_types or {}).get("resourceTypes"):
        wanting = needed.intersection(excluded)
    else:
        wanting = needed.difference(group.resource_types or ())
    if wanting & required_types.GLOBAL and is_linked(backend):
        wanting -= required_types.GLOBAL
    return wanting


def is_linked(backend: SecurityHub) -> bool:
    above = backend.administrator
    home = home_of(above.administrator if above else backend.account_id)
    region = backend.region_name
    return home is not None and home.region_name != region and region in linked_to(home)


def guardduty(backend: SecurityHub, _: Iterable[str]) -> Result:
    detectors = guardduty_backends[backend.account_id][backend.region_name].detectors
    return Result(any(detector.enabled for detector in detectors.values()))


def by_number(control: str) -> Callable[[SecurityHub, Iterable[str]], Result]:
    """The same at every check; three accounts in four pass."""

    def look(backend: SecurityHub, _: Iterable[str]) -> Result:
        words = f"{control} {backend.account_id} {backend.region_name}"
        return Result(hashlib.sha256(words.encode()).digest()[0] % 4 != 0)

    return look


CHECKS: dict[str, Check] = {
    "Config.1": Check(config, by_rule=False),
    "GuardDuty.1": Check(guardduty),
    "EC2.7": Check(by_number("EC2.7")),
    "CloudTrail.3": Check(by_number("CloudTrail.3")),
}


def parameters(control: str, account: str) -> list[dict[str, Any]]:
    """Compliance.SecurityControlParameters; only Config.1 has one."""
    if control != "Config.1":
        return []
    value = "true" if knobs.of(account).config_role_check else "false"
    return [{"Name": "includeConfigServiceLinkedRoleCheck", "Value": [value]}]
