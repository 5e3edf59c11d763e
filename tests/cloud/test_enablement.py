"""Which controls are on, and the parameter of Config.1."""

import pytest

from conftest import MEMBER, refused

FSBP = "arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0"


def statuses(hub, *ids):
    got = hub.batch_get_security_controls(SecurityControlIds=list(ids))
    return {c["SecurityControlId"]: c["SecurityControlStatus"] for c in got["SecurityControls"]}


def test_a_control_is_on_while_a_standard_is_enabled(cloud):
    hub = cloud.hub()
    assert statuses(hub, "S3.1") == {"S3.1": "DISABLED"}
    hub.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": FSBP}])
    assert statuses(hub, "S3.1", "EKS.9") == {"S3.1": "ENABLED", "EKS.9": "ENABLED"}
    cloud.turn(MEMBER, disabled_controls=["EKS.9"])
    assert statuses(hub, "S3.1", "EKS.9") == {"S3.1": "ENABLED", "EKS.9": "DISABLED"}


def test_the_parameter_of_config_1(cloud):
    hub = cloud.hub()
    for wanted, kind in ((True, "DEFAULT"), (False, "CUSTOM")):
        cloud.turn(MEMBER, config_role_check=wanted)
        got = hub.batch_get_security_controls(SecurityControlIds=["Config.1", "S3.1"])
        parameters = [control["Parameters"] for control in got["SecurityControls"]]
        expected = {"ValueType": kind, "Value": {"Boolean": wanted}}
        assert parameters == [{"includeConfigServiceLinkedRoleCheck": expected}, {}]


def test_what_is_no_control_is_not_found(cloud):
    got = cloud.hub().batch_get_security_controls(SecurityControlIds=["nonsense"])
    assert got["SecurityControls"] == []
    (unknown,) = got["UnprocessedIds"]
    assert unknown["ErrorCode"] == "NOT_FOUND"


@pytest.mark.parametrize("ids", [[], [f"S3.{number}" for number in range(101)]])
def test_from_one_to_a_hundred_ids(cloud, ids):
    hub = cloud.hub()
    with refused("InvalidInputException", 400):
        hub.batch_get_security_controls(SecurityControlIds=ids)


def test_security_hub_must_be_on(cloud):
    client = cloud.client("securityhub")
    with refused("InvalidAccessException", 401):
        client.batch_get_security_controls(SecurityControlIds=["S3.1"])
