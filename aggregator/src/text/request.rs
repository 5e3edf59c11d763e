//! Requests in words: what is in their way, why they are not decided, and what tickets are told.

use rust_i18n::t;

use super::LocalizedMessage;
use hubward_domain::account::Language;
use hubward_domain::ledger::EntryRefused;
use hubward_domain::request::{
    AnswerPart, Help, Hindrance, JudgedRequest, NotApprovable, Obstacle, RequestKind, RequestView,
    TicketAnswer,
};

/// What is to be done.
pub(crate) fn kind(kind: Option<RequestKind>, language: Language) -> String {
    let locale = language.as_str();
    match kind {
        Some(RequestKind::Add) => t!("request.kind_add", locale = locale),
        Some(RequestKind::Change) => t!("request.kind_change", locale = locale),
        Some(RequestKind::Remove) => t!("request.kind_remove", locale = locale),
        None => t!("request.kind_unknown", locale = locale),
    }
    .into_owned()
}

/// How far a request is, by the word of its state.
pub(crate) fn state(word: &str, language: Language) -> String {
    let locale = language.as_str();
    match word {
        "waiting" => t!("request.state_waiting", locale = locale),
        "stuck" => t!("request.state_stuck", locale = locale),
        "approved" => t!("request.state_approved", locale = locale),
        "complete" => t!("request.state_complete", locale = locale),
        "rejected" => t!("request.state_rejected", locale = locale),
        _ => t!("request.state_withdrawn", locale = locale),
    }
    .into_owned()
}

/// Why an entry is refused: all of it.
pub(crate) fn refused(refused: &EntryRefused, language: Language) -> Vec<LocalizedMessage> {
    let locale = language.as_str();
    match refused {
        EntryRefused::Problems(problems) => problems
            .iter()
            .map(|problem| super::ledger::entry_problem(problem, language))
            .collect(),
        EntryRefused::AlreadyInLedger(account) => vec![LocalizedMessage::new(
            t!(
                "request.already_in_ledger",
                locale = locale,
                account = account
            ),
            "",
        )],
        EntryRefused::NotInLedger(account) => vec![LocalizedMessage::new(
            t!("request.not_in_ledger", locale = locale, account = account),
            "",
        )],
    }
}

/// What is in a request's way.
pub(crate) fn obstacle(obstacle: &Obstacle, language: Language) -> Vec<LocalizedMessage> {
    let locale = language.as_str();
    match obstacle {
        Obstacle::Kind { found } => vec![LocalizedMessage::new(
            t!("request.kind_obstacle", locale = locale, found = found),
            "",
        )],
        Obstacle::Refused { refused: entry } => refused(entry, language),
        Obstacle::NothingToChange => vec![LocalizedMessage::new(
            t!("request.nothing_to_change", locale = locale),
            "",
        )],
    }
}

/// That there is no request of an id.
pub(crate) fn unknown(id: &str, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    LocalizedMessage::new(
        t!("request.unknown", locale = locale, id = id),
        t!("request.unknown_hint", locale = locale),
    )
}

/// Why a request is not decided.
pub(crate) fn not_approvable(
    id: &str,
    why: &NotApprovable,
    language: Language,
) -> Vec<LocalizedMessage> {
    let locale = language.as_str();
    let message = match why {
        NotApprovable::Decided(word) => LocalizedMessage::new(
            t!(
                "request.decided",
                locale = locale,
                id = id,
                state = state(word, language)
            ),
            "",
        ),
        NotApprovable::Revised { now } => LocalizedMessage::new(
            t!("request.revised", locale = locale, id = id, now = now),
            t!("request.revised_hint", locale = locale, id = id),
        ),
        NotApprovable::Stuck(found) => {
            let mut messages = vec![LocalizedMessage::new(
                t!("request.stuck", locale = locale, id = id),
                "",
            )];
            messages.extend(obstacle(found, language));
            return messages;
        }
        NotApprovable::ContactsNotTold(contacts) => LocalizedMessage::new(
            t!(
                "request.contacts_not_told",
                locale = locale,
                id = id,
                contacts = contacts.join("; ")
            ),
            t!("request.contacts_not_told_hint", locale = locale),
        ),
        NotApprovable::NeedsPerson => {
            LocalizedMessage::new(t!("request.needs_person", locale = locale, id = id), "")
        }
    };
    vec![message]
}

/// What a person has to agree to.
pub(crate) fn question(view: &RequestView, language: Language) -> String {
    let account = view.account_id.as_ref().map(ToString::to_string);
    t!(
        "request.question",
        locale = language.as_str(),
        id = view.id,
        kind = kind(view.kind, language),
        account = account.unwrap_or_default()
    )
    .into_owned()
}

