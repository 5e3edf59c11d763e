//! Chat rooms and mailboxes: renders one message in the service's own form, sends it once, and says
//! what the service answered. Whether and when it is sent again is decided in `domain::delivery`.
//!
//! An address is judged as it is written and once more as it is resolved: a name that points into the
//! private network is not followed. Redirects are not followed at all.

mod answer;
mod client;
mod letter;
mod mail;
mod report_mail;
mod slack;
mod webhook;

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};

use crate::config::outgoing::{CONTACTS, Channel, ChannelKind, Mail};
use crate::config::{Locale, Secret};
use crate::domain::account::Language;
use crate::domain::address::{is_loopback_host, verify_channel, verify_endpoint};
use crate::domain::delivery::{Attempt, Delivery};
use crate::world::Environment;
use client::Clients;
pub use report_mail::ReportMail;

/// The sending side could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client for channels could not be set up")]
pub struct MessengerError(#[from] reqwest::Error);

/// Sends messages.
#[derive(Clone, Debug)]
pub struct Messenger {
    clients: Clients,
    language: Language,
    zone: TimeZone,
    mail: Mail,
    directory: PathBuf,
    environment: Environment,
}

impl Messenger {
    /// Prepares for sending in a language and with a time zone's times; secrets are looked up in the
    /// environment and below the configuration's directory.
    ///
    /// # Errors
    /// The TLS library could not be set up.
    pub fn new(
        locale: &Locale,
        mail: &Mail,
        directory: &Path,
        environment: &Environment,
    ) -> Result<Self, MessengerError> {
        Ok(Self {
            clients: Clients::new()?,
            language: locale.language,
            // The configuration was refused if there is no such zone.
            zone: TimeZone::get(&locale.timezone).unwrap_or(TimeZone::UTC),
            mail: mail.clone(),
            directory: directory.to_owned(),
            environment: environment.clone(),
        })
    }

    /// Sends a message once. Nothing secret is in what it returns.
    pub async fn send(&self, channel: &Channel, delivery: &Delivery, now: Timestamp) -> Attempt {
        match self.try_send(channel, delivery, now).await {
            Ok(attempt) => attempt,
            Err(why) => Attempt::Refused {
                why,
                retry_after: None,
                hopeless: false,
            },
        }
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
                let request = webhook::request(request, delivery, secret.as_ref(), now)?;
                Ok(answer::of(request.send().await).await)
            }
            ChannelKind::Slack => {
                let url = self.address(channel)?;
                let letter = letter::write(&delivery.notice, self.language, &self.zone);
                let request = self
                    .clients
                    .of(channel.allow_private)
                    .post(url.expose_secret())
                    .json(&slack::message(&letter));
                Ok(answer::of(request.send().await).await)
            }
            ChannelKind::Mail => {
                let language = delivery.notice.language().unwrap_or(self.language);
                let letter = letter::write(&delivery.notice, language, &self.zone);
                let post = self.post()?;
                let to = if channel.name == CONTACTS {
                    delivery.notice.contacts()
                } else {
                    &channel.to
                };
                mail::send(&post, to, &letter, &delivery.id).await
            }
            ChannelKind::Teams | ChannelKind::GoogleChat | ChannelKind::Chatwork => {
                Ok(Attempt::Refused {
                    why: "this version sends to channels of the kinds slack, webhook and mail only"
                        .to_owned(),
                    retry_after: None,
                    hopeless: true,
                })
            }
        }
    }

    /// Asks for an address, so that whoever has it knows that we live.
    ///
    /// # Errors
    /// It is not safe, or was not answered with success, and why.
    pub async fn ping(&self, url: &Secret) -> Result<(), String> {
        let url = url
            .reveal(&self.environment, &self.directory)
            .map_err(|missing| missing.to_string())?;
        let address = verify_endpoint(url.expose_secret()).map_err(|why| why.to_string())?;
        let client = self.clients.of(is_loopback_host(&address));
        match answer::of(client.get(address).send().await).await {
            Attempt::Taken => Ok(()),
            Attempt::Refused { why, .. } => Err(why),
        }
    }

    fn post(&self) -> Result<mail::Post, String> {
        let smtp_url = self
            .optional(self.mail.smtp_url.as_ref())?
            .ok_or("mail.smtp_url is not set")?;
        let from = self.mail.from.clone().ok_or("mail.from is not set")?;
        Ok(mail::Post { smtp_url, from })
    }

    /// The channel's address, judged again: a secret is only known now.
    fn address(&self, channel: &Channel) -> Result<SecretString, String> {
        let url = self
            .optional(channel.url.as_ref())?
            .ok_or("the channel has no url")?;
        verify_channel(url.expose_secret(), channel.allow_private)
            .map_err(|why| format!("the channel's address is refused: {why}"))?;
        Ok(url)
    }

    fn optional(&self, secret: Option<&Secret>) -> Result<Option<SecretString>, String> {
        secret
            .map(|secret| secret.reveal(&self.environment, &self.directory))
            .transpose()
            .map_err(|missing| missing.to_string())
    }
}
