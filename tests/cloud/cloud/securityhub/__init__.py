"""Security Hub: moto's organization operations, and everything per account and Region it lacks.

`records` is what there is to remember; the other modules are groups of operations, each a mixin
of the one response class below. Operations that are not implemented here fall through to moto's.
"""

from typing import Any

from moto.securityhub.responses import SecurityHubResponse

from .. import wire
from .aggregation import Aggregation
from .controls import Controls
from .enablement import Enablement
from .findings import Findings
from .hub import Hub
from .invitations import Invitations
from .members import Members
from .standards import Standards

SIGNING_NAME = "securityhub"


class Response(
    Hub,
    Standards,
    Controls,
    Enablement,
    Members,
    Invitations,
    Aggregation,
    Findings,
    SecurityHubResponse,
):
    """First the gate in `hub`, then whichever group has the operation."""


def dispatch(request: wire.ServerRequest) -> Any:
    return Response.dispatch(request)
