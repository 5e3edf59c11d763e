"""Which controls there are: a few of the real ones, with the standards that have them. Data.

Source: docs securityhub/latest/userguide/securityhub-controls-reference.html (titles, severities,
standards); standards-ai-security.html for its own standard.
"""

from dataclasses import dataclass

from .catalogue import SHORT


@dataclass(frozen=True, slots=True)
class Control:
    id: str
    title: str
    severity: str
    # The paths of the standards that have it.
    standards: frozenset[str]


def control(identifier: str, title: str, severity: str, standards: str) -> Control:
    return Control(identifier, title, severity, frozenset(SHORT[s] for s in standards.split()))


CIS = "cis-1.2.0 cis-1.4.0 cis-3.0.0 cis-5.0.0"
NEWER_CIS = "cis-1.4.0 cis-3.0.0 cis-5.0.0"

CONTROLS = (
    control(
        "Account.1",
        "Security contact information should be provided for an AWS account",
        "MEDIUM",
        "fsbp cis-3.0.0 cis-5.0.0 nist-800-53",
    ),
    control(
        "BedrockAgentCore.1",
        "Bedrock AgentCore runtimes should be configured with VPC network mode",
        "HIGH",
        "fsbp ai",
    ),
    control(
        "CloudTrail.1",
        "CloudTrail should be enabled and configured with at least one multi-Region trail that "
        "includes read and write management events",
        "HIGH",
        f"fsbp {CIS} nist-800-53",
    ),
    control(
        "CloudTrail.3",
        "At least one CloudTrail trail should be enabled",
        "HIGH",
        "nist-800-171 pci-3.2.1 pci-4.0.1",
    ),
    control(
        "Config.1",
        "AWS Config should be enabled and use the service-linked role for resource recording",
        "CRITICAL",
        f"fsbp {CIS} nist-800-53 pci-3.2.1",
    ),
    control(
        "EC2.2",
        "VPC default security groups should not allow inbound or outbound traffic",
        "HIGH",
        f"fsbp {CIS} nist-800-53 pci-3.2.1",
    ),
    control(
        "EC2.7",
        "EBS default encryption should be enabled",
        "MEDIUM",
        f"fsbp {NEWER_CIS} nist-800-53",
    ),
    control(
        "EC2.19",
        "Security groups should not allow unrestricted access to ports with high risk",
        "CRITICAL",
        "fsbp nist-800-53 nist-800-171",
    ),
    control("EC2.44", "EC2 subnets should be tagged", "LOW", "tagging"),
    control(
        "GuardDuty.1",
        "GuardDuty should be enabled",
        "HIGH",
        "fsbp nist-800-53 nist-800-171 pci-3.2.1 pci-4.0.1",
    ),
    control(
        "IAM.4",
        "IAM root user access key should not exist",
        "CRITICAL",
        f"fsbp {CIS} nist-800-53 pci-3.2.1",
    ),
    control(
        "IAM.6",
        "Hardware MFA should be enabled for the root user",
        "CRITICAL",
        f"fsbp {CIS} nist-800-53 pci-3.2.1 pci-4.0.1",
    ),
    control(
        "RDS.3",
        "RDS DB instances should have encryption at-rest enabled",
        "MEDIUM",
        f"fsbp {NEWER_CIS} nist-800-53",
    ),
    control(
        "S3.1",
        "S3 general purpose buckets should have block public access settings enabled",
        "MEDIUM",
        f"fsbp {NEWER_CIS} nist-800-53 pci-3.2.1 pci-4.0.1",
    ),
    control(
        "S3.5",
        "S3 general purpose buckets should require requests to use TLS",
        "MEDIUM",
        f"fsbp {NEWER_CIS} nist-800-53 nist-800-171 pci-3.2.1 pci-4.0.1",
    ),
    control(
        "S3.8",
        "S3 general purpose buckets should block public access",
        "HIGH",
        f"fsbp {NEWER_CIS} nist-800-53 pci-4.0.1",
    ),
)

BY_ID = {found.id: found for found in CONTROLS}
