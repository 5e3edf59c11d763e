"""Regions and their opt-in states; what a Region that is not enabled answers."""

import pytest

from conftest import MEMBER, OTHER, refused


def states(client, **filters):
    found = client.get_paginator("list_regions").paginate(**filters).search("Regions[]")
    return {r["RegionName"]: r["RegionOptStatus"] for r in found}


def test_opt_in_regions_are_disabled_at_first(cloud):
    shown = states(cloud.client("account"))
    assert shown["us-east-1"] == shown["ap-northeast-1"] == "ENABLED_BY_DEFAULT"
    assert shown["ap-east-1"] == shown["mx-central-1"] == "DISABLED"
    assert len(shown) == 34


def test_the_list_can_be_filtered_and_has_pages(cloud):
    client = cloud.client("account")
    cloud.turn(MEMBER, regions={"ap-east-1": "ENABLED", "me-south-1": "ENABLING"})
    wanted = ["ENABLED", "ENABLING"]
    shown = states(client, RegionOptStatusContains=wanted)
    assert shown == {"ap-east-1": "ENABLED", "me-south-1": "ENABLING"}
    assert "ap-east-1" in states(
        cloud.client("account", OTHER), RegionOptStatusContains=["DISABLED"]
    )
    first = client.list_regions(MaxResults=30)
    assert len(first["Regions"]) == 30
    rest = client.list_regions(MaxResults=30, NextToken=first["NextToken"])
    assert len(rest["Regions"]) == 4
    with refused("ValidationException", 400):
        client.list_regions(MaxResults=51)


def test_one_regions_state_and_changing_it(cloud):
    client = cloud.client("account")
    client.enable_region(RegionName="ap-east-1")
    assert client.get_region_opt_status(RegionName="ap-east-1")["RegionOptStatus"] == "ENABLED"
    cloud.hub(region="ap-east-1")
    client.disable_region(RegionName="ap-east-1")
    with refused("UnrecognizedClientException", 403):
        cloud.client("securityhub", region="ap-east-1").describe_hub()
    with refused("ValidationException", 400):
        client.disable_region(RegionName="us-east-1")
    with refused("ValidationException", 400):
        client.get_region_opt_status(RegionName="moon-1")


def test_another_accounts_regions_are_not_told(cloud):
    with refused("AccessDeniedException", 403):
        cloud.client("account").list_regions(AccountId=OTHER)
    assert cloud.client("account").list_regions(AccountId=MEMBER)["Regions"]


@pytest.mark.parametrize("state", ["DISABLED", "ENABLING", "DISABLING"])
def test_a_region_not_enabled_refuses_every_call(cloud, state):
    cloud.turn(MEMBER, regions={"ap-east-1": state})
    calls = {
        "securityhub": "describe_hub",
        "guardduty": "list_detectors",
        "config": "describe_configuration_recorders",
    }
    for service, call in calls.items():
        with refused("UnrecognizedClientException", 403, "security token"):
            getattr(cloud.client(service, region="ap-east-1"), call)()
    with refused("InvalidClientTokenId", 403):
        cloud.client("sts", region="ap-east-1").get_caller_identity()


def test_the_signature_alone_names_the_region(cloud):
    client = cloud.client("securityhub")
    agent = f"{client.meta.config.user_agent} region/eu-west-1"
    client.meta.events.register(
        "before-send", lambda request, **_: request.headers.__setitem__("User-Agent", agent)
    )
    client.enable_security_hub()
    assert ":us-east-1:" in client.describe_hub()["HubArn"]


def test_a_region_that_does_not_exist(cloud):
    with refused("UnrecognizedClientException", 403):
        cloud.client("guardduty", region="us-east-9").list_detectors()


def test_every_region_can_be_used_when_enabled(cloud):
    opt_in = [
        name for name, state in states(cloud.client("account")).items() if state == "DISABLED"
    ]
    cloud.turn(MEMBER, regions=dict.fromkeys(opt_in, "ENABLED"))
    for region in states(cloud.client("account")):
        assert cloud.client("guardduty", region=region).list_detectors()["DetectorIds"] == []
        arn = cloud.hub(region=region).describe_hub()["HubArn"]
        assert arn == f"arn:aws:securityhub:{region}:{MEMBER}:hub/default"
        config = cloud.client("config", region=region)
        assert config.list_configuration_recorders()["ConfigurationRecorderSummaries"] == []


def test_the_world_wide_services_answer_everywhere(cloud):
    cloud.client("iam", region="ap-east-1").list_roles()
    cloud.client("account", region="ap-east-1").list_regions()
