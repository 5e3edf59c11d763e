"""Control findings by the cloud's clock: checked again, changed, archived, deleted."""

import time
from datetime import timedelta

import pytest

from conftest import MEMBER
from control_helpers import (
    CIS,
    EVERYTHING,
    FSBP,
    REGION,
    age,
    disable,
    enable,
    equals,
    findings,
    one,
    standards,
    when,
)


def test_there_are_none_unless_turned_on_and_turned_off_they_go(cloud):
    hub = cloud.hub()
    enable(hub, FSBP)
    cloud.clock(days=1)
    assert findings(hub) == []
    cloud.controls()
    assert one(hub)["CreatedAt"] == one(hub)["UpdatedAt"]
    assert cloud.get("/controls") == {"on": True, "consolidated": None, "unavailable": {}}
    cloud.control("PUT", "/controls", {"on": False})
    assert findings(hub) == []


def test_consolidation_follows_the_administrators_hub_at_the_next_check(cloud):
    cloud.controls()
    above, below = cloud.join()
    enable(below, FSBP, CIS)
    (before,) = findings(below)
    above.update_security_hub_configuration(ControlFindingGenerator="STANDARD_CONTROL")
    assert findings(below) == [before]
    cloud.clock(hours=12)
    (old,) = findings(below, RecordState=equals("ARCHIVED"))
    assert old["Id"] == before["Id"]
    reason = old["ProductFields"]["ArchivalReasons:0/ReasonCode"]
    assert reason == "CONSOLIDATED_CONTROL_FINDINGS_UPDATE"
    new = findings(below, RecordState=equals("ACTIVE"))
    assert [f["ProductFields"]["ControlId"] for f in new] == ["Config.1", "3.3"]
    above.update_security_hub_configuration(ControlFindingGenerator="SECURITY_CONTROL")
    cloud.clock(hours=24)
    (back,) = findings(below, RecordState=equals("ACTIVE"))
    assert back["Id"] == before["Id"]
    assert "ArchivalReasons:0/ReasonCode" not in back["ProductFields"]


def test_a_control_is_checked_again_every_twelve_hours(cloud, hub):
    first = one(hub)
    for hours, steps in ((11, 0), (12, 1), (13, 1), (23, 1), (36, 3), (24 * 30, 60)):
        cloud.clock(hours=hours)
        shown = one(hub)
        assert when(shown) == when(first) + steps * timedelta(hours=12)
        assert shown["LastObservedAt"] == shown["UpdatedAt"]
        assert shown["CreatedAt"] == first["CreatedAt"]
        assert shown["FirstObservedAt"] == first["FirstObservedAt"]


def test_a_check_sees_what_there_was_at_its_time(cloud, hub):
    """Nobody reads for three days; the recorder is stopped after them, not before."""
    first = one(hub)
    cloud.clock(days=3, hours=1)
    cloud.client("config").stop_configuration_recorder(ConfigurationRecorderName="default")
    still = one(hub)
    assert still["Compliance"]["Status"] == "PASSED"
    assert when(still) == when(first) + timedelta(days=3)
    cloud.clock(days=10)
    failed = one(hub)
    assert failed["Compliance"]["Status"] == "FAILED"
    assert when(failed) == when(first) + timedelta(days=10)
    assert when(failed, "FirstObservedAt") == when(first) + timedelta(days=3, hours=12)
    assert failed["Id"] == first["Id"]


def test_it_does_so_too_where_only_real_time_passes(cloud):
    cloud.controls()
    cloud.turn(MEMBER, standards_pending_seconds=1)
    config, hub = cloud.record(recordingGroup=EVERYTHING), cloud.hub()
    enable(hub, FSBP)
    time.sleep(1.1)
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    assert one(hub)["Compliance"]["Status"] == "PASSED"


