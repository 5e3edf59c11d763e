//! Texts about checks: the verdict, who acts next, and what to do.

use hubward_protocol::AccountId;
use jiff::Timestamp;

use crate::actions::check::announce::Announced;
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::check::{CheckRow, ProofCode, ProofSource, ProofStep, StepProof, Verdict};
use hubward_domain::notice::CheckNoticeRow;

/// The verdict, for a table.
pub(crate) fn verdict(verdict: &Verdict, language: Language) -> String {
    let say = Say(language);
    match verdict {
        Verdict::Complete => say.check_complete(),
        Verdict::Incomplete(_) => say.check_incomplete(),
        Verdict::Drifted(_) => say.check_drifted(),
        Verdict::Unproven(_) => say.check_unproven(),
        Verdict::Leaving => say.check_leaving(),
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
pub(crate) fn next_step(row: &CheckRow, language: Language) -> String {
    let say = Say(language);
    let verdict = &row.verdict;
    match verdict {
        Verdict::Complete => return String::new(),
        Verdict::Invited(_) if verdict.obstacle().is_none() => say.check_next_member_runs(),
        Verdict::Invited(_) | Verdict::Incomplete(_) | Verdict::Drifted(_) => {
            say.check_next_member_clears()
        }
        Verdict::Unproven(_) => match row.worst_step().map(|step| step.code) {
            Some(ProofCode::NotRead) => say.check_next_soc_reads_evidence(),
            Some(ProofCode::AwaitingEvidence) => say.check_next_aws_writes(),
            Some(ProofCode::NoControl) => say.check_next_soc_no_control(),
            _ => say.check_next_soc_asks(),
        },
        Verdict::ManagedElsewhere(_) => say.check_next_soc_elsewhere(),
        Verdict::NotInvited => say.check_next_soc_invites(),
        Verdict::Resigned | Verdict::Removed | Verdict::UnknownStatus(_) => {
            say.check_next_soc_decides()
        }
        Verdict::Suspended => say.check_next_project_aws(),
        Verdict::NotInLedger => say.check_next_soc_ledger(),
        Verdict::Unreadable(_) => say.check_next_soc_looks(),
        Verdict::Leaving => say.check_next_soc_unlinks(),
    }
    .to_owned()
}

/// What helps: the reason, and a command; empty if nothing is to be done.
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
        Verdict::Incomplete(_) | Verdict::Drifted(_) | Verdict::Unproven(_) => {
            let Some(step) = row.worst_step() else {
                return say.check_hint_run(administrator, row.region);
            };
            let why = proof(step, language);
            let command = match step.code {
                ProofCode::AgentSawOff if !step.hint.is_empty() => step.hint.clone(),
                ProofCode::NotRead => say.check_hint_evidence().to_owned(),
                ProofCode::AwaitingEvidence => String::new(),
                ProofCode::NoControl => say.check_hint_stay(administrator, row.region),
                ProofCode::Stale => say.check_hint_agent_status(administrator, row.region),
                _ => say.check_hint_run(administrator, row.region),
            };
            format!("{}: {why}\n{command}", step.step)
                .trim_end()
                .to_owned()
        }
        Verdict::Invited(_) | Verdict::ManagedElsewhere(_) => {
            say.check_hint_run(administrator, row.region)
        }
        Verdict::NotInvited => say.check_hint_invite(account),
        Verdict::Resigned | Verdict::Removed => say.check_hint_invite_again(account),
        Verdict::NotInLedger => say.check_hint_ledger().to_owned(),
        Verdict::Suspended => say.check_hint_status(account),
        Verdict::UnknownStatus(word) => word.clone(),
        Verdict::Unreadable(why) => why.clone(),
        Verdict::Leaving => say.check_hint_unlink(account),
    }
}

/// What a step's state is based on.
pub(crate) fn proof(step: &StepProof, language: Language) -> String {
    let say = Say(language);
    let at = step.at.map(|at| at.to_string());
    let seen_at = at.clone().unwrap_or_default();
    let text = match step.code {
        ProofCode::Listed => say.check_proof_listed().to_owned(),
        ProofCode::Found => say.check_proof_found(seen_at),
        ProofCode::AgentSawOn => say.check_proof_agent_saw_on(seen_at),
        ProofCode::Exception => say.check_proof_exception(why_off(step, language)),
        ProofCode::AcceptedUnprovable => say.check_proof_accepted().to_owned(),
        ProofCode::ControlFailed => why_off(step, language),
        ProofCode::AgentSawOff => say.check_proof_agent_saw_off(seen_at, &step.detail),
        ProofCode::StandardGone => match at {
            Some(at) => say.check_proof_standard_gone(at),
            None => say.check_proof_standard_gone_unseen().to_owned(),
        },
        ProofCode::NeverProven => say.check_proof_never().to_owned(),
        ProofCode::AwaitingEvidence => say.check_proof_awaiting().to_owned(),
        ProofCode::NotRead => match at {
            Some(at) => say.check_proof_not_read(at),
            None => say.check_proof_never_read().to_owned(),
        },
        ProofCode::NoControl => say.check_proof_no_control().to_owned(),
        ProofCode::Stale => match at {
            Some(at) => say.check_proof_stale(at),
            None => say.check_proof_stale_unseen().to_owned(),
        },
    };
    if step.is_suppressed {
        say.check_proof_suppressed(text)
    } else {
        text
    }
}

/// Why a step is off: its control's result, or what the agent reported.
fn why_off(step: &StepProof, language: Language) -> String {
    let say = Say(language);
    let at = step.at.map(|at| at.to_string()).unwrap_or_default();
    if step.source == Some(ProofSource::Agent) {
        return say.check_proof_agent_saw_off(at, &step.detail);
    }
    let control = match step.step {
        ProofStep::GuardDuty => "GuardDuty.1",
        _ => "Config.1",
    };
    // The reason codes of Config.1 (Security Hub User Guide, "Config.1").
    let why = match step.detail.as_str() {
        "CONFIG_RECORDER_DISABLED" => say.check_reason_recorder_disabled(),
        "CONFIG_RECORDER_MISSING_REQUIRED_RESOURCE_TYPES" => say.check_reason_missing_types(),
        "CONFIG_RECORDER_CUSTOM_ROLE" => say.check_reason_custom_role(),
        "" => return say.check_proof_control_failed(at, control),
        unknown => unknown,
    };
    // AWS's own words name the missing types, which can be many; its code is what a search finds.
    let said = shortened(&step.hint);
    let why = if said.is_empty() {
        format!("{why} ({})", step.detail)
    } else {
        format!("{why} ({}: {said})", step.detail)
    };
    say.check_proof_control_failed_why(at, control, why)
}

/// The longest text of AWS's that is shown in a sentence.
const LONGEST: usize = 300;

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
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
            next_step: next_step(row, language),
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
