//! One account in one Region, as the administrator's member listing shows it, and what an
//! invitation or a removal needs next.

use std::fmt;

use super::account::{Account, AccountState};
use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;

/// Security Hub's `Member.MemberStatus`. In AWS's model it is a free string whose spelling has
/// changed without notice before, so it is parsed without regard to case, and unknown values are
/// allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberStatus {
    /// Created, not invited.
    Created,
    /// Invited, not accepted.
    Invited,
    /// Associated: its findings reach the administrator.
    Enabled,
    /// Disassociated by the administrator.
    Removed,
    /// Disassociated by the member: a decision, not an accident.
    Resigned,
    /// Deleted by the administrator.
    Deleted,
    /// The AWS account is suspended.
    AccountSuspended,
    /// A status that Hubward does not know.
    Unknown(String),
}

/// The last observation of one account in one Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub account_id: AccountId,
    pub region: Region,
    /// The status in the listing; `None` if it was not listed.
    pub status: Option<MemberStatus>,
    pub verdict: String,
    /// When the verdict last changed.
    pub since: Timestamp,
    /// When the listing was read.
    pub seen_at: Timestamp,
    /// Since when it is associated; `None` while it is not.
    pub associated_since: Option<Timestamp>,
    /// When it was first complete since its association.
    pub completed_at: Option<Timestamp>,
}

/// The next call to AWS that an invitation needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextInvitation {
    /// `CreateMembers`, then `InviteMembers`.
    CreateAndInvite,
    /// `InviteMembers`.
    Invite,
    /// Nothing: it is invited or associated.
    Already(MemberStatus),
    /// Nothing, and a person should know the reason.
    Skip(SkipReason),
}

/// Why an account is not invited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SkipReason {
    /// The ledger says that it is leaving or has left.
    NotActive(AccountState),
    /// The membership was ended; inviting again is a person's decision.
    Ended(MemberStatus),
    /// The AWS account is suspended.
    Suspended,
    /// Hubward does not act on an unknown status.
    UnknownStatus(String),
}

/// The next call to AWS that a removal from a Region needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextRemoval {
    /// Nothing: it is removed.
    Gone,
    /// `DisassociateMembers`, then `DeleteMembers`.
    Disassociate,
    /// `DeleteMembers`.
    Delete,
    /// Nothing: Hubward does not act on an unknown status.
    Leave(String),
}

impl MemberStatus {
    /// Parses AWS's word.
    pub fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "created" => Self::Created,
            "invited" => Self::Invited,
            // `Associated` was the word until 2020-11-23.
            "enabled" | "associated" => Self::Enabled,
            "removed" => Self::Removed,
            "resigned" => Self::Resigned,
            "deleted" => Self::Deleted,
            "accountsuspended" => Self::AccountSuspended,
            _ => Self::Unknown(text.chars().take(64).collect()),
        }
    }
}

impl fmt::Display for MemberStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Created => "Created",
            Self::Invited => "Invited",
            Self::Enabled => "Enabled",
            Self::Removed => "Removed",
            Self::Resigned => "Resigned",
            Self::Deleted => "Deleted",
            Self::AccountSuspended => "AccountSuspended",
            Self::Unknown(word) => word,
        })
    }
}

/// The Regions in which an account is to be monitored: its own, or the hub's.
pub fn wanted_regions(account: &Account, hub: &[Region]) -> Vec<Region> {
    hub.iter()
        .copied()
        .filter(|region| account.regions.is_empty() || account.regions.contains(region))
        .collect()
}

/// The next call for an account with this `status` in the listing (`None`: not listed).
///
/// `force` invites again even if an invitation is pending or the membership was ended.
pub fn next_invitation(
    state: AccountState,
    status: Option<&MemberStatus>,
    force: bool,
) -> NextInvitation {
    use MemberStatus as S;
    if state != AccountState::Active {
        return NextInvitation::Skip(SkipReason::NotActive(state));
    }
    match status {
        None => NextInvitation::CreateAndInvite,
        Some(S::Created) => NextInvitation::Invite,
        Some(S::Invited) if force => NextInvitation::Invite,
        Some(S::Resigned | S::Removed) if force => NextInvitation::Invite,
        Some(S::Deleted) if force => NextInvitation::CreateAndInvite,
        Some(status @ (S::Invited | S::Enabled)) => NextInvitation::Already(status.clone()),
        Some(status @ (S::Resigned | S::Removed | S::Deleted)) => {
            NextInvitation::Skip(SkipReason::Ended(status.clone()))
        }
        Some(S::AccountSuspended) => NextInvitation::Skip(SkipReason::Suspended),
        Some(S::Unknown(word)) => NextInvitation::Skip(SkipReason::UnknownStatus(word.clone())),
    }
}

