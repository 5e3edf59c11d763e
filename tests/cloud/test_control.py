"""Faults, recorded calls, knobs, snapshots and reset."""

import time
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import ANY

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from conftest import ADMINISTRATOR, BARE, MEMBER, OTHER, refused

THROTTLE = {"code": "TooManyRequestsException", "message": "slow down", "status": 429}


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("securityhub", "describe_hub"),
        ("guardduty", "list_detectors"),
        ("account", "list_regions"),
        ("config", "list_configuration_recorders"),
        ("iam", "list_roles"),
        ("s3", "list_buckets"),
        ("sts", "get_caller_identity"),
        ("sqs", "list_queues"),
        ("events", "list_rules"),
    ],
)
def test_a_fault_speaks_each_services_protocol(cloud, service, call):
    client = cloud.client(service)
    cloud.fault(service=service, error=THROTTLE)
    with refused("TooManyRequestsException", 429, "slow down"):
        getattr(client, call)()


@pytest.mark.parametrize(
    ("matcher", "other"),
    [
        ({"service": "guardduty"}, {"service": "config"}),
        ({"operation": "ListDetectors"}, {"operation": "GetDetector"}),
        ({"account": MEMBER}, {"account": OTHER}),
        ({"region": "us-east-1"}, {"region": "eu-west-1"}),
        ({}, None),
    ],
)
def test_absent_matchers_match_anything(cloud, matcher, other):
    client = cloud.client("guardduty")
    if other:
        cloud.fault(error=THROTTLE, **other)
        client.list_detectors()
    cloud.fault(error=THROTTLE, **matcher)
    with refused("TooManyRequestsException", 429):
        client.list_detectors()


def test_a_fault_strikes_so_often_and_is_removed(cloud):
    client = cloud.client("guardduty")
    counted = cloud.fault(error=THROTTLE, times=2)
    for _ in range(2):
        with refused("TooManyRequestsException", 429):
            client.list_detectors()
    client.list_detectors()
    assert [(f["id"], f["times"]) for f in cloud.get("/faults")] == [(counted, 0)]
    for path in ("/faults/" + cloud.fault(error=THROTTLE), "/faults"):
        with refused("TooManyRequestsException", 429):
            client.list_detectors()
        assert cloud.control("DELETE", path)[0] == 200
        client.list_detectors()
        cloud.fault(error=THROTTLE)
    assert cloud.control("DELETE", "/faults/none")[0] == 404


def test_a_fault_prevents_unless_it_comes_after(cloud):
    hub = cloud.client("securityhub")
    error = {"code": "InternalException", "status": 500}
    cloud.fault(operation="EnableSecurityHub", error=error, times=1)
    with refused("InternalException", 500):
        hub.enable_security_hub()
    with refused("InvalidAccessException", 401):
        hub.describe_hub()
    cloud.fault(operation="EnableSecurityHub", error=error, times=1, after=True)
    with refused("InternalException", 500):
        hub.enable_security_hub()
    with refused("ResourceConflictException", 409):
        hub.enable_security_hub()


@pytest.mark.parametrize(
    ("ending", "seen"),
    [
        ("drop", ConnectionClosedError),
        ("hang", ReadTimeoutError),
    ],
)
def test_an_answer_may_never_come_whole(cloud, ending, seen):
    keys = cloud.credentials(MEMBER)
    hub = cloud.session.client(
        "securityhub",
        region_name="us-east-1",
        endpoint_url=cloud.url,
        aws_access_key_id=keys["access_key_id"],
        aws_secret_access_key=keys["secret_access_key"],
        aws_session_token=keys["session_token"],
        config=BARE.merge(Config(read_timeout=1)),
    )
    hub.enable_security_hub(EnableDefaultStandards=False)
    cloud.fault(operation="DescribeHub", ending=ending, times=1)
    with pytest.raises(seen):
        hub.describe_hub()
    hub.describe_hub()
    (broken, whole) = cloud.get("/calls?operation=DescribeHub")
    assert (broken["error"], whole["error"]) == (ending, None)


