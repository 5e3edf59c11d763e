"""GuardDuty detectors."""

import pytest

from conftest import ADMINISTRATOR, MEMBER, refused

OPTIONAL = {
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
    "AI_PROTECTION",
    "AI_ANALYST",
}
RUNTIME = {"RUNTIME_MONITORING", "EKS_RUNTIME_MONITORING"}


def features(client, detector):
    return {f["Name"]: f["Status"] for f in client.get_detector(DetectorId=detector)["Features"]}


def test_one_detector_per_account_and_region(cloud):
    client = cloud.client("guardduty")
    assert client.list_detectors()["DetectorIds"] == []
    detector = client.create_detector(Enable=True)["DetectorId"]
    assert client.list_detectors()["DetectorIds"] == [detector]
    text = "The request is rejected because a detector already exists for the current account."
    with refused("BadRequestException", 400, text):
        client.create_detector(Enable=True)
    for account, region in ((MEMBER, "eu-west-1"), (ADMINISTRATOR, "us-east-1")):
        elsewhere = cloud.client("guardduty", account, region)
        assert elsewhere.list_detectors()["DetectorIds"] == []
        elsewhere.create_detector(Enable=True)


def test_the_error_tells_its_type(cloud):
    client = cloud.client("guardduty")
    client.create_detector(Enable=True)
    with pytest.raises(client.exceptions.BadRequestException) as caught:
        client.create_detector(Enable=True)
    assert caught.value.response["Type"] == "InvalidInputException"


def test_everything_optional_is_on_unless_named(cloud):
    client = cloud.client("guardduty")
    detector = client.create_detector(
        Enable=True,
        FindingPublishingFrequency="FIFTEEN_MINUTES",
        Features=[{"Name": "S3_DATA_EVENTS", "Status": "DISABLED"}],
    )["DetectorId"]
    shown = features(client, detector)
    on = {name for name, status in shown.items() if status == "ENABLED"}
    assert on == {"CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"} | OPTIONAL - {"S3_DATA_EVENTS"}
    assert set(shown) - on == RUNTIME | {"S3_DATA_EVENTS"}
    got = client.get_detector(DetectorId=detector)
    assert got["Status"] == "ENABLED"
    assert got["FindingPublishingFrequency"] == "FIFTEEN_MINUTES"
    assert got["DataSources"]["S3Logs"]["Status"] == "DISABLED"


def test_the_default_frequency_is_six_hours(cloud):
    client = cloud.client("guardduty")
    detector = client.create_detector(Enable=True)["DetectorId"]
    got = client.get_detector(DetectorId=detector)
    assert got["FindingPublishingFrequency"] == "SIX_HOURS"


def test_updating_changes_only_what_is_named(cloud):
    client = cloud.client("guardduty")
    detector = client.create_detector(
        Enable=False, FindingPublishingFrequency="ONE_HOUR", Features=[]
    )["DetectorId"]
    assert client.get_detector(DetectorId=detector)["Status"] == "DISABLED"
    client.update_detector(
        DetectorId=detector,
        Enable=True,
        Features=[{"Name": "EKS_AUDIT_LOGS", "Status": "DISABLED"}],
    )
    got = client.get_detector(DetectorId=detector)
    assert got["Status"] == "ENABLED"
    assert got["FindingPublishingFrequency"] == "ONE_HOUR"
    off = {name for name, status in features(client, detector).items() if status == "DISABLED"}
    assert off == RUNTIME | {"EKS_AUDIT_LOGS"}


def test_both_runtime_monitorings_are_refused(cloud):
    client = cloud.client("guardduty")
    both = [{"Name": name, "Status": "ENABLED"} for name in RUNTIME]
    with refused("BadRequestException", 400):
        client.create_detector(Enable=True, Features=both)
    assert client.list_detectors()["DetectorIds"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"Enable": True, "FindingPublishingFrequency": "DAILY"},
        {"Enable": True, "Features": [{"Name": "FLOW_LOGS", "Status": "ENABLED"}]},
        {"Enable": True, "ClientToken": "x" * 65},
    ],
)
def test_the_models_limits_hold(cloud, wrong):
    with refused("BadRequestException", 400):
        cloud.client("guardduty").create_detector(**wrong)


def test_tags(cloud):
    client = cloud.client("guardduty")
    detector = client.create_detector(Enable=True, Tags={"hubward:created-by": "x"})["DetectorId"]
    arn = f"arn:aws:guardduty:us-east-1:{MEMBER}:detector/{detector}"
    assert client.get_detector(DetectorId=detector)["Tags"] == {"hubward:created-by": "x"}
    client.tag_resource(ResourceArn=arn, Tags={"a": "b"})
    client.untag_resource(ResourceArn=arn, TagKeys=["hubward:created-by"])
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"a": "b"}


def test_an_unknown_detector(cloud):
    with refused("BadRequestException", 400, "not owned by the current account"):
        cloud.client("guardduty").get_detector(DetectorId="0" * 32)


def test_a_policys_features_are_marked(cloud):
    client = cloud.client("guardduty")
    detector = client.create_detector(Enable=True)["DetectorId"]
    cloud.turn(MEMBER, guardduty_policy=["S3_DATA_EVENTS"])
    shown = client.get_detector(DetectorId=detector)["Features"]
    owned = {f["Name"] for f in shown if f.get("ManagedBy") == "GUARDDUTY_POLICY"}
    assert owned == {"S3_DATA_EVENTS"}


def test_it_makes_its_service_linked_role(cloud):
    cloud.client("guardduty").create_detector(Enable=True)
    cloud.client("iam").get_role(RoleName="AWSServiceRoleForAmazonGuardDuty")


def test_a_sample_reaches_the_security_hub_of_its_account(cloud):
    hub, client = cloud.hub(), cloud.client("guardduty")
    detector = client.create_detector(Enable=True)["DetectorId"]
    kind = "CryptoCurrency:EC2/BitcoinTool.B!DNS"
    client.create_sample_findings(DetectorId=detector, FindingTypes=[kind])
    (finding,) = hub.get_findings()["Findings"]
    assert finding["Title"] == f"[SAMPLE] {kind}"
    assert finding["Types"] == ["TTPs/Sample/CryptoCurrency:EC2-BitcoinTool.B!DNS"]
    assert f":{MEMBER}:detector/{detector}/finding/" in finding["Id"]
    with refused("BadRequestException", 400):
        client.create_sample_findings(DetectorId="0" * 32, FindingTypes=[kind])


def test_a_feature_that_the_region_lacks_is_refused_and_not_listed(cloud):
    client = cloud.client("guardduty")
    cloud.turn(MEMBER, guardduty_lacks={"us-east-1": ["AI_ANALYST", "S3_DATA_EVENTS"]})
    for status in ("ENABLED", "DISABLED"):
        with refused("BadRequestException", 400, "unsupported feature"):
            client.create_detector(Enable=True, Features=[{"Name": "AI_ANALYST", "Status": status}])
    detector = client.create_detector(Enable=True)["DetectorId"]
    assert not {"AI_ANALYST", "S3_DATA_EVENTS"} & set(features(client, detector))
    with refused("BadRequestException", 400, "unsupported feature"):
        client.update_detector(
            DetectorId=detector, Features=[{"Name": "AI_ANALYST", "Status": "ENABLED"}]
        )
    elsewhere = cloud.client("guardduty", region="eu-west-1")
    assert "AI_ANALYST" in features(elsewhere, elsewhere.create_detector(Enable=True)["DetectorId"])
