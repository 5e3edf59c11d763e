"""A SOC's database full of accounts, for looking at its pages and measuring them.

Rows go straight into SQLite's tables: what the pages read is the store, and a check of 10,000 accounts
in the cloud for tests would take longer than all the rest. The same seed gives the same rows.
"""

import datetime
import json
import random
import sqlite3

REGIONS = ["ap-northeast-1", "ap-northeast-3", "us-east-1", "eu-west-1"]
CONFIGURATION = """[hub]
administrator = "999999999999"
home_region = "ap-northeast-1"
linked_regions = ["ap-northeast-3", "us-east-1", "eu-west-1"]
[server]
listen = "127.0.0.1:0"
[requests]
form = true
[[channels]]
name = "soc"
kind = "webhook"
url = "https://hooks.example.com/soc"
[[channels]]
name = "siem"
kind = "webhook"
url = "https://siem.example.com/hubward"
"""
PROJECTS = [
    "受注管理", "在庫最適化", "会員基盤", "Payments", "Data Lake", "広告配信",
    "Billing", "物流トラッキング", "認証", "Mobile API", "店舗POS", "Recommendation",
]  # fmt: skip
DEPARTMENTS = ["EC事業部", "金融", "Platform", "物流本部", ""]
CONTACTS = ["佐藤", "鈴木", "Mika", "高橋", "Ken"]
# What an account is in a Region, how often in a thousand, and AWS's word for it.
VERDICTS = [
    ("complete", 880, "Enabled"),
    ("invited", 45, "Invited"),
    ("not_invited", 30, None),
    ("incomplete", 25, "Enabled"),
    ("resigned", 12, "Resigned"),
    ("unknown", 8, "Pausing"),
]
THREATS = [
    ("UnauthorizedAccess:EC2-SSHBruteForce", "198.51.100.7 is guessing SSH passwords of i-0a12."),
    ("CryptoCurrency:EC2-BitcoinTool.B!DNS", "An instance asks for a domain of a Bitcoin pool."),
    ("Recon:IAMUser-MaliciousIPCaller", "ListBuckets was called from a known bad address."),
    ("Exfiltration:S3-ObjectRead.Unusual", "A role reads far more S3 objects than it used to."),
    ("Trojan:EC2-DNSDataExfiltration", "An instance sends data out through DNS queries."),
]