def test_a_rule_waits_for_a_recorder_and_then_goes_on_without(cloud):
    cloud.controls()
    hub = cloud.hub()
    enable(hub, FSBP)
    cloud.clock(days=1)
    assert [f["Compliance"]["SecurityControlId"] for f in findings(hub)] == ["Config.1"]
    config = cloud.record()
    made = one(hub, "GuardDuty.1")
    assert when(made, "CreatedAt") - when(one(hub), "CreatedAt") >= timedelta(days=1)
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    cloud.clock(days=2)
    assert when(one(hub, "GuardDuty.1")) == when(made) + timedelta(days=1)


def test_a_pending_standard_is_checked_once_it_is_ready(cloud):
    cloud.controls()
    cloud.turn(MEMBER, standards_pending_seconds=3600)
    hub = cloud.hub()
    enable(hub, FSBP)
    cloud.clock(minutes=59)
    assert findings(hub) == []
    cloud.clock(hours=5)
    assert timedelta(hours=-1) <= age(one(hub)) < timedelta(minutes=-59)


def test_a_standard_counts_from_the_next_check_on(cloud, hub):
    enable(hub, CIS)
    assert standards(one(hub)) == [FSBP]
    cloud.clock(hours=12)
    assert standards(one(hub)) == [FSBP, CIS]
    disable(hub, FSBP)
    assert standards(one(hub)) == [CIS]
    assert standards(one(hub, "GuardDuty.1")) == []


def test_without_its_standard_a_finding_ages_is_archived_and_deleted(cloud, hub):
    before = one(hub)
    cloud.clock(hours=12)
    disable(hub, FSBP)
    for days in (0, 3):
        cloud.clock(days=days, hours=12)
        shown = one(hub)
        assert standards(shown) == []
        assert shown["RecordState"] == "ACTIVE"
        assert when(shown) == when(before) + timedelta(hours=12)
    cloud.clock(days=5, hours=13)
    archived = one(hub)
    assert archived["RecordState"] == "ARCHIVED"
    waited = when(archived) - when(shown)
    assert timedelta(days=3) <= waited <= timedelta(days=5)
    cloud.clock(days=33)
    assert one(hub) == archived
    cloud.clock(days=36)
    assert findings(hub) == []


def test_a_finding_that_comes_back_is_new_again(cloud, hub):
    cloud.client("config").stop_configuration_recorder(ConfigurationRecorderName="default")
    cloud.clock(hours=12)
    failed = one(hub)
    known = [{"Id": failed["Id"], "ProductArn": failed["ProductArn"]}]
    hub.batch_update_findings(FindingIdentifiers=known, Workflow={"Status": "NOTIFIED"})
    disable(hub, FSBP)
    cloud.clock(days=10)
    assert one(hub)["RecordState"] == "ARCHIVED"
    enable(hub, FSBP)
    back = one(hub)
    assert (back["Id"], back["RecordState"]) == (failed["Id"], "ACTIVE")
    assert standards(back) == [FSBP]
    assert back["Workflow"]["Status"] == "NEW"
    assert when(back) > when(failed) + timedelta(days=9)


def test_the_workflow_follows_the_result_but_never_out_of_suppressed(cloud, hub):
    config, step = cloud.client("config"), iter(range(12, 240, 12))

    def after_next_check():
        cloud.clock(hours=next(step))
        shown = one(hub)
        fields = shown["ProductFields"]["PreviousComplianceStatus"]
        return shown["Compliance"]["Status"], shown["Workflow"]["Status"], fields

    def set_workflow(status):
        found = one(hub)
        name = {"Id": found["Id"], "ProductArn": found["ProductArn"]}
        hub.batch_update_findings(FindingIdentifiers=[name], Workflow={"Status": status})

    assert one(hub)["Workflow"]["Status"] == "RESOLVED"
    assert one(hub)["Severity"]["Label"] == "INFORMATIONAL"
    set_workflow("NOTIFIED")
    assert after_next_check() == ("PASSED", "NOTIFIED", "PASSED")
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    assert after_next_check() == ("FAILED", "NEW", "PASSED")
    set_workflow("RESOLVED")
    assert after_next_check() == ("FAILED", "RESOLVED", "FAILED")
    set_workflow("NOTIFIED")
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    assert after_next_check() == ("PASSED", "RESOLVED", "FAILED")
    set_workflow("SUPPRESSED")
    config.stop_configuration_recorder(ConfigurationRecorderName="default")
    assert after_next_check() == ("FAILED", "SUPPRESSED", "PASSED")


