"""Account Management: moto's alternate contacts, plus Regions and their opt-in states.

The states live in `knobs`, because the front door needs them for every call.
Source: botocore account ListRegions, GetRegionOptStatus, EnableRegion, DisableRegion.
"""

from typing import Any

from moto.account.responses import AccountResponse
from moto.core.responses import ActionResult, EmptyResult

from . import knobs, regions, wire
from .modelled import AwsError, Modelled

SIGNING_NAME = "account"


class Response(Modelled, AccountResponse):
    def account(self) -> str:
        """AccountId is for an organization's administrators; no account here is one."""
        wanted = self._get_param("AccountId")
        if wanted in (None, self.current_account):
            return self.current_account
        raise AwsError(
            "AccessDeniedException", "User is not authorized to access the requested account"
        )

    def list_regions(self) -> ActionResult:
        account, wanted = self.account(), self._get_param("RegionOptStatusContains")
        found = [
            {"RegionName": name, "RegionOptStatus": state}
            for name in regions.ALL
            if (state := knobs.region_state(account, name)) in (wanted or knobs.REGION_STATES)
        ]
        page, token = self.page(found, 50)
        return ActionResult({"Regions": page, "NextToken": token})

    def get_region_opt_status(self) -> ActionResult:
        name = self._get_param("RegionName")
        state = knobs.region_state(self.account(), name)
        if state is None:
            raise self.invalid(f"Unknown Region {name}")
        return ActionResult({"RegionName": name, "RegionOptStatus": state})

    def enable_region(self) -> EmptyResult:
        return self.change("ENABLED")

    def disable_region(self) -> EmptyResult:
        return self.change("DISABLED")

    def change(self, state: str) -> EmptyResult:
        """AWS takes minutes through ENABLING or DISABLING; the knob can show those."""
        name = self._get_param("RegionName")
        if name not in regions.OPT_IN:
            raise self.invalid(f"{name} is not an opt-in Region")
        knobs.of(self.account()).regions[name] = state
        return EmptyResult()


def dispatch(request: wire.ServerRequest) -> Any:
    return Response.dispatch(request)
