//! What a check found, in words: the verdict, who acts next, and what helps.

use hubward_protocol::AccountId;
use jiff::Timestamp;
use rust_i18n::t;

use crate::actions::check::announce::Announced;
use crate::actions::check::run::Row;
use hubward_domain::account::Language;
use hubward_domain::check::Verdict;
use hubward_domain::notice::CheckRow;

/// The verdict, for a table.
pub(crate) fn verdict(verdict: &Verdict, language: Language) -> String {
    let locale = language.as_str();
    match verdict {
        Verdict::Complete => t!("check.complete", locale = locale),
        Verdict::Incomplete(_) => t!("check.incomplete", locale = locale),
        Verdict::Drifted(_) => t!("check.drifted", locale = locale),
        Verdict::Invited(_) => t!("check.invited", locale = locale),
        Verdict::ManagedElsewhere(_) => t!("check.managed_elsewhere", locale = locale),
        Verdict::NotInvited => t!("check.not_invited", locale = locale),
        Verdict::Resigned => t!("check.resigned", locale = locale),
        Verdict::Removed => t!("check.removed", locale = locale),
        Verdict::Suspended => t!("check.suspended", locale = locale),
        Verdict::UnknownStatus(_) => t!("check.unknown_status", locale = locale),
        Verdict::NotInLedger => t!("check.not_in_ledger", locale = locale),
        Verdict::Unreadable(_) => t!("check.unreadable", locale = locale),
    }
    .into_owned()
}

/// The verdict, and for how many days it has been this one.
pub(crate) fn verdict_with_age(row: &Row, now: Timestamp, language: Language) -> String {
    let locale = language.as_str();
    let word = verdict(&row.verdict, language);
    match now.duration_since(row.since).as_hours() / 24 {
        0 => word,
        days => t!(
            "check.for_days",
            locale = locale,
            verdict = word,
            days = days
        )
        .into_owned(),
    }
}

/// Who acts next, and how; empty when nobody has to.
pub(crate) fn next_step(verdict: &Verdict, language: Language) -> String {
    let locale = language.as_str();
    match verdict {
        Verdict::Complete => return String::new(),
        Verdict::Invited(_) if verdict.obstacle().is_none() => {
            t!("check.next_member_runs", locale = locale)
        }
        Verdict::Invited(_) | Verdict::Incomplete(_) | Verdict::Drifted(_) => {
            t!("check.next_member_clears", locale = locale)
        }
        Verdict::ManagedElsewhere(_) => t!("check.next_soc_elsewhere", locale = locale),
        Verdict::NotInvited => t!("check.next_soc_invites", locale = locale),
        Verdict::Resigned | Verdict::Removed | Verdict::UnknownStatus(_) => {
            t!("check.next_soc_decides", locale = locale)
        }
        Verdict::Suspended => t!("check.next_project_aws", locale = locale),
        Verdict::NotInLedger => t!("check.next_soc_ledger", locale = locale),
        Verdict::Unreadable(_) => t!("check.next_soc_looks", locale = locale),
    }
    .into_owned()
}

/// What helps: the reason that an agent reported, AWS's words, or a command; empty when nothing is
/// to be done.
pub(crate) fn hint(row: &Row, administrator: &AccountId, language: Language) -> String {
    let locale = language.as_str();
    let account = &row.account_id;
    if let Some(step) = row.verdict.obstacle() {
        let hint = step.hint.as_deref().unwrap_or_default();
        return format!("{}: {}\n{hint}", step.step.as_str(), step.detail)
            .trim_end()
            .to_owned();
    }
    match &row.verdict {
        Verdict::Complete => return String::new(),
        Verdict::Incomplete(_)
        | Verdict::Drifted(_)
        | Verdict::Invited(_)
        | Verdict::ManagedElsewhere(_) => t!(
            "check.hint_run",
            locale = locale,
            administrator = administrator,
            region = row.region
        ),
        Verdict::NotInvited => t!("check.hint_invite", locale = locale, account = account),
        Verdict::Resigned | Verdict::Removed => t!(
            "check.hint_invite_again",
            locale = locale,
            account = account
        ),
        Verdict::NotInLedger => t!("check.hint_ledger", locale = locale),
        Verdict::Suspended => t!("check.hint_status", locale = locale, account = account),
        Verdict::UnknownStatus(word) => return word.clone(),
        Verdict::Unreadable(why) => return why.clone(),
    }
    .into_owned()
}

/// How many are complete.
pub(crate) fn summary(rows: &[Row], language: Language) -> String {
    let locale = language.as_str();
    if rows.is_empty() {
        return t!("check.empty", locale = locale).into_owned();
    }
    let complete = rows.iter().filter(|row| row.verdict.is_complete()).count();
    t!(
        "check.summary",
        locale = locale,
        complete = complete,
        all = rows.len()
    )
    .into_owned()
}

/// A check's rows as channels hear of them.
pub(crate) fn notice_rows(
    rows: &[Row],
    administrator: &AccountId,
    language: Language,
) -> Vec<CheckRow> {
    rows.iter()
        .map(|row| CheckRow {
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

/// What became of an announcement.
pub(crate) fn announced(announced: Announced, language: Language) -> String {
    let locale = language.as_str();
    match announced {
        Announced::Posted { rows, channels } => t!(
            "check.posted",
            locale = locale,
            rows = rows,
            channels = channels
        ),
        Announced::NothingNew => t!("check.nothing_new", locale = locale),
        Announced::NoRoute => t!("check.no_route", locale = locale),
    }
    .into_owned()
}
