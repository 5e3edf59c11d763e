//! Texts about unlinking an account.

use crate::actions::unlink::{SentNotice, UnlinkOutcome, UnlinkPlan, UnlinkRow, Unlinked};
use crate::say::Say;
use hubward_domain::account::{AccountState, Language};

/// The result of one Region.
pub(crate) fn detail(row: &UnlinkRow, language: Language) -> String {
    let say = Say(language);
    match &row.outcome {
        UnlinkOutcome::Deleted => say.unlink_deleted().to_owned(),
        UnlinkOutcome::Already => say.unlink_already().to_owned(),
        UnlinkOutcome::Planned(status) => say.unlink_planned(status),
        UnlinkOutcome::Unprocessed(reason) => say.unlink_unprocessed(reason),
        UnlinkOutcome::StillListed(status) => say.unlink_still_listed(status),
        UnlinkOutcome::Skipped(status) => say.unlink_skipped(status),
        UnlinkOutcome::Failed(failure) => {
            let message = super::aws::failure(failure, language);
            format!("{}\n{}", message.text, message.hint)
        }
        UnlinkOutcome::NotRecorded(why) => say.unlink_not_recorded(why),
    }
}

/// The question before unlinking.
pub(crate) fn question(plan: &UnlinkPlan, language: Language) -> String {
    let regions: Vec<String> = plan
        .rows
        .iter()
        .filter(|row| row.outcome != UnlinkOutcome::Already)
        .map(|row| row.region.to_string())
        .collect();
    let say = Say(language);
    let account = &plan.account;
    if regions.is_empty() {
        say.unlink_question_ledger(&account.account_id, &account.project)
    } else {
        say.unlink_question(&account.account_id, &account.project, regions.join(", "))
    }
}

/// Nothing was done, and what would be done.
pub(crate) fn planned(plan: &UnlinkPlan, language: Language) -> String {
    let say = Say(language);
    let account = &plan.account.account_id;
    if !plan.is_done() {
        say.unlink_dry_run().to_owned()
    } else if plan
        .rows
        .iter()
        .all(|row| row.outcome == UnlinkOutcome::Already)
    {
        say.unlink_has_left(account)
    } else {
        say.unlink_not_verified(account)
    }
}

/// The account's state, and what to do next.
pub(crate) fn summary(plan: &UnlinkPlan, unlinked: &Unlinked, language: Language) -> String {
    let say = Say(language);
    let account = &plan.account.account_id;
    match unlinked.state {
        AccountState::Left => say.unlink_left(account),
        state => say.unlink_not_left(account, state.as_str()),
    }
}

/// The text that the operator passes on to the project, in the project's language, after a line in the
/// operator's.
pub(crate) fn left_notice(left_notice: &SentNotice, language: Language) -> String {
    let say = Say(language);
    let left = &left_notice.notice;
    let contact = format!("{} {}", left.contact, left.contact_emails.join("; "));
    let intro = say.unlink_left_notice_for(contact.trim());
    let theirs = Say(left.language);
    let regions: Vec<String> = left.regions.iter().map(ToString::to_string).collect();
    let title = theirs.unlink_left_notice_title(&left.account_id, &left.project);
    let text = theirs.unlink_left_notice(&left.account_id, regions.join(", "));
    let mut message = format!("{intro}\n\n{title}\n\n{text}");
    if left_notice.channels > 0 {
        message.push('\n');
        message.push_str(&say.unlink_left_notice_sent(left_notice.channels));
    }
    message
}
