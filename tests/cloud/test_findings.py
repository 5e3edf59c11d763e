"""Cross-Region aggregation and findings: who sees what, filters, updates, events."""

import json

import pytest

from conftest import ADMINISTRATOR, MEMBER, OTHER, refused

GUARDDUTY = "arn:aws:securityhub:us-east-1::product/aws/guardduty"


def finding(name, account=MEMBER, **more):
    return {
        "SchemaVersion": "2018-10-08",
        "Id": name,
        "ProductArn": GUARDDUTY,
        "GeneratorId": "detector",
        "AwsAccountId": account,
        "Types": ["TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce"],
        "CreatedAt": "2026-11-20T00:00:00Z",
        "UpdatedAt": "2026-11-20T00:00:00.000Z",
        "Severity": {"Label": "HIGH", "Original": "8"},
        "Title": name,
        "Description": name,
        "Resources": [{"Type": "AwsEc2Instance", "Id": "i-1"}],
        **more,
    }


def load(hub, *findings):
    answer = hub.batch_import_findings(Findings=list(findings))
    assert answer["FailedCount"] == 0, answer
    assert answer["SuccessCount"] == len(findings)


def ids(hub, **request):
    return [f["Id"] for f in hub.get_findings(**request)["Findings"]]


def equals(value):
    return [{"Value": value, "Comparison": "EQUALS"}]


def test_one_aggregator_in_its_home_region(cloud):
    home, linked = cloud.hub(ADMINISTRATOR), cloud.hub(ADMINISTRATOR, "eu-west-1")
    made = home.create_finding_aggregator(
        RegionLinkingMode="SPECIFIED_REGIONS", Regions=["eu-west-1"]
    )
    assert made["FindingAggregationRegion"] == "us-east-1"
    assert made["Regions"] == ["eu-west-1"]
    arn = made["FindingAggregatorArn"]
    for hub in (home, linked):
        (listed,) = hub.list_finding_aggregators()["FindingAggregators"]
        assert listed["FindingAggregatorArn"] == arn
        assert hub.get_finding_aggregator(FindingAggregatorArn=arn)["Regions"] == ["eu-west-1"]
    with refused("LimitExceededException", 429):
        linked.create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")
    change = {"FindingAggregatorArn": arn, "RegionLinkingMode": "ALL_REGIONS"}
    with refused("InvalidInputException", 400, "home Region only"):
        linked.update_finding_aggregator(**change)
    changed = home.update_finding_aggregator(**change)
    assert changed["RegionLinkingMode"] == "ALL_REGIONS"
    assert "Regions" not in changed
    home.delete_finding_aggregator(FindingAggregatorArn=arn)
    assert home.list_finding_aggregators()["FindingAggregators"] == []
    with refused("ResourceNotFoundException", 404):
        home.get_finding_aggregator(FindingAggregatorArn=arn)


def test_an_opt_in_region_cannot_be_home(cloud):
    cloud.turn(ADMINISTRATOR, regions={"ap-east-1": "ENABLED"})
    with refused("InvalidInputException", 400, "opt-in"):
        cloud.hub(ADMINISTRATOR, "ap-east-1").create_finding_aggregator(
            RegionLinkingMode="ALL_REGIONS"
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"RegionLinkingMode": "SOME"},
        {"RegionLinkingMode": "SPECIFIED_REGIONS"},
        {"RegionLinkingMode": "ALL_REGIONS", "Regions": ["eu-west-1"]},
        {"RegionLinkingMode": "SPECIFIED_REGIONS", "Regions": ["us-east-1"]},
        {"RegionLinkingMode": "SPECIFIED_REGIONS", "Regions": ["moon-1"]},
    ],
)
def test_wrong_linking_is_refused(cloud, wrong):
    with refused("InvalidInputException", 400):
        cloud.hub(ADMINISTRATOR).create_finding_aggregator(**wrong)


def test_a_member_inherits_its_aggregation(cloud):
    _, below = cloud.join()
    with refused("AccessDeniedException", 403):
        below.create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")


def test_an_administrator_sees_its_enabled_members_findings(cloud):
    above, below = cloud.join()
    stranger = cloud.hub(OTHER)
    load(below, finding("a"))
    load(stranger, finding("b", OTHER))
    assert ids(above) == ids(below) == ["a"]
    above.disassociate_members(AccountIds=[MEMBER])
    assert ids(above) == []


