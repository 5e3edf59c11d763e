"""The demo's steps outside Hubward: consoles, Excel, and an organization's policy.

It is not part of the product, and uses the cloud for tests.
"""

import http.server
import json
import sys
import time
import urllib.request
import zipfile

import boto3
import xlsxwriter

POLICY = (
    "User: arn:aws:sts::{account}:assumed-role/member/session is not authorized to perform: "
    "securityhub:EnableSecurityHub on resource: "
    "arn:aws:securityhub:{region}:{account}:hub/default "
    "with an explicit deny in a service control policy"
)


def control(cloud, method, path, body=None):
    """Asks the cloud's control API."""
    request = urllib.request.Request(
        f"{cloud}/_cloud/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def credentials(cloud, account):
    """Prints an account's credentials as shell assignments."""
    keys = control(cloud, "POST", f"credentials/{account}", {})
    for name, value in keys.items():
        print(f"AWS_{name.upper()}='{value}'")


def check_controls(cloud, word):
    """Lets AWS check its own controls in the members' accounts, or not."""
    control(cloud, "PUT", "controls", {"on": word == "on"})


def close(cloud, account):
    """The account is closed: it stays in the member list, and nothing is checked in it."""
    control(cloud, "PUT", f"accounts/{account}", {"closed": True})


def pass_time(cloud, hours):
    """Moves the cloud's clock forward."""
    control(cloud, "PUT", "clock", {"offset_seconds": int(hours) * 3600})


def enable_hub(*regions):
    """Enables the administrator's own Security Hub, as a SOC did earlier in its console."""
    for region in regions:
        hub = boto3.client("securityhub", region_name=region)
        hub.enable_security_hub(EnableDefaultStandards=False)
        print(f"Security Hub is enabled in {region}")
    home = boto3.client("securityhub", region_name=regions[0])
    home.create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")
    print(f"findings of all Regions are aggregated in {regions[0]}")


def alert_queue(home):
    """Creates the queue that EventBridge fills with GuardDuty's findings, and prints its URL."""
    queue = boto3.client("sqs", region_name=home)
    allow = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}}
    allow |= {"Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Statement": [allow]})
    url = queue.create_queue(QueueName="hubward-alerts", Attributes={"Policy": policy})["QueueUrl"]
    attributes = queue.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    pattern = {
        "source": ["aws.securityhub"],
        "detail-type": ["Security Hub Findings - Imported"],
        "detail": {
            "findings": {
                "ProductName": ["GuardDuty"],
                "Severity": {"Label": ["HIGH", "CRITICAL"]},
                "RecordState": ["ACTIVE"],
                "Workflow": {"Status": ["NEW"]},
            }
        },
    }
    bus = boto3.client("events", region_name=home)
    bus.put_rule(Name="hubward-alerts", EventPattern=json.dumps(pattern))
    target = {"Id": "queue", "Arn": attributes["Attributes"]["QueueArn"]}
    bus.put_targets(Rule="hubward-alerts", Targets=[target])
    print(url)


class Chat(http.server.BaseHTTPRequestHandler):
    """A chat room that prints each message as its readers would see it."""

    def do_POST(self):
        """Receives a message in Slack's format."""
        sent = self.rfile.read(int(self.headers["content-length"]))
        for block in json.loads(sent)["blocks"]:
            for part in block.get("fields", [block.get("text")]):
                print("  | " + part["text"].replace("*", "").replace("\n", "\n  |     "), flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        """Logs nothing, so that only the messages are printed."""


def chat(port_file):
    """Serves a chat room on a free loopback port until it is stopped."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Chat)
    with open(port_file, "w", encoding="utf-8") as file:
        file.write(f"{server.server_port}\n")
    server.serve_forever()


def finding(account, region, number, title, **more):
    """A finding as Security Hub keeps it."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"arn:aws:securityhub:{region}:{account}:security-control/{number}",
        "ProductArn": f"arn:aws:securityhub:{region}::product/aws/securityhub",
        "ProductName": "Security Hub",
        "GeneratorId": f"security-control/{number}",
        "AwsAccountId": account,
        "Region": region,
        "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
        "CreatedAt": now,
        "UpdatedAt": now,
        "Title": title,
        "Description": title,
        "Resources": [{"Type": "AwsAccount", "Id": f"AWS::::Account:{account}"}],
        **more,
    }


