"""Control findings as they are read: by the administrator, with filters, in pages."""

import pytest

from conftest import ADMINISTRATOR, MEMBER, refused
from control_helpers import CIS, FSBP, NIST, REGION, disable, equals, findings


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"ComplianceSecurityControlId": equals("Config.1", "GuardDuty.1")}, 4),
        ({"ComplianceAssociatedStandardsId": equals(CIS)}, 4),
        ({"ComplianceAssociatedStandardsId": equals(FSBP, CIS)}, 6),
        ({"ComplianceAssociatedStandardsId": equals(NIST)}, 0),
        ({"GeneratorId": [{"Value": "security-control/", "Comparison": "PREFIX"}]}, 6),
        ({"GeneratorId": equals("security-control/EC2.7")}, 2),
        ({"AwsAccountId": equals(MEMBER), "RecordState": equals("ACTIVE")}, 6),
        ({"AwsAccountId": [{"Value": MEMBER, "Comparison": "NOT_EQUALS"}]}, 0),
        ({"RecordState": equals("ARCHIVED")}, 0),
        ({"UpdatedAt": [{"DateRange": {"Unit": "DAYS", "Value": 1}}]}, 6),
        ({"UpdatedAt": [{"Start": "2020-01-01T00:00:00Z", "End": "2020-02-01T00:00:00Z"}]}, 0),
        ({"Region": equals("eu-west-1"), "WorkflowStatus": equals("NEW")}, 2),
    ],
)
def test_the_administrator_reads_them_all_in_the_home_region(cloud, filters, found):
    """By the clock's own time, which is a year ahead here."""
    cloud.clock(days=365)
    cloud.controls()
    regions = [REGION, "eu-west-1"]
    members = {"administrator": ADMINISTRATOR, "accounts": [MEMBER], "regions": regions}
    suffixes = [path.partition("/")[2] for path in (FSBP, CIS)]
    answer = cloud.control("POST", "/members", {**members, "standards": suffixes})
    assert answer == (200, {"accounts": [MEMBER]})
    home = cloud.client("securityhub", ADMINISTRATOR)
    home.create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")
    cloud.client("config", region="eu-west-1").stop_configuration_recorder(
        ConfigurationRecorderName="default"
    )
    guardduty = cloud.client("guardduty", region="eu-west-1")
    (name,) = guardduty.list_detectors()["DetectorIds"]
    guardduty.delete_detector(DetectorId=name)
    cloud.clock(days=366)
    if "WorkflowStatus" in filters:
        # EC2.7's result is a matter of the account's number.
        filters = {**filters, "ComplianceSecurityControlId": equals("Config.1", "GuardDuty.1")}
    assert len(findings(home, **filters)) == found


def test_more_than_ten_attributes_or_twenty_values_are_refused(hub):
    words = (
        "AwsAccountId CompanyName ComplianceSecurityControlId ComplianceStatus GeneratorId Id "
        "ProductArn RecordState Region Title Type"
    )
    wanted = {name: equals("x") for name in words.split()}
    with refused("InvalidInputException", 400):
        findings(hub, **wanted)
    wanted.pop("Title")
    assert findings(hub, **wanted) == []
    with refused("InvalidInputException", 400):
        findings(hub, AwsAccountId=equals(*["x"] * 21))


def test_the_pages_of_a_list_fit_together_while_findings_change(cloud, hub):
    first = hub.get_findings(MaxResults=2)
    disable(hub, FSBP)
    cloud.clock(days=5)
    rest = hub.get_findings(MaxResults=2, NextToken=first["NextToken"])
    assert len(rest["Findings"]) == 1
    assert rest["Findings"][0]["RecordState"] == "ARCHIVED"
