"""The front door: what happens to every request, in order.

Recognize the operation, find the caller's account, refuse unknown keys and Regions that are not
enabled, apply faults, let moto (with our extensions) answer, record the call.
"""

import sys
import threading
import time
import traceback
from dataclasses import replace
from typing import Any

from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    create_backend_app,
)
from moto.securityhub.models import securityhub_backends
from werkzeug.wrappers import Response

from . import (
    account,
    calls,
    clock,
    config,
    control,
    faults,
    guardduty,
    iam,
    identity,
    knobs,
    message,
    rates,
    s3,
    securityhub,
    signature,
    sts,
    wire,
)
from .securityhub import findings, schedule

# Served by our own subclasses; everything else by moto's application as it is.
EXTENDED = {
    module.SIGNING_NAME: module.dispatch
    for module in (account, config, guardduty, iam, s3, securityhub, sts)
}
# Their endpoint is in one Region whatever the account has opted in to.
GLOBAL = ("account", "iam", "organizations")
# Their requests are signed by the agent itself, and not by an SDK.
SIGNED_BY_HAND = ("lambda", "events", "logs")
# What the XML protocols call an unknown key; the JSON ones say UnrecognizedClientException.
OLD_CODES = {
    "iam": "InvalidClientTokenId",
    "s3": "InvalidAccessKeyId",
    "sts": "InvalidClientTokenId",
}
# What the checks of controls look at.
LOOKED_AT = ("config", "guardduty", "securityhub")
# moto's backends are plain dictionaries: one operation at a time makes each of them atomic.
# SQS is left out, its ReceiveMessage waits inside.
OPERATION = threading.RLock()

_moto = DomainDispatcherApplication(create_backend_app)


def answer(request: message.Request) -> message.Answer:
    if request.path.startswith("/_cloud"):
        with OPERATION:
            findings.changed()
            return control.answer(request)
    call = wire.recognize(request)
    if call is None:
        return wire.error("s3", "MissingAuthenticationToken", "Request is missing a signature", 403)
    if identity.retired(call.access_key):
        return unknown_token(call)
    with calls.under_way() as began:
        call.account = identity.account_of(call.access_key)
        reply = refusal(call) or carry_out(call)
        calls.record(call, reply, began)
    return reply


def refusal(call: wire.Call) -> message.Answer | None:
    """AWS does not say which it was: an unknown key, a wrong token, a Region not enabled."""
    reachable = call.service in GLOBAL or knobs.usable(call.account, call.region)
    if call.service == "sts" and call.operation in sts.OPEN:
        # AssumeRole takes any base key; GetCallerIdentity checks the whole signature itself.
        return None if reachable else unknown_token(call)
    if not reachable or not identity.is_known_key(call.access_key, call.request):
        return unknown_token(call)
    if identity.expired(identity.find(call.access_key)):
        code = "ExpiredToken" if call.service in OLD_CODES else "ExpiredTokenException"
        text = "The security token included in the request is expired"
        return wire.error(call.service, code, text, 403)
    if call.service in SIGNED_BY_HAND:
        try:
            signature.verify(call.request, call.service)
        except signature.Refused as refused:
            return wire.error(call.service, refused.code, str(refused), refused.status)
    return None


def unknown_token(call: wire.Call) -> message.Answer:
    code = OLD_CODES.get(call.service, "UnrecognizedClientException")
    return wire.error(
        call.service, code, "The security token included in the request is invalid.", 403
    )


def carry_out(call: wire.Call) -> message.Answer:
    if call.service in EXTENDED and " " in call.operation:
        return wire.error(call.service, "UnknownOperationException", call.operation, 404)
    trouble = faults.trouble_for(call)
    if trouble.latency:
        time.sleep(trouble.latency)
    if trouble.breaks() and not trouble.after:
        return broken(call, trouble, message.Answer())
    if throttled := rates.refusal(call):
        return throttled
    try:
        if call.service == "sqs":
            reply = dispatch(call)
        else:
            with OPERATION:
                reply = dispatch(call)
    except NotImplementedError as error:
        text = f"{call.service}:{call.operation} is not in the cloud for tests ({error})"
        reply = wire.error(call.service, "NotImplemented", text, 501)
    except Exception:  # noqa: BLE001 - a client must always get an answer
        traceback.print_exc(file=sys.stderr)
        reply = wire.error(call.service, "InternalFailure", "see stderr of the cloud", 500)
    return broken(call, trouble, reply) if trouble.breaks() else reply


def broken(call: wire.Call, trouble: faults.Trouble, reply: message.Answer) -> message.Answer:
    """The answer that a fault leaves of a reply."""
    if trouble.error:
        return fault_answer(call, trouble.error)
    return replace(reply, ending=trouble.ending)


def fault_answer(call: wire.Call, error: dict[str, Any]) -> message.Answer:
    return wire.error(
        call.service,
        error["code"],
        error.get("message", "a fault that a test asked for"),
        error.get("status", 400),
    )


def dispatch(call: wire.Call) -> message.Answer:
    # Since this call began, everything may have been reset.
    if identity.retired(call.access_key):
        return unknown_token(call)
    # moto's own way of passing the account; it keeps its account search out of every call.
    extra = [("x-moto-account-id", call.account)]
    environ = call.request.environ(extra)
    environ["cloud.region"] = call.region
    environ["cloud.call"] = call
    if extension := EXTENDED.get(call.service):
        look_at_controls(call)
        status, headers, body = extension(wire.ServerRequest(environ))
        look_at_controls(call)
        body = body.encode() if isinstance(body, str) else bytes(body)
        pairs = [(name, str(value)) for name, value in dict(headers).items()]
        return message.Answer(int(status), pairs, body)
    reply = Response.from_app(_moto, environ)
    return message.Answer(reply.status_code, list(reply.headers), reply.get_data())


def look_at_controls(call: wire.Call) -> None:
    """Lets the checks that are due by now see what there is before a call, and after it."""
    if call.service not in LOOKED_AT or not calls.mutating(call.operation):
        return
    findings.changed()
    if not schedule.is_on():
        return
    # Not to make one: most calls are of accounts and Regions without a hub.
    backend = dict.get(securityhub_backends[call.account], call.region)
    if backend is not None:
        schedule.catch_up(backend, clock.now(), changed=True)


def reset() -> None:
    # The credentials first: from then on, no call that is under way changes anything.
    identity.reset()
    BackendDict.reset()
    for part in (knobs, faults, calls, rates, clock, schedule):
        part.reset()
