"""What the tests of control findings share."""

from datetime import UTC, datetime

from conftest import MEMBER

REGION = "us-east-1"
FSBP = "standards/aws-foundational-security-best-practices/v/1.0.0"
OLD_CIS = "ruleset/cis-aws-foundations-benchmark/v/1.2.0"
CIS = "standards/cis-aws-foundations-benchmark/v/5.0.0"
NIST = "standards/nist-800-53/v/5.0.0"
NIST_171 = "standards/nist-800-171/v/2.0.0"
OLD_PCI = "standards/pci-dss/v/3.2.1"
PCI = "standards/pci-dss/v/4.0.1"
TAGGING = "standards/aws-resource-tagging-standard/v/1.0.0"
AI = "standards/ai-security-best-practices/v/1.0.0"
EVERYTHING = {"allSupported": True, "includeGlobalResourceTypes": True}
DISABLED = "CONFIG_RECORDER_DISABLED"
MISSING = "CONFIG_RECORDER_MISSING_REQUIRED_RESOURCE_TYPES"
CUSTOM_ROLE = "CONFIG_RECORDER_CUSTOM_ROLE"


def arn(path, region=REGION):
    return f"arn:aws:securityhub:{'' if path == OLD_CIS else region}::{path}"


def enable(hub, *paths, region=REGION):
    requests = [{"StandardsArn": arn(path, region)} for path in paths]
    hub.batch_enable_standards(StandardsSubscriptionRequests=requests)


def disable(hub, path):
    subscription = path.partition("/")[2]
    name = f"arn:aws:securityhub:{REGION}:{MEMBER}:subscription/{subscription}"
    hub.batch_disable_standards(StandardsSubscriptionArns=[name])


def equals(*values):
    return [{"Value": value, "Comparison": "EQUALS"} for value in values]


def findings(hub, **filters):
    return hub.get_findings(Filters=filters)["Findings"]


def one(hub, control="Config.1"):
    (found,) = findings(hub, ComplianceSecurityControlId=equals(control))
    return found


def standards(finding):
    return [known["StandardsId"] for known in finding["Compliance"]["AssociatedStandards"]]


def reasons(finding):
    return {
        reason["ReasonCode"]: reason["Description"]
        for reason in finding["Compliance"].get("StatusReasons", [])
    }


def when(finding, field="UpdatedAt"):
    return datetime.fromisoformat(finding[field])


def age(finding):
    """By real time, so for a clock that was not moved."""
    return datetime.now(UTC) - when(finding)
