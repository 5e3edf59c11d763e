"""Membership by invitation: both sides, one Region at a time."""

import pytest

from conftest import ADMINISTRATOR, MEMBER, OTHER, refused


def statuses(hub):
    members = hub.list_members(OnlyAssociated=False)["Members"]
    return {m["AccountId"]: m["MemberStatus"] for m in members}


def create(hub, *accounts):
    return hub.create_members(AccountDetails=[{"AccountId": a} for a in accounts])[
        "UnprocessedAccounts"
    ]


def invite(hub, *accounts):
    return hub.invite_members(AccountIds=list(accounts))["UnprocessedAccounts"]


def numbered(count):
    return [f"{n:012d}" for n in range(1, count + 1)]


def test_from_created_to_enabled(cloud):
    above, below = cloud.hub(ADMINISTRATOR), cloud.hub(MEMBER)
    details = [{"AccountId": MEMBER, "Email": "root@example.com"}]
    assert above.create_members(AccountDetails=details)["UnprocessedAccounts"] == []
    assert statuses(above) == {MEMBER: "Created"}
    assert below.list_invitations()["Invitations"] == []
    assert invite(above, MEMBER) == []
    assert statuses(above) == {MEMBER: "Invited"}
    (invitation,) = below.list_invitations()["Invitations"]
    assert invitation["AccountId"] == ADMINISTRATOR
    assert invitation["MemberStatus"] == "Invited"
    assert below.get_invitations_count()["InvitationsCount"] == 1
    assert "Administrator" not in below.get_administrator_account()
    below.accept_administrator_invitation(
        AdministratorId=ADMINISTRATOR, InvitationId=invitation["InvitationId"]
    )
    administrator = below.get_administrator_account()["Administrator"]
    assert administrator["AccountId"] == ADMINISTRATOR
    assert administrator["MemberStatus"] == "Enabled"
    assert below.get_master_account()["Master"]["AccountId"] == ADMINISTRATOR
    assert below.list_invitations()["Invitations"] == []
    (member,) = above.list_members()["Members"]
    assert member["MemberStatus"] == "Enabled"
    assert member["Email"] == "root@example.com"
    assert member["AdministratorId"] == member["MasterId"] == ADMINISTRATOR
    assert member["InvitedAt"] <= member["UpdatedAt"]


def test_an_association_is_of_one_region(cloud):
    cloud.join("us-east-1")
    above, below = cloud.hub(ADMINISTRATOR, "eu-west-1"), cloud.hub(MEMBER, "eu-west-1")
    assert statuses(above) == {}
    assert "Administrator" not in below.get_administrator_account()


def test_an_invitation_waits_for_a_hub(cloud):
    above = cloud.hub(ADMINISTRATOR)
    create(above, MEMBER)
    invite(above, MEMBER)
    with refused("InvalidAccessException", 401):
        cloud.client("securityhub", MEMBER).accept_administrator_invitation(
            AdministratorId=ADMINISTRATOR, InvitationId="x"
        )
    assert len(cloud.hub(MEMBER).list_invitations()["Invitations"]) == 1


def test_accepting_needs_the_right_invitation(cloud):
    above, below = cloud.hub(ADMINISTRATOR), cloud.hub(MEMBER)
    with refused("ResourceNotFoundException", 404):
        below.accept_administrator_invitation(AdministratorId=ADMINISTRATOR, InvitationId="x")
    create(above, MEMBER)
    invite(above, MEMBER)
    with refused("InvalidInputException", 400):
        below.accept_administrator_invitation(AdministratorId=ADMINISTRATOR, InvitationId="x")
    assert statuses(above) == {MEMBER: "Invited"}


def test_the_deprecated_twins_still_work(cloud):
    above, below = cloud.hub(ADMINISTRATOR), cloud.hub(MEMBER)
    create(above, MEMBER)
    invite(above, MEMBER)
    (invitation,) = below.list_invitations()["Invitations"]
    below.accept_invitation(MasterId=ADMINISTRATOR, InvitationId=invitation["InvitationId"])
    assert statuses(above) == {MEMBER: "Enabled"}
    below.disassociate_from_master_account()
    assert statuses(above) == {MEMBER: "Resigned"}


def test_one_administrator_only(cloud):
    cloud.join()
    second = cloud.hub(OTHER)
    (refusal,) = create(second, MEMBER)
    assert refusal["AccountId"] == MEMBER
    assert "another administrator" in refusal["ProcessingResult"]


def test_a_second_invitation_cannot_be_accepted_by_a_member(cloud):
    first, second, below = cloud.hub(ADMINISTRATOR), cloud.hub(OTHER), cloud.hub(MEMBER)
    for above in (first, second):
        create(above, MEMBER)
        invite(above, MEMBER)
    ids = {i["AccountId"]: i["InvitationId"] for i in below.list_invitations()["Invitations"]}
    below.accept_administrator_invitation(
        AdministratorId=ADMINISTRATOR, InvitationId=ids[ADMINISTRATOR]
    )
    with refused("InvalidInputException", 400):
        below.accept_administrator_invitation(AdministratorId=OTHER, InvitationId=ids[OTHER])


