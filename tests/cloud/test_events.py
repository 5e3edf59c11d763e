"""What a rule sends to a queue, and the queue's policy."""

import json

import pytest

from conftest import ADMINISTRATOR

RULE = f"arn:aws:events:us-east-1:{ADMINISTRATOR}:rule/r"
QUEUE = f"arn:aws:sqs:us-east-1:{ADMINISTRATOR}:q"


def statement(effect="Allow", source=RULE, **condition):
    principal = {"Service": "events.amazonaws.com"} if effect == "Allow" else "*"
    tests = {"ArnEquals": {"aws:SourceArn": source}} if effect == "Allow" else condition
    return {
        "Effect": effect,
        "Principal": principal,
        "Action": "sqs:SendMessage",
        "Resource": QUEUE,
        "Condition": tests,
    }


TLS = statement("Deny", Bool={"aws:SecureTransport": "false"})


def fill(cloud, statements):
    """How many messages arrive of one event."""
    sqs, bus = cloud.client("sqs", ADMINISTRATOR), cloud.client("events", ADMINISTRATOR)
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    if statements:
        policy = json.dumps({"Statement": statements})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        # Another attribute leaves it alone.
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "7"})
    bus.put_rule(Name="r", EventPattern=json.dumps({"source": [{"suffix": ".test"}]}))
    bus.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": QUEUE}])
    bus.put_events(Entries=[{"Source": "a.test", "DetailType": "t", "Detail": "{}"}])
    return len(sqs.receive_message(QueueUrl=url).get("Messages", []))


@pytest.mark.parametrize(
    ("statements", "arrived"),
    [
        ([], 0),
        ([statement()], 1),
        ([TLS, statement()], 1),
        ([statement(source=[RULE + "2", RULE])], 1),
        ([statement(source=RULE + "2")], 0),
        ([statement(), statement("Deny")], 0),
    ],
)
def test_a_queue_takes_what_its_policy_lets_a_rule_send(cloud, statements, arrived):
    assert fill(cloud, statements) == arrived


def test_a_queue_that_is_gone_takes_nothing_and_harms_nobody(cloud):
    bus = cloud.client("events", ADMINISTRATOR)
    bus.put_rule(Name="r", EventPattern=json.dumps({"source": ["a"]}))
    bus.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": QUEUE}])
    sent = bus.put_events(Entries=[{"Source": "a", "DetailType": "t", "Detail": "{}"}])
    assert sent["FailedEntryCount"] == 0
