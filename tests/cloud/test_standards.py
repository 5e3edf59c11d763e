"""Standards: the list, enabling, disabling and their states."""

import time

import pytest

from conftest import MEMBER, refused

FSBP = "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0"
CIS5 = "arn:aws:securityhub:us-east-1::standards/cis-aws-foundations-benchmark/v/5.0.0"
OLD_CIS = "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0"
SUBSCRIPTION = (
    f"arn:aws:securityhub:us-east-1:{MEMBER}:subscription/"
    "aws-foundational-security-best-practices/v/1.0.0"
)


def enable(hub, *arns):
    requests = [{"StandardsArn": arn} for arn in arns]
    answer = hub.batch_enable_standards(StandardsSubscriptionRequests=requests)
    return answer["StandardsSubscriptions"]


def enabled(hub, **filters):
    found = hub.get_enabled_standards(**filters)["StandardsSubscriptions"]
    return {s["StandardsArn"]: s["StandardsStatus"] for s in found}


def test_the_list_has_the_known_standards_in_the_regions_own_form(cloud):
    hub = cloud.hub(region="eu-west-1")
    paths = {s["StandardsArn"] for s in hub.describe_standards()["Standards"]}
    for path in (
        "aws-foundational-security-best-practices/v/1.0.0",
        "cis-aws-foundations-benchmark/v/1.4.0",
        "cis-aws-foundations-benchmark/v/3.0.0",
        "cis-aws-foundations-benchmark/v/5.0.0",
        "nist-800-53/v/5.0.0",
        "nist-800-171/v/2.0.0",
        "pci-dss/v/3.2.1",
        "pci-dss/v/4.0.1",
        "aws-resource-tagging-standard/v/1.0.0",
        "ai-security-best-practices/v/1.0.0",
    ):
        assert f"arn:aws:securityhub:eu-west-1::standards/{path}" in paths
    assert OLD_CIS in paths


def test_other_clouds_are_listed_unless_filtered(cloud):
    hub = cloud.hub()
    everything = hub.describe_standards()["Standards"]
    (foreign,) = [s for s in everything if s["Provider"] != "AWS"]
    assert foreign["Provider"] == "Azure"
    aws = hub.describe_standards(Providers=["AWS"])["Standards"]
    assert len(aws) == len(everything) - 1
    assert hub.describe_standards(Providers=["GCP"])["Standards"] == []


def test_the_list_has_pages(cloud):
    hub = cloud.hub()
    pages = list(hub.get_paginator("describe_standards").paginate(PaginationConfig={"PageSize": 5}))
    assert [len(page["Standards"]) for page in pages] == [5, 5, 2]
    with refused("InvalidInputException", 400):
        hub.describe_standards(MaxResults=101)
    with refused("InvalidInputException", 400):
        hub.describe_standards(NextToken="mine")


def test_enabling_answers_pending_and_then_ready(cloud):
    hub = cloud.hub()
    cloud.record()
    (answer,) = enable(hub, FSBP)
    assert answer["StandardsStatus"] == "PENDING"
    assert answer["StandardsControlsUpdatable"] == "NOT_READY_FOR_UPDATES"
    assert answer["StandardsSubscriptionArn"] == SUBSCRIPTION
    assert enabled(hub) == {FSBP: "READY"}
    (again,) = enable(hub, FSBP)
    assert again["StandardsStatus"] == "READY"


def test_pending_lasts_as_long_as_asked(cloud):
    hub = cloud.hub()
    cloud.record()
    cloud.turn(MEMBER, standards_pending_seconds=1)
    enable(hub, FSBP)
    assert enabled(hub) == {FSBP: "PENDING"}
    time.sleep(1.1)
    assert enabled(hub) == {FSBP: "READY"}


def test_without_a_recorder_it_stays_incomplete(cloud):
    hub = cloud.hub()
    enable(hub, FSBP)
    (shown,) = hub.get_enabled_standards()["StandardsSubscriptions"]
    assert shown["StandardsStatus"] == "INCOMPLETE"
    reason = shown["StandardsStatusReason"]["StatusReasonCode"]
    assert reason == "NO_AVAILABLE_CONFIGURATION_RECORDER"
    config = cloud.record()
    assert enabled(hub) == {FSBP: "READY"}
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    assert enabled(hub) == {FSBP: "INCOMPLETE"}


def test_another_clouds_standard_wants_a_connector(cloud):
    hub = cloud.hub()
    cloud.record()
    azure = FSBP.replace(
        "aws-foundational-security-best-practices/v/1.0.0",
        "cis-azure-foundations-benchmark/v/4.0.0",
    )
    enable(hub, azure)
    (shown,) = hub.get_enabled_standards(Providers=["Azure"])["StandardsSubscriptions"]
    reason = shown["StandardsStatusReason"]["StatusReasonCode"]
    assert reason == "NO_AVAILABLE_MULTICLOUD_CONNECTOR"
    assert enabled(hub, Providers=["AWS"]) == {}


@pytest.mark.parametrize(
    "arn",
    [
        FSBP.replace("us-east-1", "eu-west-1"),
        "aws-foundational-security-best-practices/v/1.0.0",
        FSBP.replace("1.0.0", "9.9.9"),
    ],
)
def test_an_arn_of_elsewhere_enables_nothing(cloud, arn):
    hub = cloud.hub()
    with refused("InvalidInputException", 400, "Invalid StandardsSubscriptionRequest(s)"):
        enable(hub, CIS5, arn)
    assert enabled(hub) == {}


@pytest.mark.parametrize("count", [0, 26])
def test_one_to_25_at_once(cloud, count):
    with refused("InvalidInputException", 400):
        enable(cloud.hub(), *[FSBP] * count)


def test_the_old_cis_has_a_regional_subscription(cloud):
    (answer,) = enable(cloud.hub(), OLD_CIS)
    assert answer["StandardsSubscriptionArn"] == (
        f"arn:aws:securityhub:us-east-1:{MEMBER}:subscription/cis-aws-foundations-benchmark/v/1.2.0"
    )


def test_enabled_standards_by_arn_and_in_pages(cloud):
    hub = cloud.hub()
    cloud.record()
    enable(hub, FSBP, CIS5, OLD_CIS)
    assert enabled(hub, StandardsSubscriptionArns=[SUBSCRIPTION]) == {FSBP: "READY"}
    first = hub.get_enabled_standards(MaxResults=2)
    assert len(first["StandardsSubscriptions"]) == 2
    rest = hub.get_enabled_standards(MaxResults=2, NextToken=first["NextToken"])
    assert len(rest["StandardsSubscriptions"]) == 1
    assert "NextToken" not in rest


def test_disabling_is_deleting_and_then_gone(cloud):
    hub = cloud.hub()
    cloud.turn(MEMBER, standards_pending_seconds=1)
    enable(hub, FSBP)
    (answer,) = hub.batch_disable_standards(StandardsSubscriptionArns=[SUBSCRIPTION])[
        "StandardsSubscriptions"
    ]
    assert answer["StandardsStatus"] == "DELETING"
    assert enabled(hub) == {FSBP: "DELETING"}
    time.sleep(1.1)
    assert enabled(hub) == {}
    with refused("InvalidInputException", 400):
        hub.batch_disable_standards(StandardsSubscriptionArns=[SUBSCRIPTION])


def test_some_controls_are_defined(cloud):
    hub = cloud.hub()
    (first,) = hub.list_security_control_definitions(MaxResults=1)["SecurityControlDefinitions"]
    assert {"SecurityControlId", "Title", "SeverityRating", "RemediationUrl"} <= set(first)
