//! Microsoft Teams' form of a letter: an Adaptive Card 1.4, for a Workflows webhook.
//!
//! Every text is a `TextRun`: unlike a `TextBlock`, it knows no Markdown (adaptivecards.io, "TextRun"), and
//! without `msteams.entities` nobody is mentioned. Links are actions, and only our own.

use serde_json::{Value, json};

use super::cut::{cut, fit};
use super::message::RenderedMessage;

/// Teams refuses a message of about 28 KB; some of it is for the envelope.
const LIMIT: usize = 26_000;
/// The most lines that are shown.
const LINES: usize = 50;

/// The body of the webhook.
pub(super) fn message(letter: &RenderedMessage) -> Value {
    fit(
        LIMIT,
        |most| card(letter, most),
        |card| card.to_string().len(),
    )
}

fn card(letter: &RenderedMessage, most: usize) -> Value {
    let run = |text: &str| json!({ "type": "TextRun", "text": cut(text, most) });
    let block = |runs: Vec<Value>| json!({ "type": "RichTextBlock", "inlines": runs });
    let bold = |text: &str, size: &str| json!({ "type": "TextRun", "text": cut(text, most), "weight": "Bolder", "size": size });
    let title = bold(&letter.title, "Large");
    let mut body = vec![block(vec![title])];
    body.extend(
        letter
            .all_lines()
            .take(LINES)
            .map(|line| block(vec![run(line)])),
    );
    for (name, value) in &letter.facts {
        let name = bold(&format!("{name}: "), "Default");
        body.push(block(vec![name, run(value)]));
    }
    let actions: Vec<Value> = letter
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
