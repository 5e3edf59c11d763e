"""One finding of a control: what it says, and how a check, the archive and a standard change it.

Consolidated, one finding is for every enabled standard that has the control; otherwise there is one
for each, under that standard's own number for the control.
Sources: docs securityhub/latest/userguide/sample-control-findings.html (fields, ids, GeneratorId),
controls-findings-create-update.html (what a check updates; INFORMATIONAL unless FAILED; reasons for
archiving), asff-changes-consolidation.html (numbers of controls by standard),
findings-workflow-status.html (RESOLVED by passing, NEW again, SUPPRESSED stays),
securityhub-standards-schedule.html (what a customer set stays while the result does).
"""

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..clock import stamp
from . import checks
from .catalogue import SHORT
from .checks import Result
from .controls_reference import Control
from .records import SecurityHub

NORMALIZED = {"CRITICAL": 90, "HIGH": 70, "MEDIUM": 40, "LOW": 1, "INFORMATIONAL": 0}
# "3-5 days", which differs by finding, so that no reader counts on more than that.
PATIENCE = timedelta(days=3), timedelta(days=5)
OLD_CIS = SHORT["cis-1.2.0"]
KIND = "Software and Configuration Checks/Industry and Regulatory Standards"
KINDS = {
    SHORT["fsbp"]: "AWS-Foundational-Security-Best-Practices",
    SHORT["pci-3.2.1"]: "PCI-DSS",
    **{path: "CIS AWS Foundations Benchmark" for short, path in SHORT.items() if "cis" in short},
}
# What a standard calls a control where that is not its id.
NUMBERS = {
    ("Config.1", SHORT["cis-1.2.0"]): "2.5",
    ("Config.1", SHORT["cis-1.4.0"]): "3.5",
    ("Config.1", SHORT["cis-3.0.0"]): "3.3",
    ("Config.1", SHORT["cis-5.0.0"]): "3.3",
    ("Config.1", SHORT["pci-3.2.1"]): "PCI.Config.1",
    ("GuardDuty.1", SHORT["pci-3.2.1"]): "PCI.GuardDuty.1",
    ("CloudTrail.3", SHORT["pci-3.2.1"]): "PCI.CloudTrail.2",
    ("EC2.7", SHORT["cis-1.4.0"]): "2.2.1",
    ("EC2.7", SHORT["cis-3.0.0"]): "2.2.1",
    ("EC2.7", SHORT["cis-5.0.0"]): "5.1.1",
}
CONSOLIDATION = "CONSOLIDATED_CONTROL_FINDINGS_UPDATE"
CONSOLIDATION_TEXT = (
    "The finding is in an ARCHIVED state because consolidated control findings has been turned on "
    "or off. This causes findings in the previous state to be archived when new findings are being "
    "generated."
)


@dataclass(slots=True)
class ControlFinding:
    data: dict[str, Any]
    # UpdatedAt, as a time.
    updated: datetime
    # For how long it may go without an update before it is archived.
    patience: timedelta

    @property
    def active(self) -> bool:
        return self.data["RecordState"] == "ACTIVE"

    def checked(
        self,
        control: Control,
        result: Result,
        standards: Iterable[str],
        first: datetime,
        last: datetime,
    ) -> None:
        """What checks from `first` to `last` leave, all with this result."""
        data = self.data
        before = data.get("Compliance", {}).get("Status")
        if before != result.status:
            data["FirstObservedAt"] = stamp(first)
            data["Severity"] = severity(control, result)
            data["FindingProviderFields"] = {
                "Severity": dict(data["Severity"]),
                "Types": data["Types"],
            }
        self.follow(result, before)
        data["RecordState"] = "ACTIVE"
        data["Compliance"] = {
            "Status": result.status,
            "SecurityControlId": control.id,
            "AssociatedStandards": associated(standards),
        }
        if result.reasons:
            data["Compliance"]["StatusReasons"] = result.status_reasons()
        if parameters := checks.parameters(control.id, data["AwsAccountId"]):
            data["Compliance"]["SecurityControlParameters"] = parameters
        data["ProductFields"] = {
            name: value
            for name, value in data["ProductFields"].items()
            if not name.startswith("ArchivalReasons")
        }
        # In several checks, all but the first found what the one before had.
        previous = before if before and first == last else result.status
        data["ProductFields"]["PreviousComplianceStatus"] = previous
        self.touch(last)
        data["LastObservedAt"] = data["ProcessedAt"] = data["UpdatedAt"]

    def follow(self, result: Result, before: str | None) -> None:
        """The workflow status after a check."""
        status = self.data["Workflow"]["Status"]
        if status == "SUPPRESSED":
            return
        if not self.active:
            status, before = "NEW", None
        if result.passed and before != "PASSED":
            status = "RESOLVED"
        elif not result.passed and before == "PASSED":
            status = "NEW"
        # Never changed in place: one update gives all its findings the same object.
        self.data["Workflow"] = {"Status": status}

    def keep_to(self, standards: Iterable[str]) -> None:
        """Forgets standards that no longer have the control. It is no check, so no update."""
        compliance = self.data["Compliance"]
        compliance["AssociatedStandards"] = [
            known
            for known in compliance["AssociatedStandards"]
            if known["StandardsId"] in standards
        ]

    def archive(self, at: datetime) -> None:
        """Here it is an update, as where a provider archives; AWS does not say."""
        self.data["RecordState"] = "ARCHIVED"
        self.touch(at)

    def archive_for_consolidation(self, at: datetime) -> None:
        self.archive(at)
        self.data["ProductFields"]["ArchivalReasons:0/ReasonCode"] = CONSOLIDATION
        self.data["ProductFields"]["ArchivalReasons:0/Description"] = CONSOLIDATION_TEXT

    def touch(self, at: datetime) -> None:
        self.updated = at
        self.data["UpdatedAt"] = stamp(at)


