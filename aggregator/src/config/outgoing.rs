//! What leaves Hubward: alerts, reports, mail, and the channels and routes that carry them.

use std::path::PathBuf;

use hubward_protocol::{AccountId, Region};
use jiff::SignedDuration;
use serde::Deserialize;

use super::Secret;

/// Which alerts a person must see, and how soon.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Alerts {
    /// The queue that EventBridge fills.
    pub queue_url: Option<String>,
    /// The lowest severity that alerts.
    pub minimum_severity: MinimumSeverity,
    /// How long an alert may wait for a person.
    pub escalate_after: SignedDuration,
    /// What authorises pushed events.
    pub push_secret: Option<Secret>,
    /// Whether acknowledgements are written to Security Hub.
    pub write_back: bool,
}

/// The lowest severity that alerts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum MinimumSeverity {
    /// LOW and above.
    Low,
    /// MEDIUM and above.
    Medium,
    /// HIGH and above.
    #[default]
    High,
    /// CRITICAL only.
    Critical,
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
    /// Where messages are posted; for chat services the address is itself the secret.
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

/// A kind of channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// Slack, by incoming webhook.
    Slack,
    /// Microsoft Teams, by a Workflows webhook.
    Teams,
    /// Google Chat, by webhook.
    GoogleChat,
    /// Chatwork, by its API.
    Chatwork,
    /// Standard Webhooks.
    Webhook,
    /// Mail.
    Mail,
}

/// Which events go to which channel.
#[derive(Clone, Debug, Deserialize)]
pub struct Route {
    /// What happened.
    pub event: RouteEvent,
    /// The channel's name.
    pub channel: String,
    /// Only these severities.
    #[serde(default)]
    pub severity: Vec<String>,
    /// Only these projects.
    #[serde(default)]
    pub project: Vec<String>,
    /// Only these accounts.
    #[serde(default)]
    pub account: Vec<AccountId>,
    /// Only these environments.
    #[serde(default)]
    pub environment: Vec<String>,
    /// Only these Regions.
    #[serde(default)]
    pub region: Vec<Region>,
}

/// What a route listens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RouteEvent {
    /// A threat.
    Alert,
    /// A change in who is watched.
    Check,
    /// A request's progress.
    Request,
    /// A report's delivery.
    Report,
    /// Hubward's own health.
    Operations,
}

impl Default for Alerts {
    fn default() -> Self {
        Self {
            queue_url: None,
            minimum_severity: MinimumSeverity::default(),
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
            mail: false,
        }
    }
}
