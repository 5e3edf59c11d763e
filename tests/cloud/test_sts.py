"""Who is calling: keys, session tokens, and the verified signature of GetCallerIdentity."""

import http.client
import json
from datetime import UTC, datetime, timedelta

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from conftest import MEMBER, OTHER, refused

BODY = "Action=GetCallerIdentity&Version=2011-06-15"
REGIONAL = "sts.us-east-1.amazonaws.com"
STRANGER = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "x"}


class Proof:
    """A signed GetCallerIdentity that can be spoiled before it is sent."""

    def __init__(self, cloud, host=REGIONAL, scope="us-east-1", service="sts", **keys):
        self.cloud, self.body, self.path = cloud, BODY, "/"
        keys = cloud.credentials(MEMBER) | keys
        headers = {
            "accept": "application/json",
            "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            "x-hubward-challenge": "challenge",
            "x-hubward-server-id": "https://soc.example.com",
            "host": host,
        }
        request = AWSRequest("POST", f"https://{host}/", headers=headers, data=BODY)
        signer = Credentials(
            keys["access_key_id"], keys["secret_access_key"], keys["session_token"]
        )
        botocore.auth.SigV4Auth(signer, service, scope).add_auth(request)
        self.headers = {name.lower(): value for name, value in request.headers.items()}

    def send(self):
        connection = http.client.HTTPConnection(self.cloud.url.removeprefix("http://"))
        connection.request("POST", self.path, self.body, self.headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["content-type"], answer.read().decode()

    def refused(self, code, text=""):
        status, kind, body = self.send()
        assert status == 403
        assert kind == "text/xml"
        assert f"<Code>{code}</Code>" in body
        assert text in body


@pytest.mark.parametrize("host", [REGIONAL, "sts.amazonaws.com", "127.0.0.1:1"])
def test_the_answer_is_json_when_asked(cloud, host):
    status, kind, body = Proof(cloud, host).send()
    assert status == 200
    assert kind == "application/json"
    (envelope,) = json.loads(body).items()
    assert envelope[0] == "GetCallerIdentityResponse"
    assert set(envelope[1]) == {"GetCallerIdentityResult", "ResponseMetadata"}
    assert envelope[1]["ResponseMetadata"]["RequestId"]
    result = envelope[1]["GetCallerIdentityResult"]
    assert set(result) == {"Account", "Arn", "UserId"}
    assert result["Account"] == MEMBER
    assert result["Arn"] == f"arn:aws:sts::{MEMBER}:assumed-role/member/test"


def test_the_answer_is_xml_otherwise(cloud):
    sts = cloud.client("sts")
    first, second = sts.get_caller_identity(), sts.get_caller_identity()
    assert first["Account"] == MEMBER
    assert first["UserId"] == second["UserId"]
    assert first["ResponseMetadata"]["HTTPHeaders"]["content-type"] == "text/xml"


def test_another_regions_host(cloud):
    assert Proof(cloud, "sts.eu-west-1.amazonaws.com", "eu-west-1").send()[0] == 200
    Proof(cloud, "sts.eu-west-1.amazonaws.com").refused("SignatureDoesNotMatch", "valid region")
    proof = Proof(cloud)
    proof.headers["host"] = "sts.eu-west-1.amazonaws.com"
    proof.refused("SignatureDoesNotMatch")


@pytest.mark.parametrize(
    "name", ["x-hubward-challenge", "x-hubward-server-id", "accept", "content-type"]
)
def test_a_changed_header_breaks_the_signature(cloud, name):
    proof = Proof(cloud)
    proof.headers[name] += ", application/json"
    proof.refused("SignatureDoesNotMatch")


def test_a_missing_signed_header_breaks_it(cloud):
    proof = Proof(cloud)
    del proof.headers["x-hubward-challenge"]
    proof.refused("SignatureDoesNotMatch", "x-hubward-challenge")


def test_a_changed_body_or_path_breaks_it(cloud):
    proof = Proof(cloud)
    proof.body = BODY + "&x=1"
    proof.refused("SignatureDoesNotMatch")
    proof = Proof(cloud)
    proof.path = "/?x=1"
    proof.refused("SignatureDoesNotMatch")


def test_another_secret(cloud):
    Proof(cloud, secret_access_key="wrong").refused("SignatureDoesNotMatch")


def test_another_accounts_key_with_ones_own_secret(cloud):
    other = cloud.credentials(OTHER)
    mixed = {k: other[k] for k in ("access_key_id", "session_token")}
    Proof(cloud, **mixed).refused("SignatureDoesNotMatch")


def test_the_session_token_must_be_the_keys_own(cloud):
    other = cloud.credentials(OTHER)["session_token"]
    Proof(cloud, session_token=other).refused("InvalidClientTokenId")
    Proof(cloud, session_token=None).refused("InvalidClientTokenId")
    Proof(cloud, access_key_id="ASIAIOSFODNN7EXAMPLE").refused("InvalidClientTokenId")


@pytest.mark.parametrize(
    ("minutes", "text"), [(-6, "Signature expired"), (6, "Signature not yet current")]
)
def test_the_date_is_within_five_minutes(cloud, monkeypatch, minutes, text):
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *_: at)
    Proof(cloud).refused("SignatureDoesNotMatch", text)
    at -= timedelta(minutes=minutes / 6 * 2)
    assert Proof(cloud).send()[0] == 200


