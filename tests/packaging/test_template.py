"""The CloudFormation template: without a warning, made by the cloud for tests, and allowed no more than the
reviewed policy."""

import json
import os
import pathlib
import subprocess
import sys

import pytest
from cfnlint.decode.cfn_yaml import load

from conftest import ADMINISTRATOR, HOME, PACKAGING, program

TEMPLATE = PACKAGING / "cloudformation/hubward.yml"
# What the container that fetches configuration and releases does in addition to hubward.
PREPARE = {"s3:GetObject"}
# Actions without resource-level permissions (service authorization reference).
NAMELESS = {
    "ecr:GetAuthorizationToken",
    "events:ListRuleNamesByTarget",
    "guardduty:CreateSampleFindings",
    "guardduty:ListDetectors",
    "securityhub:ListFindingAggregators",
}


@pytest.fixture(scope="module")
def resources():
    """The template's resources."""
    return load(str(TEMPLATE))["Resources"]


def statements(role):
    """The statements of a role's policies."""
    for policy in role["Properties"]["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]


def listed(value):
    """One or many, as many."""
    return value if isinstance(value, list) else [value]


def actions(statements):
    """All actions of statements."""
    return {action for statement in statements for action in listed(statement["Action"])}


def test_cfn_lint_says_nothing():
    linter = pathlib.Path(sys.executable).with_name("cfn-lint")
    command = [str(linter), "--regions", HOME, "--", str(TEMPLATE)]
    linted = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, ""), linted.stdout + linted.stderr


def test_the_servers_role_is_the_reviewed_policy_with_names_in_it(resources):
    policy = json.loads((PACKAGING / "policies/aggregator.json").read_text())["Statement"]
    role = list(statements(resources["ServerRole"]))
    assert actions(role) == actions(policy) | PREPARE
    reviewed = {statement["Sid"]: statement for statement in policy}
    for statement in role:
        if statement["Sid"] in reviewed:
            sought = reviewed[statement["Sid"]]
            assert actions([statement]) == actions([sought]), statement["Sid"]


@pytest.mark.parametrize("name", ["StartRole", "ServerRole"])
def test_no_role_may_do_anything_to_everything(resources, name):
    for statement in statements(resources[name]):
        assert statement["Effect"] == "Allow"
        for action in listed(statement["Action"]):
            assert "*" not in action
            if statement["Resource"] == "*":
                assert action in NAMELESS
    trust = resources[name]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert [list(one["Condition"]) for one in trust] == [["StringEquals", "ArnLike"]]


def test_what_holds_data_is_encrypted_private_and_outlives_the_stack(resources):
    database = resources["Database"]
    assert database["DeletionPolicy"] == "Snapshot"
    wanted = {"StorageEncrypted": True, "PubliclyAccessible": False, "DeletionProtection": True}
    assert wanted.items() <= database["Properties"].items()
    assert resources["DatabaseParameters"]["Properties"]["Parameters"] == {"rds.force_ssl": "1"}
    for name in [
        "Bucket",
        "AlertQueue",
        "AlertDeadLetterQueue",
        "Secrets",
        "DatabaseSecret",
        "Log",
    ]:
        assert resources[name]["DeletionPolicy"] == "RetainExceptOnCreate", name
    assert all(resources["Bucket"]["Properties"]["PublicAccessBlockConfiguration"].values())
    for queue in ["AlertQueue", "AlertDeadLetterQueue", "LedgerQueue"]:
        assert resources[queue]["Properties"]["SqsManagedSseEnabled"] is True


def test_containers_can_write_nothing_that_stays_and_have_no_privilege(resources):
    containers = resources["Task"]["Properties"]["ContainerDefinitions"]
    for container in containers:
        assert container["ReadonlyRootFilesystem"] is True
        assert container["LinuxParameters"]["Capabilities"]["Drop"] == ["ALL"]
        user = "65532:65532" if container["Name"] != "prepare" else None
        assert container.get("User") == user
        # Secrets come as references only.
        for setting in container["Environment"]:
            assert "PASSWORD" not in setting["Name"] and "SECRET" not in setting["Name"]


