//! The configuration: one struct per section of `hubward.toml`, with its defaults.
//!
//! [`read`] combines file, environment and defaults; [`verify`] checks what a value's type cannot; [`secret`]
//! is a value that is not shown.

pub(crate) mod guide;
pub(crate) mod intake;
pub(crate) mod outgoing;
pub(crate) mod problem;
pub(crate) mod read;
pub(crate) mod secret;
pub(crate) mod verify;
pub(crate) mod watching;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use hubward_domain::account::Language;
use hubward_domain::guide::Links;
use hubward_domain::hub::WantedHub;
use hubward_domain::release::ReleaseKey;
pub(crate) use problem::{ConfigProblem, ExpectedValue};
pub(crate) use secret::Secret;

use guide::GuideConfig;
use intake::{LedgerConfig, Requests};
use outgoing::{Alerts, Channel, ChannelRoute, Mail, Reports, RouteEvent};
use watching::{Baseline, CheckConfig, FindingsConfig, HubConfig, PacingConfig};

/// The whole configuration.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// The file that was read, for messages.
    pub file: PathBuf,
    /// `[server]`
    pub server: ServerConfig,
    /// `[store]`
    pub store: StoreConfig,
    /// `[hub]`
    pub hub: HubConfig,
    /// `[baseline]`
    pub baseline: Baseline,
    /// `[pacing]`
    pub pacing: PacingConfig,
    /// `[ledger]`
    pub ledger: LedgerConfig,
    /// `[locale]`
    pub locale: Locale,
    /// `[requests]`
    pub requests: Requests,
    /// `[check]`
    pub check: CheckConfig,
    /// `[alerts]`
    pub alerts: Alerts,
    /// `[findings]`
    pub findings: FindingsConfig,
    /// `[reports]`
    pub reports: Reports,
    /// `[guide]`
    pub guide: GuideConfig,
    /// `[mail]`
    pub mail: Mail,
    /// `[login]`
    pub login: Login,
    /// `[[channels]]`
    pub channels: Vec<Channel>,
    /// `[[routes]]`
    pub routes: Vec<ChannelRoute>,
}

impl Config {
    /// The directory of the configuration file, where its relative paths start.
    pub(crate) fn directory(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new(""))
    }

    /// All channels that messages are sent through: the configured ones, and the accounts' contacts.
    pub(crate) fn outlets(&self) -> Vec<Channel> {
        let configured = self.channels.iter().cloned();
        configured.chain(self.mail.contacts()).collect()
    }

    /// The directory of the company's own guide.
    pub(crate) fn own_guide(&self) -> Option<PathBuf> {
        let directory = self.guide.directory.as_ref()?;
        Some(self.directory().join(directory))
    }

    /// Builds links to guide pages.
    pub(crate) fn guide_links(&self) -> Links {
        self.guide.links(&self.server.public_url)
    }

    /// The directory of the agent's releases.
    pub(crate) fn releases(&self) -> PathBuf {
        self.directory().join("releases")
    }

    /// The wanted state of the SOC's own side.
    pub(crate) fn wanted_hub(&self) -> WantedHub {
        WantedHub::of(
            self.hub.administrator.clone(),
            self.hub.home_region,
            self.hub.linked_regions.clone(),
            self.alerts.queue_url.as_deref(),
        )
    }

    /// The channels of the routes for an event, whatever else the routes match.
    pub(crate) fn channels_of(&self, event: RouteEvent) -> BTreeSet<&str> {
        let routes = self.routes.iter().filter(|route| route.event == event);
        routes.map(|route| route.channel.as_str()).collect()
    }

    /// Whether any route is for alerts.
    pub(crate) fn routes_alerts(&self) -> bool {
        self.routes
            .iter()
            .any(|route| route.event == RouteEvent::Alert)
    }

    /// All configured secrets with their keys.
    pub(crate) fn secrets(&self) -> Vec<(String, &Secret)> {
        let jira = self.requests.jira.as_ref();
        let mut secrets: Vec<(String, &Secret)> = [
            ("server.ping_url", self.server.ping_url.as_ref()),
            ("store.url", Some(&self.store.url)),
            ("requests.jira.token", jira.map(|jira| &jira.token)),
            (
                "requests.jira.webhook_secret",
                jira.and_then(|jira| jira.webhook_secret.as_ref()),
            ),
            ("alerts.push_secret", self.alerts.push_secret.as_ref()),
            ("mail.smtp_url", self.mail.smtp_url.as_ref()),
            ("login.client_secret", self.login.client_secret.as_ref()),
        ]
        .into_iter()
        .filter_map(|(key, secret)| Some((key.to_owned(), secret?)))
        .collect();
        for (index, channel) in self.channels.iter().enumerate() {
            for (key, secret) in [
                ("url", &channel.url),
                ("secret", &channel.secret),
                ("token", &channel.token),
            ] {
                secrets.extend(
                    secret
                        .as_ref()
                        .map(|secret| (format!("channels[{index}].{key}"), secret)),
                );
            }
        }
        secrets
    }
}

/// `[server]`: where the server listens and its public address.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct ServerConfig {
    /// Address and port; port 0 uses a free one.
    pub listen: String,
    /// The canonical origin for agents and browsers.
    pub public_url: String,
    /// PEM file of the certificate chain.
    pub tls_certificate: Option<PathBuf>,
    /// PEM file of the private key.
    pub tls_key: Option<PathBuf>,
    /// Networks whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<String>,
    /// A URL to ping regularly, for a watchdog ("dead man's switch") that alerts when pings stop.
    pub ping_url: Option<Secret>,
    /// The public key that verifies the agent's releases; without it, none can be added.
    pub release_key: Option<ReleaseKey>,
}

/// `[store]`: the database.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct StoreConfig {
    /// `sqlite:FILE` (relative to the configuration file) or `postgres://…`.
    pub url: Secret,
}

/// `[locale]`: language and time zone of messages.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Locale {
    pub language: Language,
    /// An IANA time zone.
    pub timezone: String,
    /// Days without reminders.
    pub holidays: Vec<jiff::civil::Date>,
}

/// `[login]`: who may log in to the dashboard.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Login {
    /// The OpenID Connect issuer's URL.
    pub issuer: Option<String>,
    /// Our client id at the issuer.
    pub client_id: Option<String>,
    /// Our client secret.
    pub client_secret: Option<Secret>,
    /// Email addresses of users who may make changes.
    pub operators: Vec<String>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            public_url: "http://127.0.0.1:8080".to_owned(),
            tls_certificate: None,
            tls_key: None,
            trusted_proxies: Vec::new(),
            ping_url: None,
            release_key: None,
        }
    }
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            url: Secret::literal("sqlite:hubward.db"),
        }
    }
}

impl Default for Locale {
    fn default() -> Self {
        Self {
            language: Language::Ja,
            timezone: "Asia/Tokyo".to_owned(),
            holidays: Vec::new(),
        }
    }
}
