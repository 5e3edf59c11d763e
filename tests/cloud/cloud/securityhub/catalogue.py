"""The standards that exist, per Region. Data, and the one function that reads it.

Only CIS 1.2.0 is Region-less and a `ruleset`. Standards for other clouds are in the same list
unless the caller filters by provider, which is why one is here.
Source: docs securityhub/latest/userguide/standards-reference.html; botocore Standard.
"""

from typing import Any

AWS = "AWS"

# (path of the ARN, name, enabled by default, provider)
STANDARDS = (
    (
        "standards/aws-foundational-security-best-practices/v/1.0.0",
        "AWS Foundational Security Best Practices v1.0.0",
        True,
        AWS,
    ),
    (
        "ruleset/cis-aws-foundations-benchmark/v/1.2.0",
        "CIS AWS Foundations Benchmark v1.2.0",
        True,
        AWS,
    ),
    *(
        (
            f"standards/cis-aws-foundations-benchmark/v/{version}",
            f"CIS AWS Foundations Benchmark v{version}",
            False,
            AWS,
        )
        for version in ("1.4.0", "3.0.0", "5.0.0")
    ),
    ("standards/nist-800-53/v/5.0.0", "NIST Special Publication 800-53 Revision 5", False, AWS),
    ("standards/nist-800-171/v/2.0.0", "NIST Special Publication 800-171 Revision 2", False, AWS),
    ("standards/pci-dss/v/3.2.1", "PCI DSS v3.2.1", False, AWS),
    ("standards/pci-dss/v/4.0.1", "PCI DSS v4.0.1", False, AWS),
    (
        "standards/aws-resource-tagging-standard/v/1.0.0",
        "AWS Resource Tagging Standard v1.0.0",
        False,
        AWS,
    ),
    (
        "standards/ai-security-best-practices/v/1.0.0",
        "AI Security Best Practices v1.0.0",
        False,
        AWS,
    ),
    (
        "standards/cis-azure-foundations-benchmark/v/4.0.0",
        "CIS Azure Foundations Benchmark v4.0.0",
        False,
        "Azure",
    ),
)

# What the tables of this directory call the standards that are AWS's own.
SHORT = {
    "fsbp": "standards/aws-foundational-security-best-practices/v/1.0.0",
    "cis-1.2.0": "ruleset/cis-aws-foundations-benchmark/v/1.2.0",
    "cis-1.4.0": "standards/cis-aws-foundations-benchmark/v/1.4.0",
    "cis-3.0.0": "standards/cis-aws-foundations-benchmark/v/3.0.0",
    "cis-5.0.0": "standards/cis-aws-foundations-benchmark/v/5.0.0",
    "nist-800-53": "standards/nist-800-53/v/5.0.0",
    "nist-800-171": "standards/nist-800-171/v/2.0.0",
    "pci-3.2.1": "standards/pci-dss/v/3.2.1",
    "pci-4.0.1": "standards/pci-dss/v/4.0.1",
    "tagging": "standards/aws-resource-tagging-standard/v/1.0.0",
    "ai": "standards/ai-security-best-practices/v/1.0.0",
}


def available(region: str, providers: list[str] | None = None) -> list[dict[str, Any]]:
    return [
        {
            "StandardsArn": arn(path, region),
            "Name": name,
            "Description": f"{name}: a set of controls.",
            "EnabledByDefault": by_default,
            "Provider": provider,
            "StandardsManagedBy": {"Company": "AWS", "Product": "Security Hub CSPM"},
        }
        for path, name, by_default, provider in STANDARDS
        if not providers or provider in providers
    ]


def arn(path: str, region: str) -> str:
    return f"arn:aws:securityhub:{'' if path.startswith('ruleset/') else region}::{path}"


def path_of(standard_arn: str) -> str:
    """What findings call a standard: its ARN from `standards/` or `ruleset/` on."""
    return standard_arn.rpartition(":")[2]


def provider(standard_arn: str) -> str:
    return next(row[3] for row in STANDARDS if row[0] == path_of(standard_arn))
