"""Which credentials exist, and whose they are.

moto finds an account by searching every account's keys and takes an unknown key for its default
account; AWS refuses an unknown key. So every key that moto issues is noted here as well
(by `sts` and `iam`), and the front door asks here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from . import message

# Whose an AssumeRole is that comes with a key we never issued (any base key will do).
STRANGER = "123456789012"


@dataclass(frozen=True, slots=True)
class Credential:
    access_key_id: str
    secret_access_key: str
    account: str
    session_token: str | None = None
    expires_at: datetime | None = None
    arn: str | None = None
    user_id: str | None = None


_issued: dict[str, Credential] = {}


def note(credential: Credential) -> None:
    _issued[credential.access_key_id] = credential


def forget(access_key_id: str) -> None:
    _issued.pop(access_key_id, None)


def find(access_key_id: str) -> Credential | None:
    return _issued.get(access_key_id)


def account_of(access_key_id: str) -> str:
    credential = find(access_key_id)
    return credential.account if credential else STRANGER


def reset() -> None:
    _issued.clear()


def expired(credential: Credential) -> bool:
    return credential.expires_at is not None and credential.expires_at <= datetime.now(UTC)


def is_known_key(access_key_id: str, request: message.Request) -> bool:
    """A key that we issued, with the session token it was issued with."""
    credential = find(access_key_id)
    if credential is None:
        return False
    if credential.session_token is None:
        return True
    sent = request.header("x-amz-security-token")
    if sent is None:
        sent = dict(parse_qsl(request.query)).get("X-Amz-Security-Token")
    return sent == credential.session_token
