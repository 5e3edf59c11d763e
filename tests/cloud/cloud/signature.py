"""SigV4 of sts:GetCallerIdentity, and of the services whose requests the agent signs by itself.

Recomputed from the secret that was issued. Header signatures only; a presigned URL is not accepted.
The signatures of an SDK are not checked (the keys and session tokens are, see `identity`).
Sources: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html and
reference_sigv-troubleshooting.html; codes from the STS API reference's CommonErrors.
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from . import identity
from .message import Request

# "In most cases" AWS denies a header signature after five minutes.
TOLERANCE = timedelta(minutes=5)
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=([^,/\s]+)/(\d{8})/([^,/\s]+)/([^,/\s]+)/aws4_request,"
    r"\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})"
)
REGIONAL_HOST = re.compile(r"sts\.([a-z0-9-]+)\.amazonaws\.com(?::443)?$")


class Refused(Exception):
    status = 403

    def __init__(self, code: str, text: str):
        super().__init__(text)
        self.code = code


def verify(request: Request, name: str = "sts") -> None:
    """Raises Refused as AWS would; returns when the signature is this request's own."""
    parsed = AUTHORIZATION.fullmatch((request.header("authorization") or "").strip())
    if parsed is None:
        raise Refused("IncompleteSignature", "Authorization header is malformed")
    key, day, region, service, signed, claimed = parsed.groups()
    credential = identity.find(key)
    if credential is None or credential.session_token != request.header("x-amz-security-token"):
        raise Refused(
            "InvalidClientTokenId", "The security token included in the request is invalid."
        )
    now = datetime.now(UTC)
    if identity.expired(credential):
        raise Refused("ExpiredToken", "The security token included in the request is expired")
    signed_names = signed.split(";")
    check_scope(request, region, service, name)
    check_signed_headers(request, signed_names)
    moment = request.header("x-amz-date") or ""
    check_date(moment, day, now)
    scope = f"{day}/{region}/{service}/aws4_request"
    expected = sign(credential.secret_access_key, moment, scope, canonical(request, signed_names))
    if not hmac.compare_digest(expected, claimed):
        raise Refused(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method.",
        )


def check_scope(request: Request, region: str, service: str, name: str) -> None:
    if service != name:
        raise Refused(
            "SignatureDoesNotMatch", f"Credential should be scoped to correct service: '{name}'."
        )
    host = request.header("host") or ""
    regional = REGIONAL_HOST.match(host)
    serves = regional[1] if regional else None
    if host.split(":")[0] == "sts.amazonaws.com":
        serves = "us-east-1"
    # On the loopback host (a plain endpoint override) any Region is served.
    if serves not in (None, region):
        raise Refused(
            "SignatureDoesNotMatch",
            f"Credential should be scoped to a valid region, not '{region}'.",
        )


def check_signed_headers(request: Request, signed: list[str]) -> None:
    """AWS requires host and every x-amz-* header of the request to be signed."""
    if signed != sorted(signed) or len(set(signed)) != len(signed):
        raise Refused("SignatureDoesNotMatch", "SignedHeaders are not sorted and unique")
    sent = {name.lower() for name, _ in request.headers}
    must = {"host"} | {name for name in sent if name.startswith("x-amz-")}
    if missing := must - set(signed):
        name = min(missing)
        raise Refused(
            "SignatureDoesNotMatch",
            f"'{name}' must be a 'SignedHeader' in the AWS Authorization.",
        )
    if absent := set(signed) - sent:
        raise Refused("SignatureDoesNotMatch", f"signed header '{min(absent)}' is not sent")


def check_date(moment: str, day: str, now: datetime) -> None:
    try:
        at = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refused("IncompleteSignature", "Date must be in ISO-8601 'basic format'") from None
    if moment[:8] != day:
        raise Refused(
            "SignatureDoesNotMatch",
            f"Date in Credential scope does not match YYYYMMDD from ISO-8601: {day}",
        )
    if at < now - TOLERANCE:
        raise Refused(
            "SignatureDoesNotMatch", f"Signature expired: {moment} is now earlier than allowed"
        )
    if at > now + TOLERANCE:
        raise Refused(
            "SignatureDoesNotMatch", f"Signature not yet current: {moment} is still later"
        )


def canonical(request: Request, signed: list[str]) -> str:
    query = sorted(parse_qsl(request.query, keep_blank_values=True))
    lines = [
        request.method,
        quote(request.path, safe="/-_.~%"),
        "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in query),
        *(f"{name}:{' '.join((request.header(name) or '').split())}" for name in signed),
        "",
        ";".join(signed),
        hashlib.sha256(request.body).hexdigest(),
    ]
    return "\n".join(lines)


def sign(secret: str, moment: str, scope: str, canonical_request: str) -> str:
    digest = hashlib.sha256(canonical_request.encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), "sha256").hexdigest()
