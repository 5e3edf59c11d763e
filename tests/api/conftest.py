"""What the API is asked at: the cloud for tests, a SOC whose database is full of rows, its server."""

import json
import pathlib
import subprocess
import urllib.request

import pytest
from soc import REPOSITORY, Soc

HERE = pathlib.Path(__file__).parent
ADMINISTRATOR = "999999999999"
SECRETS = {"EVENTBRIDGE_KEY": "a-key-of-eventbridge", "JIRA_SECRET": "a-secret-of-jira"}
CONFIGURATION = f"""[alerts]
push_secret = "{SECRETS["EVENTBRIDGE_KEY"]}"
[requests.jira]
site = "https://jira.invalid"
project = "SOC"
email = "bot@example.com"
token = "a-token-of-jira"
webhook_secret = "{SECRETS["JIRA_SECRET"]}"
fields = {{ kind = "customfield_1", account_id = "customfield_2" }}
"""


class Cloud:
    """The cloud for tests, and the Python that it runs with."""

    def __init__(self):
        installed = subprocess.run(
            [REPOSITORY / "tests/cloud/install"], check=True, capture_output=True, text=True
        )
        self.python = installed.stdout.strip()
        self.process = subprocess.Popen(
            [self.python, REPOSITORY / "tests/cloud/serve.py", "--port", "0"]
            + ["--until-stdin-closes"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.url = self.process.stdout.readline().split()[-1]

    def environment(self):
        """Where the cloud is, and the administrator's credentials."""
        path = f"{self.url}/_cloud/credentials/{ADMINISTRATOR}"
        with urllib.request.urlopen(urllib.request.Request(path, data=b"{}")) as answer:
            keys = json.load(answer)
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": keys["access_key_id"],
            "AWS_SECRET_ACCESS_KEY": keys["secret_access_key"],
            "AWS_SESSION_TOKEN": keys["session_token"],
        }

    def prove(self, server, account):
        """The token of a session at a server, for an account."""
        words = [self.python, HERE / "proof.py", server, self.url, account]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()

    def stop(self):
        """Stops it."""
        self.process.stdin.close()
        self.process.wait()


@pytest.fixture(scope="session")
def api(tmp_path_factory):
    """Where the API is, and the proofs of those who may ask."""
    cloud = Cloud()
    soc = Soc(tmp_path_factory.mktemp("soc"), 60, CONFIGURATION)
    soc.environment |= cloud.environment()
    try:
        soc.hubward("hub", "setup", "--yes")
        token = soc.token("schemathesis", "viewer")
        # Only what this proxy says of callers counts: see callers.py.
        url = soc.serve(HUBWARD_SERVER__TRUSTED_PROXIES='["127.0.0.1/32"]')
        session = cloud.prove(url, "100000000000")
        yield url, {"ACCESS_TOKEN": token, "AGENT_SESSION": session, **SECRETS}
    finally:
        soc.stop()
        cloud.stop()
