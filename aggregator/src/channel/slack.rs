//! Slack's form of a letter: Block Kit with a plain text for notifications, by incoming webhook.
//!
//! What AWS or a member wrote can neither mention anybody nor make a link: `&`, `<` and `>` are
//! escaped (api.slack.com, "Escaping text"), and texts are cut to Slack's limits after that.

use serde_json::{Value, json};

use super::letter::Letter;

/// Slack's limits in characters: a header, a section's text, a field.
const HEADER: usize = 150;
const SECTION: usize = 3_000;
const FIELD: usize = 2_000;
/// A section holds ten fields.
const FIELDS: usize = 10;

/// The body of the webhook.
pub(super) fn message(letter: &Letter) -> Value {
    let mut blocks = vec![json!({
        "type": "header",
        // Plain text: Slack shows it as it is.
        "text": { "type": "plain_text", "text": cut(&letter.title, HEADER), "emoji": true },
    })];
    if !letter.facts.is_empty() {
        let fields: Vec<Value> = letter
            .facts
            .iter()
            .take(FIELDS)
            .map(|(name, value)| {
                json!({
                    "type": "mrkdwn",
                    "text": cut(&format!("*{}*\n{}", escape(name), escape(value)), FIELD),
                })
            })
            .collect();
        blocks.push(json!({ "type": "section", "fields": fields }));
    }
    if !letter.lines.is_empty() {
        blocks.push(section(&cut(&escape(&letter.lines.join("\n")), SECTION)));
    }
    if let Some((name, url)) = &letter.link {
        blocks.push(section(&format!(
            "<{}|{}>",
            escape(url).replace('|', "%7C"),
            escape(name)
        )));
    }
    json!({ "text": cut(&escape(&letter.title), HEADER), "blocks": blocks })
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// By characters, and never in the middle of an escape.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(most.saturating_sub(1)).collect();
    if let Some(start) = kept.rfind('&')
        && !kept.get(start..).unwrap_or_default().contains(';')
    {
        kept.truncate(start);
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_mentioned_and_no_link_is_made_by_what_aws_wrote() {
        let evil = "<!channel> <https://evil.example|AWS> & \"*bold*\"";
        let letter = Letter {
            title: evil.to_owned(),
            facts: vec![("Project".to_owned(), evil.to_owned())],
            lines: vec![evil.to_owned()],
            link: Some((
                "Console".to_owned(),
                "https://console.aws.amazon.com/a|b>c".to_owned(),
            )),
        };
        let message = message(&letter);
        let blocks = message["blocks"].as_array().unwrap();
        for text in [
            &message["text"],
            &blocks[1]["fields"][0]["text"],
            &blocks[2]["text"]["text"],
        ] {
            let text = text.as_str().unwrap();
            assert!(!text.contains('<') && !text.contains('>'), "{text}");
        }
        assert_eq!(blocks[0]["text"]["type"], "plain_text");
        assert_eq!(
            blocks[3]["text"]["text"],
            "<https://console.aws.amazon.com/a%7Cb&gt;c|Console>"
        );
    }

    #[test]
    fn long_texts_are_cut_to_slacks_limits_and_not_inside_an_escape() {
        let letter = Letter {
            title: "日".repeat(10_000),
            facts: vec![("n".to_owned(), "<".repeat(10_000)); 30],
            lines: vec!["&".repeat(10_000)],
            link: None,
        };
        let message = message(&letter);
        let blocks = message["blocks"].as_array().unwrap();
        let length = |value: &Value| value.as_str().unwrap().chars().count();
        assert!(length(&blocks[0]["text"]["text"]) <= HEADER);
        assert_eq!(blocks[1]["fields"].as_array().unwrap().len(), FIELDS);
        let field = blocks[1]["fields"][0]["text"].as_str().unwrap();
        assert!(field.chars().count() <= FIELD && field.ends_with("&lt;…"));
        let section = blocks[2]["text"]["text"].as_str().unwrap();
        assert!(section.chars().count() <= SECTION && section.ends_with("&amp;…"));
    }
}
