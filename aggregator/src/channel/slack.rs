//! Slack's form of a letter: Block Kit with a plain text for notifications, by incoming webhook.
//!
//! What AWS or a member wrote stands in `plain_text` objects alone, which Slack shows as they are; only our
//! own links are `mrkdwn`. The text for notifications is escaped (api.slack.com, "Escaping text") and
//! nothing in it is looked up. Everything is cut to Slack's limits after that.

use serde_json::{Value, json};

use super::cut::{cut, fit};
use super::message::RenderedMessage;

/// Slack's limits in characters: a header, a section's text, a field.
const HEADER: usize = 150;
const SECTION: usize = 3_000;
const FIELD: usize = 2_000;
/// A section holds ten fields.
const FIELDS: usize = 10;
/// A message of more characters is refused as `msg_blocks_too_long` (slackapi/bolt-js#2509).
const LIMIT: usize = 12_000;

/// The body of the webhook.
pub(super) fn message(letter: &RenderedMessage) -> Value {
    fit(
        LIMIT,
        |most| blocks(letter, most),
        |message| message.to_string().chars().count(),
    )
}

fn blocks(letter: &RenderedMessage, most: usize) -> Value {
    let mut blocks = vec![json!({ "type": "header", "text": plain(&letter.title, HEADER) })];
    let lines: Vec<String> = letter.all_lines().map(|line| cut(line, most)).collect();
    if !lines.is_empty() {
        // A section that is too long is cut at its end: what happened stands first.
        let text = plain(&lines.join("\n"), SECTION);
        blocks.push(json!({ "type": "section", "text": text }));
    }
    for facts in letter.facts.chunks(FIELDS) {
        let fields: Vec<Value> = facts
            .iter()
            .map(|(name, value)| plain(&format!("{name}\n{value}"), FIELD.min(most)))
            .collect();
        blocks.push(json!({ "type": "section", "fields": fields }));
    }
    let links: Vec<String> = letter
        .links
        .iter()
        .map(|(name, url)| format!("<{}|{}>", escape(url).replace('|', "%7C"), escape(name)))
        .collect();
    if !links.is_empty() {
        let text = json!({ "type": "mrkdwn", "text": links.join("   "), "verbatim": true });
        blocks.push(json!({ "type": "section", "text": text }));
    }
    json!({
        "text": cut(&escape(&letter.title), HEADER),
        "mrkdwn": false,
        "parse": "none",
        "link_names": false,
        "unfurl_links": false,
        "unfurl_media": false,
        "blocks": blocks,
    })
}

/// A text that is shown as it is; no emoji is made of it either.
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
        let letter = RenderedMessage {
            title: evil.to_owned(),
            facts: vec![("Project".to_owned(), evil.to_owned())],
            lines: vec![evil.to_owned()],
            links: vec![(
                "Console".to_owned(),
                "https://console.aws.amazon.com/a|b>c".to_owned(),
            )],
            ..RenderedMessage::default()
        };
        let message = message(&letter);
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
        let letter = RenderedMessage {
            title: "<日".repeat(10_000),
            facts: vec![("n".to_owned(), "<".repeat(10_000)); 30],
            lines: vec!["&".repeat(10_000); 40],
            ..RenderedMessage::default()
        };
        let message = message(&letter);
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
