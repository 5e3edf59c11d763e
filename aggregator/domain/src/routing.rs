//! Which channels get which events: the `[[routes]]` of the configuration, and how they match.

use std::collections::BTreeSet;

use hubward_protocol::{AccountId, Region};
use serde::Deserialize;

use super::account::Account;
use super::alert::kind::is_of;
use super::alert::{Alert, Severity};

/// Sends matching events to a channel. An empty matcher matches everything; one with values matches
/// only events that have one of the values.
#[derive(Clone, Debug, Deserialize)]
pub struct ChannelRoute {
    pub event: RouteEvent,
    pub channel: String,
    /// Only these severities.
    #[serde(default)]
    pub severity: Vec<Severity>,
    /// Only threats whose type matches one of these patterns, such as `CryptoCurrency:*`.
    #[serde(default, rename = "type")]
    pub kind: Vec<String>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RouteEvent {
    /// A threat.
    Alert,
    /// A change in the monitoring of accounts.
    Check,
    /// A request's progress.
    Request,
    /// A report's delivery.
    Report,
    /// A problem of Hubward itself.
    Operations,
}

/// The facts of an event; an absent fact does not match a matcher with values.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    /// An alert's severity.
    pub severity: Option<Severity>,
    /// An alert's type.
    pub kind: Option<&'a str>,
    /// The account's project in the ledger.
    pub project: Option<&'a str>,
    pub account: Option<&'a AccountId>,
    /// The account's environment in the ledger.
    pub environment: Option<&'a str>,
    pub region: Option<Region>,
}

/// The channels that get an event, each once.
pub fn channels<'a>(
    routes: &'a [ChannelRoute],
    event: RouteEvent,
    subject: Subject<'_>,
) -> BTreeSet<&'a str> {
    routes
        .iter()
        .filter(|route| route.event == event && route.matches(subject))
        .map(|route| route.channel.as_str())
        .collect()
}

/// The channels that get an alert. Routes that match by project or environment never match an
/// account outside the ledger, so such an alert goes to the operations channels too.
pub fn channels_of_alert<'a>(
    routes: &'a [ChannelRoute],
    alert: &Alert,
    account: Option<&Account>,
) -> BTreeSet<&'a str> {
    let mut channels = channels(routes, RouteEvent::Alert, Subject::of(alert, account));
    if account.is_none() {
        let operations = routes
            .iter()
            .filter(|route| route.event == RouteEvent::Operations);
        channels.extend(operations.map(|route| route.channel.as_str()));
    }
    channels
}

impl<'a> Subject<'a> {
    /// The facts of an alert; `account` is its row of the ledger, if there is one.
    pub fn of(alert: &'a Alert, account: Option<&'a Account>) -> Self {
        Self {
            severity: Some(alert.severity),
            kind: Some(&alert.kind),
            project: account.map(|account| account.project.as_str()),
            account: Some(&alert.account_id),
            environment: account.map(|account| account.environment.as_str()),
            region: Some(alert.region),
        }
    }
}

impl ChannelRoute {
    fn matches(&self, subject: Subject<'_>) -> bool {
        let text = |wanted: &[String], fact: Option<&str>| {
            wanted.is_empty() || fact.is_some_and(|fact| wanted.iter().any(|word| word == fact))
        };
        (self.severity.is_empty()
            || subject
                .severity
                .is_some_and(|severity| self.severity.contains(&severity)))
            && (self.kind.is_empty()
                || subject
                    .kind
                    .is_some_and(|kind| self.kind.iter().any(|pattern| is_of(pattern, kind))))
            && (self.account.is_empty()
                || subject
                    .account
                    .is_some_and(|account| self.account.contains(account)))
            && (self.region.is_empty()
                || subject
                    .region
                    .is_some_and(|region| self.region.contains(&region)))
            && text(&self.project, subject.project)
            && text(&self.environment, subject.environment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(channel: &str) -> ChannelRoute {
        ChannelRoute {
            event: RouteEvent::Alert,
            channel: channel.to_owned(),
            severity: Vec::new(),
            kind: Vec::new(),
            project: Vec::new(),
            account: Vec::new(),
            environment: Vec::new(),
            region: Vec::new(),
        }
    }

    #[test]
    fn each_channel_gets_an_event_once_that_all_its_matchers_match() {
        let account: AccountId = "111111111111".parse().unwrap();
        let subject = Subject {
            severity: Some(Severity::High),
            kind: Some("CryptoCurrency:EC2-BitcoinTool.B"),
            project: Some("受注"),
            account: Some(&account),
            environment: None,
            region: Some("us-east-1".parse().unwrap()),
        };
        let routes = [
            route("all"),
            route("all"),
            ChannelRoute {
                severity: vec![Severity::Critical],
                ..route("critical")
            },
            ChannelRoute {
                project: vec!["受注".to_owned()],
                account: vec![account.clone()],
                ..route("orders")
            },
            ChannelRoute {
                kind: vec!["Recon:*".to_owned(), "CryptoCurrency:EC2/*".to_owned()],
                ..route("miners")
            },
            ChannelRoute {
                kind: vec!["Recon:*".to_owned()],
                ..route("scouts")
            },
            ChannelRoute {
                environment: vec!["production".to_owned()],
                ..route("production")
            },
            ChannelRoute {
                event: RouteEvent::Check,
                ..route("check")
            },
        ];
        let heard: Vec<_> = channels(&routes, RouteEvent::Alert, subject)
            .into_iter()
            .collect();
        assert_eq!(heard, ["all", "miners", "orders"]);
    }

    #[test]
    fn operations_always_get_alerts_of_accounts_outside_the_ledger() {
        let alert = Alert {
            id: "a".to_owned(),
            finding_id: "f".to_owned(),
            account_id: "222222222222".parse().unwrap(),
            region: "us-east-1".parse().unwrap(),
            kind: "Recon:EC2-PortProbeUnprotectedPort".to_owned(),
            severity: Severity::High,
            title: "t".to_owned(),
            state: crate::alert::AlertState::Open,
            count: 1,
            first_seen: jiff::Timestamp::UNIX_EPOCH,
            last_seen: jiff::Timestamp::UNIX_EPOCH,
            facts: crate::alert::AlertFacts::default(),
        };
        let routes = [
            ChannelRoute {
                project: vec!["受注".to_owned()],
                ..route("orders")
            },
            ChannelRoute {
                event: RouteEvent::Operations,
                severity: vec![Severity::Critical],
                ..route("ops")
            },
        ];
        let heard = channels_of_alert(&routes, &alert, None);
        assert_eq!(heard.into_iter().collect::<Vec<_>>(), ["ops"]);
    }
}