def made(control: Control, backend: SecurityHub, standard: str, at: datetime) -> ControlFinding:
    """A finding before its first check; `standard` is empty for a consolidated one."""
    account, region = backend.account_id, backend.region_name
    number = NUMBERS.get((control.id, standard), control.id)
    kinds = [f"{KIND}/{KINDS[standard]}" if standard in KINDS else KIND]
    own = unique(backend, control, standard)
    name = backend.arn(f"{origin(control, standard, number)}/finding/{own}")
    product = f"arn:{backend.partition}:securityhub:{region}::product/aws/securityhub"
    remediation = f"https://docs.aws.amazon.com/console/securityhub/{control.id}/remediation"
    resource = f"AWS::::Account:{account}"
    data = {
        "SchemaVersion": "2018-10-08",
        "Id": name,
        "ProductArn": product,
        "ProductName": "Security Hub",
        "CompanyName": "AWS",
        "Region": region,
        "GeneratorId": generator(control, standard, number),
        "AwsAccountId": account,
        "Types": kinds,
        "FirstObservedAt": stamp(at),
        "CreatedAt": stamp(at),
        "Title": f"{number} {control.title}" if standard else control.title,
        "Description": f"This control checks that: {control.title}.",
        "Remediation": {
            "Recommendation": {
                "Text": "For information on how to correct this issue, consult the AWS Security Hub "
                "controls documentation.",
                "Url": remediation,
            }
        },
        "ProductFields": {
            **(of_standard(backend, standard, number) if standard else {}),
            **({"RecommendationUrl": remediation} if standard else {}),
            "aws/securityhub/ProductName": "Security Hub",
            "aws/securityhub/CompanyName": "AWS",
            "Resources:0/Id": resource,
            "aws/securityhub/FindingId": f"{product}/{name}",
        },
        "Resources": [
            {
                "Type": "AwsAccount",
                "Id": resource,
                "Partition": backend.partition,
                "Region": region,
            }
        ],
        "WorkflowState": "NEW",
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE",
    }
    shortest, longest = PATIENCE
    return ControlFinding(data, at, shortest + own.bytes[0] / 255 * (longest - shortest))


def unique(backend: SecurityHub, control: Control, standard: str) -> uuid.UUID:
    """The same in every run."""
    words = f"{backend.account_id} {backend.region_name} {control.id} {standard}"
    return uuid.UUID(bytes=hashlib.sha256(words.encode()).digest()[:16], version=4)


def origin(control: Control, standard: str, number: str) -> str:
    if not standard:
        return f"security-control/{control.id}"
    return f"subscription/{below(standard)}/{number}"


def generator(control: Control, standard: str, number: str) -> str:
    if standard == OLD_CIS:
        return f"arn:aws:securityhub:::{standard}/rule/{number}"
    return f"{below(standard)}/{number}" if standard else f"security-control/{control.id}"


def of_standard(backend: SecurityHub, standard: str, number: str) -> dict[str, str]:
    """The oldest standard has words of its own for the three."""
    names = ("StandardsArn", "StandardsSubscriptionArn", "ControlId")
    if standard == OLD_CIS:
        names = ("StandardsGuideArn", "StandardsGuideSubscriptionArn", "RuleId")
    values = (
        f"arn:{backend.partition}:securityhub:::{standard}",
        backend.arn(f"subscription/{below(standard)}"),
        number,
    )
    return {
        **dict(zip(names, values, strict=True)),
        "StandardsControlArn": backend.arn(f"control/{below(standard)}/{number}"),
    }


def below(standard: str) -> str:
    """A standard's path without its first word."""
    return standard.partition("/")[2]


def severity(control: Control, result: Result) -> dict[str, Any]:
    label = "INFORMATIONAL" if result.passed else control.severity
    return {"Label": label, "Normalized": NORMALIZED[label], "Original": label}


def associated(standards: Iterable[str]) -> list[dict[str, str]]:
    return [{"StandardsId": path} for path in sorted(standards)]