def test_findings_of_one_update_go_their_own_ways(cloud, hub):
    both = [
        {"Id": found["Id"], "ProductArn": found["ProductArn"]}
        for found in (one(hub, "Config.1"), one(hub, "GuardDuty.1"))
    ]
    hub.batch_update_findings(FindingIdentifiers=both, Workflow={"Status": "NOTIFIED"})
    cloud.client("config").stop_configuration_recorder(ConfigurationRecorderName="default")
    cloud.clock(hours=12)
    assert one(hub, "Config.1")["Workflow"]["Status"] == "NEW"
    assert one(hub, "GuardDuty.1")["Workflow"]["Status"] == "NOTIFIED"


def test_a_closed_account_is_silent_but_still_a_member(cloud):
    cloud.controls()
    above, below = cloud.join()
    enable(below, FSBP)
    cloud.clock(hours=12)
    last = one(above)
    cloud.turn(MEMBER, closed=True)
    for days in (2, 20, 90):
        cloud.clock(days=days)
        assert one(above) == last
        (row,) = above.list_members()["Members"]
        assert (row["AccountId"], row["MemberStatus"]) == (MEMBER, "Enabled")
    cloud.clock(days=91)
    assert findings(above) == []
    cloud.turn(MEMBER, closed=False)
    assert when(one(above)) > when(last) + timedelta(days=90)


def test_with_security_hub_off_nothing_happens_and_on_again_all_is_back(cloud):
    cloud.controls()
    above, below = cloud.join()
    enable(below, FSBP)
    last = one(above)
    below.disable_security_hub()
    assert findings(above) == []
    cloud.clock(days=20)
    below.enable_security_hub(EnableDefaultStandards=False)
    (kept,) = findings(below)
    assert (kept["Id"], kept["RecordState"]) == (last["Id"], "ARCHIVED")
    enable(below, FSBP)
    back = one(below)
    assert (back["Id"], back["RecordState"]) == (last["Id"], "ACTIVE")
    assert when(back) >= when(last) + timedelta(days=20)


def test_after_90_days_without_security_hub_nothing_is_left(cloud):
    cloud.controls()
    hub = cloud.hub()
    enable(hub, FSBP)
    hub.disable_security_hub()
    cloud.clock(days=90)
    hub.enable_security_hub(EnableDefaultStandards=False)
    assert findings(hub) == []


def test_a_control_may_be_disabled_or_not_in_a_region(cloud, hub):
    cloud.turn(MEMBER, disabled_controls=["EC2.7"])
    assert standards(one(hub, "EC2.7")) == []
    cloud.controls(unavailable={"GuardDuty.1": [REGION]})
    assert standards(one(hub, "GuardDuty.1")) == []
    cloud.clock(days=6)
    active = findings(hub, RecordState=equals("ACTIVE"))
    assert [f["Compliance"]["SecurityControlId"] for f in active] == ["Config.1"]
    defined = hub.list_security_control_definitions()["SecurityControlDefinitions"]
    lacking = [d for d in defined if d["CurrentRegionAvailability"] == "UNAVAILABLE"]
    assert [d["SecurityControlId"] for d in lacking] == ["GuardDuty.1"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"of": True},
        {"on": "yes"},
        {"consolidated": "no"},
        {"unavailable": {"Moon.1": [REGION]}},
        {"unavailable": {"Config.1": ["moon-1"]}},
    ],
)
def test_meaningless_settings_are_refused(cloud, wrong):
    status, answer = cloud.control("PUT", "/controls", wrong)
    assert (status, bool(answer["error"])) == (400, True)
    assert cloud.get("/controls")["on"] is False
