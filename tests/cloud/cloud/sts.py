"""STS: moto's, with verified signatures on GetCallerIdentity and its JSON answer.

moto's AssumeRole already gives each account its own keys; here they are noted in `identity`.
Sources: docs.aws.amazon.com/STS/latest/APIReference (GetCallerIdentity, CommonErrors); the JSON
envelope is the one that identity brokers parse (Vault, Teleport).
"""

import json
import uuid
from datetime import UTC
from typing import Any

from moto.sts.models import AssumedRole, STSBackend, sts_backends
from moto.sts.responses import TokenResponse

from . import identity, signature, wire

SIGNING_NAME = "sts"
# Operations that the front door lets through whatever the key: any base key may assume a role,
# and GetCallerIdentity refuses with its own, finer errors.
OPEN = (
    "AssumeRole",
    "AssumeRoleWithWebIdentity",
    "AssumeRoleWithSAML",
    "GetCallerIdentity",
)


class STS(STSBackend):
    def assume_role(self, **kwargs: Any) -> AssumedRole:  # type: ignore[override]
        role = super().assume_role(**kwargs)
        # moto invents a new role id at each look when the role does not exist in its IAM.
        user_id = role.user_id
        identity.note(
            identity.Credential(
                access_key_id=role.access_key_id,
                secret_access_key=role.secret_access_key,
                account=role.account_id,
                session_token=role.session_token,
                expires_at=role.expiration.replace(tzinfo=UTC),
                arn=role.arn,
                user_id=user_id,
            )
        )
        return role

    def get_caller_identity(self, access_key_id: str, region: str) -> tuple[str, str, str]:
        credential = identity.find(access_key_id)
        if credential and credential.arn and credential.user_id:
            return credential.user_id, credential.arn, credential.account
        return super().get_caller_identity(access_key_id, region)


sts_backends.backend = STS


class Response(TokenResponse):
    def get_caller_identity(self) -> Any:
        result = super().get_caller_identity()
        if "application/json" not in self.headers.get("accept", ""):
            return result
        body = {
            "GetCallerIdentityResponse": {
                "GetCallerIdentityResult": result.result,
                "ResponseMetadata": {"RequestId": str(uuid.uuid4())},
            }
        }
        return 200, {"Content-Type": "application/json"}, json.dumps(body)


def dispatch(request: wire.ServerRequest) -> Any:
    call: wire.Call = request.environ["cloud.call"]
    if call.operation == "GetCallerIdentity":
        try:
            signature.verify(call.request)
        except signature.Refused as refused:
            answer = wire.error("sts", refused.code, str(refused), refused.status)
            return answer.status, answer.headers, answer.body
    return Response.dispatch(request)


def member_credentials(account: str, seconds: int = 43_200, role: str = "member") -> dict[str, str]:
    """What AssumeRole into one of the account's roles gives, without a signed request."""
    assumed = sts_backends[account]["aws"].assume_role(
        region_name="us-east-1",
        role_session_name="test",
        role_arn=f"arn:aws:iam::{account}:role/{role}",
        policy=None,
        duration=seconds,
        external_id=None,
    )
    return {
        "access_key_id": assumed.access_key_id,
        "secret_access_key": assumed.secret_access_key,
        "session_token": assumed.session_token,
    }