def test_an_answer_may_break_off_in_the_middle(cloud):
    hub = cloud.hub()
    cloud.fault(operation="DescribeHub", ending="truncate", times=1)
    # botocore takes half a JSON object for an empty one.
    assert "HubArn" not in hub.describe_hub()
    assert "HubArn" in hub.describe_hub()
    (broken, whole) = cloud.get("/calls?operation=DescribeHub")
    assert (broken["error"], whole["error"]) == ("truncate", None)


def test_a_dropped_answer_may_be_of_a_call_that_was_carried_out(cloud):
    hub = cloud.client("securityhub")
    cloud.fault(operation="EnableSecurityHub", ending="drop", times=1, after=True)
    with pytest.raises(ConnectionClosedError):
        hub.enable_security_hub()
    with refused("ResourceConflictException", 409):
        hub.enable_security_hub()


def test_a_fault_strikes_by_its_probability(cloud):
    client = cloud.client("guardduty")
    cloud.fault(error=THROTTLE, probability=0.5)

    def strikes():
        try:
            client.list_detectors()
        except ClientError:
            return True
        return False

    struck = sum(strikes() for _ in range(200))
    # Six standard deviations from the mean: once in 500 million runs.
    assert 58 <= struck <= 142


def test_latency_blocks_nobody_else(cloud):
    slow, quick = cloud.client("guardduty", MEMBER), cloud.client("guardduty", OTHER)
    cloud.fault(account=MEMBER, latency_ms=2000)

    def timed(client):
        start = time.monotonic()
        client.list_detectors()
        return time.monotonic() - start

    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(timed, slow)
        time.sleep(0.1)
        assert timed(quick) < 1
        assert waiting.result() >= 2


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"error": {}},
        {"error": {"message": "x"}},
        {"cod": "x"},
        {"ending": "explode"},
        {"ending": "drop", "error": THROTTLE},
        {"error": THROTTLE, "probability": 0},
        {"error": THROTTLE, "probability": 2},
    ],
)
def test_a_meaningless_fault_is_refused(cloud, wrong):
    status, answer = cloud.control("POST", "/faults", wrong)
    assert status == 400
    assert answer["error"]
    assert cloud.get("/faults") == []


def test_a_call_says_which_application_made_it(cloud):
    keys = cloud.credentials(MEMBER)
    guardduty = cloud.session.client(
        "guardduty",
        region_name="us-east-1",
        endpoint_url=cloud.url,
        aws_access_key_id=keys["access_key_id"],
        aws_secret_access_key=keys["secret_access_key"],
        aws_session_token=keys["session_token"],
        config=BARE.merge(Config(user_agent_appid="some-app")),
    )
    guardduty.list_detectors()
    assert [call["app"] for call in cloud.get("/calls")] == ["some-app"]


def test_calls_are_recorded(cloud):
    hub = cloud.hub(MEMBER, "eu-west-1")
    with refused("ResourceConflictException", 409):
        hub.enable_security_hub()
    hub.describe_hub()
    assert cloud.get("/calls") == [
        {
            "sequence": pytest.approx(sequence, abs=10_000_000),
            "service": "securityhub",
            "operation": operation,
            "account": MEMBER,
            "region": "eu-west-1",
            "app": None,
            "mutating": mutating,
            "status": status,
            "error": error,
            "body": body,
            "began": ANY,
            "seconds": ANY,
        }
        for sequence, operation, mutating, status, error, body in (
            (1, "EnableSecurityHub", True, 200, None, {"EnableDefaultStandards": False}),
            (2, "EnableSecurityHub", True, 409, "ResourceConflictException", {}),
            (3, "DescribeHub", False, 200, None, None),
        )
    ]


