//! What became of invitations, in words.

use rust_i18n::t;

use crate::actions::invitation::send::{Outcome, Row};
use hubward_domain::account::{AccountState, Language};
use hubward_domain::membership::{MemberStatus, SkipReason};

/// What became of one account in one Region.
pub fn detail(row: &Row, language: Language) -> String {
    let locale = language.as_str();
    match &row.outcome {
        Outcome::Invited => t!("invite.invited", locale = locale),
        Outcome::Joined => t!("invite.joined", locale = locale),
        Outcome::Already(MemberStatus::Enabled) => t!("invite.already_enabled", locale = locale),
        Outcome::Already(_) => t!("invite.already_invited", locale = locale),
        Outcome::Unprocessed { operation, reason } => t!(
            "invite.unprocessed",
            locale = locale,
            operation = operation,
            reason = reason
        ),
        Outcome::Skipped(SkipReason::NotActive(AccountState::Left)) => {
            t!("invite.skipped_left", locale = locale)
        }
        Outcome::Skipped(SkipReason::NotActive(_)) => t!("invite.skipped_leaving", locale = locale),
        Outcome::Skipped(SkipReason::Ended(status)) => t!(
            "invite.skipped_ended",
            locale = locale,
            status = status,
            account = row.account_id
        ),
        Outcome::Skipped(SkipReason::Suspended) => t!("invite.skipped_suspended", locale = locale),
        Outcome::Skipped(SkipReason::UnknownStatus(status)) => t!(
            "invite.skipped_unknown_status",
            locale = locale,
            status = status
        ),
        Outcome::Planned => t!("invite.planned", locale = locale),
        Outcome::Failed(failure) => {
            let message = super::aws::failure(failure, language);
            return format!("{}\n{}", message.text, message.hint);
        }
        Outcome::NotRecorded(why) => t!("invite.not_recorded", locale = locale, why = why),
        Outcome::NotListed(Some(status)) => {
            t!("invite.not_listed", locale = locale, status = status)
        }
        Outcome::NotListed(None) => t!("invite.not_listed_at_all", locale = locale),
    }
    .into_owned()
}

/// How many of each.
pub fn summary(rows: &[Row], language: Language) -> String {
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
