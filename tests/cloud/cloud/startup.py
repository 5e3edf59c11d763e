"""Settings of moto that must be in place before it is used, and three costs taken out of each call.

moto reads its settings from the environment; nothing of the caller's AWS set-up may leak in.
"""

import functools
import os
import time
import warnings

from moto.core import responses
from moto.core.base_backend import BackendDict
from moto.core.responses import BaseResponse


def prepare() -> None:
    # moto turns some times into numbers by the local clock.
    os.environ["TZ"] = "UTC"
    time.tzset()
    os.environ.pop("MOTO_ACCOUNT_ID", None)
    # Stderr is for failures of this server, not for moto's notes about unmodelled codes.
    warnings.simplefilter("ignore")
    # Inspects a whole class, the same one, at every call.
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
    # Goes through all accounts, to find whether one of them is new.
    BackendDict.__getitem__ = _account
    # moto would rather believe the Host or User-Agent header than the signature's scope.
    BaseResponse.get_region_from_url = _region_of_the_scope


_add_account = BackendDict.__getitem__


def _account(self: BackendDict, account: str) -> object:
    found = dict.get(self, account)
    return _add_account(self, account) if found is None else found


def _region_of_the_scope(self: BaseResponse, request: object, full_url: str) -> str:
    return request.environ["cloud.region"]
