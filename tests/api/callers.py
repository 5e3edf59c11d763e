"""Each request comes from an address of its own, behind a proxy that the server trusts: what limits one
caller holds back no other.
"""

import itertools

import schemathesis

NUMBERS = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    number = next(NUMBERS)
    address = f"100.{64 + number // 65536 % 64}.{number // 256 % 256}.{number % 256}"
    case.headers["x-forwarded-for"] = address
