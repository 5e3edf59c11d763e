//! Texts about checks: the verdict, who acts next, and what to do.

use hubward_protocol::AccountId;
use jiff::Timestamp;

use crate::actions::check::announce::Announced;
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::check::{CheckRow, Verdict};
use hubward_domain::notice::CheckNoticeRow;

/// The verdict, for a table.
pub(crate) fn verdict(verdict: &Verdict, language: Language) -> String {
    let say = Say(language);
    match verdict {
        Verdict::Complete => say.check_complete(),
        Verdict::Incomplete(_) => say.check_incomplete(),
        Verdict::Drifted(_) => say.check_drifted(),
        Verdict::Invited(_) => say.check_invited(),
        Verdict::ManagedElsewhere(_) => say.check_managed_elsewhere(),
        Verdict::NotInvited => say.check_not_invited(),
        Verdict::Resigned => say.check_resigned(),
        Verdict::Removed => say.check_removed(),
        Verdict::Suspended => say.check_suspended(),
        Verdict::UnknownStatus(_) => say.check_unknown_status(),
        Verdict::NotInLedger => say.check_not_in_ledger(),
        Verdict::Unreadable(_) => say.check_unreadable(),
    }
    .to_owned()
}

/// The verdict, and since how many days it holds.
pub(crate) fn verdict_with_age(row: &CheckRow, now: Timestamp, language: Language) -> String {
    let say = Say(language);
    let word = verdict(&row.verdict, language);
    match now.duration_since(row.since).as_hours() / 24 {
        0 => word,
        days => say.check_for_days(days, word),
    }
}

/// Who acts next, and how; empty if no one has to.
pub(crate) fn next_step(verdict: &Verdict, language: Language) -> String {
    let say = Say(language);
    match verdict {
        Verdict::Complete => return String::new(),
        Verdict::Invited(_) if verdict.obstacle().is_none() => say.check_next_member_runs(),
        Verdict::Invited(_) | Verdict::Incomplete(_) | Verdict::Drifted(_) => {
            say.check_next_member_clears()
        }
        Verdict::ManagedElsewhere(_) => say.check_next_soc_elsewhere(),
        Verdict::NotInvited => say.check_next_soc_invites(),
        Verdict::Resigned | Verdict::Removed | Verdict::UnknownStatus(_) => {
            say.check_next_soc_decides()
        }
        Verdict::Suspended => say.check_next_project_aws(),
        Verdict::NotInLedger => say.check_next_soc_ledger(),
        Verdict::Unreadable(_) => say.check_next_soc_looks(),
    }
    .to_owned()
}

/// What helps: the reason that an agent reported, AWS's message, or a command; empty if nothing is to be
/// done.
pub(crate) fn hint(row: &CheckRow, administrator: &AccountId, language: Language) -> String {
    let say = Say(language);
    let account = &row.account_id;
    if let Some(step) = row.verdict.obstacle() {
        let hint = step.hint.as_deref().unwrap_or_default();
        return format!("{}: {}\n{hint}", step.step.as_str(), step.detail)
            .trim_end()
            .to_owned();
    }
    match &row.verdict {
        Verdict::Complete => String::new(),
        Verdict::Incomplete(_)
        | Verdict::Drifted(_)
        | Verdict::Invited(_)
        | Verdict::ManagedElsewhere(_) => say.check_hint_run(administrator, row.region),
        Verdict::NotInvited => say.check_hint_invite(account),
        Verdict::Resigned | Verdict::Removed => say.check_hint_invite_again(account),
        Verdict::NotInLedger => say.check_hint_ledger().to_owned(),
        Verdict::Suspended => say.check_hint_status(account),
        Verdict::UnknownStatus(word) => word.clone(),
        Verdict::Unreadable(why) => why.clone(),
    }
}

/// The number of complete rows.
pub(crate) fn summary(rows: &[CheckRow], language: Language) -> String {
    let say = Say(language);
    if rows.is_empty() {
        return say.check_empty().to_owned();
    }
    let complete = rows.iter().filter(|row| row.verdict.is_complete()).count();
    say.check_summary(rows.len(), complete)
}

/// A check's rows for notices to channels.
pub(crate) fn notice_rows(
    rows: &[CheckRow],
    administrator: &AccountId,
    language: Language,
) -> Vec<CheckNoticeRow> {
    rows.iter()
        .map(|row| CheckNoticeRow {
            account_id: row.account_id.clone(),
            project: row.project.clone(),
            region: row.region,
            verdict: row.verdict.as_str().to_owned(),
            missing: row.verdict.missing(),
            since: row.since,
            verdict_text: verdict(&row.verdict, language),
            next_step: next_step(&row.verdict, language),
            hint: hint(row, administrator, language),
            days: 0,
            waits_for_member: row.verdict.waits_for_member(),
            contact: String::new(),
            contact_emails: Vec::new(),
            line: None,
        })
        .collect()
}

/// The result of an announcement.
pub(crate) fn announced(announced: Announced, language: Language) -> String {
    let say = Say(language);
    match announced {
        Announced::Posted { rows, channels } => say.check_posted(channels, rows),
        Announced::NothingNew => say.check_nothing_new().to_owned(),
        Announced::NoRoute => say.check_no_route().to_owned(),
    }
}
