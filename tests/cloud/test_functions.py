"""Lambda's conflicts, the code for the harness, and the signatures of what the agent signs by itself."""

import base64
import io
import json
import zipfile

import pytest

from conftest import MEMBER, refused

TRUST = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "guardduty:GetDetector", "Resource": "*"}],
}


def packed(content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("bootstrap", content)
    return file.getvalue()


def create(cloud, content=b"program", role=True):
    if role:
        iam = cloud.client("iam")
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))
    return cloud.client("lambda").create_function(
        FunctionName="f",
        Role=f"arn:aws:iam::{MEMBER}:role/r",
        Runtime="provided.al2023",
        Handler="bootstrap",
        Code={"ZipFile": packed(content)},
    )


def test_a_function_of_the_same_name_is_a_conflict(cloud):
    create(cloud)
    with refused("ResourceConflictException", 409, "already exist"):
        create(cloud, role=False)


def test_a_role_that_is_not_there_cannot_be_assumed(cloud):
    with refused("InvalidParameterValueException", 400, "cannot be assumed"):
        create(cloud, role=False)


def test_a_statement_is_added_once(cloud):
    create(cloud)
    function = cloud.client("lambda")
    statement = {
        "FunctionName": "f",
        "StatementId": "s",
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
    }
    function.add_permission(**statement)
    with refused("ResourceConflictException", 409):
        function.add_permission(**statement)
    policy = json.loads(function.get_policy(FunctionName="f")["Policy"])
    assert len(policy["Statement"]) == 1


def test_the_code_comes_back_as_it_went_in(cloud):
    create(cloud, b"the program")
    code = base64.b64decode(cloud.get(f"/functions/{MEMBER}/us-east-1/f")["zip"])
    with zipfile.ZipFile(io.BytesIO(code)) as archive:
        assert archive.read("bootstrap") == b"the program"
    assert cloud.control("GET", f"/functions/{MEMBER}/us-east-1/g")[0] == 404


def test_state_shows_functions_rules_log_groups_and_inline_policies(cloud):
    create(cloud)
    logs, bus, iam = (cloud.client(name) for name in ("logs", "events", "iam"))
    logs.create_log_group(logGroupName="/aws/lambda/f", tags={"k": "v"})
    logs.put_retention_policy(logGroupName="/aws/lambda/f", retentionInDays=14)
    bus.put_rule(Name="r", ScheduleExpression="rate(1 hour)", Tags=[{"Key": "k", "Value": "v"}])
    bus.put_targets(Rule="r", Targets=[{"Id": "1", "Arn": "arn:aws:lambda:us-east-1:1:function:f"}])
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps(POLICY))
    state = cloud.get(f"/state/{MEMBER}")
    region = state["regions"]["us-east-1"]
    assert region["functions"]["f"]["runtime"] == "provided.al2023"
    assert region["log_groups"] == {"/aws/lambda/f": {"retention": 14, "tags": {"k": "v"}}}
    rule = region["rules"]["r"]
    assert (rule["schedule"], rule["tags"], len(rule["targets"])) == (
        "rate(1 hour)",
        {"k": "v"},
        1,
    )
    assert state["policies"]["r"]["policies"] == {"p": POLICY}


def test_what_is_uploaded_is_not_kept_in_the_list_of_calls(cloud):
    create(cloud, b"\0" * 100)
    cloud.client("lambda").update_function_code(
        FunctionName="f", ZipFile=packed(bytes(range(256)) * 4000)
    )
    (call,) = cloud.get("/calls?operation=UpdateFunctionCode")
    assert call["body"]["ZipFile"].endswith("characters")


@pytest.mark.parametrize("service", ["lambda", "events", "logs"])
def test_a_signature_with_another_secret_is_refused(cloud, service):
    keys = {**cloud.credentials(MEMBER), "secret_access_key": "another"}
    client = cloud.client(service, keys=keys)
    call = {
        "lambda": lambda: client.get_function(FunctionName="f"),
        "events": lambda: client.describe_rule(Name="r"),
        "logs": lambda: client.describe_log_groups(),
    }[service]
    with refused("SignatureDoesNotMatch", 403):
        call()


def test_credentials_of_another_role_are_that_roles(cloud):
    status, keys = cloud.control("POST", f"/credentials/{MEMBER}", {"role": "hubward-stay"})
    assert status == 200
    named = cloud.client("sts", keys=keys).get_caller_identity()["Arn"]
    assert named == f"arn:aws:sts::{MEMBER}:assumed-role/hubward-stay/test"