def test_calls_can_be_narrowed_and_forgotten(cloud):
    cloud.hub(MEMBER)
    cloud.client("guardduty", OTHER, "eu-west-1").list_detectors()
    for query, service in (
        (f"account={MEMBER}", "securityhub"),
        ("region=eu-west-1", "guardduty"),
        ("service=guardduty", "guardduty"),
        (f"account={OTHER}&region=eu-west-1", "guardduty"),
    ):
        assert [c["service"] for c in cloud.get(f"/calls?{query}")] == [service]
    first, second = cloud.get("/calls")
    assert second["sequence"] > first["sequence"]
    assert cloud.get(f"/calls?since={first['sequence']}") == [second]
    cloud.control("DELETE", "/calls")
    assert cloud.get("/calls") == []
    cloud.client("guardduty").list_detectors()
    assert cloud.get("/calls")[0]["sequence"] > second["sequence"]
    assert cloud.control("GET", "/calls?acount=1")[0] == 400


def test_what_mutates(cloud):
    cloud.record()
    cloud.join()
    cloud.client("sts").get_caller_identity()
    cloud.client("sts").assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/x", RoleSessionName="xx")
    s3 = cloud.client("s3")
    s3.head_bucket(Bucket="config-bucket")
    s3.get_bucket_policy(Bucket="config-bucket")
    s3.list_buckets()
    changing = {c["operation"] for c in cloud.get("/calls") if c["mutating"]}
    reading = {c["operation"] for c in cloud.get("/calls") if not c["mutating"]}
    assert changing == {
        "AcceptAdministratorInvitation",
        "CreateBucket",
        "CreateMembers",
        "CreateServiceLinkedRole",
        "EnableSecurityHub",
        "InviteMembers",
        "PutBucketPolicy",
        "PutConfigurationRecorder",
        "PutDeliveryChannel",
        "StartConfigurationRecorder",
    }
    assert reading == {
        "AssumeRole",
        "GetBucketPolicy",
        "GetCallerIdentity",
        "HeadBucket",
        "ListBuckets",
        "ListInvitations",
    }


def test_refused_calls_are_recorded_too(cloud):
    cloud.fault(error=THROTTLE, times=1)
    with refused("TooManyRequestsException", 429):
        cloud.client("sqs").list_queues()
    with refused("UnrecognizedClientException", 403):
        cloud.client("guardduty", region="ap-east-1").list_detectors()
    assert [(c["operation"], c["status"], c["error"]) for c in cloud.get("/calls")] == [
        ("ListQueues", 429, "TooManyRequestsException"),
        ("ListDetectors", 403, "UnrecognizedClientException"),
    ]


def test_an_operation_nobody_wrote_says_so(cloud):
    with refused("NotImplemented", 501, "securityhub:CreateInsight"):
        cloud.hub().create_insight(Name="x", Filters={}, GroupByAttribute="y")


@pytest.mark.parametrize("wrong", [{"color": "red"}, {"regions": {"moon-1": "ENABLED"}}])
def test_unknown_knobs_are_refused(cloud, wrong):
    assert cloud.control("PUT", f"/accounts/{MEMBER}", wrong)[0] == 400


def test_unknown_routes(cloud):
    assert cloud.control("GET", "/nothing")[0] == 404
    assert cloud.control("PUT", "/accounts/1", {})[0] == 404


def build(cloud, account):
    """The same things twice, in another order and with other ids."""
    cloud.record(account)
    cloud.client("guardduty", account).create_detector(Enable=True, Tags={"b": "1", "a": "2"})
    cloud.client("securityhub", account).enable_security_hub(Tags={"b": "1", "a": "2"})


def test_the_snapshot_of_two_runs_is_the_same(cloud):
    build(cloud, MEMBER)
    first = cloud.get(f"/state/{MEMBER}")
    cloud.control("POST", "/reset")
    cloud.keys.clear()
    time.sleep(1.1)  # a whole second, as some times have no fraction
    build(cloud, MEMBER)
    assert cloud.get(f"/state/{MEMBER}") == first
    shown = first["regions"]["us-east-1"]
    assert shown["hub"]["tags"] == {"a": "2", "b": "1"}
    assert set(shown["standards"].values()) == {"READY"}
    assert shown["recorders"][0]["recording"] is True
    assert shown["channels"] == [{"name": "default", "s3BucketName": "config-bucket"}]
    assert shown["detectors"][0]["Status"] == "ENABLED"
    assert list(first["buckets"]) == ["config-bucket"]
    assert len(first["roles"]) == 3
    cloud.client("guardduty").update_detector(
        DetectorId=cloud.client("guardduty").list_detectors()["DetectorIds"][0], Enable=False
    )
    assert cloud.get(f"/state/{MEMBER}") != first