class Seed:
    """Rows of one SOC."""

    def __init__(self, database, accounts):
        self.rows = sqlite3.connect(database)
        self.random = random.Random(7)
        self.now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
        self.accounts = [f"{100000000000 + number * 7919}" for number in range(accounts)]

    def ago(self, **span):
        """A moment in the past, as the tables have it."""
        moment = self.now - datetime.timedelta(**span)
        return moment.isoformat().replace("+00:00", "Z")

    def fill(self):
        """Everything."""
        self.ledger()
        self.memberships()
        self.alerts()
        self.silences()
        self.runs()
        self.findings()
        self.trend()
        self.rows.commit()
        self.rows.close()

    def insert(self, table, rows):
        """Rows, each a dictionary of the same columns."""
        rows = list(rows)
        names = ", ".join(rows[0])
        places = ", ".join(f":{name}" for name in rows[0])
        self.rows.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)

    def ledger(self):
        """The accounts."""
        self.insert(
            "accounts",
            (
                {
                    "account_id": account,
                    "project": PROJECTS[number % 12] + (f" {number // 12}" if number > 11 else ""),
                    "department": self.random.choice(DEPARTMENTS),
                    "environment": self.random.choice(["prod", "staging", "dev"]),
                    "contact": self.random.choice(CONTACTS),
                    "contact_emails": json.dumps([f"owner{number}@example.com"]),
                    "language": "ja",
                    "regions": "[]",
                    "standards": "[]",
                    "report": "weekly",
                    "state": "leaving" if number % 47 == 46 else "active",
                    "request": f"SOC-{number + 100}",
                    "notes": "",
                    "extra": "[]",
                }
                for number, account in enumerate(self.accounts)
            ),
        )

    def memberships(self):
        """What the last check said."""
        words = [(word, status) for word, _, status in VERDICTS]
        weights = [weight for _, weight, _ in VERDICTS]
        rows = []
        for account in self.accounts:
            for region in REGIONS:
                verdict, status = self.random.choices(words, weights)[0]
                rows.append((account, region, status, verdict, self.random.randint(0, 90)))
        rows.append(("999000111222", "us-east-1", "Enabled", "not_in_ledger", 2))
        self.insert(
            "memberships",
            (
                {
                    "account_id": account,
                    "region": region,
                    "status": status,
                    "verdict": verdict,
                    "since": self.ago(days=days, minutes=30),
                    "seen_at": self.ago(minutes=4),
                }
                for account, region, status, verdict, days in rows
            ),
        )

    def alerts(self):
        """Threats, what people did with them, and the messages about them."""
        for number in range(min(len(self.accounts), 60)):
            kind, title = THREATS[number // 5 % len(THREATS)]
            account = self.random.choice(self.accounts)
            name = f"{self.random.getrandbits(48):012x}"
            finding = f"arn:aws:guardduty:us-east-1:{account}:detector/d/finding/{number}"
            state = ["open", "acknowledged", "resolved", "resolved", "silenced"][number % 5]
            hours = self.random.randint(1, 900)
            facts = {
                "description": f"{title} This is consistent with an attack.",
                "resource": f"arn:aws:ec2:us-east-1:{account}:instance/i-0a12",
                "console": "https://us-east-1.console.aws.amazon.com/guardduty/home",
            }
            self.insert(
                "alerts",
                [
                    {
                        "id": name,
                        "finding_id": finding,
                        "account_id": account,
                        "region": self.random.choice(REGIONS),
                        "type": kind,
                        "severity": "CRITICAL" if number % 4 == 0 else "HIGH",
                        "title": title,
                        "state": state,
                        "count": self.random.randint(1, 40),
                        "first_seen": self.ago(hours=hours + 2),
                        "last_seen": self.ago(hours=hours),
                        "facts": json.dumps(facts),
                    }
                ],
            )
            self.insert("alert_findings", [{"finding_id": finding, "alert_id": name}])
            if state == "acknowledged":
                self.insert(
                    "alert_handling",
                    [
                        {
                            "alert_id": name,
                            "assignee": "mika@example.com",
                            "note": "The key is being changed; the owner is on the phone.",
                            "changed_at": self.ago(hours=hours),
                            "changed_by": "person:mika@example.com",
                        }
                    ],
                )
            data = {
                "id": name,
                "finding_id": finding,
                "finding_ids": [finding],
                "account_id": account,
                "project": "",
                "environment": "",
                "contact": "",
                "contact_emails": [],
                "region": "us-east-1",
                "type": kind,
                "severity": "HIGH",
                "title": title,
                "state": "open",
                "count": 1,
                "first_seen": self.ago(hours=hours + 2),
                "last_seen": self.ago(hours=hours),
                **facts,
            }
            messages = list(self.messages(number, data, hours))
            self.insert("deliveries", messages)
            self.way(name, messages, hours)

    def way(self, alert, messages, hours):
        """How an alert arrived, and each delivery attempt."""
        self.insert(
            "alert_arrivals",
            [
                {
                    "alert_id": alert,
                    "door": "queue",
                    "aws_created_at": self.ago(hours=hours, minutes=4),
                    "event_at": self.ago(hours=hours, seconds=3),
                    "received_at": self.ago(hours=hours, seconds=2),
                    "stored_at": self.ago(hours=hours, seconds=2),
                }
            ],
        )
        self.insert(
            "delivery_attempts",
            (
                {
                    "delivery_id": message["id"],
                    "attempt": attempt + 1,
                    "at": self.ago(hours=hours, seconds=-attempt * 60),
                    "outcome": "delivered" if message["state"] == "delivered" else "again",
                    "why": message["last_error"],
                }
                for message in messages
                for attempt in range(message["attempts"])
            ),
        )

    def silences(self):
        """Silences: one in effect, and many that have ended."""
        self.insert(
            "silences",
            (
                {
                    "id": f"{number:08x}",
                    "type": "Recon:*" if number else "UnauthorizedAccess:EC2/SSHBruteForce",
                    "account_id": "" if number else self.accounts[0],
                    "project": PROJECTS[number % 12],
                    "environment": "",
                    "region": "us-east-1" if number % 2 else "",
                    "critical": int(number % 7 == 6),
                    "reason": "Penetration test by the red team, agreed with the owner: SOC-123.",
                    "created_by": "person:mika@example.com",
                    "created_at": self.ago(days=number),
                    "ends_at": self.ago(days=number - 2),
                    "ended_at": self.ago(days=number - 1) if number else "",
                    "count": number * 3,
                }
                for number in range(60)
            ),
        )

    def messages(self, number, data, hours):
        """The messages of one alert."""
        for place, channel in enumerate(["soc", "siem"]):
            state = ["delivered", "delivered", "delivered", "given_up"][(number + place) % 4]
            yield {
                "id": f"msg_{self.random.getrandbits(128):032x}",
                "position": number * 2 + place,
                "channel": channel,
                "subject": f"alert:{data['id']}",
                "notice": json.dumps({"type": "alert.opened", "data": data}),
                "state": state,
                "attempts": 1 if state == "delivered" else 12,
                "due_at": self.ago(hours=hours),
                "leased_until": self.ago(hours=hours),
                "last_error": None if state == "delivered" else "HTTP 503",
                "created_at": self.ago(hours=hours),
            }

    def runs(self):
        """What agents reported."""
        self.insert(
            "runs",
            (
                {
                    "account_id": account,
                    "run": f"run-{self.random.getrandbits(32):08x}",
                    "agent_version": self.random.choice(["0.1.0", "0.0.9"]),
                    "caller": f"arn:aws:sts::{account}:assumed-role/Admin/dev",
                    "sequence": 3,
                    "complete": int(number % 5 != 0),
                    "started_at": self.ago(hours=number, minutes=9),
                    "last_heartbeat": self.ago(hours=number),
                }
                for number, account in enumerate(self.accounts[:80])
            ),
        )

    def findings(self):
        """A part of the mirror."""
        severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"]
        count = min(len(self.accounts) * 3, 400)
        self.insert(
            "findings",
            (
                {
                    "finding": f"key-{number}",
                    "finding_id": f"finding-{number}",
                    "product_arn": "arn:aws:securityhub:us-east-1::product/aws/securityhub",
                    "account_id": self.accounts[number % min(40, len(self.accounts))],
                    "region": "us-east-1",
                    "kind": self.random.choice(["control", "control", "threat", "other"]),
                    "control_id": "S3.1",
                    "finding_type": "type",
                    "title": "title",
                    "resource": "arn:aws:s3:::bucket",
                    "resource_type": "AwsS3Bucket",
                    "link": "",
                    "severity": self.random.choice(severities),
                    "compliance_status": self.random.choice(["FAILED", "FAILED", "PASSED"]),
                    "workflow_status": "NEW",
                    "record_state": "ACTIVE",
                    "note": "",
                    "opened_at": self.ago(days=3),
                    "first_seen": self.ago(days=3),
                    "last_seen": self.ago(days=1),
                    "seen_in": "us-east-1",
                    "raw": "",
                }
                for number in range(count)
            ),
        )

    def trend(self):
        """The verdicts of the last 45 days."""
        for day in range(45):
            places = int(len(self.accounts) * len(REGIONS) * (0.7 + 0.3 * day / 44))
            complete = int(places * (0.55 + 0.33 * day / 44))
            rest = places - complete
            counts = {
                "complete": complete,
                "invited": int(rest * 0.7),
                "resigned": int(rest * 0.2),
                "unknown": rest - int(rest * 0.7) - int(rest * 0.2),
            }
            self.insert(
                "trend",
                (
                    {"day": self.ago(days=44 - day)[:10], "verdict": verdict, "count": count}
                    for verdict, count in counts.items()
                ),
            )
