//! Google Chat's form of a letter: a card (`cardsV2`), by webhook; what is told of one alert is one thread.
//!
//! Texts of widgets know a little HTML (developers.google.com/workspace/chat/format-messages), so `&`, `<`
//! and `>` are escaped; links are buttons, and only our own.

use serde_json::{Value, json};
use url::Url;

use super::cut::{cut, fit};
use super::message::RenderedMessage;

/// A message has at most 32,000 bytes.
const LIMIT: usize = 30_000;
/// The most lines that are shown: a card has at most 100 widgets.
const LINES: usize = 50;
/// The title's most characters.
const TITLE: usize = 200;

/// The webhook's address for a message: it goes into the thread of this key, or begins it.
pub(super) fn address(webhook: &str, thread: Option<&str>) -> Result<String, String> {
    // The parser's own error would quote the secret.
    let mut url = Url::parse(webhook).map_err(|_| "the channel's url is no URL".to_owned())?;
    if let Some(thread) = thread {
        url.query_pairs_mut()
            .append_pair("threadKey", thread)
            .append_pair("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");
    }
    Ok(url.into())
}

/// The body of the webhook; `id` names the card.
pub(super) fn message(letter: &RenderedMessage, id: &str) -> Value {
    fit(
        LIMIT,
        |most| card(letter, id, most),
        |card| card.to_string().len(),
    )
}

fn card(letter: &RenderedMessage, id: &str, most: usize) -> Value {
    let told = |text: &str| cut(&escape(text), most);
    let lines = letter
        .all_lines()
        .take(LINES)
        .map(|line| json!({ "textParagraph": { "text": told(line) } }));
    let facts = letter.facts.iter().map(|(name, value)| {
        json!({ "decoratedText": {
            "topLabel": told(name),
            "text": told(value),
            "wrapText": true,
        } })
    });
    let buttons: Vec<Value> = letter
        .links
        .iter()
        .map(|(name, url)| json!({ "text": name, "onClick": { "openLink": { "url": url } } }))
        .collect();
    let mut widgets: Vec<Value> = lines.chain(facts).collect();
    if !buttons.is_empty() {
        widgets.push(json!({ "buttonList": { "buttons": buttons } }));
    }
    let header = json!({ "title": cut(&letter.title, TITLE.min(most)) });
    // A section without widgets is refused.
    let card = if widgets.is_empty() {
        json!({ "header": header })
    } else {
        json!({ "header": header, "sections": [{ "widgets": widgets }] })
    };
    json!({
        "fallbackText": cut(&letter.title, TITLE.min(most)),
        "cardsV2": [{ "cardId": id, "card": card }],
    })
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
    fn one_alert_is_one_thread_and_the_secret_stays() {
        let webhook = "https://chat.googleapis.com/v1/spaces/S/messages?key=k&token=t";
        assert_eq!(
            address(webhook, Some("a1 b")).unwrap(),
            format!(
                "{webhook}&threadKey=a1+b&messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"
            )
        );
        assert_eq!(address(webhook, None).unwrap(), webhook);
        assert!(!address("hunter2", None).unwrap_err().contains("hunter2"));
    }
}
