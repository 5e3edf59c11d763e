//! Requests in a letter: to whoever listens to them, and to the contacts of an account that somebody asks
//! to have changed.

use rust_i18n::t;

use super::RenderedMessage;
use hubward_domain::ledger::FieldChange;
use hubward_domain::notice::ContactNotice;
use hubward_domain::request::{RequestKind, RequestView};

/// How much is quoted of what a stranger wrote.
const QUOTED: usize = 120;

/// A request that came, or is further than before.
pub(super) fn changed(request: &RequestView, locale: &str) -> RenderedMessage {
    let kind = kind_text(request.kind, locale);
    let state = match request.state.as_str() {
        "waiting" => t!("request.state_waiting", locale = locale),
        "stuck" => t!("request.state_stuck", locale = locale),
        "approved" => t!("request.state_approved", locale = locale),
        "complete" => t!("request.state_complete", locale = locale),
        "rejected" => t!("request.state_rejected", locale = locale),
        _ => t!("request.state_withdrawn", locale = locale),
    };
    let account = request.account_id.as_ref().map(ToString::to_string);
    let facts = [
        (
            t!("channel.project", locale = locale),
            request.project.clone(),
        ),
        (
            t!("channel.account", locale = locale),
            account.unwrap_or_default(),
        ),
        (
            t!("request.reporter", locale = locale),
            request.reporter.clone(),
        ),
        (
            t!("request.decided_by", locale = locale),
            request.decided_by.clone().unwrap_or_default(),
        ),
    ];
    let mut lines: Vec<String> = request
        .changes
        .iter()
        .map(|change| format!("{}: {} → {}", change.field, change.before, change.after))
        .collect();
    // Whoever reads this can call those whose account it is before anybody decides.
    if request.state == "waiting" && !request.contacts.is_empty() {
        let contacts = request.contacts.join("; ");
        lines.insert(
            0,
            t!(
                "request.tell_contacts",
                locale = locale,
                contacts = contacts
            )
            .into_owned(),
        );
    }
    RenderedMessage {
        title: t!(
            "channel.request_changed",
            locale = locale,
            id = request.id,
            kind = kind,
            state = state
        )
        .into_owned(),
        facts: facts
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.into_owned(), value))
            .collect(),
        lines,
        ..RenderedMessage::default()
    }
}

/// Whoever asked is a stranger to those who read this: what they wrote is quoted, and cut.
pub(super) fn asked(
    contact: &ContactNotice,
    (request, kind, reporter): (&str, RequestKind, &str),
    changes: &[FieldChange],
    locale: &str,
) -> RenderedMessage {
    let quoted = |text: &str| {
        let mut shown: String = text.chars().take(QUOTED).collect();
        if text.chars().nth(QUOTED).is_some() {
            shown.push('…');
        }
        format!("\"{}\"", shown.replace('\n', " "))
    };
    let mut lines = vec![
        t!(
            "channel.asked",
            locale = locale,
            kind = kind_text(Some(kind), locale),
            account = contact.account_id,
            reporter = quoted(reporter)
        )
        .into_owned(),
    ];
    lines.extend(changes.iter().map(|change| {
        format!(
            "- {}: {} → {}",
            change.field,
            quoted(&change.before),
            quoted(&change.after)
        )
    }));
    lines.push(t!("channel.asked_answer", locale = locale).into_owned());
    RenderedMessage {
        title: t!(
            "channel.asked_title",
            locale = locale,
            id = request,
            project = contact.project,
            account = contact.account_id
        )
        .into_owned(),
        lines,
        ..RenderedMessage::default()
    }
}

fn kind_text(kind: Option<RequestKind>, locale: &str) -> String {
    match kind {
        Some(RequestKind::Add) => t!("request.kind_add", locale = locale),
        Some(RequestKind::Change) => t!("request.kind_change", locale = locale),
        Some(RequestKind::Remove) => t!("request.kind_remove", locale = locale),
        None => t!("request.kind_unknown", locale = locale),
    }
    .into_owned()
}
