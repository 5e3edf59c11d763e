//! The `mail` channel: plain text by SMTP. Encrypted, unless the server is on this machine.
//!
//! `Message-ID` is derived from the delivery's id and the same at every attempt, so that mailboxes can drop
//! duplicates. Texts of AWS or members only appear in the body and the encoded subject, never in other
//! headers.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::message::RenderedMessage;
use crate::say::Say;
use hubward_domain::address::is_loopback_host;
use hubward_domain::delivery::{Attempt, FaultDomain};
use hubward_domain::redact::Redactor;

/// Shorter than a delivery's lease: see `hubward_store::deliveries`.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most characters of a subject; some servers reject longer ones.
const SUBJECT: usize = 200;

/// The mail server and the sender.
#[derive(Clone, Debug)]
pub(super) struct Post {
    /// `smtps://user:password@host:port`.
    pub(super) smtp_url: SecretString,
    /// The sender's address.
    pub(super) from: String,
}

/// Sends a mail once. The result contains no secrets.
///
/// # Errors
/// The mail could not be attempted; the text says why.
pub(super) async fn send(
    post: &Post,
    to: &[String],
    rendered: &RenderedMessage,
    id: &str,
    say: Say,
) -> Result<Attempt, String> {
    if to.is_empty() {
        return Ok(Attempt::Rejected {
            why: say.channel_error_no_recipient().to_owned(),
            retry_after: None,
            fault: FaultDomain::Hopeless,
        });
    }
    let message = message(&post.from, to, rendered, id, say)?;
    let transport = transport(&post.smtp_url, say)?;
    Ok(match transport.send(message).await {
        Ok(_) => Attempt::Accepted,
        Err(error) => Attempt::Rejected {
            fault: fault(&error),
            why: why(&error, &post.smtp_url, say),
            retry_after: None,
        },
    })
}

fn message(
    from: &str,
    to: &[String],
    rendered: &RenderedMessage,
    id: &str,
    say: Say,
) -> Result<Message, String> {
    let mailbox = |address: &str| {
        address
            .parse::<Mailbox>()
            .map_err(|error| say.channel_error_mail_address(address, error))
    };
    let sender = mailbox(from)?;
    let domain = sender.email.domain().to_owned();
    // A subject is one line.
    let subject: String = rendered
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
        .body(body(rendered))
        .map_err(|error| say.channel_error_mail_not_created(error))
}

/// The text, with each fact and line on a line of its own.
pub(super) fn body(rendered: &RenderedMessage) -> String {
    let mut text = String::new();
    for line in std::iter::once(rendered.title.as_str()).chain(rendered.all_lines()) {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    for (name, value) in &rendered.facts {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    for (name, url) in &rendered.links {
        text.push_str(&format!("\r\n{name}: {url}\r\n"));
    }
    text
}

pub(super) fn transport(
    smtp_url: &SecretString,
    say: Say,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let text = smtp_url.expose_secret();
    // The parser's error would quote the password.
    let url = Url::parse(text)
        .ok()
        .ok_or_else(|| say.channel_error_smtp_url_not_a_url())?;
    let encrypted = url.scheme() == "smtps"
        || url
            .query_pairs()
            .any(|(key, value)| key == "tls" && value == "required");
    if !encrypted && !is_loopback_host(&url) {
        return Err(say.channel_error_smtp_url_unencrypted().to_owned());
    }
    #[expect(
        clippy::map_err_ignore,
        reason = "the library's own error would quote the password"
    )]
    AsyncSmtpTransport::<Tokio1Executor>::from_url(text)
        .map(|builder| builder.timeout(Some(PATIENCE)).build())
        .map_err(|_| say.channel_error_smtp_url_form().to_owned())
}

/// Connects, encrypts and logs in; sends nothing.
///
/// # Errors
/// The server would not accept mail from us; the text says why.
pub(super) async fn try_transport(smtp_url: &SecretString, say: Say) -> Result<(), String> {
    match transport(smtp_url, say)?.test_connection().await {
        Ok(true) => Ok(()),
        Ok(false) => Err(say.channel_error_closed().to_owned()),
        Err(error) => Err(why(&error, smtp_url, say)),
    }
}

/// The server's answer, or why there was none.
pub(super) fn why(error: &Error, smtp_url: &SecretString, say: Say) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    let answer_text = Redactor::of([smtp_url.expose_secret()]).redact(&cause.to_string());
    let answer_text: String = answer_text.chars().take(200).collect();
    match error.status() {
        Some(code) => say.channel_error_answered(answer_text, code),
        None => say.channel_error_no_answer(answer_text),
    }
}

/// A 5xx answer that does not reject us is about this message, such as an unknown recipient.
fn fault(error: &Error) -> FaultDomain {
    let code = error.status().map(|code| code.to_string());
    match code.as_deref() {
        Some("530" | "534" | "535" | "538") => FaultDomain::Channel,
        Some(code) if code.starts_with('5') => FaultDomain::Message,
        _ => FaultDomain::Channel,
    }
}

/// `Auto-Submitted: auto-generated` (RFC 3834) prevents automatic replies.
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
    use hubward_domain::account::Language;

    fn rendered(title: &str) -> RenderedMessage {
        RenderedMessage {
            title: title.to_owned(),
            facts: vec![("プロジェクト".to_owned(), "受注".to_owned())],
            lines: vec!["one".to_owned()],
            ..RenderedMessage::default()
        }
    }

    fn written(title: &str) -> String {
        let to = ["a@example.com".to_owned(), "b@example.com".to_owned()];
        let message = message(
            "SOC <soc@example.com>",
            &to,
            &rendered(title),
            "msg_1",
            Say(Language::En),
        )
        .unwrap();
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
        assert!(
            message(
                "soc@example.com",
                &to,
                &rendered("t"),
                "1",
                Say(Language::En)
            )
            .is_err()
        );
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
            match transport(&SecretString::from(url), Say(Language::En)) {
                Ok(_) => assert!(fine, "{url}"),
                Err(why) => assert!(!fine && !why.contains("hunter2"), "{why}"),
            }
        }
    }
}