def test_every_secret_that_a_container_gets_is_there(resources):
    there = json.loads(resources["Secrets"]["Properties"]["SecretString"])
    hubward = resources["Task"]["Properties"]["ContainerDefinitions"][-1]
    references = [one["ValueFrom"]["Fn::Sub"] for one in hubward["Secrets"]]
    ours = {reference.split(":")[1] for reference in references if "${Secrets}" in reference}
    assert ours == set(there)


def parameters():
    """What an operator would fill in."""
    values = {
        "Image": "999999999999.dkr.ecr.ap-northeast-1.amazonaws.com/hubward:0.1.0",
        "CertificateArn": f"arn:aws:acm:{HOME}:{ADMINISTRATOR}:certificate/1",
        "PublicUrl": "https://soc.example.com",
        "AlarmTopicArn": f"arn:aws:sns:{HOME}:{ADMINISTRATOR}:soc",
    }
    return values


def deploy(cloud, kept):
    """Makes a stack of the resources that are kept."""
    template = load(str(TEMPLATE))
    template["Resources"] = {name: template["Resources"][name] for name in kept}
    for resource in template["Resources"].values():
        resource.pop("DependsOn", None)
    del template["Outputs"]
    vpc = cloud.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    subnets = cloud.client("ec2").describe_subnets()["Subnets"]
    subnets = ",".join(subnet["SubnetId"] for subnet in subnets[:2])
    values = parameters() | {"VpcId": vpc, "PublicSubnets": subnets, "PrivateSubnets": subnets}
    stacks = cloud.client("cloudformation")
    stacks.create_stack(
        StackName="hubward",
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value} for key, value in values.items()
        ],
    )
    stack = stacks.describe_stacks(StackName="hubward")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack


def resolved(value):
    """What the few functions that queue policies use come to."""
    match value:
        case {"Fn::GetAtt": [queue, "Arn"]}:
            name = load(str(TEMPLATE))["Resources"][queue]["Properties"]["QueueName"]
            return f"arn:aws:sqs:{HOME}:{ADMINISTRATOR}:{name}"
        case {"Fn::Sub": text}:
            return text.replace("${AWS::Region}", HOME).replace("${AWS::AccountId}", ADMINISTRATOR)
        case {"Ref": "AWS::AccountId"}:
            return ADMINISTRATOR
        case dict():
            return {key: resolved(inner) for key, inner in value.items()}
        case list():
            return [resolved(inner) for inner in value]
        case _:
            return value


def put_policies(cloud, resources):
    """What moto's CloudFormation cannot do: policies of queues."""
    queues = cloud.client("sqs")
    for name in ["AlertQueue", "AlertDeadLetterQueue"]:
        url = queues.get_queue_url(QueueName=resources[name]["Properties"]["QueueName"])["QueueUrl"]
        policy = resolved(resources[f"{name}Policy"]["Properties"]["PolicyDocument"])
        queues.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})


def test_hub_setup_finds_queues_and_rules_as_it_would_have_made_them(cloud, resources, tmp_path):
    deploy(cloud, ["AlertDeadLetterQueue", "AlertQueue", "ThreatRule", "GuardDutyRule", "TestRule"])
    put_policies(cloud, resources)
    environment = cloud.environment() | {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "USER": "operator",
        "HUBWARD_HUB__ADMINISTRATOR": ADMINISTRATOR,
        "HUBWARD_HUB__HOME_REGION": HOME,
    }
    # As the template starts it: what the stack knows comes by the environment, the file may be empty.
    pathlib.Path(tmp_path, "hubward.toml").touch()

    def hubward(*words):
        command = [program("hubward"), *words]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    assert hubward("migrate").returncode == 0
    planned = hubward("hub", "plan", "--json")
    states = {row["part"]: row["state"] for row in json.loads(planned.stdout)}
    rules = ["threat_rule", "guardduty_rule", "test_rule"]
    of_the_stack = ["dead_letter_queue", "alert_queue", *rules]
    assert {part: states[part] for part in of_the_stack} == dict.fromkeys(of_the_stack, "already")


