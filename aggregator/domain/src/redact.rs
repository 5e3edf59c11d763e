//! Remote services may echo our request, with its secrets, in their responses, which we store and
//! show. Redacts the secrets from such text. Pure.

use std::cmp::Reverse;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::{Url, form_urlencoded};

/// Shorter parts of a URL's path are not secret, such as `hook` or `v1`.
const PART: usize = 8;
/// The replacement of a secret.
const HIDDEN: &str = "[…]";

/// The secrets of one request, in every form in which a response may repeat them.
pub struct Redactor(Vec<String>);

impl Redactor {
    /// Of URLs, everything after the host is secret; of other texts, the whole.
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut forms: Vec<String> = secrets.into_iter().flat_map(forms).collect();
        forms.retain(|form| form.len() >= PART);
        // The longest first, so that a secret is replaced before its own parts.
        forms.sort_by_key(|form| Reverse(form.len()));
        Self(forms)
    }

    /// The text without the secrets.
    pub fn redact(&self, text: &str) -> String {
        let mut words = text.to_owned();
        // Responses are truncated, perhaps in the middle of a secret.
        for form in &self.0 {
            let begun = (PART..form.len())
                .rev()
                .filter_map(|length| form.get(..length))
                .find(|begun| words.ends_with(begun));
            if let Some(begun) = begun {
                words.truncate(words.len() - begun.len());
                words.push_str(HIDDEN);
            }
        }
        for form in &self.0 {
            words = words.replace(form, HIDDEN);
        }
        words
    }
}

fn forms(secret: &str) -> Vec<String> {
    match Url::parse(secret) {
        Ok(url) if url.has_host() => parts(&url),
        _ => vec![secret.to_owned(), escaped(secret), STANDARD.encode(secret)],
    }
}

fn parts(url: &Url) -> Vec<String> {
    let mut parts = Vec::new();
    let path = url.path().trim_matches('/');
    parts.push(path.to_owned());
    parts.extend(path.split('/').map(str::to_owned));
    if let Some(query) = url.query() {
        parts.push(query.to_owned());
        parts.extend(query.split(['&', '=']).map(str::to_owned));
        parts.extend(url.query_pairs().map(|(_, value)| value.into_owned()));
    }
    if let Some(password) = url.password() {
        parts.extend(forms(password));
        let (user, password) = (unescaped(url.username()), unescaped(password));
        parts.extend(forms(&password));
        // As basic authentication encodes them: RFC 7617 and RFC 4616.
        parts.push(STANDARD.encode(format!("{user}:{password}")));
        parts.push(STANDARD.encode(format!("\0{user}\0{password}")));
    }
    parts
}

fn escaped(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn unescaped(text: &str) -> String {
    // Unlike in a form, a plus is a plus here.
    let pair = text.replace('+', "%2B");
    form_urlencoded::parse(pair.as_bytes())
        .map(|(name, _)| name.into_owned())
        .next()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_is_kept_without_the_address_and_without_its_parts() {
        let slack = Redactor::of(["https://hooks.slack.com/services/T0/B0/v9LrKpWc4NhY"]);
        for response in [
            "no_team at /services/T0/B0/v9LrKpWc4NhY?",
            "POST https://hooks.slack.com/services/T0/B0/v9LrKpWc4NhY",
            "unknown hook v9LrKpWc4NhY",
        ] {
            let kept = slack.redact(response);
            assert!(!kept.contains("v9LrKp") && kept.contains(HIDDEN), "{kept}");
        }
        assert_eq!(slack.redact("channel_is_archived"), "channel_is_archived");
        let google = Redactor::of(["https://chat.example/v1/m?key=k&token=Hn4Xs9Lq2%3D"]);
        for response in ["token=Hn4Xs9Lq2%3D", "the token Hn4Xs9Lq2= is old"] {
            assert!(!google.redact(response).contains("Hn4Xs9"), "{response}");
        }
    }

    #[test]
    fn what_is_cut_off_is_hidden_too() {
        let redactor = Redactor::of(["https://hooks.slack.com/services/T0/B0/v9LrKpWc4NhY"]);
        assert_eq!(redactor.redact("no services/T0/B0/v9Lr"), "no […]");
        assert_eq!(redactor.redact("no v9LrKpWc4"), "no […]");
        let token = Redactor::of(["a-token-of-ours"]);
        assert_eq!(token.redact("you response a-token-of-"), "you response […]");
        assert_eq!(token.redact("a token of ours"), "a token of ours");
    }

    #[test]
    fn a_token_is_hidden_as_it_is_and_as_it_travels() {
        let redactor = Redactor::of(["a+token/of=ours", "smtps://me:p%40ssword+1@mail.example"]);
        for response in [
            "you response a+token/of=ours",
            "a%2Btoken%2Fof%3Dours",
            "p@ssword+1 is wrong",
            "p%40ssword+1",
            &STANDARD.encode("a+token/of=ours"),
            &STANDARD.encode("me:p@ssword+1"),
            &STANDARD.encode("\0me\0p@ssword+1"),
        ] {
            assert_eq!(
                redactor.redact(response).matches(HIDDEN).count(),
                1,
                "{response}"
            );
        }
    }
}
