"""What the demo's people do outside Hubward: consoles, Excel, and a policy of an organisation.

It is not part of the product, and the cloud that it talks to is the one for tests.
"""

import json
import sys
import urllib.request

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


def enable_hub(*regions):
    """Turns the administrator's own Security Hub on, as the SOC did long ago in its console."""
    for region in regions:
        hub = boto3.client("securityhub", region_name=region)
        hub.enable_security_hub(EnableDefaultStandards=False)
        print(f"Security Hub is on in {region}")


def ledger(name, orders, payments, logistics):
    """Writes the Excel file that the SOC keeps by hand: Japanese headers, a column of its own."""
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
    """Takes the policy away."""
    control(cloud, "DELETE", "faults")


COMMANDS = {
    "credentials": credentials,
    "enable-hub": enable_hub,
    "ledger": ledger,
    "forbid": forbid,
    "allow": allow,
}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