def test_nobody_is_on_both_sides(cloud):
    above, below = cloud.join()
    with refused("InvalidAccessException", 401):
        create(below, OTHER)
    top = cloud.hub(OTHER)
    create(top, ADMINISTRATOR)
    invite(top, ADMINISTRATOR)
    (invitation,) = above.list_invitations()["Invitations"]
    with refused("InvalidInputException", 400):
        above.accept_administrator_invitation(
            AdministratorId=OTHER, InvitationId=invitation["InvitationId"]
        )


def test_creating_refuses_per_account(cloud):
    above = cloud.hub(ADMINISTRATOR)
    create(above, MEMBER)
    refusals = {r["AccountId"]: r["ProcessingResult"] for r in create(above, MEMBER, OTHER)}
    assert set(refusals) == {MEMBER}
    (own,) = create(above, ADMINISTRATOR)
    assert "itself" in own["ProcessingResult"]
    assert statuses(above) == {MEMBER: "Created", OTHER: "Created"}


@pytest.mark.parametrize("account", ["12345", "12345678901a", ""])
def test_a_malformed_account_id_refuses_the_request(cloud, account):
    above = cloud.hub(ADMINISTRATOR)
    with refused("InvalidInputException", 400):
        create(above, MEMBER, account)
    assert statuses(above) == {}


@pytest.mark.parametrize("count", [0, 51])
def test_batches_are_one_to_50(cloud, count):
    above, accounts = cloud.hub(ADMINISTRATOR), numbered(count)
    with refused("InvalidInputException", 400):
        create(above, *accounts)
    for call in (
        above.invite_members,
        above.get_members,
        above.disassociate_members,
        above.delete_members,
    ):
        with refused("InvalidInputException", 400):
            call(AccountIds=accounts)


def test_at_most_a_thousand_members_by_invitation(cloud):
    above, accounts = cloud.hub(ADMINISTRATOR), numbered(1000)
    for start in range(0, 1000, 50):
        assert create(above, *accounts[start : start + 50]) == []
    with refused("LimitExceededException", 429):
        create(above, MEMBER)


def test_listing_shows_only_the_enabled_unless_told(cloud):
    above, _ = cloud.join()
    create(above, OTHER)
    assert [m["AccountId"] for m in above.list_members()["Members"]] == [MEMBER]
    assert [m["AccountId"] for m in above.list_members(OnlyAssociated=True)["Members"]] == [MEMBER]
    assert statuses(above) == {MEMBER: "Enabled", OTHER: "Created"}


def test_listing_has_pages_of_50(cloud):
    above = cloud.hub(ADMINISTRATOR)
    accounts = numbered(60)
    create(above, *accounts[:50])
    create(above, *accounts[50:])
    first = above.list_members(OnlyAssociated=False)
    assert len(first["Members"]) == 50
    rest = above.list_members(OnlyAssociated=False, NextToken=first["NextToken"])
    assert [m["AccountId"] for m in rest["Members"]] == accounts[50:]
    assert "NextToken" not in rest
    for wrong in ({"MaxResults": 51}, {"MaxResults": 0}, {"NextToken": "mine"}):
        with refused("InvalidInputException", 400):
            above.list_members(OnlyAssociated=False, **wrong)


def test_invitations_have_pages(cloud):
    below = cloud.hub(MEMBER)
    for account in ("333333333333", "444444444444", "555555555555"):
        above = cloud.hub(account)
        create(above, MEMBER)
        invite(above, MEMBER)
    first = below.list_invitations(MaxResults=2)
    rest = below.list_invitations(MaxResults=2, NextToken=first["NextToken"])
    assert [len(page["Invitations"]) for page in (first, rest)] == [2, 1]


def test_getting_members_names_the_missing(cloud):
    above, _ = cloud.join()
    answer = above.get_members(AccountIds=[MEMBER, OTHER])
    assert [m["MemberStatus"] for m in answer["Members"]] == ["Enabled"]
    assert [u["AccountId"] for u in answer["UnprocessedAccounts"]] == [OTHER]


def test_inviting_refuses_per_account(cloud):
    above, _ = cloud.join()
    refusals = {r["AccountId"]: r["ProcessingResult"] for r in invite(above, MEMBER, OTHER)}
    assert "already associated" in refusals[MEMBER]
    assert "create it first" in refusals[OTHER]


def test_inviting_again_keeps_one_invitation(cloud):
    above, below = cloud.hub(ADMINISTRATOR), cloud.hub(MEMBER)
    create(above, MEMBER)
    invite(above, MEMBER)
    (before,) = below.list_invitations()["Invitations"]
    assert invite(above, MEMBER) == []
    (after,) = below.list_invitations()["Invitations"]
    assert after["InvitationId"] == before["InvitationId"]


