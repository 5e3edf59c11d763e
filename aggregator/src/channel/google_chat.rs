//! Google Chat messages: a card (`cardsV2`), posted to a webhook; all messages about one alert are one
//! thread.
//!
//! Widget texts support some HTML (developers.google.com/workspace/chat/format-messages), so `&`, `<` and `>`
//! are escaped. Links are buttons, and only our own.

use serde_json::{Value, json};
use url::Url;

use super::cut::{cut, fit};
use super::message::RenderedMessage;

/// The most bytes of a message; Google's limit is 32,000.
const LIMIT: usize = 30_000;
/// The most lines of a message; a card has at most 100 widgets.
const LINES: usize = 50;
/// The most characters of the title.
const TITLE: usize = 200;

/// The webhook's URL for a message, which continues or starts the thread with this key.
pub(super) fn address(webhook: &str, thread: Option<&str>) -> Option<String> {
    // The parser's error would quote the secret.
    let mut url = Url::parse(webhook).ok()?;
    if let Some(thread) = thread {
        url.query_pairs_mut()
            .append_pair("threadKey", thread)
            .append_pair("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");
    }
    Some(url.into())
}

/// The webhook's body; `id` is the card's id.
pub(super) fn message(rendered: &RenderedMessage, id: &str) -> Value {
    fit(
        LIMIT,
        |most| card(rendered, id, most),
        |card| card.to_string().len(),
    )
}

fn card(rendered: &RenderedMessage, id: &str, most: usize) -> Value {
    let plain = |text: &str| cut(&escape(text), most);
    let lines = rendered
        .all_lines()
        .take(LINES)
        .map(|line| json!({ "textParagraph": { "text": plain(line) } }));
    let facts = rendered.facts.iter().map(|(name, value)| {
        json!({ "decoratedText": {
            "topLabel": plain(name),
            "text": plain(value),
            "wrapText": true,
        } })
    });
    let buttons: Vec<Value> = rendered
        .links
        .iter()
        .map(|(name, url)| json!({ "text": name, "onClick": { "openLink": { "url": url } } }))
        .collect();
    let mut widgets: Vec<Value> = lines.chain(facts).collect();
    if !buttons.is_empty() {
        widgets.push(json!({ "buttonList": { "buttons": buttons } }));
    }
    let header = json!({ "title": cut(&rendered.title, TITLE.min(most)) });
    // Google Chat rejects a section without widgets.
    let card = if widgets.is_empty() {
        json!({ "header": header })
    } else {
        json!({ "header": header, "sections": [{ "widgets": widgets }] })
    };
    json!({
        "fallbackText": cut(&rendered.title, TITLE.min(most)),
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
        assert!(address("hunter2", None).is_none());
    }
}
