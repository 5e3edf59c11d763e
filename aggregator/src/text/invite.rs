//! Messages about invitations.

use crate::actions::invitation::send::{InviteOutcome, InviteRow};
use crate::say::Say;
use hubward_domain::account::{AccountState, Language};
use hubward_domain::membership::{MemberStatus, SkipReason};

/// The result for one account in one Region.
pub(crate) fn detail(row: &InviteRow, language: Language) -> String {
    let say = Say(language);
    match &row.outcome {
        InviteOutcome::Invited => say.invite_invited().to_owned(),
        InviteOutcome::Joined => say.invite_joined().to_owned(),
        InviteOutcome::Already(MemberStatus::Enabled) => say.invite_already_enabled().to_owned(),
        InviteOutcome::Already(_) => say.invite_already_invited().to_owned(),
        InviteOutcome::Unprocessed { operation, reason } => {
            say.invite_unprocessed(operation, reason)
        }
        InviteOutcome::Skipped(SkipReason::NotActive(AccountState::Left)) => {
            say.invite_skipped_left().to_owned()
        }
        InviteOutcome::Skipped(SkipReason::NotActive(_)) => say.invite_skipped_leaving().to_owned(),
        InviteOutcome::Skipped(SkipReason::Ended(status)) => {
            say.invite_skipped_ended(&row.account_id, status)
        }
        InviteOutcome::Skipped(SkipReason::Suspended) => say.invite_skipped_suspended().to_owned(),
        InviteOutcome::Skipped(SkipReason::UnknownStatus(status)) => {
            say.invite_skipped_unknown_status(status)
        }
        InviteOutcome::Planned => say.invite_planned().to_owned(),
        InviteOutcome::Failed(failure) => {
            let message = super::aws::failure(failure, language);
            format!("{}\n{}", message.text, message.hint)
        }
        InviteOutcome::NotRecorded(why) => say.invite_not_recorded(why),
        InviteOutcome::NotListed(Some(status)) => say.invite_not_listed(status),
        InviteOutcome::NotListed(None) => say.invite_not_listed_at_all().to_owned(),
    }
}

/// The number of results of each kind.
pub(crate) fn summary(rows: &[InviteRow], language: Language) -> String {
    let count = |words: &[&str]| {
        rows.iter()
            .filter(|row| words.contains(&row.outcome.as_str()))
            .count()
    };
    Say(language).invite_summary(
        count(&["already"]),
        count(&["invited"]),
        count(&["planned"]),
        count(&["skipped"]),
        count(&["unprocessed", "failed"]),
    )
}