def test_the_home_region_shows_the_linked_regions(cloud):
    home, _ = cloud.join("us-east-1")
    linked, below = cloud.join("eu-west-1")
    load(below, finding("far"))
    assert ids(home) == []
    home.create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")
    assert ids(home) == ids(linked) == ["far"]
    assert home.get_findings()["Findings"][0]["Region"] == "eu-west-1"


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"AwsAccountId": equals(MEMBER)}, ["a", "b", "c"]),
        ({"AwsAccountId": equals(OTHER)}, []),
        ({"SeverityLabel": equals("HIGH") + equals("LOW")}, ["a", "b"]),
        ({"SeverityLabel": equals("HIGH"), "Title": equals("b")}, []),
        ({"Title": [{"Value": "a", "Comparison": "NOT_EQUALS"}]}, ["b", "c"]),
        ({"Type": [{"Value": "TTPs/", "Comparison": "PREFIX"}]}, ["a", "b", "c"]),
        ({"Type": [{"Value": "TTPs/", "Comparison": "PREFIX_NOT_EQUALS"}]}, []),
        ({"ResourceId": [{"Value": "-1", "Comparison": "CONTAINS"}]}, ["a", "b", "c"]),
        ({"UpdatedAt": [{"Start": "2026-11-21T00:00:00Z", "End": "2026-11-22T00:00:00Z"}]}, ["b"]),
        ({"UpdatedAt": [{"DateRange": {"Unit": "DAYS", "Value": 1}}]}, []),
        ({"Confidence": [{"Gte": 50}]}, ["c"]),
        ({"WorkflowStatus": equals("NEW"), "RecordState": equals("ACTIVE")}, ["a", "b", "c"]),
    ],
)
def test_filters(cloud, filters, found):
    hub = cloud.hub()
    load(
        hub,
        finding("a"),
        finding("b", UpdatedAt="2026-11-21T12:00:00Z", Severity={"Label": "LOW"}),
        finding(
            "c", UpdatedAt="2026-10-01T00:00:00Z", Severity={"Label": "CRITICAL"}, Confidence=90
        ),
    )
    assert ids(hub, Filters=filters) == found


def test_an_unknown_filter_is_an_error_and_too_many_are_refused(cloud):
    hub = cloud.hub()
    load(hub, finding("a"))
    with refused("NotImplemented", 501):
        hub.get_findings(Filters={"Keyword": [{"Value": "x"}]})
    with refused("InvalidInputException", 400):
        hub.get_findings(Filters={"Title": equals("x") * 21})


def test_order_and_pages(cloud):
    hub = cloud.hub()
    load(hub, *(finding(f"{n:03}") for n in range(100)))
    load(hub, *(finding(f"{n:03}") for n in range(100, 105)))
    newest = [{"Field": "Title", "SortOrder": "desc"}]
    first = hub.get_findings(SortCriteria=newest)
    assert len(first["Findings"]) == 100
    assert first["Findings"][0]["Id"] == "104"
    rest = hub.get_findings(SortCriteria=newest, NextToken=first["NextToken"])
    assert [f["Id"] for f in rest["Findings"]] == ["004", "003", "002", "001", "000"]
    with refused("InvalidInputException", 400):
        hub.get_findings(MaxResults=101)


def test_importing_again_updates_but_keeps_the_customers_fields(cloud):
    hub = cloud.hub()
    load(hub, finding("a"))
    mine = {"Id": "a", "ProductArn": GUARDDUTY}
    hub.batch_update_findings(
        FindingIdentifiers=[mine],
        Workflow={"Status": "SUPPRESSED"},
        Note={"Text": "known", "UpdatedBy": "soc"},
    )
    load(hub, finding("a", UpdatedAt="2026-11-22T00:00:00Z", Title="new"))
    (shown,) = hub.get_findings()["Findings"]
    assert shown["Title"] == "new"
    assert shown["Workflow"] == {"Status": "SUPPRESSED"}
    assert shown["Note"]["Text"] == "known"


def test_fields_that_no_model_knows_come_back(cloud):
    hub, answers = cloud.hub(), []

    def invent(params, **_):
        body = json.loads(params["body"])
        body["Findings"][0]["InventedIn2031"] = {"Deep": [1]}
        params["body"] = json.dumps(body).encode()

    hub.meta.events.register("before-call.securityhub.BatchImportFindings", invent)
    hub.meta.events.register(
        "after-call.securityhub.GetFindings",
        lambda http_response, **_: answers.append(json.loads(http_response.content)),
    )
    load(hub, finding("a"))
    assert ids(hub) == ["a"]
    assert answers[0]["Findings"][0]["InventedIn2031"] == {"Deep": [1]}


