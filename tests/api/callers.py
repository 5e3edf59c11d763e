"""Each request comes from an address of its own, behind a proxy that the server trusts: what limits one
caller holds back no other. And whole numbers are written as such.
"""

import itertools

import schemathesis

NUMBERS = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    number = next(NUMBERS)
    address = f"100.{64 + number // 65536 % 64}.{number // 256 % 256}.{number % 256}"
    case.headers["x-forwarded-for"] = address


@schemathesis.hook
def map_body(context, body):
    # 3.0 is an integer for JSON Schema; clients write 3.
    if isinstance(body, dict):
        number = body.get("sequence")
        if isinstance(number, float) and number.is_integer():
            return body | {"sequence": int(number)}
    return body
