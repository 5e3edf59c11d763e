"""The member's side of membership: invitations, and the administrator once accepted.

Sources: botocore securityhub ListInvitations, AcceptAdministratorInvitation,
GetAdministratorAccount, DeclineInvitations, DeleteInvitations,
DisassociateFromAdministratorAccount and the deprecated twins of three of them; docs
securityhub-account-restrictions-recommendations.html (one administrator, never both sides).
"""

from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from ..modelled import AwsError
from .hub import Base
from .members import is_administrator
from .records import ENABLED, RESIGNED


class Invitations(Base):
    def list_invitations(self) -> ActionResult:
        found = [invitation.shown() for invitation in self.backend.invitations.values()]
        page, token = self.page(found, 50)
        return ActionResult({"Invitations": page, "NextToken": token})

    def get_invitations_count(self) -> ActionResult:
        return ActionResult({"InvitationsCount": len(self.backend.invitations)})

    def accept_administrator_invitation(self) -> EmptyResult:
        return self.accept(self._get_param("AdministratorId"))

    def accept_invitation(self) -> EmptyResult:
        return self.accept(self._get_param("MasterId"))

    def accept(self, administrator: str) -> EmptyResult:
        backend = self.backend
        invitation = backend.invitations.get(administrator)
        if backend.administrator:
            raise self.invalid(
                f"The account is already a member of {backend.administrator.administrator}"
            )
        if is_administrator(backend):
            raise self.invalid("An administrator account cannot become a member")
        row = backend.row(administrator)
        if invitation is None or row is None:
            raise AwsError(
                "ResourceNotFoundException", f"No invitation from account {administrator}"
            )
        if invitation.id != self._get_param("InvitationId"):
            raise self.invalid("The InvitationId is not that of the administrator's invitation")
        del backend.invitations[administrator]
        invitation.status = ENABLED
        backend.administrator = invitation
        row.become(ENABLED)
        return EmptyResult()

    def get_administrator_account(self) -> ActionResult:
        return ActionResult(self.association("Administrator"))

    def get_master_account(self) -> ActionResult:
        return ActionResult(self.association("Master"))

    def association(self, name: str) -> dict[str, Any]:
        """AWS leaves the member out for an account that has no administrator."""
        accepted = self.backend.administrator
        return {name: accepted.shown()} if accepted else {}

    def disassociate_from_administrator_account(self) -> EmptyResult:
        accepted = self.backend.administrator
        if accepted is None:
            raise AwsError("ResourceNotFoundException", "The account has no administrator")
        row = self.backend.row(accepted.administrator)
        if row and row.organization:
            raise self.invalid("Only the administrator can disassociate an organization account")
        self.backend.administrator = None
        if row:
            row.become(RESIGNED)
        return EmptyResult()

    disassociate_from_master_account = disassociate_from_administrator_account

    def decline_invitations(self) -> ActionResult:
        """The administrator sees Resigned: the nearest documented status to a refusal."""
        return self.drop(RESIGNED)

    def delete_invitations(self) -> ActionResult:
        return self.drop(None)

    def drop(self, status_above: str | None) -> ActionResult:
        unprocessed = []
        for administrator in self._get_param("AccountIds"):
            if self.backend.invitations.pop(administrator, None) is None:
                text = "There is no invitation from this account"
                unprocessed.append({"AccountId": administrator, "ProcessingResult": text})
            elif status_above and (row := self.backend.row(administrator)):
                row.become(status_above)
        return ActionResult({"UnprocessedAccounts": unprocessed})
