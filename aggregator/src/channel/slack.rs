//! Slack messages: Block Kit, with a plain text for notifications, posted to an incoming webhook.
//!
//! Foreign text only appears in `plain_text` objects, which Slack shows literally; only our own links are
//! `mrkdwn`. The text for notifications is escaped (api.slack.com, "Escaping text"). Everything is cut to
//! Slack's limits afterwards.

use serde_json::{Value, json};

use super::cut::{cut, fit};
use super::message::RenderedMessage;

/// Slack's limits in characters: a header, a section's text, a field.
const HEADER: usize = 150;
const SECTION: usize = 3_000;
const FIELD: usize = 2_000;
/// The most fields of a section.
const FIELDS: usize = 10;
/// Slack rejects a longer message as `msg_blocks_too_long` (slackapi/bolt-js#2509).
const LIMIT: usize = 12_000;

/// The webhook's body.
pub(super) fn message(rendered: &RenderedMessage) -> Value {
    fit(
        LIMIT,
        |most| blocks(rendered, most),
        |message| message.to_string().chars().count(),
    )
}

fn blocks(rendered: &RenderedMessage, most: usize) -> Value {
    let mut blocks = vec![json!({ "type": "header", "text": plain(&rendered.title, HEADER) })];
    let lines: Vec<String> = rendered.all_lines().map(|line| cut(line, most)).collect();
    if !lines.is_empty() {
        // A section that is too long loses its end: what happened is at its beginning.
        let text = plain(&lines.join("\n"), SECTION);
        blocks.push(json!({ "type": "section", "text": text }));
    }
    for facts in rendered.facts.chunks(FIELDS) {
        let fields: Vec<Value> = facts
            .iter()
            .map(|(name, value)| plain(&format!("{name}\n{value}"), FIELD.min(most)))
            .collect();
        blocks.push(json!({ "type": "section", "fields": fields }));
    }
    let links: Vec<String> = rendered
        .links
        .iter()
        .map(|(name, url)| format!("<{}|{}>", escape(url).replace('|', "%7C"), escape(name)))
        .collect();
    if !links.is_empty() {
        let text = json!({ "type": "mrkdwn", "text": links.join("   "), "verbatim": true });
        blocks.push(json!({ "type": "section", "text": text }));
    }
    json!({
        "text": cut(&escape(&rendered.title), HEADER),
        "mrkdwn": false,
        "parse": "none",
        "link_names": false,
        "unfurl_links": false,
        "unfurl_media": false,
        "blocks": blocks,
    })
}

/// A text that is shown literally, without emoji.
fn plain(text: &str, most: usize) -> Value {
    json!({ "type": "plain_text", "text": cut(text, most), "emoji": false })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_links_are_more_than_plain_text() {
        let evil = "<!channel> <https://evil.example|AWS> & \"*bold*\"";
        let rendered = RenderedMessage {
            title: evil.to_owned(),
            facts: vec![("Project".to_owned(), evil.to_owned())],
            lines: vec![evil.to_owned()],
            links: vec![(
                "Console".to_owned(),
                "https://console.aws.amazon.com/a|b>c".to_owned(),
            )],
            ..RenderedMessage::default()
        };
        let message = message(&rendered);
        let text = message["text"].as_str().unwrap();
        assert!(!text.contains('<') && !text.contains('>'), "{text}");
        let blocks = message["blocks"].as_array().unwrap();
        assert_eq!(blocks[0]["text"]["type"], "plain_text");
        assert_eq!(blocks[1]["text"]["type"], "plain_text");
        assert_eq!(blocks[2]["fields"][0]["type"], "plain_text");
        assert_eq!(
            blocks[3]["text"]["text"],
            "<https://console.aws.amazon.com/a%7Cb&gt;c|Console>"
        );
    }

    #[test]
    fn long_texts_are_cut_to_slacks_limits_and_not_inside_an_escape() {
        let rendered = RenderedMessage {
            title: "<日".repeat(10_000),
            facts: vec![("n".to_owned(), "<".repeat(10_000)); 30],
            lines: vec!["&".repeat(10_000); 40],
            ..RenderedMessage::default()
        };
        let message = message(&rendered);
        assert!(message.to_string().chars().count() <= LIMIT);
        let blocks = message["blocks"].as_array().unwrap();
        let length = |value: &Value| value.as_str().unwrap().chars().count();
        let header = blocks[0]["text"]["text"].as_str().unwrap();
        assert!(header.chars().count() <= HEADER && header.ends_with('…'));
        assert!(length(&message["text"]) <= HEADER);
        assert!(length(&blocks[1]["text"]["text"]) <= SECTION);
        assert_eq!(blocks[2]["fields"].as_array().unwrap().len(), FIELDS);
        assert!(length(&blocks[2]["fields"][0]["text"]) <= FIELD);
    }
}