def test_an_update_leaves_the_time_and_names_the_missing(cloud):
    above, below = cloud.join()
    load(below, finding("a"))
    wanted = [{"Id": name, "ProductArn": GUARDDUTY} for name in ("a", "b")]
    answer = above.batch_update_findings(
        FindingIdentifiers=wanted, Workflow={"Status": "NOTIFIED"}, Severity={"Label": "LOW"}
    )
    assert answer["ProcessedFindings"] == wanted[:1]
    assert [u["ErrorCode"] for u in answer["UnprocessedFindings"]] == ["FindingNotFound"]
    (shown,) = below.get_findings()["Findings"]
    assert shown["Workflow"] == {"Status": "NOTIFIED"}
    assert shown["Severity"] == {"Label": "LOW", "Original": "8"}
    assert shown["UpdatedAt"] == "2026-11-20T00:00:00.000Z"
    with refused("InvalidInputException", 400):
        above.batch_update_findings(FindingIdentifiers=wanted * 51)


def test_importing_refuses_per_finding(cloud):
    hub = cloud.hub()
    answer = hub.batch_import_findings(
        Findings=[finding("a"), finding("b", OTHER), finding("c", Resources=[])]
    )
    assert answer["SuccessCount"] == 1
    assert [f["Id"] for f in answer["FailedFindings"]] == ["b", "c"]
    with refused("InvalidInputException", 400):
        hub.batch_import_findings(Findings=[finding("a")] * 101)


URGENT = {
    "source": ["aws.securityhub"],
    "detail-type": ["Security Hub Findings - Imported"],
    "detail": {
        "findings": {
            "ProductArn": [{"suffix": "::product/aws/guardduty"}],
            "Severity": {"Label": ["HIGH", "CRITICAL"]},
            "RecordState": ["ACTIVE"],
            "Workflow": {"Status": ["NEW"]},
        }
    },
}


def watch(cloud, account, region="us-east-1", pattern=URGENT):
    """A queue behind a rule; answers a function that empties it."""
    sqs, events = (cloud.client(service, account, region) for service in ("sqs", "events"))
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}}
    allow |= {"Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Statement": [allow]})
    url = sqs.create_queue(QueueName="alerts", Attributes={"Policy": policy})["QueueUrl"]
    events.put_rule(Name="alerts", EventPattern=json.dumps(pattern))
    arn = f"arn:aws:sqs:{region}:{account}:alerts"
    events.put_targets(Rule="alerts", Targets=[{"Id": "queue", "Arn": arn}])

    def received():
        found = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    return received


def test_an_imported_finding_is_an_event_for_all_who_see_it(cloud):
    home, _ = cloud.join("us-east-1")
    _, below = cloud.join("eu-west-1")
    home.create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")
    cloud.hub(OTHER, "eu-west-1")
    seen = {
        place: watch(cloud, *place)
        for place in (
            (MEMBER, "eu-west-1"),
            (ADMINISTRATOR, "eu-west-1"),
            (ADMINISTRATOR, "us-east-1"),
            (MEMBER, "us-east-1"),
            (OTHER, "eu-west-1"),
        )
    }
    load(below, finding("a"))
    events = {place: received() for place, received in seen.items()}
    assert [len(found) for found in events.values()] == [1, 1, 1, 0, 0]
    (event,) = events[ADMINISTRATOR, "us-east-1"]
    assert event["region"] == "us-east-1"
    assert event["source"] == "aws.securityhub"
    assert event["time"].endswith("Z")
    (shown,) = event["detail"]["findings"]
    assert (shown["Id"], shown["Region"], shown["AwsAccountId"]) == ("a", "eu-west-1", MEMBER)


def test_a_pattern_looks_into_the_findings(cloud):
    hub = cloud.hub()
    received = watch(cloud, MEMBER)
    load(
        hub,
        finding("high"),
        finding("low", Severity={"Label": "LOW"}),
        finding("old", RecordState="ARCHIVED"),
        finding("other", ProductArn="arn:aws:securityhub:us-east-1::product/aws/securityhub"),
    )
    assert [e["detail"]["findings"][0]["Id"] for e in received()] == ["high"]


def test_an_update_is_an_event_too(cloud):
    hub = cloud.hub()
    received = watch(cloud, MEMBER, pattern={"source": ["aws.securityhub"]})
    load(hub, finding("a"))
    hub.batch_update_findings(
        FindingIdentifiers=[{"Id": "a", "ProductArn": GUARDDUTY}], Workflow={"Status": "NOTIFIED"}
    )
    states = [e["detail"]["findings"][0]["Workflow"]["Status"] for e in received()]
    assert sorted(states) == ["NEW", "NOTIFIED"]
