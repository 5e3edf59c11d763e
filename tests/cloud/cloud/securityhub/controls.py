"""Controls: a few of the real ones, with their titles and severities.

No control ever evaluates anything; findings come from BatchImportFindings.
Source: botocore securityhub ListSecurityControlDefinitions; docs
securityhub/latest/userguide/securityhub-controls-reference.html.
"""

from moto.core.responses import ActionResult

from .hub import Base

CONTROLS = (
    ("Account.1", "Security contact information should be provided for an AWS account", "MEDIUM"),
    ("CloudTrail.1", "CloudTrail should be enabled with a multi-Region trail", "HIGH"),
    ("Config.1", "AWS Config should be enabled and use the service-linked role", "CRITICAL"),
    ("EC2.2", "VPC default security groups should not allow traffic", "HIGH"),
    (
        "EC2.19",
        "Security groups should not allow unrestricted access to high-risk ports",
        "CRITICAL",
    ),
    ("GuardDuty.1", "GuardDuty should be enabled", "HIGH"),
    ("IAM.4", "IAM root user access key should not exist", "CRITICAL"),
    ("IAM.6", "Hardware MFA should be enabled for the root user", "CRITICAL"),
    ("RDS.3", "RDS DB instances should have encryption at-rest enabled", "MEDIUM"),
    (
        "S3.1",
        "S3 general purpose buckets should have block public access settings enabled",
        "MEDIUM",
    ),
    ("S3.5", "S3 general purpose buckets should require requests to use SSL", "MEDIUM"),
    ("S3.8", "S3 general purpose buckets should block public access", "HIGH"),
)


class Controls(Base):
    def list_security_control_definitions(self) -> ActionResult:
        """Every standard has them all here; AWS answers those of the StandardsArn."""
        providers = self._get_param("Providers")
        found = [
            {
                "SecurityControlId": identifier,
                "Title": title,
                "Description": f"This control checks that: {title}.",
                "RemediationUrl": "https://docs.aws.amazon.com/console/securityhub/"
                f"{identifier}/remediation",
                "SeverityRating": severity,
                "CurrentRegionAvailability": "AVAILABLE",
                "CustomizableProperties": [],
                "ParameterDefinitions": {},
                "Provider": "AWS",
            }
            for identifier, title, severity in CONTROLS
            if not providers or "AWS" in providers
        ]
        page, token = self.page(found, 25)
        return ActionResult({"SecurityControlDefinitions": page, "NextToken": token})
