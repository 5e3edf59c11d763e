//! Shows requests: the list, a single one, and the results of invitations.

use serde_json::{Value, json};

use super::super::failure::CommandFailure;
use super::super::screen::Screen;
use super::super::{CommandResult, Exit};
use crate::jobs::requests::Passed;
use crate::queries::request::ShownRequest;
use crate::say::Say;
use crate::text;
use hubward_domain::account::Language;
use hubward_domain::ledger::LedgerColumn;
use hubward_domain::request::RequestView;

pub(super) fn list(shown: &[ShownRequest], screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    if screen.is_json() {
        let views: Vec<&RequestView> = shown.iter().map(|shown| &shown.view).collect();
        screen.data(&views)?;
        return Ok(Exit::Done);
    }
    if shown.is_empty() {
        screen.say(say.request_none());
        return Ok(Exit::Done);
    }
    let headers = [
        say.table_request(),
        say.table_kind(),
        say.table_account(),
        say.table_project(),
        say.table_state(),
        say.request_reporter(),
        say.table_at(),
    ]
    .map(String::from);
    let rows = shown.iter().map(|ShownRequest { view, .. }| {
        vec![
            view.id.clone(),
            text::request::kind(view.kind, language),
            view.account_id
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            view.project.clone(),
            text::request::state(&view.state, language),
            view.reporter.clone(),
            view.created_at.to_string(),
        ]
    });
    screen.table(&headers, rows.collect())?;
    Ok(Exit::Done)
}

pub(super) fn show(shown: &ShownRequest, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let view = &shown.view;
    let messages = match &shown.context.judged {
        Err(obstacle) if view.state == "stuck" => text::request::obstacle(obstacle, language),
        _ => Vec::new(),
    };
    if screen.is_json() {
        let mut shape = json!(view);
        if let Some(shape) = shape.as_object_mut() {
            let texts: Vec<&String> = messages.iter().map(|message| &message.text).collect();
            shape.insert("problems".to_owned(), json!(texts));
            let answers = shown.answers.iter().map(|queued| {
                json!({
                    "answer": queued.answer,
                    "state": queued.state,
                    "attempts": queued.attempts,
                    "last_error": queued.last_error,
                    "created_at": queued.created_at,
                })
            });
            shape.insert("answers".to_owned(), answers.collect());
        }
        screen.data(&[shape])?;
        return Ok(Exit::Done);
    }
    let line = |name: &str, value: String| vec![name.to_owned(), value];
    let mut rows = vec![
        line(say.table_request(), view.id.clone()),
        line(say.table_kind(), text::request::kind(view.kind, language)),
        line(
            say.table_state(),
            text::request::state(&view.state, language),
        ),
        line(say.request_reporter(), view.reporter.clone()),
        line(say.table_revision(), view.revision.to_string()),
        line(
            say.request_decided_by(),
            view.decided_by.clone().unwrap_or_default(),
        ),
    ];
    rows.extend(view.asked.iter().map(|(field, text)| {
        let header =
            LedgerColumn::of_name(field).map_or(field.as_str(), |column| column.header(language));
        vec![
            header.to_owned(),
            text.as_str().unwrap_or_default().to_owned(),
        ]
    }));
    rows.retain(|row| row.last().is_some_and(|value| !value.is_empty()));
    let headers = [say.table_column(), say.table_value()].map(String::from);
    screen.table(&headers, rows)?;
    if !view.changes.is_empty() {
        let headers = [say.table_column(), say.table_before(), say.table_after()].map(String::from);
        let rows = view.changes.iter().map(|change| {
            vec![
                change.field.clone(),
                change.before.clone(),
                change.after.clone(),
            ]
        });
        screen.table(&headers, rows.collect())?;
    }
    for message in &messages {
        screen.warn(message);
    }
    if view.state == "waiting" && !view.contacts.is_empty() && view.contacts_told_at.is_none() {
        screen.say(&say.request_notify_contacts(view.contacts.join("; ")));
    }
    Ok(Exit::Done)
}

/// The results of a pass's invitations.
pub(super) fn invitations(passed: &Passed, screen: &Screen) -> Result<(), CommandFailure> {
    if passed.invited.is_empty() || screen.is_json() {
        return Ok(());
    }
    let language = screen.language();
    let say = Say(language);
    let headers = [
        say.table_account(),
        say.table_region(),
        say.table_outcome(),
        say.table_detail(),
    ]
    .map(String::from);
    let rows = passed.invited.iter().map(|row| {
        vec![
            row.account_id.to_string(),
            row.region.to_string(),
            row.outcome.as_str().to_owned(),
            text::invite::detail(row, language),
        ]
    });
    screen.table(&headers, rows.collect())
}

pub(super) fn with_invitations(view: &RequestView, passed: &Passed, language: Language) -> Value {
    let mut shape = json!(view);
    if let Some(shape) = shape.as_object_mut() {
        let rows = passed.invited.iter().map(|row| {
            json!({
                "account_id": row.account_id,
                "region": row.region,
                "outcome": row.outcome.as_str(),
                "detail": text::invite::detail(row, language),
            })
        });
        shape.insert("invitations".to_owned(), rows.collect());
    }
    shape
}