/// What a ticket is told, in its reporter's language.
pub(crate) fn answer(
    answer: &TicketAnswer,
    told: &JudgedRequest,
    help: Help<'_>,
) -> Vec<AnswerPart> {
    let language = told.request.language;
    let locale = language.as_str();
    let account = told.request.account().map(|id| id.to_string());
    let account = account.unwrap_or_default();
    match answer {
        TicketAnswer::Received => {
            let mut parts = vec![AnswerPart::Text(
                t!(
                    "request.answer_received",
                    locale = locale,
                    kind = kind(told.request.kind(), language),
                    account = account
                )
                .into_owned(),
            )];
            if told.record.is_some() {
                parts.push(AnswerPart::Text(
                    t!("request.answer_contacts", locale = locale).into_owned(),
                ));
            }
            parts
        }
        TicketAnswer::Stuck => {
            let found = told.judged.as_ref().err();
            let mut parts = vec![AnswerPart::Text(
                t!("request.answer_stuck", locale = locale).into_owned(),
            )];
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
            parts.push(AnswerPart::Text(
                t!("request.answer_mend", locale = locale).into_owned(),
            ));
            parts
        }
        TicketAnswer::Approved => approved(told, &account, help.lines),
        TicketAnswer::Rejected { reason } => vec![AnswerPart::Text(
            t!("request.answer_rejected", locale = locale, reason = reason).into_owned(),
        )],
        TicketAnswer::TooLate => vec![AnswerPart::Text(
            t!("request.answer_too_late", locale = locale).into_owned(),
        )],
        TicketAnswer::Hindered { hindrances } => {
            let mut parts = vec![AnswerPart::Text(
                t!(
                    "request.answer_hindered",
                    locale = locale,
                    account = account
                )
                .into_owned(),
            )];
            let lines: Vec<String> = hindrances
                .iter()
                .map(|hindrance| self::hindrance(hindrance, language))
                .collect();
            parts.push(AnswerPart::Text(lines.join("\n")));
            let paste_this = t!("request.answer_paste", locale = locale);
            parts.extend(paste(paste_this, help.lines, locale));
            parts
        }
        TicketAnswer::Complete => vec![AnswerPart::Text(
            match told.request.kind() {
                Some(RequestKind::Remove) => {
                    t!(
                        "request.answer_complete_remove",
                        locale = locale,
                        account = account
                    )
                }
                Some(RequestKind::Change) => {
                    t!(
                        "request.answer_complete_change",
                        locale = locale,
                        account = account
                    )
                }
                _ => return welcome(&account, help.guide, language),
            }
            .into_owned(),
        )],
    }
}

/// The account is watched from now on: what it is told of later is explained in the guide.
fn welcome(account: &str, guide: &str, language: Language) -> Vec<AnswerPart> {
    let locale = language.as_str();
    let done = t!(
        "request.answer_complete_add",
        locale = locale,
        account = account
    );
    let guide = t!("request.answer_guide", locale = locale, guide = guide);
    [done, guide]
        .map(|text| AnswerPart::Text(text.into_owned()))
        .into()
}

fn approved(told: &JudgedRequest, account: &str, lines: Option<[&str; 2]>) -> Vec<AnswerPart> {
    let locale = told.request.language.as_str();
    match (told.request.kind(), lines) {
        (Some(RequestKind::Remove), _) => vec![AnswerPart::Text(
            t!("request.answer_remove", locale = locale, account = account).into_owned(),
        )],
        (Some(RequestKind::Change), _) => vec![AnswerPart::Text(
            t!("request.answer_change", locale = locale, account = account).into_owned(),
        )],
        (_, None) => vec![AnswerPart::Text(
            t!(
                "request.answer_add_no_line",
                locale = locale,
                account = account
            )
            .into_owned(),
        )],
        (_, lines) => paste(
            t!("request.answer_add", locale = locale, account = account),
            lines,
            locale,
        ),
    }
}

/// A line to paste, and beside it the one that checks the script before it runs.
fn paste(text: impl Into<String>, lines: Option<[&str; 2]>, locale: &str) -> Vec<AnswerPart> {
    lines.map_or_else(Vec::new, |[line, checked]| {
        vec![
            AnswerPart::Text(text.into()),
            AnswerPart::Line(line.to_owned()),
            AnswerPart::Text(t!("release.install_checked", locale = locale).into_owned()),
            AnswerPart::Line(checked.to_owned()),
        ]
    })
}

/// That Jira does not do what it should.
pub(crate) fn jira_fails(why: &dyn std::fmt::Display, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    LocalizedMessage::new(
        t!("request.jira_fails", locale = locale, why = why),
        t!("request.jira_fails_hint", locale = locale),
    )
}

/// That a ticket could not be answered.
pub(crate) fn answer_fails(id: &str, why: &str, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    LocalizedMessage::new(
        t!("request.answer_fails", locale = locale, id = id, why = why),
        t!("request.jira_fails_hint", locale = locale),
    )
}

/// What is in the way in a Region.
pub(crate) fn hindrance(hindrance: &Hindrance, language: Language) -> String {
    let locale = language.as_str();
    let why = match hindrance.why.as_str() {
        "not_invited" => t!("request.why_not_invited", locale = locale),
        "invited" => t!("request.why_waiting", locale = locale),
        "managed_elsewhere" => t!("request.why_elsewhere", locale = locale),
        "incomplete" | "drifted" => t!("request.why_incomplete", locale = locale),
        "resigned" | "removed" | "deleted" => t!("request.why_ended", locale = locale),
        "suspended" => t!("request.why_suspended", locale = locale),
        other => other.into(),
    };
    t!(
        "request.answer_hindrance",
        locale = locale,
        region = hindrance.region,
        why = why
    )
    .into_owned()
}