CONTROLS = [
    ("IAM.6", "Hardware MFA should be enabled for the root user", "CRITICAL", "FAILED"),
    ("S3.8", "S3 buckets should block public access", "HIGH", "FAILED"),
    ("CloudFront.1", "CloudFront distributions should have a default root object configured", "HIGH", "FAILED"),
    ("EC2.2", "VPC default security groups should allow no traffic", "HIGH", "PASSED"),
    ("CloudTrail.5", "Trails should be integrated with CloudWatch Logs", "LOW", "FAILED"),
    ("RDS.3", "RDS DB instances should be encrypted at rest", "MEDIUM", "PASSED"),
]


def controls(account, region):
    """What Security Hub's controls found in an account."""
    findings = [
        finding(
            account,
            region,
            number,
            title,
            Severity={"Label": severity if status == "FAILED" else "INFORMATIONAL"},
            Compliance={"Status": status, "SecurityControlId": number},
        )
        for number, title, severity, status in CONTROLS
    ]
    hub = boto3.client("securityhub", region_name=region)
    answer = hub.batch_import_findings(Findings=findings)
    print(f"{answer['SuccessCount']} findings of {account} in {region}")


def guidance(server, *books):
    """Opens every workbook's links to the guide without a login."""
    for book in books:
        with zipfile.ZipFile(book) as parts:
            names = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
            cells = "".join(parts.read(name).decode() for name in names)
        for number in [row[0] for row in CONTROLS if row[3] == "FAILED"]:
            page = f"{server}/guide/{number}"
            aws = f"https://docs.aws.amazon.com/console/securityhub/{number}/remediation"
            if f">{page}<" in cells:
                with urllib.request.urlopen(page) as answer:
                    if number not in answer.read().decode():
                        sys.exit(f"demo: {page} is not about {number}")
                print(f"  {book}: {number}: {page}")
            elif f">{aws}<" in cells:
                print(f"  {book}: {number}: no guidance yet, {aws}")
            else:
                sys.exit(f"demo: {book} has no link for {number}")


def threat(account, region):
    """GuardDuty finds a password guessing attack."""
    title = "203.0.113.7 is performing SSH brute force attacks against i-0abc."
    detector = f"arn:aws:guardduty:{region}:{account}:detector/d"
    found = finding(
        account,
        region,
        "",
        title,
        Id=f"{detector}/finding/f",
        ProductArn=f"arn:aws:securityhub:{region}::product/aws/guardduty",
        ProductName="GuardDuty",
        GeneratorId=detector,
        Types=["TTPs/Initial Access/UnauthorizedAccess:EC2-SSHBruteForce"],
        Severity={"Label": "HIGH", "Original": "8"},
        SourceUrl=f"https://{region}.console.aws.amazon.com/guardduty/home?region={region}",
        Resources=[
            {"Type": "AwsEc2Instance", "Id": f"arn:aws:ec2:{region}:{account}:instance/i-0abc"}
        ],
    )
    hub = boto3.client("securityhub", region_name=region)
    hub.batch_import_findings(Findings=[found])
    print(f"GuardDuty in {account}, {region}: {title}")


def ledger(name, orders, payments, logistics):
    """Writes the Excel ledger that the SOC edits by hand: Japanese headers and an extra column."""
    rows = [
        ["AWSアカウントID", "プロジェクト", "部署", "担当者", "連絡先メール", "言語", "費用コード"],
        [orders, "受注システム", "第一事業部", "佐藤 美香", "sato@example.com", "ja", "A-007"],
        [payments, "Payments", "Finance", "Alex Doe", "alex@example.com; pay@example.com", "en", "B-012"],
        [logistics, "物流", "第二事業部", "鈴木 健", "suzuki@example.com", "ja", "C-101"],
    ]
    workbook = xlsxwriter.Workbook(name)
    sheet = workbook.add_worksheet("台帳")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(number, column, cell)
    sheet.autofit()
    workbook.close()
    for row in rows:
        print("  ".join(row))


def forbid(cloud, account, region):
    """A service control policy that denies Security Hub."""
    message = POLICY.format(account=account, region=region)
    control(
        cloud,
        "POST",
        "faults",
        {
            "service": "securityhub",
            "operation": "EnableSecurityHub",
            "account": account,
            "region": region,
            "error": {"code": "AccessDeniedException", "message": message, "status": 403},
        },
    )


def allow(cloud):
    """Removes the policy."""
    control(cloud, "DELETE", "faults")


COMMANDS = {
    "alert-queue": alert_queue,
    "chat": chat,
    "controls": controls,
    "threat": threat,
    "credentials": credentials,
    "check-controls": check_controls,
    "close": close,
    "pass-time": pass_time,
    "enable-hub": enable_hub,
    "ledger": ledger,
    "forbid": forbid,
    "guidance": guidance,
    "allow": allow,
}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
