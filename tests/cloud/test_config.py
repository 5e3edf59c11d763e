"""AWS Config: the order of its preconditions, recorders, channels and their tags."""

import json

import pytest

from conftest import MEMBER, OTHER, config_policy, refused

EVERYTHING = {"allSupported": True, "includeGlobalResourceTypes": False}


def put_recorder(cloud, config, name="default", **more):
    role = f"arn:aws:iam::{MEMBER}:role/aws-service-role/config.amazonaws.com/"
    recorder = {"name": name, "roleARN": f"{role}AWSServiceRoleForConfig", **more}
    config.put_configuration_recorder(ConfigurationRecorder=recorder)


def put_channel(config, **more):
    channel = {"name": "default", "s3BucketName": "config-bucket", **more}
    config.put_delivery_channel(DeliveryChannel=channel)


@pytest.fixture
def config(cloud):
    cloud.config_role()
    return cloud.client("config")


def test_the_whole_road(cloud):
    config = cloud.record()
    (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert status["recording"] is True
    assert status["lastStatus"] == "Success"
    (channel,) = config.describe_delivery_channels()["DeliveryChannels"]
    assert channel == {"name": "default", "s3BucketName": "config-bucket"}
    (delivery,) = config.describe_delivery_channel_status()["DeliveryChannelsStatus"]
    assert delivery["name"] == "default"
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert status["recording"] is False


def test_a_recorder_that_never_started_has_no_status(cloud, config):
    put_recorder(cloud, config)
    (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert status["recording"] is False
    assert "lastStatus" not in status


@pytest.mark.parametrize("role", [None, ""])
def test_a_role_is_required(cloud, role):
    config = cloud.client("config")
    recorder = {"name": "default"} | ({} if role is None else {"roleARN": role})
    with refused("InvalidRoleException", 400):
        config.put_configuration_recorder(ConfigurationRecorder=recorder)


def test_a_service_linked_role_must_exist(cloud):
    config = cloud.client("config")
    with refused("InvalidRoleException", 400):
        put_recorder(cloud, config)
    put_recorder(cloud, config, roleARN=f"arn:aws:iam::{MEMBER}:role/mine")


def test_one_recorder_only_and_the_same_name_overwrites(cloud, config):
    put_recorder(cloud, config, recordingGroup=EVERYTHING)
    with refused("MaxNumberOfConfigurationRecordersExceededException", 400):
        put_recorder(cloud, config, name="other")
    (before,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    put_recorder(
        cloud,
        config,
        recordingGroup={"resourceTypes": ["AWS::S3::Bucket"]},
        recordingMode={"recordingFrequency": "DAILY"},
    )
    (after,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert before["arn"] == after["arn"]
    assert before["recordingGroup"]["allSupported"] is True
    assert before["recordingMode"] == {"recordingFrequency": "CONTINUOUS"}
    assert after["recordingGroup"]["resourceTypes"] == ["AWS::S3::Bucket"]
    assert after["recordingMode"] == {"recordingFrequency": "DAILY"}


def test_a_recorder_is_of_one_account_and_region(cloud, config):
    put_recorder(cloud, config)
    for account, region in ((MEMBER, "eu-west-1"), (OTHER, "us-east-1")):
        elsewhere = cloud.client("config", account, region)
        assert elsewhere.describe_configuration_recorders()["ConfigurationRecorders"] == []


def test_the_name_has_a_default_and_a_reserved_prefix(cloud, config):
    config.put_configuration_recorder(
        ConfigurationRecorder={"roleARN": f"arn:aws:iam::{MEMBER}:role/mine"}
    )
    (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert recorder["name"] == "default"
    with refused("InvalidConfigurationRecorderNameException", 400):
        put_recorder(cloud, config, name="AWSConfigurationRecorderForMine")


def test_recorders_are_listed_and_found(cloud, config):
    put_recorder(cloud, config)
    (summary,) = config.list_configuration_recorders()["ConfigurationRecorderSummaries"]
    assert summary["name"] == "default"
    assert summary["recordingScope"] == "PAID"
    assert "servicePrincipal" not in summary
    (found,) = config.describe_configuration_recorders(Arn=summary["arn"])["ConfigurationRecorders"]
    assert found["arn"] == summary["arn"]
    assert config.describe_configuration_recorders(Arn="arn:x")["ConfigurationRecorders"] == []
    with refused("NoSuchConfigurationRecorderException", 400):
        config.describe_configuration_recorders(ConfigurationRecorderNames=["other"])
    internal = [{"filterName": "recordingScope", "filterValue": ["INTERNAL"]}]
    listed = config.list_configuration_recorders(Filters=internal)
    assert listed["ConfigurationRecorderSummaries"] == []


def test_tags_are_set_at_creation_only(cloud, config):
    recorder = {"name": "default", "roleARN": f"arn:aws:iam::{MEMBER}:role/mine"}
    for value in ("first", "second"):
        tags = [{"Key": "hubward:created-by", "Value": value}]
        config.put_configuration_recorder(ConfigurationRecorder=recorder, Tags=tags)
    (summary,) = config.list_configuration_recorders()["ConfigurationRecorderSummaries"]
    tags = config.list_tags_for_resource(ResourceArn=summary["arn"])["Tags"]
    assert tags == [{"Key": "hubward:created-by", "Value": "first"}]
    config.tag_resource(ResourceArn=summary["arn"], Tags=[{"Key": "a", "Value": "b"}])
    assert len(config.list_tags_for_resource(ResourceArn=summary["arn"])["Tags"]) == 2


def test_a_channel_needs_a_recorder(cloud, config):
    cloud.bucket()
    with refused("NoAvailableConfigurationRecorderException", 400):
        put_channel(config)


def test_a_channel_needs_its_bucket(cloud, config):
    put_recorder(cloud, config)
    with refused("NoSuchBucketException", 400):
        put_channel(config)


def test_a_start_needs_a_channel_and_a_recorder(cloud, config):
    with refused("NoSuchConfigurationRecorderException", 400):
        config.start_configuration_recorder(ConfigurationRecorderName="default")
    put_recorder(cloud, config)
    with refused("NoAvailableDeliveryChannelException", 400):
        config.start_configuration_recorder(ConfigurationRecorderName="default")


def test_one_channel_only(cloud):
    config = cloud.record()
    with refused("MaxNumberOfDeliveryChannelsExceededException", 400):
        put_channel(config, name="other")
    put_channel(config)


def without_acl(policy):
    policy["Statement"][0]["Action"] = ["s3:ListBucket"]


def for_another_account(policy):
    for statement in policy["Statement"]:
        statement["Condition"]["StringEquals"]["AWS:SourceAccount"] = OTHER


def on_another_path(policy):
    policy["Statement"][1]["Resource"] = "arn:aws:s3:::config-bucket/elsewhere/*"


def for_another_service(policy):
    for statement in policy["Statement"]:
        statement["Principal"] = {"Service": "cloudtrail.amazonaws.com"}


def with_an_unknown_condition(policy):
    policy["Statement"][1]["Condition"]["StringEquals"]["aws:PrincipalOrgID"] = "o-1"


def with_a_deny(policy):
    policy["Statement"].append(
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    )


@pytest.mark.parametrize(
    "spoil",
    [
        without_acl,
        for_another_account,
        on_another_path,
        for_another_service,
        with_an_unknown_condition,
        with_a_deny,
        None,
    ],
)
def test_the_buckets_policy_must_let_config_in(cloud, config, spoil):
    put_recorder(cloud, config)
    s3 = cloud.bucket(policy=False)
    policy = config_policy("config-bucket", MEMBER)
    if spoil:
        spoil(policy)
        s3.put_bucket_policy(Bucket="config-bucket", Policy=json.dumps(policy))
    with refused("InsufficientDeliveryPolicyException", 400):
        put_channel(config)


def test_the_usual_deny_of_plain_http_does_no_harm(cloud, config):
    put_recorder(cloud, config)
    s3 = cloud.bucket(policy=False)
    policy = config_policy("config-bucket", MEMBER)
    policy["Statement"].append(
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": ["arn:aws:s3:::config-bucket", "arn:aws:s3:::config-bucket/*"],
            "Condition": {"Bool": {"aws:SecureTransport": False}},
        }
    )
    s3.put_bucket_policy(Bucket="config-bucket", Policy=json.dumps(policy))
    put_channel(config)


def test_the_policy_must_cover_the_prefix(cloud, config):
    put_recorder(cloud, config)
    cloud.bucket()
    with refused("InsufficientDeliveryPolicyException", 400):
        put_channel(config, s3KeyPrefix="logs")


def test_one_bucket_serves_every_region(cloud):
    cloud.record()
    config = cloud.client("config", region="eu-west-1")
    put_recorder(cloud, config)
    put_channel(config)


TYPES = ["AWS::S3::Bucket", "AWS::Bedrock::DataSource", "AWS::EKS::Nodegroup"]


def test_types_that_the_model_lacks_are_recorded(cloud, config):
    put_recorder(cloud, config, recordingGroup={"resourceTypes": TYPES})
    (recorder,) = config.describe_configuration_recorders()["ConfigurationRecorders"]
    assert recorder["recordingGroup"]["resourceTypes"] == TYPES
    with refused("InvalidRecordingGroupException", 400, "unsupported resource types: S3."):
        put_recorder(cloud, config, recordingGroup={"resourceTypes": ["S3"]})


@pytest.mark.parametrize(
    ("form", "code", "text"),
    [
        ("named", "InvalidRecordingGroupException", "types: AWS::Bedrock::DataSource."),
        ("enum", "ValidationException", "value set: [AWS::S3::Bucket, AWS::EKS::Nodegroup]]"),
        ("silent", "InvalidRecordingGroupException", "is not valid"),
    ],
)
def test_a_region_refuses_types(cloud, config, form, code, text):
    cloud.turn(MEMBER, config_refuses={"us-east-1": [TYPES[1]]}, config_refusal=form)
    with refused(code, 400, text):
        put_recorder(cloud, config, recordingGroup={"resourceTypes": TYPES})
    put_recorder(cloud, config, recordingGroup={"resourceTypes": [TYPES[0], TYPES[2]]})
    put_recorder(cloud, config, recordingGroup=EVERYTHING)
