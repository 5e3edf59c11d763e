//! Chatwork's form of a letter: its own markup in a form, by its API with a token.
//!
//! Letters hold no tag of that markup: `domain::untrusted` takes the bracket from whatever looks like one.

use url::form_urlencoded;

use super::cut::{cut, fit};
use super::message::RenderedMessage;

/// What a form is sent as.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// Where its API is.
pub(super) const API: &str = "https://api.chatwork.com/v2";
/// The most characters of a message; Chatwork names no limit, and nobody reads more.
const LIMIT: usize = 20_000;
/// The most lines that are shown.
const LINES: usize = 50;

/// The address of a room's messages.
pub(super) fn address(api: &str, room: &str) -> String {
    format!("{}/rooms/{room}/messages", api.trim_end_matches('/'))
}

/// The request's body.
pub(super) fn form(letter: &RenderedMessage) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields(letter))
        .finish()
}

/// The form's fields; the message is unread for whoever has the token too.
pub(super) fn fields(letter: &RenderedMessage) -> [(&'static str, String); 2] {
    let body = fit(
        LIMIT,
        |most| body(letter, most),
        |body: &String| body.chars().count(),
    );
    [("body", body), ("self_unread", "0".to_owned())]
}

fn body(letter: &RenderedMessage, most: usize) -> String {
    let lines = letter.all_lines().take(LINES).map(|line| cut(line, most));
    let facts = letter
        .facts
        .iter()
        .map(|(name, value)| format!("{name}: {}", cut(value, most)));
    let links = letter
        .links
        .iter()
        .map(|(name, url)| format!("{name}: {url}"));
    let rows: Vec<String> = lines.chain(facts).chain(links).collect();
    format!(
        "[info][title]{}[/title]{}[/info]",
        cut(&letter.title, most),
        rows.join("\n")
    )
}
