"""Cross-Region aggregation: one finding aggregator per account, in its home Region.

Sources: botocore securityhub *FindingAggregator*; docs finding-aggregation-enable.html (not in an
opt-in Region; changed and deleted from the home Region only).
"""

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.moto_api._internal import mock_random

from .. import regions
from ..modelled import AwsError
from .hub import Base
from .records import SecurityHub, everywhere

WITH_REGIONS = ("ALL_REGIONS_EXCEPT_SPECIFIED", "SPECIFIED_REGIONS")
MODES = ("ALL_REGIONS", "NO_REGIONS", *WITH_REGIONS)


class Aggregation(Base):
    def create_finding_aggregator(self) -> ActionResult:
        if self.backend.administrator:
            raise AwsError(
                "AccessDeniedException", "A member account inherits its administrator's settings"
            )
        if self.region in regions.OPT_IN:
            raise self.invalid("An opt-in Region cannot be the home Region")
        if home_of(self.current_account):
            raise AwsError("LimitExceededException", "The account already has a finding aggregator")
        unique = mock_random.get_random_hex(32)
        aggregator = {"arn": self.backend.arn(f"finding-aggregator/{unique}"), **self.linking()}
        self.backend.aggregator = aggregator
        return self.described(self.backend)

    def update_finding_aggregator(self) -> ActionResult:
        home = self.home()
        home.aggregator = {"arn": home.aggregator["arn"], **self.linking()}
        return self.described(home)

    def get_finding_aggregator(self) -> ActionResult:
        return self.described(self.home(anywhere=True))

    def list_finding_aggregators(self) -> ActionResult:
        home = home_of(self.current_account)
        found = [{"FindingAggregatorArn": home.aggregator["arn"]}] if home else []
        page, token = self.page(found, 100)
        return ActionResult({"FindingAggregators": page, "NextToken": token})

    def delete_finding_aggregator(self) -> EmptyResult:
        self.home().aggregator = None
        return EmptyResult()

    def linking(self) -> dict[str, Any]:
        mode, linked = self._get_param("RegionLinkingMode"), self._get_param("Regions")
        if mode not in MODES:
            raise self.invalid(f"RegionLinkingMode {mode} is not one of {MODES}")
        if (mode in WITH_REGIONS) != bool(linked):
            raise self.invalid(f"Regions must be given with {WITH_REGIONS}, and only then")
        if unknown := set(linked or []) - set(regions.ALL):
            raise self.invalid(f"Unknown Regions {sorted(unknown)}")
        if self.region in (linked or []):
            raise self.invalid("The home Region cannot be linked to itself")
        return {"mode": mode, "regions": linked or []}

    def home(self, anywhere: bool = False) -> SecurityHub:
        home, wanted = home_of(self.current_account), self._get_param("FindingAggregatorArn")
        if home is None or home.aggregator["arn"] != wanted:
            raise AwsError("ResourceNotFoundException", f"No aggregator {wanted}")
        if not anywhere and home is not self.backend:
            raise self.invalid("This operation is for the home Region only")
        return home

    def described(self, home: SecurityHub) -> ActionResult:
        aggregator = home.aggregator
        return ActionResult(
            {
                "FindingAggregatorArn": aggregator["arn"],
                "FindingAggregationRegion": home.region_name,
                "RegionLinkingMode": aggregator["mode"],
                "Regions": aggregator["regions"] or None,
            }
        )


def home_of(account: str) -> SecurityHub | None:
    return next((backend for backend in everywhere(account) if backend.aggregator), None)


def linked_to(backend: SecurityHub) -> list[str]:
    """The Regions whose findings this one shows, itself first."""
    aggregator = backend.aggregator
    if aggregator is None:
        return [backend.region_name]
    listed = aggregator["regions"]
    linked = {
        "NO_REGIONS": [],
        "SPECIFIED_REGIONS": listed,
        "ALL_REGIONS": list(regions.ALL),
        "ALL_REGIONS_EXCEPT_SPECIFIED": [r for r in regions.ALL if r not in listed],
    }[aggregator["mode"]]
    return [backend.region_name, *(r for r in linked if r != backend.region_name)]
