//! Chatwork messages: its own markup in a form, posted to its API with a token.
//!
//! Messages contain no tag of that markup: `hubward_domain::untrusted` removes the bracket of anything that
//! looks like one.

use url::form_urlencoded;

use super::cut::{cut, fit};
use super::message::RenderedMessage;

/// The content type of the request.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";
/// The address of the API.
pub(super) const API: &str = "https://api.chatwork.com/v2";
/// The most characters of a message. Chatwork documents no limit, and no one reads more.
const LIMIT: usize = 20_000;
/// The most lines of a message.
const LINES: usize = 50;

/// The address of a room's messages.
pub(super) fn address(api: &str, room: &str) -> String {
    format!("{}/rooms/{room}/messages", api.trim_end_matches('/'))
}

/// The request's body.
pub(super) fn form(rendered: &RenderedMessage) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields(rendered))
        .finish()
}

/// The form's fields. The message is marked as unread for the token's owner too.
pub(super) fn fields(rendered: &RenderedMessage) -> [(&'static str, String); 2] {
    let body = fit(
        LIMIT,
        |most| body(rendered, most),
        |body: &String| body.chars().count(),
    );
    [("body", body), ("self_unread", "0".to_owned())]
}

fn body(rendered: &RenderedMessage, most: usize) -> String {
    let lines = rendered.all_lines().take(LINES).map(|line| cut(line, most));
    let facts = rendered
        .facts
        .iter()
        .map(|(name, value)| format!("{name}: {}", cut(value, most)));
    let links = rendered
        .links
        .iter()
        .map(|(name, url)| format!("{name}: {url}"));
    let rows: Vec<String> = lines.chain(facts).chain(links).collect();
    format!(
        "[info][title]{}[/title]{}[/info]",
        cut(&rendered.title, most),
        rows.join("\n")
    )
}
