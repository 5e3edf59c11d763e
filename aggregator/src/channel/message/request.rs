//! Renders requests: for the channels, and for the contacts of the account that is to be changed.

use super::RenderedMessage;
use crate::say::Say;
use hubward_domain::ledger::FieldChange;
use hubward_domain::notice::ContactNotice;
use hubward_domain::request::{RequestKind, RequestView};

/// The most characters of a quoted text.
const QUOTED: usize = 120;

/// A new request, or one with a new state.
pub(super) fn changed(request: &RequestView, say: Say) -> RenderedMessage {
    let kind = kind_text(request.kind, say);
    let state = match request.state.as_str() {
        "waiting" => say.request_state_waiting(),
        "stuck" => say.request_state_stuck(),
        "approved" => say.request_state_approved(),
        "complete" => say.request_state_complete(),
        "rejected" => say.request_state_rejected(),
        _ => say.request_state_withdrawn(),
    };
    let account = request.account_id.as_ref().map(ToString::to_string);
    let facts = [
        (say.channel_project(), request.project.clone()),
        (say.channel_account(), account.unwrap_or_default()),
        (say.request_reporter(), request.reporter.clone()),
        (
            say.request_decided_by(),
            request.decided_by.clone().unwrap_or_default(),
        ),
    ];
    let mut lines: Vec<String> = request
        .changes
        .iter()
        .map(|change| format!("{}: {} → {}", change.field, change.before, change.after))
        .collect();
    // The reader can call the contacts before the request is decided.
    if request.state == "waiting" && !request.contacts.is_empty() {
        let contacts = request.contacts.join("; ");
        lines.insert(0, say.request_notify_contacts(contacts));
    }
    RenderedMessage {
        title: say.channel_request_changed(&request.id, kind, state),
        facts: facts
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        lines,
        ..RenderedMessage::default()
    }
}

/// For contacts, the requester is a stranger: their text is quoted and cut.
pub(super) fn asked(
    contact: &ContactNotice,
    (request, kind, reporter): (&str, RequestKind, &str),
    changes: &[FieldChange],
    say: Say,
) -> RenderedMessage {
    let quoted = |text: &str| {
        let mut shown: String = text.chars().take(QUOTED).collect();
        if text.chars().nth(QUOTED).is_some() {
            shown.push('…');
        }
        format!("\"{}\"", shown.replace('\n', " "))
    };
    let mut lines = vec![say.channel_request_notice(
        &contact.account_id,
        kind_text(Some(kind), say),
        quoted(reporter),
    )];
    lines.extend(changes.iter().map(|change| {
        format!(
            "- {}: {} → {}",
            change.field,
            quoted(&change.before),
            quoted(&change.after)
        )
    }));
    lines.push(say.channel_request_notice_answer().to_owned());
    RenderedMessage {
        title: say.channel_request_notice_title(&contact.account_id, request, &contact.project),
        lines,
        ..RenderedMessage::default()
    }
}

fn kind_text(kind: Option<RequestKind>, say: Say) -> String {
    match kind {
        Some(RequestKind::Add) => say.request_kind_add(),
        Some(RequestKind::Change) => say.request_kind_change(),
        Some(RequestKind::Remove) => say.request_kind_remove(),
        None => say.request_kind_unknown(),
    }
    .to_owned()
}
