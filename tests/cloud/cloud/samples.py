"""Sample findings of GuardDuty, as they reach the account's own Security Hub: at once, where AWS takes
minutes.

Sources: guardduty/latest/ug/sample_findings.html (the title begins with [SAMPLE]),
guardduty/latest/ug/securityhub-integration.html (the form of the finding).
"""

import uuid

from moto.securityhub.models import Finding, securityhub_backends

from . import events
from .clock import now, stamp
from .securityhub.findings import audience


def send(account: str, region: str, detector: str, kind: str, number: int) -> None:
    backend = securityhub_backends[account][region]
    if backend.hub is None:
        return
    at = stamp(now())
    arn = f"arn:aws:guardduty:{region}:{account}:detector/{detector}/finding/{uuid.uuid4().hex}"
    data = {
        "SchemaVersion": "2018-10-08",
        "Id": arn,
        "ProductArn": f"arn:aws:securityhub:{region}::product/aws/guardduty",
        "ProductName": "GuardDuty",
        "GeneratorId": f"arn:aws:guardduty:{region}:{account}:detector/{detector}",
        "AwsAccountId": account,
        "Region": region,
        "Types": [f"TTPs/Sample/{kind.replace('/', '-')}"],
        "CreatedAt": at,
        "UpdatedAt": at,
        "Severity": {"Label": "HIGH", "Original": "8", "Product": 8},
        "Title": f"[SAMPLE] {kind}",
        "Description": "A sample finding.",
        "ProductFields": {
            "aws/guardduty/service/count": "1",
            "aws/guardduty/service/additionalInfo/sample": "true",
        },
        "Resources": [{"Type": "AwsEc2Instance", "Id": f"i-9999999{number}"}],
        "RecordState": "ACTIVE",
        "Workflow": {"Status": "NEW"},
    }
    backend.findings.append(Finding(arn, data))
    events.finding_imported(data, audience(backend))
