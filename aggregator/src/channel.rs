//! Chat rooms, mailboxes and webhooks: renders one message in the service's own format, sends it once, and
//! returns the service's answer. Whether and when it is sent again is decided in `hubward_domain::delivery`.
//!
//! URLs are checked as written and again after name resolution, so that a name that points into the private
//! network is not called. Redirects are not followed.

#[cfg(test)]
mod attacks;
mod chatwork;
mod client;
mod cut;
mod google_chat;
mod mail;
mod message;
mod report_mail;
mod response;
mod slack;
mod teams;
mod webhook;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use crate::config::outgoing::{CONTACTS, Channel, ChannelKind, Mail};
use crate::config::{Locale, Secret};
use crate::say::Say;
use crate::world::Environment;
use client::Clients;
use hubward_domain::account::Language;
use hubward_domain::address::{is_loopback_host, verify_channel, verify_endpoint};
use hubward_domain::delivery::{Attempt, Delivery, FaultDomain};
use hubward_domain::guide::{FieldKind, Guide, Links, Target};
use hubward_domain::notice::Notice;
use hubward_domain::redact::Redactor;
use message::{FirstSteps, MessageReader, RenderedMessage};
pub(crate) use report_mail::ReportMail;

/// The HTTP client could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for channels could not be set up")]
pub(crate) struct MessengerError(#[from] reqwest::Error);

/// Sends messages to channels.
#[derive(Clone, Debug)]
pub(crate) struct Messenger {
    clients: Clients,
    /// In the SOC's language: of messages whose readers have no other, and of errors.
    say: Say,
    zone: TimeZone,
    origin: String,
    guide: Arc<Guide>,
    links: Links,
    mail: Mail,
    directory: PathBuf,
    environment: Environment,
}

impl Messenger {
    /// Sets up sending: the language and time zone of messages, the dashboard's address `origin` for links,
    /// and where secrets are read from.
    ///
    /// # Errors
    /// The TLS library could not be set up.
    pub(crate) fn new(
        locale: &Locale,
        origin: &str,
        mail: &Mail,
        directory: &Path,
        environment: &Environment,
    ) -> Result<Self, MessengerError> {
        let say = Say(locale.language);
        Ok(Self {
            clients: Clients::new(say)?,
            say,
            // The configuration is invalid if there is no such zone.
            zone: TimeZone::get(&locale.timezone).unwrap_or(TimeZone::UTC),
            origin: origin.trim_end_matches('/').to_owned(),
            guide: Arc::default(),
            links: Links::Server(origin.to_owned()),
            mail: mail.clone(),
            directory: directory.to_owned(),
            environment: environment.clone(),
        })
    }

    /// Adds the guide, whose first steps and links are added to alerts.
    #[must_use]
    pub(crate) fn with_guide(self, guide: Arc<Guide>, links: Links) -> Self {
        Self {
            guide,
            links,
            ..self
        }
    }

    /// Sends a message once. The result contains no secrets.
    pub(crate) async fn send(
        &self,
        channel: &Channel,
        delivery: &Delivery,
        now: Timestamp,
    ) -> Attempt {
        match self.try_send(channel, delivery, now).await {
            Ok(Attempt::Rejected {
                why,
                retry_after,
                fault,
            }) => Attempt::Rejected {
                why: self.redactor(channel).redact(&why),
                retry_after,
                fault,
            },
            Ok(Attempt::Accepted) => Attempt::Accepted,
            Err(why) => Attempt::Rejected {
                why,
                retry_after: None,
                fault: FaultDomain::Channel,
            },
        }
    }

    /// Redacts the secrets that a channel's answer may contain.
    fn redactor(&self, channel: &Channel) -> Redactor {
        let secrets: Vec<SecretString> = [&channel.url, &channel.secret, &channel.token]
            .into_iter()
            .filter_map(|secret| self.optional(secret.as_ref()).ok()?)
            .collect();
        Redactor::of(secrets.iter().map(ExposeSecret::expose_secret))
    }

    async fn try_send(
        &self,
        channel: &Channel,
        delivery: &Delivery,
        now: Timestamp,
    ) -> Result<Attempt, String> {
        match channel.kind {
            ChannelKind::Webhook => {
                let url = self.address(channel)?;
                let secret = self.optional(channel.secret.as_ref())?;
                let request = self
                    .clients
                    .of(channel.allow_private)
                    .post(url.expose_secret());
                let request = webhook::request(request, delivery, secret.as_ref(), now, self.say)?;
                Ok(response::of(request.send().await, now, self.say).await)
            }
            ChannelKind::Slack => {
                let url = self.address(channel)?;
                let message = slack::message(&self.message(delivery));
                self.post_json(channel, url.expose_secret(), &message, now)
                    .await
            }
            ChannelKind::Teams => {
                let url = self.address(channel)?;
                let message = teams::message(&self.message(delivery));
                self.post_json(channel, url.expose_secret(), &message, now)
                    .await
            }
            ChannelKind::GoogleChat => {
                let url = self.address(channel)?;
                let thread = delivery.notice.thread();
                let url = google_chat::address(url.expose_secret(), thread.as_deref())
                    .ok_or_else(|| self.say.channel_error_not_a_url())?;
                let message = google_chat::message(&self.message(delivery), &delivery.id);
                self.post_json(channel, &url, &message, now).await
            }
            ChannelKind::Chatwork => {
                let api = match &channel.url {
                    Some(_) => self.address(channel)?,
                    None => SecretString::from(chatwork::API),
                };
                let token = self
                    .optional(channel.token.as_ref())?
                    .ok_or_else(|| self.say.channel_error_no_token())?;
                let room = channel
                    .room
                    .as_ref()
                    .ok_or_else(|| self.say.channel_error_no_room())?;
                let request = self
                    .clients
                    .of(channel.allow_private)
                    .post(chatwork::address(api.expose_secret(), room))
                    .header("x-chatworktoken", token.expose_secret())
                    .header(CONTENT_TYPE, chatwork::FORM)
                    .body(chatwork::form(&self.message(delivery)));
                Ok(response::of(request.send().await, now, self.say).await)
            }
            ChannelKind::Mail => {
                let message = self.message(delivery);
                let post = self.post()?;
                let to = if channel.name == CONTACTS {
                    delivery.notice.contacts()
                } else {
                    &channel.to
                };
                mail::send(&post, to, &message, &delivery.id, self.say).await
            }
        }
    }

    async fn post_json(
        &self,
        channel: &Channel,
        url: &str,
        message: &Value,
        now: Timestamp,
    ) -> Result<Attempt, String> {
        let request = self
            .clients
            .of(channel.allow_private)
            .post(url)
            .json(message);
        Ok(response::of(request.send().await, now, self.say).await)
    }

    /// The rendered message, in the readers' language if the notice has one, otherwise in the configured
    /// language.
    fn message(&self, delivery: &Delivery) -> RenderedMessage {
        let notice = &delivery.notice;
        let language = notice.language().unwrap_or(self.say.0);
        let reader = MessageReader {
            language,
            zone: &self.zone,
            origin: &self.origin,
            advice: self.advice(notice, language),
        };
        message::write(notice, &reader)
    }

    /// Pings the watchdog URL.
    ///
    /// # Errors
    /// The URL is not safe or did not respond with success; the text says why.
    pub(crate) async fn ping(&self, url: &Secret) -> Result<(), String> {
        let url = url
            .reveal(&self.environment, &self.directory)
            .map_err(|missing| self.say.secret_missing(&missing))?;
        let address = verify_endpoint(url.expose_secret())
            .map_err(|why| self.say.unsafe_address(why).to_owned())?;
        let client = self.clients.of(is_loopback_host(&address));
        let answered = client.get(address).send().await;
        match response::of(answered, Timestamp::UNIX_EPOCH, self.say).await {
            Attempt::Accepted => Ok(()),
            Attempt::Rejected { why, .. } => Err(Redactor::of([url.expose_secret()]).redact(&why)),
        }
    }

    /// Checks whether a chat service answers, over TLS if its URL is https. Requests the service's front
    /// page, not the channel's URL: nothing is posted, and no secret is sent.
    ///
    /// # Errors
    /// It does not answer; the text says why.
    pub(crate) async fn reach(&self, channel: &Channel) -> Result<(), String> {
        let address = match (&channel.url, channel.kind) {
            (None, ChannelKind::Chatwork) => SecretString::from(chatwork::API),
            _ => self.address(channel)?,
        };
        #[expect(
            clippy::map_err_ignore,
            reason = "the parser's own error would quote the secret"
        )]
        let mut front = Url::parse(address.expose_secret())
            .map_err(|_| self.say.channel_error_not_a_url().to_owned())?;
        front.set_path("/");
        front.set_query(None);
        front.set_fragment(None);
        let client = self.clients.of(channel.allow_private);
        match client.head(front).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(response::no_answer(error, self.say)),
        }
    }

    /// Checks whether the mail server accepts us: greeting, encryption, and login if there is one. No mail is
    /// sent.
    ///
    /// # Errors
    /// It does not; the text says why.
    pub(crate) async fn reach_mail(&self) -> Result<(), String> {
        mail::try_transport(&self.post()?.smtp_url, self.say).await
    }

    fn post(&self) -> Result<mail::Post, String> {
        let smtp_url = self
            .optional(self.mail.smtp_url.as_ref())?
            .ok_or_else(|| self.say.channel_error_no_smtp_url())?;
        let from = self.mail.from.clone();
        let from = from.ok_or_else(|| self.say.channel_error_no_from())?;
        Ok(mail::Post { smtp_url, from })
    }

    /// The channel's URL, checked again because a secret's value is only known now.
    fn address(&self, channel: &Channel) -> Result<SecretString, String> {
        let url = self
            .optional(channel.url.as_ref())?
            .ok_or_else(|| self.say.channel_error_no_url())?;
        verify_channel(url.expose_secret(), channel.allow_private)
            .map_err(|why| self.say.channel_error_address(self.say.unsafe_address(why)))?;
        Ok(url)
    }

    /// The guide's first steps for the alert of a notice.
    fn advice(&self, notice: &Notice, language: Language) -> Option<FirstSteps> {
        let alert = match notice {
            Notice::AlertOpened(alert) | Notice::AlertUpdated(alert) => alert.as_ref(),
            Notice::AlertEscalated(escalated) => &escalated.alert,
            _ => return None,
        };
        let threat = self.guide.threat(&alert.kind)?;
        let page = Target {
            kind: FieldKind::Threat,
            key: threat.family.clone(),
        };
        Some(FirstSteps {
            happened: threat.happened(language),
            steps: threat.steps(language),
            page: Some(self.links.page(&page, language)),
        })
    }

    fn optional(&self, secret: Option<&Secret>) -> Result<Option<SecretString>, String> {
        secret
            .map(|secret| secret.reveal(&self.environment, &self.directory))
            .transpose()
            .map_err(|missing| self.say.secret_missing(&missing))
    }
}
