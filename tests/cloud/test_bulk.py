"""Many members at once."""

import pytest

from conftest import ADMINISTRATOR, MEMBER, OTHER

REGIONS = ["us-east-1", "eu-west-1"]
FSBP = "aws-foundational-security-best-practices/v/1.0.0"


def add(cloud, **wanted):
    body = {"administrator": ADMINISTRATOR, "regions": REGIONS, **wanted}
    return cloud.control("POST", "/members", body)


def test_they_are_set_up_and_enabled_without_a_call(cloud):
    status, answer = add(cloud, first="100000000000", count=3)
    accounts = ["100000000000", "100000000001", "100000000002"]
    assert (status, answer) == (200, {"accounts": accounts})
    assert cloud.get("/calls") == []
    for region in REGIONS:
        above = cloud.client("securityhub", ADMINISTRATOR, region)
        listed = {m["AccountId"]: m["MemberStatus"] for m in above.list_members()["Members"]}
        assert listed == dict.fromkeys(accounts, "Enabled")
    state = cloud.get("/state/100000000001")["regions"]
    assert list(state) == sorted(REGIONS)
    for region, shown in state.items():
        assert shown["administrator"] == ADMINISTRATOR
        assert shown["standards"] == {f"arn:aws:securityhub:{region}::standards/{FSBP}": "READY"}
        assert [r["recording"] for r in shown["recorders"]] == [True]
        assert len(shown["channels"]) == len(shown["detectors"]) == 1


def test_their_first_check_passes(cloud):
    cloud.controls()
    add(cloud, accounts=[MEMBER, OTHER])
    above = cloud.client("securityhub", ADMINISTRATOR)
    wanted = [{"Value": c, "Comparison": "EQUALS"} for c in ("Config.1", "GuardDuty.1")]
    found = above.get_findings(Filters={"ComplianceSecurityControlId": wanted})["Findings"]
    assert [f["AwsAccountId"] for f in found] == [MEMBER, MEMBER, OTHER, OTHER]
    assert {f["Compliance"]["Status"] for f in found} == {"PASSED"}


def test_parts_can_be_left_out_and_what_exists_stays(cloud):
    cloud.hub()
    add(cloud, accounts=[MEMBER], config=False, guardduty=False, standards=["pci-dss/v/4.0.1"])
    add(cloud, accounts=[MEMBER], config=False, guardduty=False)
    shown = cloud.get(f"/state/{MEMBER}")["regions"]["us-east-1"]
    assert shown["recorders"] == shown["detectors"] == []
    assert len(shown["standards"]) == 2
    assert shown["administrator"] == ADMINISTRATOR


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"count": 1001},
        {"accounts": ["12"]},
        {"count": 1, "regions": ["moon-1"]},
        {"count": 1, "standards": ["moon/v/1"]},
        {"count": 1, "sort": "of"},
    ],
)
def test_what_makes_no_sense_is_refused(cloud, wrong):
    status, answer = add(cloud, **wrong)
    assert (status, bool(answer["error"])) == (400, True)
    above = cloud.client("securityhub", ADMINISTRATOR)
    above.enable_security_hub(EnableDefaultStandards=False)
    assert above.list_members()["Members"] == []
