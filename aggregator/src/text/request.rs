//! Texts about requests: obstacles, why they cannot be decided, and the answers to tickets.

use super::LocalizedMessage;
use crate::actions::request::answer::AnswerError;
use crate::actions::request::receive::issues::IssuesError;
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::ledger::EntryRefused;
use hubward_domain::request::{
    AnswerPart, Help, Hindrance, JudgedRequest, NotApprovable, Obstacle, RequestKind, RequestView,
    TicketAnswer,
};

/// The kind of request.
pub(crate) fn kind(kind: Option<RequestKind>, language: Language) -> String {
    let say = Say(language);
    match kind {
        Some(RequestKind::Add) => say.request_kind_add(),
        Some(RequestKind::Change) => say.request_kind_change(),
        Some(RequestKind::Remove) => say.request_kind_remove(),
        None => say.request_kind_unknown(),
    }
    .to_owned()
}

/// The state of a request, by its word.
pub(crate) fn state(word: &str, language: Language) -> String {
    let say = Say(language);
    match word {
        "waiting" => say.request_state_waiting(),
        "stuck" => say.request_state_stuck(),
        "approved" => say.request_state_approved(),
        "complete" => say.request_state_complete(),
        "rejected" => say.request_state_rejected(),
        _ => say.request_state_withdrawn(),
    }
    .to_owned()
}

/// All reasons why an entry is rejected.
pub(crate) fn refused(refused: &EntryRefused, language: Language) -> Vec<LocalizedMessage> {
    let say = Say(language);
    match refused {
        EntryRefused::Problems(problems) => problems
            .iter()
            .map(|problem| super::ledger::entry_problem(problem, language))
            .collect(),
        EntryRefused::AlreadyInLedger(account) => vec![LocalizedMessage::new(
            say.request_already_in_ledger(account),
            "",
        )],
        EntryRefused::NotInLedger(account) => vec![LocalizedMessage::new(
            say.request_not_in_ledger(account),
            "",
        )],
    }
}

/// The obstacle to a request.
pub(crate) fn obstacle(obstacle: &Obstacle, language: Language) -> Vec<LocalizedMessage> {
    let say = Say(language);
    match obstacle {
        Obstacle::Kind { found } => {
            vec![LocalizedMessage::new(say.request_kind_obstacle(found), "")]
        }
        Obstacle::Refused { refused: entry } => refused(entry, language),
        Obstacle::NothingToChange => {
            vec![LocalizedMessage::new(say.request_nothing_to_change(), "")]
        }
    }
}

/// There is no request with this id.
pub(crate) fn unknown(id: &str, language: Language) -> LocalizedMessage {
    let say = Say(language);
    LocalizedMessage::new(say.request_unknown(id), say.request_unknown_hint())
}

/// Why a request cannot be decided.
pub(crate) fn not_approvable(
    id: &str,
    why: &NotApprovable,
    language: Language,
) -> Vec<LocalizedMessage> {
    let say = Say(language);
    let message = match why {
        NotApprovable::Decided(word) => {
            LocalizedMessage::new(say.request_decided(id, state(word, language)), "")
        }
        NotApprovable::Revised { now } => {
            LocalizedMessage::new(say.request_revised(id, now), say.request_revised_hint(id))
        }
        NotApprovable::Stuck(found) => {
            let mut messages = vec![LocalizedMessage::new(say.request_stuck(id), "")];
            messages.extend(obstacle(found, language));
            return messages;
        }
        NotApprovable::ContactsNotTold(contacts) => LocalizedMessage::new(
            say.request_contacts_not_notified(contacts.join("; "), id),
            say.request_contacts_not_notified_hint(),
        ),
        NotApprovable::NeedsPerson => LocalizedMessage::new(say.request_needs_person(id), ""),
    };
    vec![message]
}

/// The question before an approval.
pub(crate) fn question(view: &RequestView, language: Language) -> String {
    let account = view.account_id.as_ref().map(ToString::to_string);
    Say(language).request_question(
        account.unwrap_or_default(),
        &view.id,
        kind(view.kind, language),
    )
}

