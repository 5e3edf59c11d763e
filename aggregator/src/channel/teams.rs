//! Microsoft Teams messages: an Adaptive Card 1.4, posted to a Workflows webhook.
//!
//! Every text is a `TextRun`: unlike a `TextBlock`, it supports no Markdown (adaptivecards.io, "TextRun").
//! Without `msteams.entities`, no one is mentioned. Links are actions, and only our own.

use serde_json::{Value, json};

use super::cut::{cut, fit};
use super::message::RenderedMessage;

/// Teams rejects messages of about 28 KB, including the envelope.
const LIMIT: usize = 26_000;
/// The most lines of a message.
const LINES: usize = 50;

/// The webhook's body.
pub(super) fn message(rendered: &RenderedMessage) -> Value {
    fit(
        LIMIT,
        |most| card(rendered, most),
        |card| card.to_string().len(),
    )
}

fn card(rendered: &RenderedMessage, most: usize) -> Value {
    let run = |text: &str| json!({ "type": "TextRun", "text": cut(text, most) });
    let block = |runs: Vec<Value>| json!({ "type": "RichTextBlock", "inlines": runs });
    let bold = |text: &str, size: &str| json!({ "type": "TextRun", "text": cut(text, most), "weight": "Bolder", "size": size });
    let title = bold(&rendered.title, "Large");
    let mut body = vec![block(vec![title])];
    body.extend(
        rendered
            .all_lines()
            .take(LINES)
            .map(|line| block(vec![run(line)])),
    );
    for (name, value) in &rendered.facts {
        let name = bold(&format!("{name}: "), "Default");
        body.push(block(vec![name, run(value)]));
    }
    let actions: Vec<Value> = rendered
        .links
        .iter()
        .map(|(name, url)| json!({ "type": "Action.OpenUrl", "title": name, "url": url }))
        .collect();
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "msteams": { "width": "Full" },
                "body": body,
                "actions": actions,
            },
        }],
    })
}
