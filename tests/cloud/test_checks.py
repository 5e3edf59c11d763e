"""Checks of controls: which there are, what they find, and how the finding says it."""

from datetime import timedelta

import pytest

from conftest import MEMBER, refused
from control_helpers import (
    AI,
    CIS,
    CUSTOM_ROLE,
    DISABLED,
    EVERYTHING,
    FSBP,
    MISSING,
    NIST,
    NIST_171,
    OLD_CIS,
    OLD_PCI,
    PCI,
    REGION,
    TAGGING,
    age,
    arn,
    enable,
    equals,
    findings,
    one,
    reasons,
    standards,
)


def test_a_consolidated_finding_is_as_aws_writes_it(hub):
    shown = one(hub)
    name = shown["Id"].rpartition("/")[0]
    assert name == f"arn:aws:securityhub:{REGION}:{MEMBER}:security-control/Config.1/finding"
    assert shown["ProductArn"] == f"arn:aws:securityhub:{REGION}::product/aws/securityhub"
    assert shown["GeneratorId"] == "security-control/Config.1"
    assert (shown["AwsAccountId"], shown["Region"]) == (MEMBER, REGION)
    assert shown["RecordState"] == "ACTIVE"
    assert shown["Resources"][0]["Type"] == "AwsAccount"
    assert shown["Compliance"]["Status"] == "PASSED"
    assert shown["Compliance"]["SecurityControlParameters"] == [
        {"Name": "includeConfigServiceLinkedRoleCheck", "Value": ["true"]}
    ]
    assert "StatusReasons" not in shown["Compliance"]
    assert standards(shown) == [FSBP]
    assert shown["CreatedAt"] == shown["FirstObservedAt"] == shown["UpdatedAt"]
    assert timedelta(0) <= age(shown) < timedelta(minutes=1)
    assert one(hub)["Id"] == shown["Id"]


@pytest.mark.parametrize(
    ("enabled", "controls"),
    [
        ([FSBP], ["Config.1", "EC2.7", "GuardDuty.1"]),
        ([NIST], ["Config.1", "EC2.7", "GuardDuty.1"]),
        ([CIS], ["Config.1", "EC2.7"]),
        ([OLD_CIS], ["Config.1"]),
        ([OLD_PCI], ["CloudTrail.3", "Config.1", "GuardDuty.1"]),
        ([PCI], ["CloudTrail.3", "GuardDuty.1"]),
        ([NIST_171], ["CloudTrail.3", "GuardDuty.1"]),
        ([TAGGING, AI], []),
    ],
)
def test_each_standard_has_its_controls(cloud, enabled, controls):
    cloud.controls()
    cloud.record()
    hub = cloud.hub()
    enable(hub, *enabled)
    found = [f["Compliance"]["SecurityControlId"] for f in findings(hub)]
    assert sorted(found) == controls
    assert [standards(f) for f in findings(hub)] == [enabled] * len(controls)


def test_a_consolidated_finding_names_the_enabled_standards_that_have_the_control(cloud):
    cloud.controls()
    cloud.record()
    hub = cloud.hub()
    enable(hub, FSBP, OLD_CIS, CIS, PCI, TAGGING)
    assert standards(one(hub, "Config.1")) == [OLD_CIS, FSBP, CIS]
    assert standards(one(hub, "GuardDuty.1")) == [FSBP, PCI]
    assert standards(one(hub, "CloudTrail.3")) == [PCI]


