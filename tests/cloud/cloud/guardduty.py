"""GuardDuty: moto's detectors, one per account and Region, with AWS's feature defaults and tags.

Only what a member account's own detector needs; GuardDuty's administrator/member side is moto's.
Sources: botocore guardduty CreateDetector, UpdateDetector, GetDetector, CreateSampleFindings,
ListTagsForResource; the
text of the second CreateDetector is from hashicorp/terraform-provider-aws#11780.
"""

import json
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.guardduty.exceptions import GuardDutyException
from moto.guardduty.models import Detector, GuardDutyBackend, guardduty_backends
from moto.guardduty.responses import GuardDutyResponse

from . import iam, knobs, samples, wire
from .clock import now
from .modelled import Modelled

SIGNING_NAME = "guardduty"

# Part of every detector, in results only (botocore DetectorFeatureResult).
FOUNDATIONAL = ("CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS")
# On unless named: "any feature that is not specified in the API call gets enabled by default,
# with an exception to RUNTIME_MONITORING" (and its predecessor, which excludes it).
ON_BY_DEFAULT = (
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
    "AI_PROTECTION",
    "AI_ANALYST",
)
OFF_BY_DEFAULT = ("EKS_RUNTIME_MONITORING", "RUNTIME_MONITORING")


class BadRequest(GuardDutyException):
    """GuardDuty models one client error; its member Type tells what it was.

    The code is in the header, so that `__type` in the body is free for the type, as AWS sends it.
    """

    code = 400

    def __init__(self, text: str):
        super().__init__("InvalidInputException", text)
        self.description = json.dumps(
            {"__type": self.error_type, "type": self.error_type, "message": text}
        )

    def get_headers(self, *_: Any, **__: Any) -> list[tuple[str, str]]:
        return [
            ("X-Amzn-ErrorType", "BadRequestException"),
            ("Content-Type", "application/json"),
        ]


def merged(
    features: list[dict[str, Any]], changes: list[dict[str, Any]], at: datetime
) -> list[dict[str, Any]]:
    """The features after `changes`: those not named stay as they are."""
    by_name = {feature["Name"]: feature for feature in features}
    for change in changes:
        before = by_name.get(change["Name"], {})
        additional = {a["Name"]: a for a in before.get("AdditionalConfiguration", [])}
        additional |= {a["Name"]: a for a in change.get("AdditionalConfiguration", [])}
        by_name[change["Name"]] = {
            "Name": change["Name"],
            "Status": change.get("Status", before.get("Status", "DISABLED")),
            "UpdatedAt": at,
            "AdditionalConfiguration": list(additional.values()),
        }
    if all(by_name.get(name, {}).get("Status") == "ENABLED" for name in OFF_BY_DEFAULT):
        raise BadRequest(
            "The request is rejected because EKS_RUNTIME_MONITORING and RUNTIME_MONITORING "
            "cannot both be enabled."
        )
    return list(by_name.values())


class GuardDuty(GuardDutyBackend):
    def create(self, params: dict[str, Any]) -> str:
        if self.detectors:
            raise BadRequest(
                "The request is rejected because a detector already exists for the current account."
            )
        at, lacking = now(), self.lacking(params)
        defaults = [
            {"Name": name, "Status": status, "UpdatedAt": at, "AdditionalConfiguration": []}
            for names, status in ((ON_BY_DEFAULT, "ENABLED"), (OFF_BY_DEFAULT, "DISABLED"))
            for name in names
            if name not in lacking
        ]
        features = merged(defaults, params.get("Features") or [], at)
        iam.ensure_service_linked_role(self.account_id, "guardduty.amazonaws.com")
        return self.create_detector(
            enable=params["Enable"],
            finding_publishing_frequency=params.get("FindingPublishingFrequency", "SIX_HOURS"),
            data_sources={},
            tags=dict(params.get("Tags") or {}),
            features=features,
        )

    def update(self, detector_id: str, params: dict[str, Any]) -> None:
        detector = self.get_detector(detector_id)
        self.lacking(params)
        features = merged(detector.features, params.get("Features") or [], now())
        detector.update(
            params.get("Enable"), params.get("FindingPublishingFrequency"), None, features
        )
        detector.updated_at = now()

    def lacking(self, params: dict[str, Any]) -> list[str]:
        """What the Region lacks, whatever its status is to be; a request that names it is refused.

        AWS documents neither its answer nor its text (see hashicorp/terraform-provider-aws#34311).
        """
        lacking = knobs.of(self.account_id).guardduty_lacks.get(self.region_name, [])
        named = [feature["Name"] for feature in params.get("Features") or []]
        if any(name in lacking for name in named):
            raise BadRequest("The request is rejected because it has an unsupported feature.")
        return lacking

    def tagged(self, arn: str) -> Detector:
        prefix = f"arn:{self.partition}:guardduty:{self.region_name}:{self.account_id}:detector/"
        return self.get_detector(arn.removeprefix(prefix))


