//! Which services messages leave by, and what each of them takes: how fast, how much at once. Pure.

use std::time::Duration;

use serde::Deserialize;

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

/// How fast a service takes messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The time between two messages, in the long run.
    pub period: Duration,
    /// How many may go at once after a rest.
    pub burst: u32,
}

impl ChannelKind {
    /// How many messages may be on their way to such a channel at once.
    pub fn workers(self) -> usize {
        match self {
            Self::Webhook => 4,
            _ => 1,
        }
    }

    /// How fast it is sent to; `None`: as fast as it answers.
    ///
    /// Slack takes about one a second (api.slack.com/docs/rate-limits); Google Chat 60 a minute and
    /// space, shared by all that write there (developers.google.com/workspace/chat/limits); Chatwork 10 in
    /// ten seconds and room, and 100 in five minutes by its older documents; Teams 4 a second by its older
    /// documents, and a flow's own limits are lower.
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

    /// How many messages about alerts a minute it is told one by one; more of them become a digest.
    ///
    /// A person reads about twenty; a program, which may sort them itself, gets far more.
    pub fn one_by_one(self) -> i64 {
        match self {
            Self::Webhook => 3_000,
            _ => 20,
        }
    }
}
