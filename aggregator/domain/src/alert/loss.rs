//! The alert for a lost member: associated before, no longer associated, and not unlinked by
//! Hubward.

use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;

use super::event::short;
use super::{Alert, AlertFacts, AlertState, Severity};
use crate::account::AccountState;
use crate::check::ListedStatus;
use crate::membership::{MemberStatus, Membership};

/// The type of such an alert, in the form of GuardDuty's types.
pub const TYPE: &str = "Hubward:Membership/Lost";

/// Whether a membership was lost since the last check: the account should be monitored, and a
/// complete listing no longer has it as associated.
pub fn is_lost(
    state: Option<AccountState>,
    last: Option<&Membership>,
    listed: &ListedStatus,
) -> bool {
    let wanted = state == Some(AccountState::Active);
    let was_associated = last.is_some_and(|last| last.status == Some(MemberStatus::Enabled));
    let is_gone = match listed {
        ListedStatus::Listed(status) => *status != Some(MemberStatus::Enabled),
        ListedStatus::Unreadable(_) => false,
    };
    wanted && was_associated && is_gone
}

/// The alert for it. Each loss is an alert of its own; the same loss gives the same id every time.
pub fn alert(last: &Membership, status: Option<&MemberStatus>, now: Timestamp) -> Alert {
    let Membership {
        account_id, region, ..
    } = last;
    let since = last.associated_since.unwrap_or(last.since);
    let id = finding_id(account_id, *region, since);
    let status = status.map_or_else(|| "not listed".to_owned(), ToString::to_string);
    Alert {
        id: short(&id),
        finding_id: id,
        account_id: account_id.clone(),
        region: *region,
        kind: TYPE.to_owned(),
        severity: Severity::High,
        title: format!("The account is no longer monitored ({status})"),
        state: AlertState::Open,
        count: 1,
        first_seen: now,
        last_seen: now,
        facts: AlertFacts {
            description: status,
            ..AlertFacts::default()
        },
    }
}

fn finding_id(account: &AccountId, region: Region, since: Timestamp) -> String {
    format!("hubward:membership/{account}/{region}/{since}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(status: Option<MemberStatus>) -> Membership {
        Membership {
            account_id: "111111111111".parse().unwrap(),
            region: "us-east-1".parse().unwrap(),
            status,
            verdict: "complete".to_owned(),
            since: Timestamp::UNIX_EPOCH,
            seen_at: Timestamp::UNIX_EPOCH,
            associated_since: Some(Timestamp::UNIX_EPOCH),
            completed_at: None,
        }
    }

    #[test]
    fn only_what_was_associated_and_is_wanted_can_be_lost() {
        use MemberStatus as S;
        let (active, enabled) = (Some(AccountState::Active), last(Some(S::Enabled)));
        for gone in [
            None,
            Some(S::Resigned),
            Some(S::Removed),
            Some(S::AccountSuspended),
        ] {
            assert!(is_lost(active, Some(&enabled), &ListedStatus::Listed(gone)));
        }
        let resigned = ListedStatus::Listed(Some(S::Resigned));
        let leaving = Some(AccountState::Leaving);
        assert!(!is_lost(leaving, Some(&enabled), &resigned));
        assert!(!is_lost(None, Some(&enabled), &resigned));
        assert!(!is_lost(active, None, &resigned));
        assert!(!is_lost(active, Some(&last(Some(S::Invited))), &resigned));
        let unread = ListedStatus::Unreadable("down".to_owned());
        assert!(!is_lost(active, Some(&enabled), &unread));
        let still = ListedStatus::Listed(Some(S::Enabled));
        assert!(!is_lost(active, Some(&enabled), &still));
    }

    #[test]
    fn one_loss_is_one_alert_and_the_next_is_another() {
        let first = last(Some(MemberStatus::Enabled));
        let again = |now| alert(&first, None, Timestamp::from_second(now).unwrap()).id;
        assert_eq!(again(1), again(2));
        let second = Membership {
            associated_since: Timestamp::from_second(9).ok(),
            ..first.clone()
        };
        assert_ne!(alert(&second, None, Timestamp::UNIX_EPOCH).id, again(1));
    }
}
