"""Security Hub on and off: the gate of every operation, the hub itself, and its V2 sibling.

Sources: botocore securityhub EnableSecurityHub, DescribeHub, UpdateSecurityHubConfiguration,
DisableSecurityHub, *SecurityHubV2, TagResource; docs securityhub-setup-prereqs.html for the
service-linked Config recorder; the text of "not subscribed" as AWS answers it in the field.
"""

from typing import Any

from moto.config.models import config_backends
from moto.core.responses import ActionResult, EmptyResult

from .. import config, iam
from ..clock import now
from ..modelled import AwsError, Modelled
from . import catalogue
from .records import REMOVED, RESIGNED, HubRecord, SecurityHub, Subscription, securityhub_backends

PRINCIPAL = "securityhub.amazonaws.com"

# Not about this account's hub in this Region.
WITHOUT_HUB = (
    "EnableSecurityHub",
    "DescribeSecurityHubV2",
    "EnableSecurityHubV2",
    "DisableSecurityHubV2",
    "EnableOrganizationAdminAccount",
    "DisableOrganizationAdminAccount",
    "ListOrganizationAdminAccounts",
)


class Base(Modelled):
    """The base of every group of Security Hub operations."""

    INVALID = "InvalidInputException"

    @property
    def backend(self) -> SecurityHub:
        return securityhub_backends[self.current_account][self.region]

    # moto's own methods ask for it by this name.
    securityhub_backend = backend

    @property
    def record(self) -> HubRecord:
        assert self.backend.hub is not None, "the gate rejects calls without a hub"
        return self.backend.hub


class Hub(Base):
    def refuse_early(self) -> None:
        if self._get_action() not in WITHOUT_HUB and self.backend.hub is None:
            raise AwsError(
                "InvalidAccessException",
                f"Account {self.current_account} is not subscribed to AWS Security Hub",
            )
        super().refuse_early()

    def enable_security_hub(self) -> EmptyResult:
        if self.backend.hub is not None:
            raise AwsError(
                "ResourceConflictException", "Account is already subscribed to Security Hub"
            )
        subscribe(
            self.backend,
            default_standards=self._get_param("EnableDefaultStandards", True),
            # SECURITY_CONTROL for accounts enabled since 2023-02-23.
            generator=self._get_param("ControlFindingGenerator", "SECURITY_CONTROL"),
            tags=self._get_param("Tags", {}),
        )
        return EmptyResult()

    def describe_hub(self) -> ActionResult:
        wanted = self._get_param("HubArn")
        if wanted not in (None, self.hub_arn):
            raise AwsError("ResourceNotFoundException", f"No hub {wanted}")
        return ActionResult(
            {
                "HubArn": self.hub_arn,
                "SubscribedAt": self.record.since.isoformat(timespec="milliseconds"),
                "AutoEnableControls": self.record.auto_enable_controls,
                "ControlFindingGenerator": self.backend.generator(),
            }
        )

    @property
    def hub_arn(self) -> str:
        return self.backend.arn("hub/default")

    def update_security_hub_configuration(self) -> EmptyResult:
        generator = self._get_param("ControlFindingGenerator")
        if generator and self.backend.administrator:
            raise self.invalid("Only the administrator may change ControlFindingGenerator")
        self.record.generator = generator or self.record.generator
        controls = self._get_param("AutoEnableControls")
        if controls is not None:
            self.record.auto_enable_controls = controls
        return EmptyResult()

    def disable_security_hub(self) -> EmptyResult:
        backend = self.backend
        if any(member.status not in (REMOVED, RESIGNED) for member in backend.members.values()):
            raise AwsError(
                "InvalidInputException", "Cannot disable Security Hub on an administrator account"
            )
        if backend.administrator and (row := backend.row(backend.administrator.administrator)):
            row.become(RESIGNED)
        backend.hub = backend.administrator = None
        backend.findings = []
        backend.members.clear()
        service_linked_recorder(backend)
        return EmptyResult()

    def describe_security_hub_v2(self) -> ActionResult:
        since = self.backend.hub_v2_since
        if since is None:
            raise AwsError("ResourceNotFoundException", "Security Hub V2 is not enabled")
        return ActionResult(
            {"HubV2Arn": self.hub_v2_arn, "SubscribedAt": since.isoformat(), "Features": {}}
        )

    @property
    def hub_v2_arn(self) -> str:
        return self.backend.arn("hubv2/default")

    def enable_security_hub_v2(self) -> ActionResult:
        self.backend.hub_v2_since = self.backend.hub_v2_since or now()
        service_linked_recorder(self.backend)
        return ActionResult({"HubV2Arn": self.hub_v2_arn})

    def disable_security_hub_v2(self) -> EmptyResult:
        self.backend.hub_v2_since = None
        service_linked_recorder(self.backend)
        return EmptyResult()

    def tagged(self) -> dict[str, str]:
        wanted = self._get_param("ResourceArn")
        if wanted != self.hub_arn:
            raise AwsError("ResourceNotFoundException", f"No resource {wanted}")
        return self.record.tags

    def list_tags_for_resource(self) -> ActionResult:
        return ActionResult({"Tags": self.tagged()})

    def tag_resource(self) -> EmptyResult:
        self.tagged().update(self._get_param("Tags"))
        return EmptyResult()

    def untag_resource(self) -> EmptyResult:
        for key in self._get_param("TagKeys"):
            self.tagged().pop(key, None)
        return EmptyResult()


def subscribe(
    backend: SecurityHub,
    default_standards: bool = True,
    generator: str = "SECURITY_CONTROL",
    tags: dict[str, Any] | None = None,
) -> None:
    iam.ensure_service_linked_role(backend.account_id, PRINCIPAL)
    at = now()
    backend.hub = HubRecord(at, generator, dict(tags or {}))
    if default_standards:
        for standard in catalogue.available(backend.region_name):
            if standard["EnabledByDefault"]:
                arn = standard["StandardsArn"]
                backend.hub.standards[arn] = Subscription(arn, at, {})
    service_linked_recorder(backend)


def service_linked_recorder(backend: SecurityHub) -> None:
    """With both products on, Security Hub runs a Config recorder of its own."""
    linked = config_backends[backend.account_id][backend.region_name].service_linked
    if backend.hub and backend.hub_v2_since:
        linked[PRINCIPAL] = config.SECURITY_HUB_RECORDER
    else:
        linked.pop(PRINCIPAL, None)
