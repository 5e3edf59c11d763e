"""AWS Config: moto's recorders and channels, with the preconditions moto leaves to trust.

One customer managed recorder and one channel per account and Region; the service-linked recorders
are made by Security Hub (see `securityhub.hub`), free of charge and only seen when listed.
Sources: botocore config PutConfigurationRecorder, PutDeliveryChannel, ListConfigurationRecorders,
DescribeConfigurationRecorders.
"""

import json
import re
from typing import Any

from moto.config.exceptions import (
    InvalidConfigurationRecorderNameException,
    NoSuchConfigurationRecorderException,
    ValidationException,
)
from moto.config.models import ConfigBackend, ConfigRecorder, config_backends, validate_tags
from moto.config.responses import ConfigResponse
from moto.core.exceptions import JsonRESTError
from moto.moto_api._internal import mock_random

from . import bucket_policy, iam, knobs, s3, wire

SIGNING_NAME = "config"

RESERVED = "AWSConfigurationRecorderFor"
SECURITY_HUB_RECORDER = f"{RESERVED}SecurityHubCSPM"
TYPE_NAME = re.compile(r"AWS::[A-Za-z0-9]+::[A-Za-z0-9]+")


class Refusal(JsonRESTError):
    code = 400


def refusal(form: str, asked: list[str], refused: list[str]) -> Refusal:
    """The code is one that PutConfigurationRecorder documents; the messages are guesses but for the
    second, which is how AWS validates an enum.
    """
    if form == "named":
        text = f"The recording group has unsupported resource types: {', '.join(refused)}."
        return Refusal("InvalidRecordingGroupException", text)
    if form == "enum":
        accepted = [name for name in asked if name not in refused]
        text = (
            f"1 validation error detected: Value '[{', '.join(asked)}]' at "
            "'configurationRecorder.recordingGroup.resourceTypes' failed to satisfy constraint: Member "
            f"must satisfy constraint: [Member must satisfy enum value set: [{', '.join(accepted)}]]"
        )
        return Refusal("ValidationException", text)
    return Refusal("InvalidRecordingGroupException", "The recording group provided is not valid.")


class Config(ConfigBackend):
    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        # By service principal: name. They record as long as they exist.
        self.service_linked: dict[str, str] = {}

    def recording(self) -> bool:
        """Whether Security Hub's controls find a recorder that records."""
        return bool(self.service_linked) or any(
            recorder.status.recording for recorder in self.recorders.values()
        )

    def _validate_resource_types(self, resource_list: list[str]) -> None:
        """Config records types that the model's enum lacks; which ones a Region refuses is a knob."""
        known = knobs.of(self.account_id)
        lacking = known.config_refuses.get(self.region_name, [])
        refused = [
            name for name in resource_list if name in lacking or not TYPE_NAME.fullmatch(name)
        ]
        if refused:
            raise refusal(known.config_refusal, resource_list, refused)

    def put_recorder(self, wanted: dict[str, Any], tags: list[dict[str, str]]) -> None:
        # The model allows a default name; moto does not know it.
        wanted = {"name": "default", **wanted}
        if wanted["name"].startswith(RESERVED):
            raise InvalidConfigurationRecorderNameException(wanted["name"])
        self.check_role(wanted.get("roleARN"))
        before = self.recorders.get(wanted["name"])
        self.put_configuration_recorder(wanted)
        recorder = self.recorders[wanted["name"]]
        # Underscored: moto's to_dict leaves these out, `described` puts them in.
        recorder._mode = wanted.get("recordingMode") or {"recordingFrequency": "CONTINUOUS"}
        if before:
            # "Tags are added at creation and cannot be updated"
            recorder._arn, recorder.tags = before._arn, before.tags
        else:
            recorder._arn = self.arn(wanted["name"])
            recorder.tags = validate_tags(tags)

    def arn(self, name: str) -> str:
        unique = mock_random.get_random_hex(8)
        where = f"{self.region_name}:{self.account_id}"
        return f"arn:{self.partition}:config:{where}:configuration-recorder/{name}/{unique}"

    def check_role(self, role: str | None) -> None:
        if not role:
            raise Refusal(
                "InvalidRoleException",
                "You have provided a null or empty Amazon Resource Name (ARN) for the IAM role "
                "assumed by Config and used by the customer managed configuration recorder.",
            )
        # Any other role may be made later or elsewhere; a service-linked one is Config's own.
        if "/aws-service-role/" in role and not iam.role_exists(self.account_id, role):
            raise Refusal("InvalidRoleException", f"The service-linked role {role} does not exist")

    def put_delivery_channel(self, delivery_channel: dict[str, Any]) -> None:
        delivery_channel = {"name": "default", **delivery_channel}
        name = delivery_channel.get("s3BucketName")
        if self.recorders and name:
            bucket = s3.bucket(name)
            if bucket is None:
                raise Refusal(
                    "NoSuchBucketException", f"Cannot find a S3 bucket with the name '{name}'."
                )
            prefix = delivery_channel.get("s3KeyPrefix")
            if not bucket_policy.lets_config_deliver(bucket.policy, name, prefix, self.account_id):
                raise Refusal(
                    "InsufficientDeliveryPolicyException",
                    f"Insufficient delivery policy to s3 bucket: {name}, unable to write to "
                    "bucket, provided s3 key prefix is "
                    f"'{prefix or 'null'}', provided kms key is 'null'.",
                )
        super().put_delivery_channel(delivery_channel)

    def customer_recorders(self, params: dict[str, Any]) -> list[ConfigRecorder]:
        """By name or ARN; without either the customer managed one."""
        names, arn = params.get("ConfigurationRecorderNames") or [], params.get("Arn")
        if len(names) > 1:
            raise ValidationException("Only one configuration recorder can be specified")
        for name in names:
            if name not in self.recorders:
                raise NoSuchConfigurationRecorderException(name)
        return [
            recorder
            for recorder in self.recorders.values()
            if (not names or recorder.name in names) and arn in (None, recorder._arn)
        ]

    def summaries(self) -> list[dict[str, Any]]:
        own = [
            {"arn": recorder._arn, "name": recorder.name, "recordingScope": "PAID"}
            for recorder in self.recorders.values()
        ]
        linked = [
            {
                "arn": f"arn:{self.partition}:config:{self.region_name}:{self.account_id}"
                f":configuration-recorder/{name}/linked",
                "name": name,
                "servicePrincipal": principal,
                "recordingScope": "INTERNAL",
            }
            for principal, name in self.service_linked.items()
        ]
        return own + linked

    def _match_arn(self, resource_arn: str) -> Any:
        for recorder in self.recorders.values():
            if recorder._arn == resource_arn:
                return recorder
        return super()._match_arn(resource_arn)