@pytest.mark.parametrize(
    ("standard", "control", "generator", "fields"),
    [
        (
            FSBP,
            "Config.1",
            "aws-foundational-security-best-practices/v/1.0.0/Config.1",
            {"StandardsArn": f"arn:aws:securityhub:::{FSBP}", "ControlId": "Config.1"},
        ),
        (
            CIS,
            "EC2.7",
            "cis-aws-foundations-benchmark/v/5.0.0/5.1.1",
            {"StandardsArn": f"arn:aws:securityhub:::{CIS}", "ControlId": "5.1.1"},
        ),
        (
            OLD_CIS,
            "Config.1",
            f"arn:aws:securityhub:::{OLD_CIS}/rule/2.5",
            {"StandardsGuideArn": f"arn:aws:securityhub:::{OLD_CIS}", "RuleId": "2.5"},
        ),
        (
            OLD_PCI,
            "CloudTrail.3",
            "pci-dss/v/3.2.1/PCI.CloudTrail.2",
            {"StandardsArn": f"arn:aws:securityhub:::{OLD_PCI}", "ControlId": "PCI.CloudTrail.2"},
        ),
    ],
)
def test_not_consolidated_each_standard_has_its_own(cloud, standard, control, generator, fields):
    cloud.controls(consolidated=False)
    cloud.record()
    hub = cloud.hub()
    enable(hub, FSBP, CIS, OLD_CIS, OLD_PCI)
    of_control = findings(hub, ComplianceSecurityControlId=equals(control))
    (shown,) = [f for f in of_control if standards(f) == [standard]]
    assert shown["GeneratorId"] == generator
    assert fields.items() <= shown["ProductFields"].items()
    number = generator.rpartition("/")[2]
    subscription = f"{REGION}:{MEMBER}:subscription/{standard.partition('/')[2]}"
    assert shown["Id"].startswith(f"arn:aws:securityhub:{subscription}/{number}/finding/")
    assert shown["Title"].startswith(f"{number} ")
    assert len({f["Id"] for f in of_control}) == len(of_control)
    assert (len(of_control) == 4) == (control == "Config.1")


def test_config_fails_without_a_recorder_that_records(cloud):
    cloud.controls()
    hub = cloud.hub()
    enable(hub, FSBP)
    shown = one(hub)
    assert shown["Compliance"]["Status"] == "FAILED"
    assert reasons(shown) == {
        DISABLED: "AWS Config isn't enabled with the configuration recorder turned on."
    }
    assert shown["Severity"]["Label"] == "CRITICAL"
    assert shown["Workflow"]["Status"] == "NEW"
    config = cloud.record(recordingGroup=EVERYTHING)
    cloud.clock(hours=12)
    assert one(hub)["Compliance"]["Status"] == "PASSED"
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    cloud.clock(hours=24)
    assert list(reasons(one(hub))) == [DISABLED]


@pytest.mark.parametrize(
    ("group", "standard", "missing"),
    [
        ({"resourceTypes": ["AWS::S3::Bucket"]}, OLD_CIS, 3),
        ({"resourceTypes": ["AWS::S3::Bucket"]}, FSBP, 110),
        ({"resourceTypes": ["AWS::S3::Bucket"]}, CIS, 10),
        ({"allSupported": True}, FSBP, 4),
        ({"allSupported": True}, OLD_CIS, 2),
        (
            {
                "exclusionByResourceTypes": {"resourceTypes": ["AWS::WorkSpaces::WorkSpace"]},
                "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
            },
            FSBP,
            1,
        ),
        (EVERYTHING, FSBP, 0),
    ],
)
def test_config_names_each_type_that_is_not_recorded(cloud, group, standard, missing):
    cloud.controls()
    cloud.record(recordingGroup=group)
    hub = cloud.hub()
    enable(hub, standard)
    shown = one(hub)
    assert (shown["Compliance"]["Status"] == "PASSED") == (missing == 0)
    text = reasons(shown).get(MISSING, "")
    assert text.count("AWS::") == missing
    if missing == 1:
        assert text.endswith("for the following resources: AWS::WorkSpaces::WorkSpace.")


def test_config_records_types_that_its_model_does_not_list(cloud):
    cloud.controls()
    config = cloud.record(recordingGroup={"resourceTypes": ["AWS::S3::Bucket"]})
    hub = cloud.hub()
    enable(hub, FSBP)
    listed = reasons(one(hub))[MISSING].rpartition("resources: ")[2].rstrip(".").split(", ")
    recorder = {"name": "default", "roleARN": f"arn:aws:iam::{MEMBER}:role/mine"}
    group = {"resourceTypes": ["AWS::S3::Bucket", *listed]}
    config.put_configuration_recorder(ConfigurationRecorder={**recorder, "recordingGroup": group})
    cloud.clock(hours=12)
    assert list(reasons(one(hub))) == [CUSTOM_ROLE]
    with refused("InvalidRecordingGroupException", 400):
        config.put_configuration_recorder(
            ConfigurationRecorder={**recorder, "recordingGroup": {"resourceTypes": ["AWS::Moon"]}}
        )