/// The answer to a ticket, in its reporter's language.
pub(crate) fn answer(
    answer: &TicketAnswer,
    context: &JudgedRequest,
    help: Help<'_>,
) -> Vec<AnswerPart> {
    let language = context.request.language;
    let say = Say(language);
    let account = context.request.account().map(|id| id.to_string());
    let account = account.unwrap_or_default();
    match answer {
        TicketAnswer::Received => {
            let mut parts = vec![AnswerPart::Text(
                say.request_answer_received(account, kind(context.request.kind(), language)),
            )];
            if context.record.is_some() {
                parts.push(AnswerPart::Text(say.request_answer_contacts().to_owned()));
            }
            parts
        }
        TicketAnswer::Stuck => {
            let found = context.judged.as_ref().err();
            let mut parts = vec![AnswerPart::Text(say.request_answer_stuck().to_owned())];
            parts.extend(
                found
                    .into_iter()
                    .flat_map(|found| obstacle(found, language))
                    .map(|message| {
                        AnswerPart::Text(
                            format!("{} {}", message.text, message.hint)
                                .trim()
                                .to_owned(),
                        )
                    }),
            );
            parts.push(AnswerPart::Text(say.request_answer_mend().to_owned()));
            parts
        }
        TicketAnswer::Approved => approved(context, &account, help.lines),
        TicketAnswer::Rejected { reason } => {
            vec![AnswerPart::Text(say.request_answer_rejected(reason))]
        }
        TicketAnswer::TooLate => vec![AnswerPart::Text(say.request_answer_too_late().to_owned())],
        TicketAnswer::Hindered { hindrances } => {
            let mut parts = vec![AnswerPart::Text(say.request_answer_hindered(account))];
            let lines: Vec<String> = hindrances
                .iter()
                .map(|hindrance| self::hindrance(hindrance, language))
                .collect();
            parts.push(AnswerPart::Text(lines.join("\n")));
            let paste_this = say.request_answer_paste();
            parts.extend(command_lines(paste_this, help.lines, say));
            parts
        }
        TicketAnswer::Complete => vec![AnswerPart::Text(match context.request.kind() {
            Some(RequestKind::Remove) => say.request_answer_complete_remove(account),
            Some(RequestKind::Change) => say.request_answer_complete_change(account),
            _ => return setup_guide(&account, help.guide, language),
        })],
    }
}

/// The account is monitored from now on; the guide explains later messages.
fn setup_guide(account: &str, guide: &str, language: Language) -> Vec<AnswerPart> {
    let say = Say(language);
    let done = say.request_answer_complete_add(account);
    let guide = say.request_answer_guide(guide);
    [done, guide].map(AnswerPart::Text).into()
}

fn approved(context: &JudgedRequest, account: &str, lines: Option<[&str; 2]>) -> Vec<AnswerPart> {
    let say = Say(context.request.language);
    match (context.request.kind(), lines) {
        (Some(RequestKind::Remove), _) => {
            vec![AnswerPart::Text(say.request_answer_remove(account))]
        }
        (Some(RequestKind::Change), _) => {
            vec![AnswerPart::Text(say.request_answer_change(account))]
        }
        (_, None) => vec![AnswerPart::Text(say.request_answer_add_no_line(account))],
        (_, lines) => command_lines(say.request_answer_add(account), lines, say),
    }
}

/// A line to paste, and next to it the one that verifies the script first.
fn command_lines(text: impl Into<String>, lines: Option<[&str; 2]>, say: Say) -> Vec<AnswerPart> {
    lines.map_or_else(Vec::new, |[line, checked]| {
        vec![
            AnswerPart::Text(text.into()),
            AnswerPart::Line(line.to_owned()),
            AnswerPart::Text(say.release_install_checked().to_owned()),
            AnswerPart::Line(checked.to_owned()),
        ]
    })
}

/// Issues cannot be read.
pub(crate) fn issues_fail(error: &IssuesError, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match error {
        IssuesError::Unavailable(unavailable) => jira_fails(&unavailable.why(say), say),
        IssuesError::Jira(failure) => jira_fails(&failure.why(say), say),
        IssuesError::Store(error) => super::startup_error::store_error(error, language),
    }
}

/// Tickets cannot be answered.
pub(crate) fn answers_fail(error: &AnswerError, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match error {
        AnswerError::Unavailable(unavailable) => jira_fails(&unavailable.why(say), say),
        AnswerError::Store(error) => super::startup_error::store_error(error, language),
    }
}

fn jira_fails(why: &str, say: Say) -> LocalizedMessage {
    LocalizedMessage::new(say.request_jira_fails(why), say.request_jira_fails_hint())
}

/// A ticket could not be answered.
pub(crate) fn answer_fails(id: &str, why: &str, language: Language) -> LocalizedMessage {
    let say = Say(language);
    LocalizedMessage::new(
        say.request_answer_fails(id, why),
        say.request_jira_fails_hint(),
    )
}

/// What prevents progress in a Region.
pub(crate) fn hindrance(hindrance: &Hindrance, language: Language) -> String {
    let say = Say(language);
    let why = match hindrance.why.as_str() {
        "not_invited" => say.request_why_not_invited(),
        "invited" => say.request_why_waiting(),
        "managed_elsewhere" => say.request_why_elsewhere(),
        "incomplete" | "drifted" => say.request_why_incomplete(),
        "resigned" | "removed" | "deleted" => say.request_why_ended(),
        "suspended" => say.request_why_suspended(),
        other => other,
    };
    say.request_answer_hindrance(hindrance.region, why)
}
