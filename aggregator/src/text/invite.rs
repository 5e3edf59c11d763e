//! What became of invitations, in words.

use rust_i18n::t;

use crate::actions::invitation::send::{InviteOutcome, InviteRow};
use hubward_domain::account::{AccountState, Language};
use hubward_domain::membership::{MemberStatus, SkipReason};

/// What became of one account in one Region.
pub(crate) fn detail(row: &InviteRow, language: Language) -> String {
    let locale = language.as_str();
    match &row.outcome {
        InviteOutcome::Invited => t!("invite.invited", locale = locale),
        InviteOutcome::Joined => t!("invite.joined", locale = locale),
        InviteOutcome::Already(MemberStatus::Enabled) => {
            t!("invite.already_enabled", locale = locale)
        }
        InviteOutcome::Already(_) => t!("invite.already_invited", locale = locale),
        InviteOutcome::Unprocessed { operation, reason } => t!(
            "invite.unprocessed",
            locale = locale,
            operation = operation,
            reason = reason
        ),
        InviteOutcome::Skipped(SkipReason::NotActive(AccountState::Left)) => {
            t!("invite.skipped_left", locale = locale)
        }
        InviteOutcome::Skipped(SkipReason::NotActive(_)) => {
            t!("invite.skipped_leaving", locale = locale)
        }
        InviteOutcome::Skipped(SkipReason::Ended(status)) => t!(
            "invite.skipped_ended",
            locale = locale,
            status = status,
            account = row.account_id
        ),
        InviteOutcome::Skipped(SkipReason::Suspended) => {
            t!("invite.skipped_suspended", locale = locale)
        }
        InviteOutcome::Skipped(SkipReason::UnknownStatus(status)) => t!(
            "invite.skipped_unknown_status",
            locale = locale,
            status = status
        ),
        InviteOutcome::Planned => t!("invite.planned", locale = locale),
        InviteOutcome::Failed(failure) => {
            let message = super::aws::failure(failure, language);
            return format!("{}\n{}", message.text, message.hint);
        }
        InviteOutcome::NotRecorded(why) => t!("invite.not_recorded", locale = locale, why = why),
        InviteOutcome::NotListed(Some(status)) => {
            t!("invite.not_listed", locale = locale, status = status)
        }
        InviteOutcome::NotListed(None) => t!("invite.not_listed_at_all", locale = locale),
    }
    .into_owned()
}

/// How many of each.
pub(crate) fn summary(rows: &[InviteRow], language: Language) -> String {
    let count = |words: &[&str]| {
        rows.iter()
            .filter(|row| words.contains(&row.outcome.as_str()))
            .count()
    };
    t!(
        "invite.summary",
        locale = language.as_str(),
        invited = count(&["invited"]),
        already = count(&["already"]),
        planned = count(&["planned"]),
        skipped = count(&["skipped"]),
        wrong = count(&["unprocessed", "failed"])
    )
    .into_owned()
}
