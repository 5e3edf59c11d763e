//! The kinds of channels, and how fast and how much each service accepts. Pure.

use std::time::Duration;

use serde::Deserialize;

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
    Mail,
}

/// A service's rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The average time between two messages.
    pub period: Duration,
    /// How many messages may be sent at once after a pause.
    pub burst: u32,
}

impl ChannelKind {
    /// How many messages may be sent to such a channel concurrently.
    pub fn workers(self) -> usize {
        match self {
            Self::Webhook => 4,
            _ => 1,
        }
    }

    /// The rate limit to observe; `None` means as fast as the service answers.
    ///
    /// Slack takes about one a second (api.slack.com/docs/rate-limits); Google Chat 60 a minute and
    /// space, shared by all senders (developers.google.com/workspace/chat/limits); Chatwork 10 in
    /// ten seconds and room, and 100 in five minutes by its older documents; Teams 4 a second by
    /// its older documents, and a flow's own limits are lower.
    pub fn pace(self) -> Option<Pace> {
        let (millis, burst) = match self {
            Self::Webhook => return None,
            Self::Slack | Self::Teams | Self::Mail => (1_000, 1),
            Self::GoogleChat => (1_500, 1),
            Self::Chatwork => (3_000, 5),
        };
        Some(Pace {
            period: Duration::from_millis(millis),
            burst,
        })
    }

    /// How many messages about alerts per minute are sent individually; more become a digest.
    ///
    /// A person can read about twenty; a program can sort them itself and gets far more.
    pub fn one_by_one(self) -> i64 {
        match self {
            Self::Webhook => 3_000,
            _ => 20,
        }
    }
}
