//! The `mail` channel: a letter as plain text, by SMTP. Encrypted, unless the server is this machine.
//!
//! `Message-ID` is made of the delivery's id, the same at every attempt, so that mailboxes may drop a
//! repetition. What AWS or a member wrote stands in the body and the encoded subject, never in a header
//! of its own.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::message::RenderedMessage;
use hubward_domain::address::is_loopback_host;
use hubward_domain::delivery::{Attempt, Blame};
use hubward_domain::redact::Redactor;

/// Shorter than a lease: see `store::deliveries`.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longer lines of a subject are cut; some servers refuse them.
const SUBJECT: usize = 200;

/// Where mail is handed over, and who sends it.
#[derive(Clone, Debug)]
pub(super) struct Post {
    /// `smtps://user:password@host:port`.
    pub(super) smtp_url: SecretString,
    /// The sender.
    pub(super) from: String,
}

/// Sends a letter to addresses, once. Nothing secret is in what it returns.
///
/// # Errors
/// It could not be tried at all, and why.
pub(super) async fn send(
    post: &Post,
    to: &[String],
    letter: &RenderedMessage,
    id: &str,
) -> Result<Attempt, String> {
    if to.is_empty() {
        return Ok(Attempt::Refused {
            why: "the message has no recipient".to_owned(),
            retry_after: None,
            blame: Blame::Hopeless,
        });
    }
    let message = message(&post.from, to, letter, id)?;
    let transport = transport(&post.smtp_url)?;
    Ok(match transport.send(message).await {
        Ok(_) => Attempt::Taken,
        Err(error) => Attempt::Refused {
            blame: blame(&error),
            why: why(&error, &post.smtp_url),
            retry_after: None,
        },
    })
}

fn message(
    from: &str,
    to: &[String],
    letter: &RenderedMessage,
    id: &str,
) -> Result<Message, String> {
    let mailbox = |address: &str| {
        address
            .parse::<Mailbox>()
            .map_err(|error| format!("{address} is no mail address: {error}"))
    };
    let sender = mailbox(from)?;
    let domain = sender.email.domain().to_owned();
    // A subject is one line.
    let subject: String = letter
        .title
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .take(SUBJECT)
        .collect();
    let mut builder = Message::builder()
        .from(sender)
        .message_id(Some(format!("<{id}@{domain}>")))
        .header(AutoSubmitted)
        .subject(subject);
    for address in to {
        builder = builder.to(mailbox(address)?);
    }
    builder
        .header(ContentType::TEXT_PLAIN)
        .body(body(letter))
        .map_err(|error| format!("the mail cannot be written: {error}"))
}

/// Each fact and line on a line of its own.
pub(super) fn body(letter: &RenderedMessage) -> String {
    let mut text = String::new();
    for line in std::iter::once(letter.title.as_str()).chain(letter.all_lines()) {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    for (name, value) in &letter.facts {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    for (name, url) in &letter.links {
        text.push_str(&format!("\r\n{name}: {url}\r\n"));
    }
    text
}

pub(super) fn transport(
    smtp_url: &SecretString,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let text = smtp_url.expose_secret();
    // The parser's own error would quote the password.
    let url = Url::parse(text).map_err(|_| "mail.smtp_url is no URL".to_owned())?;
    let encrypted = url.scheme() == "smtps"
        || url
            .query_pairs()
            .any(|(key, value)| key == "tls" && value == "required");
    if !encrypted && !is_loopback_host(&url) {
        return Err(
            "mail.smtp_url is not encrypted: write smtps://, or smtp://…?tls=required".to_owned(),
        );
    }
    AsyncSmtpTransport::<Tokio1Executor>::from_url(text)
        .map(|builder| builder.timeout(Some(PATIENCE)).build())
        .map_err(|_| "mail.smtp_url is not understood: smtps://user:password@host:port".to_owned())
}

/// Greets the server, and sends nothing.
///
/// # Errors
/// It would take no mail from us, and why.
pub(super) async fn try_transport(smtp_url: &SecretString) -> Result<(), String> {
    match transport(smtp_url)?.test_connection().await {
        Ok(true) => Ok(()),
        Ok(false) => Err("it hung up".to_owned()),
        Err(error) => Err(why(&error, smtp_url)),
    }
}

/// What the server said, or that it did not.
pub(super) fn why(error: &Error, smtp_url: &SecretString) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let said = Redactor::of([smtp_url.expose_secret()]).redact(&cause.to_string());
    let said: String = said.chars().take(200).collect();
    match error.status() {
        Some(code) => format!("it answered {code} {said}"),
        None => format!("no answer: {said}"),
    }
}

/// A 5xx that is no refusal of us is about this message, such as a recipient that nobody knows.
fn blame(error: &Error) -> Blame {
    let code = error.status().map(|code| code.to_string());
    match code.as_deref() {
        Some("530" | "534" | "535" | "538") => Blame::Channel,
        Some(code) if code.starts_with('5') => Blame::Message,
        _ => Blame::Channel,
    }
}

/// `Auto-Submitted: auto-generated` (RFC 3834): no holiday message comes back.
#[derive(Clone)]
pub(super) struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(title: &str) -> RenderedMessage {
        RenderedMessage {
            title: title.to_owned(),
            facts: vec![("プロジェクト".to_owned(), "受注".to_owned())],
            lines: vec!["one".to_owned()],
            ..RenderedMessage::default()
        }
    }

    fn written(title: &str) -> String {
        let to = ["a@example.com".to_owned(), "b@example.com".to_owned()];
        let message = message("SOC <soc@example.com>", &to, &letter(title), "msg_1").unwrap();
        String::from_utf8(message.formatted()).unwrap()
    }

    #[test]
    fn a_title_cannot_add_a_header_or_a_recipient() {
        let text = written("hello\r\nBcc: evil@example.org\r\n\r\nbody");
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.lines().all(|line| !line.starts_with("Bcc")), "{head}");
        assert!(head.contains("Message-ID: <msg_1@example.com>"), "{head}");
        assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
    }

    #[test]
    fn recipients_that_are_none_are_named() {
        let to = ["a@example.com\r\nBcc: b@example.com".to_owned()];
        assert!(message("soc@example.com", &to, &letter("t"), "1").is_err());
    }

    #[test]
    fn a_password_never_travels_in_the_clear_nor_into_a_reason() {
        for (url, fine) in [
            ("smtps://user:hunter2@mail.example.com", true),
            ("smtp://user:hunter2@mail.example.com?tls=required", true),
            ("smtp://127.0.0.1:2525", true),
            ("smtp://user:hunter2@mail.example.com", false),
            (
                "smtp://user:hunter2@mail.example.com?tls=opportunistic",
                false,
            ),
            ("http://user:hunter2@mail.example.com", false),
            ("hunter2", false),
        ] {
            match transport(&SecretString::from(url)) {
                Ok(_) => assert!(fine, "{url}"),
                Err(why) => assert!(!fine && !why.contains("hunter2"), "{why}"),
            }
        }
    }
}
