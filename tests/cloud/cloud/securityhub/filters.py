"""GetFindings' filters and sort order, over plain ASFF findings.

Values of one attribute are joined by OR (the NOT_ comparisons by AND), attributes by AND.
Attributes that are not in PATHS are an error here, never silently ignored.
Sources: botocore securityhub AwsSecurityFindingFilters, StringFilter, DateFilter, NumberFilter.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

PATHS = {
    "AwsAccountId": "AwsAccountId",
    "CompanyName": "CompanyName",
    "ComplianceSecurityControlId": "Compliance.SecurityControlId",
    "ComplianceStatus": "Compliance.Status",
    "ComplianceAssociatedStandardsId": "Compliance.AssociatedStandards.StandardsId",
    "Confidence": "Confidence",
    "CreatedAt": "CreatedAt",
    "Criticality": "Criticality",
    "Description": "Description",
    "FirstObservedAt": "FirstObservedAt",
    "GeneratorId": "GeneratorId",
    "Id": "Id",
    "LastObservedAt": "LastObservedAt",
    "NoteText": "Note.Text",
    "NoteUpdatedAt": "Note.UpdatedAt",
    "ProductArn": "ProductArn",
    "ProductName": "ProductName",
    "RecordState": "RecordState",
    "Region": "Region",
    "ResourceId": "Resources.Id",
    "ResourceType": "Resources.Type",
    "SeverityLabel": "Severity.Label",
    "SeverityNormalized": "Severity.Normalized",
    "Title": "Title",
    "Type": "Types",
    "UpdatedAt": "UpdatedAt",
    "VerificationState": "VerificationState",
    "WorkflowStatus": "Workflow.Status",
}


# A negative comparison is evaluated as its positive twin; `attribute_matches` negates the result.
COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "EQUALS": str.__eq__,
    "NOT_EQUALS": str.__eq__,
    "PREFIX": str.startswith,
    "PREFIX_NOT_EQUALS": str.startswith,
    "CONTAINS": str.__contains__,
    "NOT_CONTAINS": str.__contains__,
    "CONTAINS_WORD": lambda text, word: word in re.findall(r"\w+", text),
}


class Unsupported(Exception):
    """A filter this cloud does not know; the caller gets an error, never a wrong answer."""


def values(finding: Any, path: str) -> list[Any]:
    """Every value at a dotted path; lists on the way are walked into."""
    found = [finding]
    for part in path.split("."):
        stepped = [item.get(part) for item in found if isinstance(item, dict)]
        found = [
            value
            for item in stepped
            if item is not None
            for value in (item if isinstance(item, list) else [item])
        ]
    return found


def path_of(attribute: str) -> str:
    if attribute not in PATHS:
        raise Unsupported(f"{attribute} is not in the cloud for tests' filters")
    return PATHS[attribute]


def reader(path: str) -> Callable[[dict[str, Any]], Any]:
    """`values` of one path, without its work where no list is on the way."""
    parts = path.split(".")

    def read(finding: dict[str, Any]) -> Any:
        found: Any = finding
        for part in parts:
            if type(found) is not dict:
                return values(finding, path)
            found = found.get(part)
            if found is None:
                return ()
        return found if type(found) is list else (found,)

    return read


def matcher(filters: dict[str, Any], now: datetime) -> Callable[[dict[str, Any]], bool]:
    """Whether a finding passes; made once for a request, because there may be 50,000 findings."""
    attributes = [
        (reader(path_of(attribute)), tests, wanted_exactly(tests))
        for attribute, tests in filters.items()
        if tests
    ]

    def matches(finding: dict[str, Any]) -> bool:
        for read, tests, exactly in attributes:
            found = read(finding)
            if exactly is None:
                if not attribute_matches(found, tests, now):
                    return False
            elif not any(str(value) in exactly for value in found):
                return False
        return True

    return matches


def wanted_exactly(tests: list[dict[str, Any]]) -> frozenset[str] | None:
    """The values, where every test is for one; None where a test is another comparison."""
    if any(test.get("Comparison") != "EQUALS" for test in tests):
        return None
    return frozenset(test["Value"] for test in tests)


def attribute_matches(found: list[Any], tests: list[dict[str, Any]], now: datetime) -> bool:
    negative = [test for test in tests if "NOT" in test.get("Comparison", "")]
    positive = [test for test in tests if test not in negative]
    if not all(not any(holds(value, test, now) for value in found) for test in negative):
        return False
    return not positive or any(holds(v, test, now) for v in found for test in positive)


def holds(value: Any, test: dict[str, Any], now: datetime) -> bool:
    """Whether one value passes one test; of a NOT_ comparison, its positive twin."""
    if "Comparison" in test:
        return COMPARISONS[test["Comparison"]](str(value), test["Value"])
    if "Eq" in test or "Gte" in test or "Lte" in test or "Gt" in test or "Lt" in test:
        return (
            value == test.get("Eq", value)
            and value >= test.get("Gte", value)
            and value <= test.get("Lte", value)
            and value > test.get("Gt", value - 1)
            and value < test.get("Lt", value + 1)
        )
    at = moment(value)
    if span := test.get("DateRange"):
        return at >= now - timedelta(days=span["Value"])
    return (not test.get("Start") or at >= moment(test["Start"])) and (
        not test.get("End") or at <= moment(test["End"])
    )


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def ordered(findings: list[Any], criteria: list[dict[str, str]]) -> list[Any]:
    for criterion in reversed(criteria):
        path = path_of(criterion["Field"])
        findings = sorted(
            findings,
            key=lambda finding: str(next(iter(values(finding, path)), "")),
            reverse=criterion.get("SortOrder") == "desc",
        )
    return findings