def test_leaving_by_the_administrator(cloud):
    above, below = cloud.join()
    (early,) = above.delete_members(AccountIds=[MEMBER])["UnprocessedAccounts"]
    assert "disassociate it first" in early["ProcessingResult"]
    answer = above.disassociate_members(AccountIds=[MEMBER, OTHER])
    assert set(answer) == {"ResponseMetadata"}
    assert statuses(above) == {MEMBER: "Removed"}
    assert "Administrator" not in below.get_administrator_account()
    assert above.delete_members(AccountIds=[MEMBER])["UnprocessedAccounts"] == []
    assert statuses(above) == {}
    (gone,) = above.delete_members(AccountIds=[MEMBER])["UnprocessedAccounts"]
    assert gone["AccountId"] == MEMBER


def test_leaving_by_the_member(cloud):
    above, below = cloud.join()
    below.disassociate_from_administrator_account()
    assert statuses(above) == {MEMBER: "Resigned"}
    assert above.list_members()["Members"] == []
    assert "Administrator" not in below.get_administrator_account()
    with refused("ResourceNotFoundException", 404):
        below.disassociate_from_administrator_account()


@pytest.mark.parametrize("leave", ["administrator", "member"])
def test_one_who_left_needs_only_a_new_invitation(cloud, leave):
    above, below = cloud.join()
    if leave == "member":
        below.disassociate_from_administrator_account()
    else:
        above.disassociate_members(AccountIds=[MEMBER])
    assert invite(above, MEMBER) == []
    (invitation,) = below.list_invitations()["Invitations"]
    below.accept_administrator_invitation(
        AdministratorId=ADMINISTRATOR, InvitationId=invitation["InvitationId"]
    )
    assert statuses(above) == {MEMBER: "Enabled"}


@pytest.mark.parametrize(
    ("operation", "left"), [("disassociate_members", {MEMBER: "Removed"}), ("delete_members", {})]
)
def test_an_open_invitation_is_taken_back(cloud, operation, left):
    above, below = cloud.hub(ADMINISTRATOR), cloud.hub(MEMBER)
    create(above, MEMBER)
    invite(above, MEMBER)
    getattr(above, operation)(AccountIds=[MEMBER])
    assert below.list_invitations()["Invitations"] == []
    assert statuses(above) == left


@pytest.mark.parametrize(
    ("operation", "status"),
    [("decline_invitations", "Resigned"), ("delete_invitations", "Invited")],
)
def test_an_invitation_is_refused(cloud, operation, status):
    above, below = cloud.hub(ADMINISTRATOR), cloud.hub(MEMBER)
    create(above, MEMBER)
    invite(above, MEMBER)
    answer = getattr(below, operation)(AccountIds=[ADMINISTRATOR, OTHER])
    assert [u["AccountId"] for u in answer["UnprocessedAccounts"]] == [OTHER]
    assert below.list_invitations()["Invitations"] == []
    assert statuses(above) == {MEMBER: status}


def test_an_organizations_account_is_enabled_at_once(cloud):
    cloud.turn(MEMBER, organization_member_of=ADMINISTRATOR)
    above = cloud.hub(ADMINISTRATOR)
    assert create(above, MEMBER) == []
    assert statuses(above) == {MEMBER: "Enabled"}
    below = cloud.client("securityhub", MEMBER)
    assert below.list_invitations()["Invitations"] == []
    assert below.get_administrator_account()["Administrator"]["AccountId"] == ADMINISTRATOR
    assert len(below.get_enabled_standards()["StandardsSubscriptions"]) == 2
    assert [r["AccountId"] for r in invite(above, MEMBER)] == [MEMBER]
    with refused("InvalidInputException", 400):
        below.disassociate_from_administrator_account()
    above.disassociate_members(AccountIds=[MEMBER])
    (refusal,) = invite(above, MEMBER)
    assert "receives no invitation" in refusal["ProcessingResult"]
    assert [
        r["AccountId"] for r in above.delete_members(AccountIds=[MEMBER])["UnprocessedAccounts"]
    ] == [MEMBER]
    assert create(above, MEMBER) == []
    assert statuses(above) == {MEMBER: "Enabled"}


def test_an_organization_is_somebodys(cloud):
    cloud.turn(MEMBER, organization_member_of=OTHER)
    above = cloud.hub(ADMINISTRATOR)
    create(above, MEMBER)
    assert statuses(above) == {MEMBER: "Created"}


def test_unprocessed_on_request(cloud):
    above = cloud.hub(ADMINISTRATOR)
    cloud.turn(MEMBER, unprocessed={"operation": "InviteMembers", "reason": "not today"})
    assert create(above, MEMBER, OTHER) == []
    assert invite(above, MEMBER, OTHER) == [{"AccountId": MEMBER, "ProcessingResult": "not today"}]
    assert statuses(above) == {MEMBER: "Created", OTHER: "Invited"}
    cloud.turn(MEMBER, unprocessed=None)
    assert invite(above, MEMBER) == []


def test_statuses_on_request(cloud):
    above, _ = cloud.join()
    cloud.turn(MEMBER, member_status="Associated")
    assert statuses(above) == {MEMBER: "Associated"}
    cloud.turn(MEMBER, suspended=True)
    assert statuses(above) == {MEMBER: "AccountSuspended"}
    assert above.list_members()["Members"] == []