/// The next call to remove an account with this `status` in the listing (`None`: not listed).
///
/// A suspended account may still be associated: AWS's word hides that, so it is disassociated too.
pub fn next_removal(status: Option<&MemberStatus>) -> NextRemoval {
    use MemberStatus as S;
    match status {
        None | Some(S::Deleted) => NextRemoval::Gone,
        Some(S::Enabled | S::AccountSuspended) => NextRemoval::Disassociate,
        Some(S::Created | S::Invited | S::Resigned | S::Removed) => NextRemoval::Delete,
        Some(S::Unknown(word)) => NextRemoval::Leave(word.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_words_are_read_in_any_case_and_unknown_ones_kept() {
        assert_eq!(MemberStatus::parse("ENABLED"), MemberStatus::Enabled);
        assert_eq!(MemberStatus::parse("Associated"), MemberStatus::Enabled);
        assert_eq!(MemberStatus::parse("invited"), MemberStatus::Invited);
        assert_eq!(
            MemberStatus::parse("Paused").to_string(),
            "Paused".to_owned()
        );
    }

    #[test]
    fn only_what_is_missing_is_sent() {
        use MemberStatus as S;
        use NextInvitation as N;
        let next = |status: Option<&S>, force| next_invitation(AccountState::Active, status, force);
        assert_eq!(next(None, false), N::CreateAndInvite);
        assert_eq!(next(Some(&S::Created), false), N::Invite);
        for there in [S::Invited, S::Enabled] {
            assert_eq!(next(Some(&there), false), N::Already(there));
        }
        assert_eq!(next(Some(&S::Enabled), true), N::Already(S::Enabled));
    }

    #[test]
    fn an_ended_membership_is_taken_up_again_only_by_a_person() {
        use MemberStatus as S;
        for ended in [S::Resigned, S::Removed, S::Deleted] {
            let next = |force| next_invitation(AccountState::Active, Some(&ended), force);
            assert_eq!(
                next(false),
                NextInvitation::Skip(SkipReason::Ended(ended.clone()))
            );
            assert!(!matches!(next(true), NextInvitation::Skip(_)), "{ended}");
        }
    }

    #[test]
    fn nobody_who_leaves_is_invited_whatever_is_forced() {
        for state in [AccountState::Leaving, AccountState::Left] {
            assert_eq!(
                next_invitation(state, None, true),
                NextInvitation::Skip(SkipReason::NotActive(state))
            );
        }
    }

    #[test]
    fn a_suspended_or_unknown_member_is_left_alone() {
        for status in [
            MemberStatus::AccountSuspended,
            MemberStatus::Unknown("Paused".to_owned()),
        ] {
            assert!(matches!(
                next_invitation(AccountState::Active, Some(&status), true),
                NextInvitation::Skip(_)
            ));
        }
    }

    #[test]
    fn only_what_may_be_associated_is_disassociated_before_it_is_deleted() {
        use MemberStatus as S;
        use NextRemoval as N;
        for (status, next) in [
            (None, N::Gone),
            (Some(S::Deleted), N::Gone),
            (Some(S::Enabled), N::Disassociate),
            (Some(S::AccountSuspended), N::Disassociate),
            (Some(S::Created), N::Delete),
            (Some(S::Invited), N::Delete),
            (Some(S::Resigned), N::Delete),
            (Some(S::Removed), N::Delete),
            (
                Some(S::Unknown("Paused".to_owned())),
                N::Leave("Paused".to_owned()),
            ),
        ] {
            assert_eq!(next_removal(status.as_ref()), next, "{status:?}");
        }
    }
}
