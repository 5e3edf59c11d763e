//! What became of unlinking an account, in words.

use rust_i18n::t;

use crate::actions::unlink::{Farewell, UnlinkOutcome, UnlinkPlan, UnlinkRow, Unlinked};
use hubward_domain::account::{AccountState, Language};

/// What became of the account in one Region.
pub(crate) fn detail(row: &UnlinkRow, language: Language) -> String {
    let locale = language.as_str();
    match &row.outcome {
        UnlinkOutcome::Deleted => t!("unlink.deleted", locale = locale),
        UnlinkOutcome::Already => t!("unlink.already", locale = locale),
        UnlinkOutcome::Planned(status) => t!("unlink.planned", locale = locale, status = status),
        UnlinkOutcome::Unprocessed(reason) => {
            t!("unlink.unprocessed", locale = locale, reason = reason)
        }
        UnlinkOutcome::StillListed(status) => {
            t!("unlink.still_listed", locale = locale, status = status)
        }
        UnlinkOutcome::Skipped(status) => t!("unlink.skipped", locale = locale, status = status),
        UnlinkOutcome::Failed(failure) => {
            let message = super::aws::failure(failure, language);
            return format!("{}\n{}", message.text, message.hint);
        }
        UnlinkOutcome::NotRecorded(why) => t!("unlink.not_recorded", locale = locale, why = why),
    }
    .into_owned()
}

/// What a person has to agree to.
pub(crate) fn question(plan: &UnlinkPlan, language: Language) -> String {
    let regions: Vec<String> = plan
        .rows
        .iter()
        .filter(|row| row.outcome != UnlinkOutcome::Already)
        .map(|row| row.region.to_string())
        .collect();
    let locale = language.as_str();
    let account = &plan.account;
    if regions.is_empty() {
        t!(
            "unlink.question_ledger",
            locale = locale,
            account = account.account_id,
            project = account.project
        )
    } else {
        t!(
            "unlink.question",
            locale = locale,
            account = account.account_id,
            project = account.project,
            regions = regions.join(", ")
        )
    }
    .into_owned()
}

/// That nothing was done, and what would be.
pub(crate) fn planned(plan: &UnlinkPlan, language: Language) -> String {
    let locale = language.as_str();
    let account = &plan.account.account_id;
    if !plan.is_done() {
        t!("unlink.dry_run", locale = locale)
    } else if plan
        .rows
        .iter()
        .all(|row| row.outcome == UnlinkOutcome::Already)
    {
        t!("unlink.has_left", locale = locale, account = account)
    } else {
        t!("unlink.unseen", locale = locale, account = account)
    }
    .into_owned()
}

/// Where the account stands now, and what is to be done next.
pub(crate) fn summary(plan: &UnlinkPlan, unlinked: &Unlinked, language: Language) -> String {
    let locale = language.as_str();
    let account = &plan.account.account_id;
    match unlinked.state {
        AccountState::Left => t!("unlink.left", locale = locale, account = account),
        state => t!(
            "unlink.not_left",
            locale = locale,
            account = account,
            state = state.as_str()
        ),
    }
    .into_owned()
}

/// What the operator passes on to the project: in the project's language, after a line in the operator's.
pub(crate) fn farewell(farewell: &Farewell, language: Language) -> String {
    let locale = language.as_str();
    let left = &farewell.notice;
    let contact = format!("{} {}", left.contact, left.contact_emails.join("; "));
    let intro = t!(
        "unlink.farewell_for",
        locale = locale,
        contact = contact.trim()
    );
    let theirs = left.language.as_str();
    let regions: Vec<String> = left.regions.iter().map(ToString::to_string).collect();
    let title = t!(
        "unlink.farewell_title",
        locale = theirs,
        account = left.account_id,
        project = left.project
    );
    let text = t!(
        "unlink.farewell",
        locale = theirs,
        account = left.account_id,
        regions = regions.join(", ")
    );
    let mut told = format!("{intro}\n\n{title}\n\n{text}");
    if farewell.channels > 0 {
        told.push('\n');
        told.push_str(&t!(
            "unlink.farewell_sent",
            locale = locale,
            channels = farewell.channels
        ));
    }
    told
}
