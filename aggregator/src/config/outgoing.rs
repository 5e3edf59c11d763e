//! `[alerts]`, `[reports]`, `[mail]`, `[[channels]]` and `[[routes]]`: what Hubward sends, and where to.

use std::path::PathBuf;

use jiff::SignedDuration;
use serde::Deserialize;

use super::Secret;
use hubward_domain::alert::Severity;
pub(crate) use hubward_domain::channel::ChannelKind;
pub(crate) use hubward_domain::routing::{ChannelRoute, RouteEvent};

/// Which alerts people must see, and how soon.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Alerts {
    /// The queue that EventBridge's rule fills.
    pub queue_url: Option<String>,
    /// Findings below this severity open no alert.
    pub minimum_severity: Severity,
    /// How long an alert may stay unacknowledged.
    pub escalate_after: SignedDuration,
    /// The secret that authenticates pushed events.
    pub push_secret: Option<Secret>,
    /// Whether workflow status is written to Security Hub.
    pub write_back: bool,
}

/// When reports are sent, and where to.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Reports {
    /// A cron expression in the locale's time zone.
    pub schedule: String,
    /// A directory to write to.
    pub directory: Option<PathBuf>,
    /// An S3 bucket to write to.
    pub bucket: Option<String>,
    /// The KMS key that encrypts them there; without it, S3's own.
    pub kms_key: Option<String>,
    /// Whether reports are mailed to the contacts.
    pub mail: bool,
}

/// How mail is sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Mail {
    /// `smtps://user:password@host:port`.
    pub smtp_url: Option<Secret>,
    /// The sender's address.
    pub from: Option<String>,
}

/// A chat room, mailbox or webhook.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Channel {
    /// The name that routes refer to.
    pub name: String,
    /// Which service it is.
    pub kind: ChannelKind,
    /// Where messages are posted; for chat services the URL itself is the secret. Not needed for Chatwork,
    /// whose API address is fixed.
    pub url: Option<Secret>,
    /// The key that signs a webhook's messages.
    pub secret: Option<Secret>,
    /// The service's access token.
    pub token: Option<Secret>,
    pub room: Option<String>,
    /// Mail recipients.
    #[serde(default)]
    pub to: Vec<String>,
    /// Whether a loopback or private address is allowed.
    #[serde(default)]
    pub allow_private: bool,
}

/// The channel of each account's own contacts. It exists if mail is set up; configured channels cannot have
/// this name.
pub(crate) const CONTACTS: &str = "@contacts";

impl Mail {
    /// The channel that mails an account's contacts; `None` if mail is not set up.
    pub(crate) fn contacts(&self) -> Option<Channel> {
        self.smtp_url.as_ref().zip(self.from.as_ref())?;
        Some(Channel {
            name: CONTACTS.to_owned(),
            kind: ChannelKind::Mail,
            url: None,
            secret: None,
            token: None,
            room: None,
            to: Vec::new(),
            allow_private: false,
        })
    }
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            queue_url: None,
            minimum_severity: Severity::High,
            escalate_after: SignedDuration::from_mins(30),
            push_secret: None,
            write_back: false,
        }
    }
}

impl Default for Reports {
    fn default() -> Self {
        Self {
            schedule: "0 8 * * MON".to_owned(),
            directory: None,
            bucket: None,
            kms_key: None,
            mail: false,
        }
    }
}
