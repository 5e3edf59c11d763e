"""Proves an account to a server, as an agent does, and prints the session's token.

    python proof.py SERVER CLOUD ACCOUNT

Needs botocore, and so the Python of the cloud for tests.
"""

import json
import sys
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REGION = "ap-northeast-1"


def ask(address, body):
    """Posts JSON, and reads JSON."""
    data = json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(address, data, headers)) as answer:
        return json.load(answer)


def main(server, cloud, account):
    challenge = ask(f"{server}/v1/challenges", {})
    keys = ask(f"{cloud}/_cloud/credentials/{account}", {})
    request = AWSRequest(
        "POST",
        f"https://sts.{REGION}.amazonaws.com/",
        data="Action=GetCallerIdentity&Version=2011-06-15",
        headers={
            "accept": "application/json",
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "x-hubward-challenge": challenge["challenge"],
            "x-hubward-server-id": challenge["server_id"],
        },
    )
    credentials = Credentials(
        keys["access_key_id"], keys["secret_access_key"], keys["session_token"]
    )
    SigV4Auth(credentials, "sts", REGION).add_auth(request)
    names = ["authorization", "x-amz-date", "x-amz-security-token"]
    names += ["x-hubward-challenge", "x-hubward-server-id"]
    proof = {
        "region": REGION,
        "headers": {name: request.headers[name] for name in names},
        "agent_version": "0.1.0",
    }
    print(ask(f"{server}/v1/sessions", proof)["token"])


if __name__ == "__main__":
    main(*sys.argv[1:])