config_backends.backend = Config


def described(recorder: ConfigRecorder) -> dict[str, Any]:
    shown = recorder.to_dict()
    for inner in ("status", "tags"):
        shown.pop(inner, None)
    return {
        **shown,
        "arn": recorder._arn,
        "recordingMode": recorder._mode,
        "recordingScope": "PAID",
    }


def status(recorder: ConfigRecorder) -> dict[str, Any]:
    shown = {**recorder.status.to_dict(), "arn": recorder._arn}
    # moto says PENDING, which is no value of the model's RecorderStatus, and never moves on.
    shown.pop("lastStatus", None)
    if recorder.status.last_start_time is not None:
        shown["lastStatus"] = "Success"
    return shown


class Response(ConfigResponse):
    @property
    def config_backend(self) -> Config:
        return config_backends[self.current_account][self.region]

    def sent(self) -> dict[str, Any]:
        return json.loads(self.body or "{}")

    def put_configuration_recorder(self) -> str:
        sent = self.sent()
        self.config_backend.put_recorder(sent["ConfigurationRecorder"], sent.get("Tags") or [])
        return ""

    def describe_configuration_recorders(self) -> str:
        found = self.config_backend.customer_recorders(self.sent())
        return json.dumps({"ConfigurationRecorders": [described(r) for r in found]})

    def describe_configuration_recorder_status(self) -> str:
        found = self.config_backend.customer_recorders(self.sent())
        return json.dumps({"ConfigurationRecordersStatus": [status(r) for r in found]})

    def list_configuration_recorders(self) -> str:
        summaries = self.config_backend.summaries()
        for wanted in self.sent().get("Filters") or []:
            values = wanted.get("filterValue") or []
            summaries = [s for s in summaries if s["recordingScope"] in values]
        return json.dumps({"ConfigurationRecorderSummaries": summaries})

    def describe_delivery_channel_status(self) -> str:
        channels = self.config_backend.describe_delivery_channels(
            self.sent().get("DeliveryChannelNames")
        )
        shown = [
            {
                "name": channel["name"],
                "configHistoryDeliveryInfo": {"lastStatus": "SUCCESS"},
                "configStreamDeliveryInfo": {"lastStatus": "SUCCESS"},
            }
            for channel in channels
        ]
        return json.dumps({"DeliveryChannelsStatus": shown})


def dispatch(request: wire.ServerRequest) -> Any:
    status_code, headers, body = Response.dispatch(request)
    return status_code, {"Content-Type": "application/x-amz-json-1.1", **headers}, body
