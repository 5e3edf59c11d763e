"""The administrator's side of membership, one Region at a time.

What AWS does not document is decided the way that asks more of a client: a refusal per account
comes back in UnprocessedAccounts with HTTP 200, DisassociateMembers says nothing at all.
Sources: botocore securityhub CreateMembers, InviteMembers, GetMembers, ListMembers,
DisassociateMembers, DeleteMembers, Member; docs securityhub-disassociate-members.html ("you must
disassociate a member account before you can delete it"), which does not say how a DeleteMembers
that comes too early is refused: here per account. ProcessingResult is free text, ours.
"""

import re
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.moto_api._internal import mock_random

from .. import knobs
from ..clock import now
from ..modelled import AwsError
from .hub import Base, subscribe
from .records import (
    CREATED,
    ENABLED,
    INVITED,
    REMOVED,
    RESIGNED,
    Invitation,
    Member,
    SecurityHub,
)

# The model limits only CreateMembers; the others are held to the same so that a client which
# does not divide its list is found out.
BATCH = 50
# docs general/latest/gr/sechub.html: member accounts by invitation.
MOST_MEMBERS = 1_000


class Members(Base):
    def create_members(self) -> ActionResult:
        wanted = self._get_param("AccountDetails")
        if self.backend.administrator:
            raise AwsError(
                "InvalidAccessException", "A member account cannot have members of its own"
            )
        self.check_account_ids([details["AccountId"] for details in wanted])
        by_invitation = sum(not m.organization for m in self.backend.members.values())
        if by_invitation + len(wanted) > MOST_MEMBERS:
            raise AwsError("LimitExceededException", "Too many member accounts")
        emails = {details["AccountId"]: details.get("Email") for details in wanted}
        return self.for_each(list(emails), lambda account: self.create(account, emails[account]))

    def create(self, account: str, email: str | None) -> str | None:
        backend, member = self.backend, self.backend.of(account)
        if account == self.current_account:
            return "The account is the administrator itself"
        ours = backend.members.get(account)
        organization = knobs.of(account).organization_member_of == self.current_account
        # An organization's account may be created again after it was disassociated.
        if ours and not (organization and ours.status == REMOVED):
            return "The account is already a member of this administrator"
        if member.administrator:
            return "The account is already a member of another administrator"
        row = Member(account, email, CREATED, organization, now())
        backend.members[account] = row
        if organization:
            # "don't receive an invitation. They automatically become a member account", with
            # Security Hub and the default standards enabled if they were not.
            row.become(ENABLED)
            if member.hub is None:
                subscribe(member)
            member.administrator = Invitation(self.current_account, invitation_id(), now(), ENABLED)
        return None

    def invite_members(self) -> ActionResult:
        return self.for_each(self.account_ids(), self.invite)

    def invite(self, account: str) -> str | None:
        row, member = self.backend.members.get(account), self.backend.of(account)
        if row is None:
            return "The account is not a member; create it first"
        if row.organization:
            return "The account belongs to the organization and receives no invitation"
        if row.status == ENABLED:
            return "The account is already associated"
        if member.administrator:
            return "The account is already a member of another administrator"
        row.become(INVITED)
        row.invited_at = now()
        before = member.invitations.get(self.current_account)
        member.invitations[self.current_account] = Invitation(
            self.current_account, before.id if before else invitation_id(), row.invited_at
        )
        return None

    def get_members(self) -> ActionResult:
        found = []

        def look_up(account: str) -> str | None:
            row = self.backend.members.get(account)
            if row is None:
                return "The account is not a member"
            found.append(self.shown(row))
            return None

        missing = self.unprocessed(self.account_ids(), look_up)
        return ActionResult({"Members": found, "UnprocessedAccounts": missing})

    def list_members(self) -> ActionResult:
        rows = [self.shown(row) for row in self.backend.members.values()]
        if self._get_param("OnlyAssociated", True):
            rows = [row for row in rows if row["MemberStatus"] == ENABLED]
        page, token = self.page(rows, 50)
        return ActionResult({"Members": page, "NextToken": token})

    def disassociate_members(self) -> EmptyResult:
        """An empty answer whatever the accounts are: only GetMembers tells."""
        for account in self.account_ids():
            row = self.backend.members.get(account)
            if row and row.status in (ENABLED, INVITED):
                row.become(REMOVED)
                release(self.backend, account)
        return EmptyResult()

    def delete_members(self) -> ActionResult:
        return self.for_each(self.account_ids(), self.delete)

    def delete(self, account: str) -> str | None:
        row = self.backend.members.get(account)
        if row is None:
            return "The account is not a member"
        if row.organization:
            return "The account belongs to the organization and cannot be deleted"
        if row.status == ENABLED:
            return "The account is associated; disassociate it first"
        release(self.backend, account)
        del self.backend.members[account]
        return None

    def shown(self, row: Member) -> dict[str, Any]:
        return {
            "AccountId": row.account,
            "Email": row.email,
            "MasterId": self.current_account,
            "AdministratorId": self.current_account,
            "MemberStatus": row.shown_status(),
            "InvitedAt": row.invited_at,
            "UpdatedAt": row.updated_at,
        }

    def account_ids(self) -> list[str]:
        accounts = self._get_param("AccountIds")
        if not 1 <= len(accounts) <= BATCH:
            raise self.invalid(f"Invalid parameter: AccountIds must have 1 to {BATCH} accounts")
        self.check_account_ids(accounts)
        return list(dict.fromkeys(accounts))

    def check_account_ids(self, accounts: list[str]) -> None:
        for account in accounts:
            if not re.fullmatch(r"\d{12}", account):
                raise self.invalid(f"Invalid parameter: {account} is not an account ID")

    def for_each(self, accounts: list[str], action: Callable[[str], str | None]) -> ActionResult:
        """Runs `action`, which answers why not, on each account."""
        return ActionResult({"UnprocessedAccounts": self.unprocessed(accounts, action)})

    def unprocessed(
        self, accounts: list[str], action: Callable[[str], str | None]
    ) -> list[dict[str, str]]:
        """Runs `action` on each account, and returns those that it was not done for."""
        unprocessed = []
        for account in accounts:
            knob = knobs.of(account).unprocessed or {}
            asked_for = knob.get("operation") == self._get_action()
            reason = knob.get("reason", "Unprocessed") if asked_for else action(account)
            if reason:
                unprocessed.append({"AccountId": account, "ProcessingResult": reason})
        return unprocessed


def release(administrator: SecurityHub, account: str) -> None:
    """Takes the association or the open invitation out of the member's own record."""
    member = administrator.of(account)
    member.invitations.pop(administrator.account_id, None)
    accepted = member.administrator
    if accepted and accepted.administrator == administrator.account_id:
        member.administrator = None


def invitation_id() -> str:
    return mock_random.get_random_hex(32)


def is_administrator(backend: SecurityHub) -> bool:
    return any(row.status not in (REMOVED, RESIGNED) for row in backend.members.values())