guardduty_backends.backend = GuardDuty


class Response(Modelled, GuardDutyResponse):
    INVALID = "BadRequestException"

    @property
    def backend(self) -> GuardDuty:
        return guardduty_backends[self.current_account][self.region]

    def create_detector(self) -> ActionResult:
        return ActionResult({"DetectorId": self.backend.create(self.params)})

    def create_sample_findings(self) -> EmptyResult:
        """Each type becomes a finding whose title says that it is a sample, and reaches Security Hub."""
        detector = self._get_param("DetectorId")
        self.backend.get_detector(detector)
        for number, kind in enumerate(self._get_param("FindingTypes") or ["Recon:EC2/Portscan"]):
            samples.send(self.current_account, self.region, detector, kind, number)
        return EmptyResult()

    def update_detector(self) -> EmptyResult:
        self.backend.update(self._get_param("DetectorId"), self.params)
        return EmptyResult()

    def list_detectors(self) -> ActionResult:
        page, token = self.page(list(self.backend.detectors), 50)
        return ActionResult({"DetectorIds": page, "NextToken": token})

    def get_detector(self) -> ActionResult:
        detector = self.backend.get_detector(self._get_param("DetectorId"))
        return ActionResult(described(detector, self.current_account))

    def list_tags_for_resource(self) -> ActionResult:
        return ActionResult({"Tags": self.backend.tagged(self._get_param("ResourceArn")).tags})

    def tag_resource(self) -> EmptyResult:
        detector = self.backend.tagged(self._get_param("ResourceArn"))
        detector.tags.update(self._get_param("Tags"))
        return EmptyResult()

    def untag_resource(self) -> EmptyResult:
        detector = self.backend.tagged(self._get_param("ResourceArn"))
        for key in self._get_param("TagKeys"):
            detector.tags.pop(key, None)
        return EmptyResult()


def described(detector: Detector, account: str) -> dict[str, Any]:
    owned = knobs.of(account).guardduty_policy
    features = [
        {**feature, **({"ManagedBy": "GUARDDUTY_POLICY"} if feature["Name"] in owned else {})}
        for feature in detector.features
    ]
    state = {feature["Name"]: feature["Status"] for feature in features}
    # The old view of the same plans, which GetDetector still requires.
    sources = {
        "CloudTrail": {"Status": "ENABLED"},
        "DNSLogs": {"Status": "ENABLED"},
        "FlowLogs": {"Status": "ENABLED"},
        "S3Logs": {"Status": state.get("S3_DATA_EVENTS", "DISABLED")},
        "Kubernetes": {"AuditLogs": {"Status": state.get("EKS_AUDIT_LOGS", "DISABLED")}},
    }
    foundation = [{"Name": name, "Status": "ENABLED"} for name in FOUNDATIONAL]
    return {
        "CreatedAt": detector.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "UpdatedAt": detector.updated_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "FindingPublishingFrequency": detector.finding_publish_freq,
        "ServiceRole": detector.service_role,
        "Status": "ENABLED" if detector.enabled else "DISABLED",
        "DataSources": sources,
        "Features": foundation + features,
        "Tags": detector.tags,
    }


def dispatch(request: wire.ServerRequest) -> Any:
    return Response.dispatch(request)