def test_the_program_takes_what_the_task_gives_it(resources, tmp_path):
    """A name that the program does not know, or a value that it refuses, keeps every task from starting."""
    hubward = resources["Task"]["Properties"]["ContainerDefinitions"][-1]
    values = {
        "LinkedRegions": '["us-east-1"]',
        "PublicUrl": "https://soc.example.com",
        "ProxyNetworks": '["10.0.0.0/16"]',
        "AWS::AccountId": ADMINISTRATOR,
        "AWS::Region": HOME,
        "AlertQueue": f"https://sqs.{HOME}.amazonaws.com/{ADMINISTRATOR}/hubward-alerts",
        "LedgerQueue": f"https://sqs.{HOME}.amazonaws.com/{ADMINISTRATOR}/hubward-ledger",
        "Bucket": f"hubward-soc-{ADMINISTRATOR}-{HOME}",
    }

    def value(setting):
        match setting:
            case {"Ref": name}:
                return values[name]
            case {"Fn::Sub": text}:
                return text.replace("${Database.Endpoint.Address}", "db").replace(
                    "${Database.Endpoint.Port}", "5432"
                )
            case _:
                return setting

    given = {one["Name"]: value(one["Value"]) for one in hubward["Environment"]}
    file = pathlib.Path(tmp_path, "hubward.toml")
    file.touch()
    environment = given | {"HUBWARD_CONFIG": str(file), "PATH": os.environ["PATH"]}

    def check(more):
        command = [program("hubward"), "config", "check"]
        return subprocess.run(
            command,
            cwd=tmp_path,
            env=environment | more,
            capture_output=True,
            text=True,
            check=False,
        )

    checked = check({})
    assert checked.returncode == 0, checked.stderr
    # And what it would not take is noticed.
    assert check({"HUBWARD_ALERTS__QUEUEURL": "x"}).returncode != 0


def test_the_balancer_asks_who_is_ready_and_its_idle_time_is_the_shorter_one(resources):
    assert resources["Servers"]["Properties"]["HealthCheckPath"] == "/readyz"
    balancer = resources["Balancer"]["Properties"]["LoadBalancerAttributes"]
    keys = [one["Key"] for one in balancer]
    # Its own default is 60 seconds, and the server waits 75 for it (aggregator/src/http.rs).
    assert "idle_timeout.timeout_seconds" not in keys


def test_people_hear_of_threats_that_wait_or_died_and_the_ledger_of_its_file(resources):
    alarms = {
        (
            alarm["Properties"]["MetricName"],
            alarm["Properties"]["Dimensions"][0]["Value"].get("Fn::GetAtt", [None])[0],
        )
        for alarm in resources.values()
        if alarm["Type"] == "AWS::CloudWatch::Alarm"
        and alarm["Properties"]["AlarmActions"] == [{"Ref": "AlarmTopicArn"}]
    }
    assert ("ApproximateAgeOfOldestMessage", "AlertQueue") in alarms
    assert ("ApproximateNumberOfMessagesVisible", "AlertDeadLetterQueue") in alarms
    bucket = resources["Bucket"]["Properties"]["NotificationConfiguration"]
    [notified] = bucket["QueueConfigurations"]
    assert notified["Queue"] == {"Fn::GetAtt": ["LedgerQueue", "Arn"]}


def test_who_serves_may_record_a_release_that_root_has_fetched(resources):
    """The prepare container copies as root; `release add`, as 65532, puts its file over the copy. Where the directory
    is sticky, only root may."""
    prepare = resources["Task"]["Properties"]["ContainerDefinitions"][0]
    [script] = [word for word in prepare["Command"] if "releases" in str(word)]
    modes = [line.split()[1] for line in str(script).splitlines() if line.startswith("chmod")]
    assert modes == ["0777"]
