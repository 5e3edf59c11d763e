"""Security Hub's own rates: bursts, what comes after them, and that they are per Region and class."""

import pytest

from conftest import ADMINISTRATOR, refused


def spend(call, most=60):
    """How many calls go through before one is refused."""
    for done in range(most):
        try:
            call()
        except Exception as error:  # noqa: BLE001 - any refusal ends the burst, its code is tested below
            assert "TooManyRequestsException" in str(error)
            return done
    return most


@pytest.fixture
def limited(cloud):
    hubs = {region: cloud.hub(ADMINISTRATOR, region) for region in ("us-east-1", "eu-west-1")}
    assert cloud.control("PUT", "/rates", {"on": True})[0] == 200
    return hubs


def test_a_burst_is_over_when_it_is_and_each_region_and_class_has_its_own(limited):
    home, other = limited["us-east-1"], limited["eu-west-1"]
    # A slow machine refills a token or two meanwhile.
    assert 30 <= spend(home.list_members) < 60
    with refused("TooManyRequestsException", 429):
        for _ in range(5):
            home.create_members(AccountDetails=[{"AccountId": "111111111111"}])
    assert 6 <= spend(home.get_findings) < 12
    assert 30 <= spend(other.list_members) < 60


def test_they_are_off_until_turned_on_and_after_a_reset(cloud, limited):
    home = limited["us-east-1"]
    spend(home.list_members)
    cloud.control("PUT", "/rates", {"on": False})
    assert spend(home.list_members, 80) == 80
    assert cloud.control("PUT", "/rates", {"fast": True})[0] == 400