def test_the_snapshot_shows_both_sides_of_membership(cloud):
    cloud.join()
    assert cloud.get(f"/state/{MEMBER}")["regions"]["us-east-1"]["administrator"] == ADMINISTRATOR
    above = cloud.get(f"/state/{ADMINISTRATOR}")["regions"]["us-east-1"]
    assert above["members"] == {MEMBER: "Enabled"}


def test_a_snapshot_changes_nothing(cloud):
    empty = {"account": OTHER, "regions": {}, "buckets": {}, "roles": [], "policies": {}}
    assert cloud.get(f"/state/{OTHER}") == empty
    assert cloud.get(f"/state/{OTHER}") == empty


def test_reset_forgets_everything(cloud):
    build(cloud, MEMBER)
    cloud.turn(MEMBER, suspended=True)
    cloud.fault(error=THROTTLE)
    old = cloud.client("securityhub")
    cloud.control("POST", "/reset")
    assert cloud.get("/faults") == cloud.get("/calls") == []
    with refused("UnrecognizedClientException", 403):
        old.describe_hub()
    cloud.keys.clear()
    with refused("InvalidAccessException", 401):
        cloud.client("securityhub").describe_hub()
    cloud.client("s3", OTHER).create_bucket(Bucket="config-bucket")


def test_reset_ends_what_is_under_way(cloud):
    queue = cloud.client("sqs").create_queue(QueueName="alerts")["QueueUrl"]
    hub, sqs = cloud.client("securityhub"), cloud.client("sqs")
    cloud.fault(operation="EnableSecurityHub", latency_ms=1500)
    with ThreadPoolExecutor() as pool:
        slow = pool.submit(hub.enable_security_hub)
        waiting = pool.submit(sqs.receive_message, QueueUrl=queue, WaitTimeSeconds=2)
        while cloud.get("/health")["unfinished"] < 2:
            time.sleep(0.01)
        cloud.control("POST", "/reset")
        assert cloud.get("/health")["unfinished"] == 0
        # What still comes with the credentials of before is no call of those who come after.
        with refused("UnrecognizedClientException", 403):
            cloud.client("guardduty").list_detectors()
        with refused("UnrecognizedClientException", 403):
            slow.result()
        waiting.result()
    cloud.keys.clear()
    assert cloud.get("/calls") == []
    assert cloud.get("/health")["unfinished"] == 0
    assert cloud.get(f"/state/{MEMBER}")["regions"] == {}


def test_twenty_at_once(cloud):
    """Every account counts up its own; none sees another's or loses a step."""
    accounts = [f"{n:012d}" for n in range(1, 21)]
    clients = {account: cloud.client("securityhub", account) for account in accounts}

    def work(account):
        clients[account].enable_security_hub(EnableDefaultStandards=False)
        for other in accounts[:10]:
            details = [{"AccountId": "9" + other[1:]}]
            assert (
                clients[account].create_members(AccountDetails=details)["UnprocessedAccounts"] == []
            )
        return len(clients[account].list_members(OnlyAssociated=False)["Members"])

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(work, accounts)) == [10] * 20
    assert len(cloud.get("/calls")) == 20 * 12


def test_only_one_of_twenty_enables_the_hub(cloud):
    clients = [cloud.client("securityhub") for _ in range(20)]

    def enable(client):
        try:
            client.enable_security_hub()
        except client.exceptions.ResourceConflictException:
            return 0
        return 1

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(enable, clients)) == 1