def test_host_and_amz_headers_must_be_signed(cloud):
    proof = Proof(cloud)
    proof.headers["x-amz-extra"] = "1"
    proof.refused("SignatureDoesNotMatch", "x-amz-extra")
    proof = Proof(cloud)
    proof.headers["authorization"] = proof.headers["authorization"].replace("host;", "")
    proof.refused("SignatureDoesNotMatch", "host")


def test_a_malformed_authorization(cloud):
    proof = Proof(cloud)
    proof.headers["authorization"] = proof.headers["authorization"].replace("Signature=", "S=")
    proof.refused("IncompleteSignature")


def test_a_scope_for_another_service_is_not_sts(cloud):
    proof = Proof(cloud, service="s3")
    assert "GetCallerIdentityResult" not in proof.send()[2]


def test_roles_keep_accounts_apart(cloud):
    base = cloud.client("sts", keys=STRANGER)
    for account in (MEMBER, OTHER):
        answer = base.assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/audit", RoleSessionName="someone"
        )["Credentials"]
        keys = {
            "access_key_id": answer["AccessKeyId"],
            "secret_access_key": answer["SecretAccessKey"],
            "session_token": answer["SessionToken"],
        }
        me = cloud.client("sts", keys=keys).get_caller_identity()
        assert me["Account"] == account
        assert me["Arn"] == f"arn:aws:sts::{account}:assumed-role/audit/someone"


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("securityhub", "describe_hub", "UnrecognizedClientException"),
        ("config", "describe_configuration_recorders", "UnrecognizedClientException"),
        ("sqs", "list_queues", "UnrecognizedClientException"),
        ("iam", "list_roles", "InvalidClientTokenId"),
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("s3", "list_buckets", "InvalidAccessKeyId"),
    ],
)
@pytest.mark.parametrize("spoil", ["key", "token"])
def test_unknown_credentials_are_refused(cloud, service, call, code, spoil):
    keys = STRANGER if spoil == "key" else cloud.credentials(MEMBER) | {"session_token": "x"}
    with refused(code, 403):
        getattr(cloud.client(service, keys=keys), call)()


def test_a_users_key_works_until_it_is_deleted(cloud):
    iam = cloud.client("iam")
    iam.create_user(UserName="ann")
    made = iam.create_access_key(UserName="ann")["AccessKey"]
    keys = {"access_key_id": made["AccessKeyId"], "secret_access_key": made["SecretAccessKey"]}
    sts = cloud.client("sts", keys=keys)
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:iam::{MEMBER}:user/ann"
    iam.delete_access_key(UserName="ann", AccessKeyId=made["AccessKeyId"])
    with refused("InvalidClientTokenId", 403):
        sts.get_caller_identity()


def test_an_expired_session(cloud):
    cloud.control("POST", f"/credentials/{MEMBER}")
    keys = cloud.control("POST", f"/credentials/{MEMBER}", {"seconds": 0})[1]
    with refused("ExpiredToken", 403):
        cloud.client("sts", keys=keys).get_caller_identity()
    with refused("ExpiredTokenException", 403):
        cloud.client("securityhub", keys=keys).describe_hub()


def test_an_unsigned_request(cloud):
    connection = http.client.HTTPConnection(cloud.url.removeprefix("http://"))
    connection.request("POST", "/", BODY, {"content-type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    assert answer.status == 403
    assert b"MissingAuthenticationToken" in answer.read()
