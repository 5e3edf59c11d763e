"""The cloud's clock: moved by a test, for Security Hub and GuardDuty, never for credentials."""

from datetime import UTC, datetime, timedelta

import pytest

from conftest import ADMINISTRATOR


def test_it_is_real_until_it_is_moved(cloud):
    assert cloud.get("/clock")["offset_seconds"] == 0
    status, answer = cloud.control("PUT", "/clock", {"offset_seconds": -86400})
    assert (status, answer["offset_seconds"]) == (200, -86400)
    shown = datetime.fromisoformat(answer["now"])
    assert abs(shown - (datetime.now(UTC) - timedelta(days=1))) < timedelta(seconds=10)
    cloud.control("POST", "/reset")
    assert cloud.get("/clock")["offset_seconds"] == 0


def test_membership_and_hub_have_its_time_and_credentials_do_not(cloud):
    cloud.clock(days=1000)
    above, below = cloud.join()
    (row,) = above.list_members()["Members"]
    ahead = row["InvitedAt"] - datetime.now(UTC)
    assert timedelta(days=999) < ahead <= timedelta(days=1000)
    subscribed = datetime.fromisoformat(below.describe_hub()["SubscribedAt"])
    assert subscribed - datetime.now(UTC) > timedelta(days=999)


def test_while_controls_are_on_it_goes_forward_only(cloud):
    cloud.clock(days=2)
    cloud.clock(days=1)
    cloud.controls()
    cloud.clock(days=1)
    status, answer = cloud.control("PUT", "/clock", {"offset_seconds": 0})
    assert (status, bool(answer["error"])) == (400, True)
    assert cloud.get("/clock")["offset_seconds"] == 86400


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"offset": 1},
        {"offset_seconds": True},
        {"offset_seconds": "soon"},
        {"offset_seconds": None},
    ],
)
def test_a_wrong_time_is_refused(cloud, wrong):
    assert cloud.control("PUT", "/clock", wrong)[0] == 400


def test_a_standard_is_pending_by_it(cloud):
    hub = cloud.hub(ADMINISTRATOR)
    cloud.turn(ADMINISTRATOR, standards_pending_seconds=3600)
    arn = hub.describe_standards()["Standards"][0]["StandardsArn"]
    hub.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": arn}])
    for minutes, state in ((30, "PENDING"), (61, "INCOMPLETE")):
        cloud.clock(minutes=minutes)
        (shown,) = hub.get_enabled_standards()["StandardsSubscriptions"]
        assert shown["StandardsStatus"] == state
