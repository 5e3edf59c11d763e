"""Findings: kept where they were imported or checked, seen by the account and its administrator.

An administrator sees its Enabled members' findings of the Region, and in its home Region those
of every linked Region. AWS's limits on who may import for which product are not checked.
Sources: botocore securityhub GetFindings, BatchImportFindings, BatchUpdateFindings; docs
finding-aggregation.html, finding-update-batchupdatefindings.html.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.securityhub.models import Finding, securityhub_backends

from .. import events
from ..clock import now
from . import filters, schedule
from .aggregation import home_of, linked_to
from .hub import Base
from .records import ENABLED, SecurityHub

BATCH = 100
# Limits of GetFindings' Filters, from the model's documentation.
MOST_ATTRIBUTES, MOST_VALUES = 10, 20
# What BatchUpdateFindings changes; everything else is the provider's. UpdatedAt stays.
UPDATABLE = (
    "Confidence",
    "Criticality",
    "RelatedFindings",
    "Severity",
    "Types",
    "UserDefinedFields",
    "VerificationState",
    "Workflow",
)

MOST_LISTS = 20
# By who asked for what.
_lists: dict[str, list[dict[str, Any]]] = {}


def changed() -> None:
    """To be called where findings, or who sees them, may be others than before."""
    _lists.clear()


class Findings(Base):
    def get_findings(self) -> Any:
        wanted = self._get_param("Filters") or {}
        if len(wanted) > MOST_ATTRIBUTES or any(len(v) > MOST_VALUES for v in wanted.values()):
            raise self.invalid(
                f"Filters may have {MOST_ATTRIBUTES} attributes with {MOST_VALUES} values each"
            )
        page, token = self.page(self.matching(wanted, self._get_param("SortCriteria") or []), 100)
        # Findings are kept in their wire form; moto's serializer would take 100 ms for a page.
        answer = {"Findings": page, **({"NextToken": token} if token else {})}
        return 200, {"Content-Type": "application/json"}, json.dumps(answer)

    def matching(self, wanted: dict[str, Any], order: list[dict[str, str]]) -> list[dict[str, Any]]:
        """The whole list, kept for its next pages as long as no call could have changed it."""
        asked = json.dumps([self.current_account, self.region, wanted, order])
        if self._get_param("NextToken") and asked in _lists:
            return _lists[asked]
        at = now()
        try:
            found = list(filter(filters.matcher(wanted, at), self.visible(at)))
            found = filters.ordered(found, order)
        except filters.Unsupported as unsupported:
            raise NotImplementedError(str(unsupported)) from None
        if len(_lists) == MOST_LISTS:
            _lists.clear()
        _lists[asked] = found
        return found

    def visible(self, at: datetime) -> Iterator[dict[str, Any]]:
        for backend in self.visible_backends():
            for finding in backend.findings:
                yield finding.data
            yield from schedule.findings(backend, at)

    def visible_backends(self) -> Iterator[SecurityHub]:
        for region in linked_to(self.backend):
            own: SecurityHub = securityhub_backends[self.current_account][region]
            yield own
            for row in own.members.values():
                if row.status == ENABLED:
                    yield own.of(row.account)

    def batch_import_findings(self) -> ActionResult:
        # As they were sent: AWS is always ahead of the models, and so may a test be.
        sent = self.sent(json.loads(self.body)["Findings"])
        kept = {finding.id: finding for finding in self.backend.findings}
        failed = []
        for finding in sent:
            finding = {
                "Workflow": {"Status": "NEW"},
                "RecordState": "ACTIVE",
                "Region": self.region,
                **finding,
            }
            if problem := self.problem(finding):
                failed.append(
                    {
                        "Id": finding["Id"],
                        "ErrorCode": "InvalidInput",
                        "ErrorMessage": problem,
                    }
                )
            elif before := kept.get(finding["Id"]):
                # The customer's fields survive the provider's update.
                theirs = {k: before.data[k] for k in ("Workflow", "Note") if k in before.data}
                before.data = {**before.data, **finding, **theirs}
            else:
                new = kept[finding["Id"]] = Finding(finding["Id"], finding)
                self.backend.findings.append(new)
        refused = {failure["Id"] for failure in failed}
        for name in dict.fromkeys(f["Id"] for f in sent if f["Id"] not in refused):
            events.finding_imported(kept[name].data, audience(self.backend))
        return ActionResult(
            {
                "FailedCount": len(failed),
                "SuccessCount": len(sent) - len(failed),
                "FailedFindings": failed,
            }
        )

    def problem(self, finding: dict[str, Any]) -> str | None:
        if not finding.get("Resources"):
            return "Finding must contain at least one resource in the Resources array"
        if finding["AwsAccountId"] != self.current_account:
            return "AwsAccountId must be the account that imports the finding"
        return None

    def batch_update_findings(self) -> ActionResult:
        identifiers = self.sent(self._get_param("FindingIdentifiers"))
        changes = {name: self._get_param(name) for name in UPDATABLE if self._get_param(name)}
        if note := self._get_param("Note"):
            changes["Note"] = {**note, "UpdatedAt": now().isoformat(timespec="milliseconds")}
        by_key = {(f["Id"], f["ProductArn"]): f for f in self.visible(now())}
        processed, unprocessed = [], []
        for identifier in identifiers:
            finding = by_key.get((identifier["Id"], identifier["ProductArn"]))
            if finding is None:
                unprocessed.append(
                    {
                        "FindingIdentifier": identifier,
                        "ErrorCode": "FindingNotFound",
                        "ErrorMessage": "Finding Not Found",
                    }
                )
                continue
            for name, value in changes.items():
                merge = name == "Severity" and isinstance(finding.get(name), dict)
                finding[name] = {**finding[name], **value} if merge else value
            processed.append(identifier)
            owner = securityhub_backends[finding["AwsAccountId"]][finding["Region"]]
            events.finding_imported(finding, audience(owner))
        return ActionResult({"ProcessedFindings": processed, "UnprocessedFindings": unprocessed})

    def sent(self, items: list[Any]) -> list[Any]:
        """Both batch operations document at most 100."""
        if not 1 <= len(items) <= BATCH:
            raise self.invalid(f"Invalid parameter: 1 to {BATCH} findings, not {len(items)}")
        return items


def audience(owner: SecurityHub) -> list[tuple[str, str]]:
    """The accounts and Regions where a finding of this account and Region is seen."""
    accounts = [owner.account_id]
    above = owner.administrator
    if above and (row := owner.row(above.administrator)) and row.status == ENABLED:
        accounts.append(above.administrator)
    places = []
    for account in accounts:
        places.append((account, owner.region_name))
        home = home_of(account)
        if home and home.region_name != owner.region_name and owner.region_name in linked_to(home):
            places.append((account, home.region_name))
    return places
