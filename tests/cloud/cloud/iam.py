"""IAM: moto's, with service-linked roles under AWS's own names and refused when they exist.

No policy is ever evaluated: everything is allowed unless a fault says otherwise.
Sources: botocore iam CreateServiceLinkedRole; the role names are those of each service's
"using service-linked roles" page.
"""

from typing import Any

from moto.iam import models
from moto.iam.models import AccessKey, IAMBackend, Role, iam_backends
from moto.iam.responses import IamResponse

from . import identity, wire
from .modelled import AwsError

SIGNING_NAME = "iam"

SERVICE_LINKED_ROLES = {
    "config.amazonaws.com": "AWSServiceRoleForConfig",
    "guardduty.amazonaws.com": "AWSServiceRoleForAmazonGuardDuty",
    "malware-protection.guardduty.amazonaws.com": (
        "AWSServiceRoleForAmazonGuardDutyMalwareProtection"
    ),
    "organizations.amazonaws.com": "AWSServiceRoleForOrganizations",
    "securityhub.amazonaws.com": "AWSServiceRoleForSecurityHub",
}


class IAM(IAMBackend):
    def create_access_key(self, *args: Any, **kwargs: Any) -> AccessKey:
        key = super().create_access_key(*args, **kwargs)
        identity.note(
            identity.Credential(key.access_key_id, key.secret_access_key, self.account_id)
        )
        return key

    def delete_access_key(self, access_key_id: str, user_name: str) -> None:
        super().delete_access_key(access_key_id, user_name)
        identity.forget(access_key_id)

    def create_service_linked_role(self, service_name: str, description: str, suffix: str) -> Role:
        name = SERVICE_LINKED_ROLES.get(service_name)
        if name is None:
            return super().create_service_linked_role(service_name, description, suffix)
        if suffix:
            # Of these services only others' roles can have a custom suffix.
            raise AwsError("InvalidInput", f"Custom suffix is not allowed for {service_name}")
        if name in {role.name for role in self.roles.values()}:
            raise AwsError(
                "InvalidInput",
                f"Service role name {name} has been taken in this account, "
                "please try a different suffix.",
            )
        role = super().create_service_linked_role(service_name, description, suffix)
        role.name = name
        return role


iam_backends.backend = IAM


def _nobody_visits(*_: Any, **__: Any) -> None:
    """moto notes on every call when a key was last used, by searching for it."""


models.mark_account_as_visited = _nobody_visits
models.get_account_id_from = identity.account_of


def ensure_service_linked_role(account: str, service_name: str) -> None:
    """What a service does for itself when it is enabled for the first time."""
    backend = iam_backends[account]["aws"]
    if SERVICE_LINKED_ROLES[service_name] not in {r.name for r in backend.roles.values()}:
        backend.create_service_linked_role(service_name, "", "")


def role_exists(account: str, arn: str) -> bool:
    return arn in {role.arn for role in iam_backends[account]["aws"].roles.values()}


def dispatch(request: wire.ServerRequest) -> Any:
    return IamResponse.dispatch(request)
