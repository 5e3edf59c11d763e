"""Security Hub on, off and configured; its V2 sibling."""

import pytest

from conftest import ADMINISTRATOR, MEMBER, refused


def test_nothing_works_before_it_is_enabled(cloud):
    hub = cloud.client("securityhub")
    text = f"Account {MEMBER} is not subscribed to AWS Security Hub"
    for call in (
        hub.describe_hub,
        hub.list_members,
        hub.list_invitations,
        hub.describe_standards,
        hub.get_administrator_account,
        hub.get_findings,
    ):
        with refused("InvalidAccessException", 401, text):
            call()


def test_enabling_twice_is_a_conflict(cloud):
    hub = cloud.hub()
    with refused("ResourceConflictException", 409, "Account is already subscribed to Security Hub"):
        hub.enable_security_hub()


def test_it_is_per_account_and_region(cloud):
    cloud.hub(MEMBER, "us-east-1")
    for account, region in ((MEMBER, "eu-west-1"), (ADMINISTRATOR, "us-east-1")):
        with refused("InvalidAccessException", 401):
            cloud.client("securityhub", account, region).describe_hub()


def test_default_standards_are_fsbp_and_the_old_cis(cloud):
    hub = cloud.client("securityhub", region="eu-west-1")
    hub.enable_security_hub()
    arns = {s["StandardsArn"] for s in hub.get_enabled_standards()["StandardsSubscriptions"]}
    assert arns == {
        "arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0",
        "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0",
    }
    assert cloud.hub(ADMINISTRATOR).get_enabled_standards()["StandardsSubscriptions"] == []


def test_describe_hub(cloud):
    hub = cloud.client("securityhub")
    hub.enable_security_hub(ControlFindingGenerator="STANDARD_CONTROL", Tags={"a": "b"})
    shown = hub.describe_hub()
    arn = f"arn:aws:securityhub:us-east-1:{MEMBER}:hub/default"
    assert shown["HubArn"] == arn
    assert shown["AutoEnableControls"] is True
    assert shown["ControlFindingGenerator"] == "STANDARD_CONTROL"
    assert shown["SubscribedAt"].startswith("20")
    assert hub.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"a": "b"}
    hub.tag_resource(ResourceArn=arn, Tags={"c": "d"})
    hub.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert hub.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"c": "d"}
    with refused("ResourceNotFoundException", 404):
        hub.describe_hub(HubArn=arn + "x")


def test_the_default_generator_is_consolidated(cloud):
    assert cloud.hub().describe_hub()["ControlFindingGenerator"] == "SECURITY_CONTROL"


def test_configuration_is_updated(cloud):
    hub = cloud.hub()
    hub.update_security_hub_configuration(
        AutoEnableControls=False, ControlFindingGenerator="STANDARD_CONTROL"
    )
    shown = hub.describe_hub()
    assert shown["AutoEnableControls"] is False
    assert shown["ControlFindingGenerator"] == "STANDARD_CONTROL"
    with refused("InvalidInputException", 400):
        hub.update_security_hub_configuration(ControlFindingGenerator="OTHER")


def test_a_member_follows_its_administrators_generator(cloud):
    above, below = cloud.join()
    above.update_security_hub_configuration(ControlFindingGenerator="STANDARD_CONTROL")
    assert below.describe_hub()["ControlFindingGenerator"] == "STANDARD_CONTROL"
    with refused("InvalidInputException", 400):
        below.update_security_hub_configuration(ControlFindingGenerator="SECURITY_CONTROL")


def test_disabling_ends_the_members_association(cloud):
    above, below = cloud.join()
    with refused("InvalidInputException", 400):
        above.disable_security_hub()
    below.disable_security_hub()
    with refused("InvalidAccessException", 401):
        below.describe_hub()
    (member,) = above.list_members(OnlyAssociated=False)["Members"]
    assert member["MemberStatus"] == "Resigned"


def test_enabling_makes_its_service_linked_role(cloud):
    cloud.hub()
    role = cloud.client("iam").get_role(RoleName="AWSServiceRoleForSecurityHub")["Role"]
    assert role["Path"] == "/aws-service-role/securityhub.amazonaws.com/"


def test_v2_is_off_until_enabled(cloud):
    hub = cloud.client("securityhub")
    with refused("ResourceNotFoundException", 404):
        hub.describe_security_hub_v2()
    arn = hub.enable_security_hub_v2()["HubV2Arn"]
    assert hub.enable_security_hub_v2()["HubV2Arn"] == arn
    assert hub.describe_security_hub_v2()["HubV2Arn"] == arn
    hub.disable_security_hub_v2()
    with refused("ResourceNotFoundException", 404):
        hub.describe_security_hub_v2()


@pytest.mark.parametrize("v2_first", [True, False])
def test_both_products_bring_a_recorder_of_their_own(cloud, v2_first):
    hub, config = cloud.client("securityhub"), cloud.client("config")
    steps = [hub.enable_security_hub_v2, hub.enable_security_hub]
    for step in steps if v2_first else reversed(steps):
        assert config.list_configuration_recorders()["ConfigurationRecorderSummaries"] == []
        step()
    (recorder,) = config.list_configuration_recorders()["ConfigurationRecorderSummaries"]
    assert recorder["name"] == "AWSConfigurationRecorderForSecurityHubCSPM"
    assert recorder["servicePrincipal"] == "securityhub.amazonaws.com"
    assert recorder["recordingScope"] == "INTERNAL"
    assert config.describe_configuration_recorders()["ConfigurationRecorders"] == []
    states = {s["StandardsStatus"] for s in hub.get_enabled_standards()["StandardsSubscriptions"]}
    assert states == {"READY"}
    hub.disable_security_hub_v2()
    assert config.list_configuration_recorders()["ConfigurationRecorderSummaries"] == []
