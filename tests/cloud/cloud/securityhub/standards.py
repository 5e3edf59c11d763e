"""Standards: what exists, what is enabled and in which state.

A state is computed when it is read: PENDING for as long as the account's knob says (at least
in the answer that enables it), then READY, or INCOMPLETE while no Config recorder records.
AWS retries an INCOMPLETE standard only after hours; here the next look already sees the recorder.
Sources: botocore securityhub DescribeStandards, GetEnabledStandards, BatchEnableStandards,
BatchDisableStandards, StandardsSubscription; the wrong-Region text from
awslabs/aws-securityhub-multiaccount-scripts#34.
"""

from datetime import timedelta
from typing import Any

from moto.config.models import config_backends
from moto.core.responses import ActionResult

from .. import knobs
from ..clock import now
from . import catalogue
from .hub import Base
from .records import SecurityHub, Subscription


class Standards(Base):
    def describe_standards(self) -> ActionResult:
        found = catalogue.available(self.region, self._get_param("Providers"))
        page, token = self.page(found, 100)
        return ActionResult({"Standards": page, "NextToken": token})

    def get_enabled_standards(self) -> ActionResult:
        settle(self.backend)
        wanted = self._get_param("StandardsSubscriptionArns")
        providers = self._get_param("Providers")
        found = [
            shown
            for subscription in self.record.standards.values()
            if (shown := described(self.backend, subscription))
            and (not wanted or shown["StandardsSubscriptionArn"] in wanted)
            and (not providers or shown["Provider"] in providers)
        ]
        page, token = self.page(found, 100)
        return ActionResult({"StandardsSubscriptions": page, "NextToken": token})

    def batch_enable_standards(self) -> ActionResult:
        settle(self.backend)
        requests = self._get_param("StandardsSubscriptionRequests")
        known = {standard["StandardsArn"] for standard in catalogue.available(self.region)}
        if any(request["StandardsArn"] not in known for request in requests):
            raise self.invalid("Invalid StandardsSubscriptionRequest(s)")
        enabled = self.record.standards
        for request in requests:
            arn = request["StandardsArn"]
            if arn not in enabled or enabled[arn].deleting:
                enabled[arn] = Subscription(arn, now(), request.get("StandardsInput") or {})
        return self.answer([enabled[request["StandardsArn"]] for request in requests])

    def batch_disable_standards(self) -> ActionResult:
        settle(self.backend)
        by_arn = {subscription_arn(self.backend, s): s for s in self.record.standards.values()}
        wanted = self._get_param("StandardsSubscriptionArns")
        if any(arn not in by_arn for arn in wanted):
            raise self.invalid("Invalid StandardsSubscriptionArn(s)")
        for arn in wanted:
            by_arn[arn].deleting, by_arn[arn].since = True, now()
        return self.answer([by_arn[arn] for arn in wanted])

    def answer(self, subscriptions: list[Subscription]) -> ActionResult:
        shown = [described(self.backend, s, first=True) for s in subscriptions]
        return ActionResult({"StandardsSubscriptions": shown})


def settle(backend: SecurityHub) -> None:
    """Disabled standards whose time is over are gone."""
    assert backend.hub is not None
    for arn, subscription in list(backend.hub.standards.items()):
        if subscription.deleting and not in_transition(backend, subscription):
            del backend.hub.standards[arn]


def in_transition(backend: SecurityHub, subscription: Subscription) -> bool:
    seconds = knobs.of(backend.account_id).standards_pending_seconds
    return now() - subscription.since < timedelta(seconds=seconds)


def subscription_arn(backend: SecurityHub, subscription: Subscription) -> str:
    """`arn:…:REGION:ACCOUNT:subscription/<the standard's path without its first word>`."""
    path = subscription.standard.rpartition(":")[2].partition("/")[2]
    return backend.arn(f"subscription/{path}")


def described(
    backend: SecurityHub, subscription: Subscription, first: bool = False
) -> dict[str, Any]:
    state, reason = status(backend, subscription, first)
    updatable = "READY_FOR_UPDATES" if state in ("READY", "INCOMPLETE") else "NOT_READY_FOR_UPDATES"
    shown: dict[str, Any] = {
        "StandardsSubscriptionArn": subscription_arn(backend, subscription),
        "StandardsArn": subscription.standard,
        "StandardsInput": subscription.input,
        "StandardsStatus": state,
        "StandardsControlsUpdatable": updatable,
        "Provider": catalogue.provider(subscription.standard),
    }
    if reason:
        shown["StandardsStatusReason"] = {"StatusReasonCode": reason}
    return shown


def status(backend: SecurityHub, subscription: Subscription, first: bool) -> tuple[str, str | None]:
    if subscription.deleting:
        return "DELETING", None
    if (first and not subscription.seen) or in_transition(backend, subscription):
        subscription.seen = True
        return "PENDING", None
    if catalogue.provider(subscription.standard) != catalogue.AWS:
        return "INCOMPLETE", "NO_AVAILABLE_MULTICLOUD_CONNECTOR"
    if not config_backends[backend.account_id][backend.region_name].recording():
        return "INCOMPLETE", "NO_AVAILABLE_CONFIGURATION_RECORDER"
    return "READY", None
