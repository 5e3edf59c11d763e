"""From HTTP to "which operation of which service", and errors in each service's own protocol.

Protocols and operation names come from botocore's service models through moto's routers, so an
operation that moto has not implemented is still recognized and recorded by its name.
Not here: who the caller is (`identity`), what an operation does (one module per service).
"""

import json
import re
import uuid
from dataclasses import dataclass
from functools import cache
from xml.sax.saxutils import escape

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request as MotoRequest
from moto.core.routing import NotFound, get_service_router
from moto.core.utils import get_service_model

from .message import Answer, Request

SCOPE = re.compile(
    r"Credential=(?P<key>[^/,\s]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request"
)
QUERY_SCOPE = re.compile(
    r"X-Amz-Credential=(?P<key>[^/&%]+)(?:/|%2F)\d{8}(?:/|%2F)(?P<region>[^/&%]+)"
    r"(?:/|%2F)(?P<service>[^/&%]+)(?:/|%2F)aws4_request",
    re.IGNORECASE,
)
# Signing names that differ from botocore's service name, for what the programs may call.
BOTOCORE_NAMES = {"eventbridge": "events", "monitoring": "cloudwatch", "email": "ses"}


class ServerRequest(MotoRequest):
    """What moto calls a request that came over a real socket."""

    from_wsgi_server = True


@dataclass(slots=True)
class Call:
    request: Request
    service: str
    region: str
    access_key: str
    operation: str
    account: str = ""


def recognize(request: Request) -> Call | None:
    """None when the request carries no AWS signature at all."""
    scope = SCOPE.search(request.header("authorization") or "")
    scope = scope or QUERY_SCOPE.search(request.query)
    if scope is None:
        return None
    service = scope["service"].lower()
    return Call(request, service, scope["region"], scope["key"], operation(request, service))


def operation(request: Request, service: str) -> str:
    try:
        matched, _ = get_service_router(BOTOCORE_NAMES.get(service, service)).match(
            ServerRequest(request.environ())
        )
    except (UnknownServiceError, NotFound, NotImplementedError):
        return f"{request.method} {request.path}"
    return str(matched.name)


@cache
def protocol(service: str) -> str:
    try:
        return str(get_service_model(BOTOCORE_NAMES.get(service, service)).protocol)
    except UnknownServiceError:
        return "rest-json"


def error(service: str, code: str, text: str, status: int) -> Answer:
    """An error as this service's SDK clients expect to parse it.

    smithy.io/2.0/aws/protocols: REST-JSON and JSON carry the code in X-Amzn-Errortype and
    `__type`, Query wraps it in ErrorResponse, S3 has a bare Error element.
    """
    request_id = str(uuid.uuid4())
    headers = [("x-amzn-requestid", request_id)]
    kind = protocol(service)
    if kind in ("rest-json", "json"):
        content = "application/json" if kind == "rest-json" else "application/x-amz-json-1.1"
        headers += [("content-type", content), ("x-amzn-errortype", code)]
        body = json.dumps({"__type": code, "message": text})
    else:
        headers += [("content-type", "text/xml")]
        inner = f"<Code>{escape(code)}</Code><Message>{escape(text)}</Message>"
        if kind == "rest-xml" and service == "s3":
            body = f"<Error>{inner}<RequestId>{request_id}</RequestId></Error>"
        else:
            side = "Sender" if status < 500 else "Receiver"
            body = (
                f"<ErrorResponse><Error><Type>{side}</Type>{inner}</Error>"
                f"<RequestId>{request_id}</RequestId></ErrorResponse>"
            )
    return Answer(status, headers, body.encode())


def error_code(answer: Answer) -> str | None:
    """The code in an error answer, from moto or from here; None for a success."""
    if answer.status < 400:
        return None
    for name, value in answer.headers:
        if name.lower() == "x-amzn-errortype":
            return value.split(":")[0].rsplit("#", 1)[-1]
    found = re.search(rb"<Code>([^<]+)</Code>", answer.body)
    return found[1].decode() if found else "Unknown"