def test_config_wants_its_own_role_unless_its_parameter_says_no(cloud):
    cloud.controls()
    cloud.record(roleARN=f"arn:aws:iam::{MEMBER}:role/mine")
    hub = cloud.hub()
    enable(hub, FSBP)
    assert list(reasons(one(hub))) == [MISSING, CUSTOM_ROLE]
    cloud.turn(MEMBER, config_role_check=False)
    cloud.clock(hours=12)
    shown = one(hub)
    assert list(reasons(shown)) == [MISSING]
    assert shown["Compliance"]["SecurityControlParameters"][0]["Value"] == ["false"]


def test_config_passes_wherever_the_new_security_hub_is_on(cloud):
    cloud.controls()
    hub = cloud.hub()
    hub.enable_security_hub_v2()
    enable(hub, FSBP)
    assert one(hub)["Compliance"]["Status"] == "PASSED"


def test_a_linked_region_needs_no_global_types(cloud):
    """It is linked by the administrator's aggregator, which a member inherits."""
    cloud.controls()
    cloud.record()
    found = {}
    for region in (REGION, "eu-west-1", "us-west-2"):
        above, below = cloud.join(region)
        if region == REGION:
            above.create_finding_aggregator(
                RegionLinkingMode="SPECIFIED_REGIONS", Regions=["eu-west-1"]
            )
        else:
            record_likewise(cloud, region)
        enable(below, FSBP, region=region)
        found[region] = list(reasons(one(below)))
    assert found == {REGION: [MISSING], "eu-west-1": [], "us-west-2": [MISSING]}


def record_likewise(cloud, region):
    """The recorder of the first Region in another one, without the global types."""
    config = cloud.client("config", region=region)
    role = f"arn:aws:iam::{MEMBER}:role/aws-service-role/config.amazonaws.com"
    recorder = {"name": "default", "roleARN": f"{role}/AWSServiceRoleForConfig"}
    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    config.put_delivery_channel(
        DeliveryChannel={"name": "default", "s3BucketName": "config-bucket"}
    )
    config.start_configuration_recorder(ConfigurationRecorderName="default")


def test_guardduty_passes_with_an_enabled_detector(cloud, hub):
    assert one(hub, "GuardDuty.1")["Compliance"]["Status"] == "PASSED"
    guardduty = cloud.client("guardduty")
    (name,) = guardduty.list_detectors()["DetectorIds"]
    guardduty.update_detector(DetectorId=name, Enable=False)
    cloud.clock(hours=12)
    shown = one(hub, "GuardDuty.1")
    assert shown["Compliance"]["Status"] == "FAILED"
    assert reasons(shown) == {}
    guardduty.update_detector(DetectorId=name, Enable=True)
    cloud.clock(hours=24)
    assert one(hub, "GuardDuty.1")["Compliance"]["Status"] == "PASSED"
    guardduty.delete_detector(DetectorId=name)
    cloud.clock(hours=36)
    assert one(hub, "GuardDuty.1")["Compliance"]["Status"] == "FAILED"


def test_definitions_are_of_one_standard(cloud):
    hub = cloud.hub()

    def defined(**wanted):
        found = hub.list_security_control_definitions(**wanted)["SecurityControlDefinitions"]
        return [definition["SecurityControlId"] for definition in found]

    assert {"Config.1", "GuardDuty.1"} <= set(defined(StandardsArn=arn(FSBP)))
    assert "GuardDuty.1" not in defined(StandardsArn=arn(CIS))
    assert "Config.1" not in defined(StandardsArn=arn(PCI))
    assert defined(StandardsArn=arn(TAGGING)) == ["EC2.44"]
    assert defined(Providers=["Azure"]) == []
    with refused("InvalidInputException", 400):
        defined(StandardsArn=arn(FSBP, "eu-west-1"))
