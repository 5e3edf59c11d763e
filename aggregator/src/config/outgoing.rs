//! What leaves Hubward: alerts, reports, mail, and the channels and routes that carry them.

use std::path::PathBuf;

use jiff::SignedDuration;
use serde::Deserialize;

use super::Secret;
use hubward_domain::alert::Severity;
pub use hubward_domain::channel::ChannelKind;
pub use hubward_domain::routing::{ChannelRoute, RouteEvent};

/// Which alerts a person must see, and how soon.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Alerts {
    /// The queue that EventBridge fills.
    pub queue_url: Option<String>,
    /// The lowest severity that alerts.
    pub minimum_severity: Severity,
    /// How long an alert may wait for a person.
    pub escalate_after: SignedDuration,
    /// What authorises pushed events.
    pub push_secret: Option<Secret>,
    /// Whether acknowledgements are written to Security Hub.
    pub write_back: bool,
}

/// When reports are built, and where they go.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Reports {
    /// A cron expression in the locale's time zone.
    pub schedule: String,
    /// A directory to write to.
    pub directory: Option<PathBuf>,
    /// An S3 bucket to write to.
    pub bucket: Option<String>,
    /// The KMS key that encrypts them there; S3's own when absent.
    pub kms_key: Option<String>,
    /// Whether they are mailed to the contacts.
    pub mail: bool,
}

/// How mail is sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Mail {
    /// `smtps://user:password@host:port`.
    pub smtp_url: Option<Secret>,
    /// The sender.
    pub from: Option<String>,
}

/// A chat room or mailbox.
#[derive(Clone, Debug, Deserialize)]
pub struct Channel {
    /// What routes call it.
    pub name: String,
    /// Which service it is.
    pub kind: ChannelKind,
    /// Where messages are posted; for chat services the address is itself the secret. Chatwork's API is
    /// known.
    pub url: Option<Secret>,
    /// Signs a webhook's messages.
    pub secret: Option<Secret>,
    /// A service's access token.
    pub token: Option<Secret>,
    /// A service's room.
    pub room: Option<String>,
    /// Mail recipients.
    #[serde(default)]
    pub to: Vec<String>,
    /// Whether a loopback or private address is meant.
    #[serde(default)]
    pub allow_private: bool,
}

/// The channel of each account's own contacts: there whenever mail is set up, by a name that no
/// configured channel may have.
pub const CONTACTS: &str = "@contacts";

impl Mail {
    /// The channel that reaches an account's contacts; `None` where mail is not set up.
    pub fn contacts(&self) -> Option<Channel> {
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
