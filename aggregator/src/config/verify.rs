//! Checks of the configuration beyond the type of each value.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use secrecy::ExposeSecret;
use strum::VariantArray;

use super::intake::KIND;
use super::outgoing::{CONTACTS, Channel, ChannelKind, Mail};
use super::{Config, ConfigProblem, ExpectedValue, Secret};
use crate::world::Environment;
use hubward_domain::address::{verify_channel, verify_endpoint};
use hubward_domain::alert::kind::is_pattern;
use hubward_domain::ledger::LedgerColumn;
use hubward_domain::request::OURS;

/// All checks that do not need the secrets.
pub(super) fn verify(config: &Config) -> Vec<ConfigProblem> {
    let mut problems = Vec::new();
    hub(config, &mut problems);
    server(config, &mut problems);
    ledger(config, &mut problems);
    schedules(config, &mut problems);
    guide(config, &mut problems);
    login(config, &mut problems);
    jira(config, &mut problems);
    channels(config, &mut problems);
    problems
}

/// All checks that need the secrets: whether they can be read, and whether the URLs among them are safe.
pub(crate) fn verify_secrets(config: &Config, environment: &Environment) -> Vec<ConfigProblem> {
    let directory = config.directory();
    let mut problems = Vec::new();
    for (key, secret) in config.secrets() {
        if secret.reveal(environment, directory).is_err() {
            problems.push(ConfigProblem::SecretMissing {
                key,
                place: format!("{secret:?}"),
            });
        }
    }
    for (index, channel) in config.channels.iter().enumerate() {
        if let Some(Ok(url)) = channel
            .url
            .as_ref()
            .map(|url| url.reveal(environment, directory))
            && let Err(why) = verify_channel(url.expose_secret(), channel.allow_private)
        {
            problems.push(ConfigProblem::UnsafeAddress {
                key: format!("channels[{index}].url ({})", channel.name),
                why,
            });
        }
    }
    problems
}

fn hub(config: &Config, problems: &mut Vec<ConfigProblem>) {
    if config.hub.home_region.is_opt_in() {
        problems.push(ConfigProblem::HomeRegionIsOptIn {
            region: config.hub.home_region,
        });
    }
    let mut seen = BTreeSet::new();
    for region in config.hub.regions() {
        if !seen.insert(region) {
            problems.push(ConfigProblem::RegionTwice { region });
        }
    }
}

fn server(config: &Config, problems: &mut Vec<ConfigProblem>) {
    let server = &config.server;
    if server.listen.parse::<SocketAddr>().is_err() {
        problems.push(not_allowed("server.listen", ExpectedValue::ListenAddress));
    }
    match verify_endpoint(&server.public_url) {
        Err(why) => problems.push(ConfigProblem::UnsafeAddress {
            key: "server.public_url".to_owned(),
            why,
        }),
        Ok(url) if url.path() != "/" || url.query().is_some() || url.fragment().is_some() => {
            problems.push(not_allowed("server.public_url", ExpectedValue::Origin));
        }
        Ok(_) => {}
    }
    for (index, network) in server.trusted_proxies.iter().enumerate() {
        if network.parse::<ipnet::IpNet>().is_err() && network.parse::<std::net::IpAddr>().is_err()
        {
            problems.push(not_allowed(
                &format!("server.trusted_proxies[{index}]"),
                ExpectedValue::Network,
            ));
        }
    }
    match (&server.tls_certificate, &server.tls_key) {
        (Some(_), None) => problems.push(ConfigProblem::Together {
            missing: "server.tls_key",
            set: "server.tls_certificate",
        }),
        (None, Some(_)) => problems.push(ConfigProblem::Together {
            missing: "server.tls_certificate",
            set: "server.tls_key",
        }),
        _ => {}
    }
}

fn ledger(config: &Config, problems: &mut Vec<ConfigProblem>) {
    let ledger = &config.ledger;
    let together = |missing, set| ConfigProblem::Together { missing, set };
    match (&ledger.bucket, &ledger.key) {
        (Some(_), None) => problems.push(together("ledger.key", "ledger.bucket")),
        (None, Some(_)) => problems.push(together("ledger.bucket", "ledger.key")),
        (None, None) if ledger.queue_url.is_some() => {
            problems.push(together("ledger.bucket", "ledger.queue_url"));
        }
        _ => {}
    }
    let key = ledger.key.as_deref().unwrap_or("ledger.xlsx");
    let key = key.to_ascii_lowercase();
    if !(key.ends_with(".xlsx") || key.ends_with(".csv")) {
        problems.push(not_allowed("ledger.key", ExpectedValue::LedgerKey));
    }
}

fn schedules(config: &Config, problems: &mut Vec<ConfigProblem>) {
    for (key, schedule) in [
        ("check.schedule", &config.check.schedule),
        ("findings.schedule", &config.findings.schedule),
        ("reports.schedule", &config.reports.schedule),
    ] {
        if let Err(error) = schedule.parse::<croner::Cron>() {
            problems.push(invalid(key, &error.to_string()));
        }
    }
    for (key, duration) in [
        ("check.watch", config.check.watch),
        ("check.proof_within", config.check.proof_within),
        ("check.leave_within", config.check.leave_within),
        ("alerts.escalate_after", config.alerts.escalate_after),
    ] {
        if !duration.is_positive() {
            problems.push(not_allowed(key, ExpectedValue::PositiveDuration));
        }
    }
    for (key, pace) in [
        ("pacing.get_findings", config.pacing.get_findings),
        ("pacing.other", config.pacing.other),
    ] {
        if !(pace.is_finite() && (0.0..=1000.0).contains(&pace)) {
            problems.push(not_allowed(key, ExpectedValue::RequestRate));
        }
    }
    if jiff::tz::TimeZone::get(&config.locale.timezone).is_err() {
        problems.push(not_allowed("locale.timezone", ExpectedValue::TimeZone));
    }
}

fn jira(config: &Config, problems: &mut Vec<ConfigProblem>) {
    let Some(jira) = &config.requests.jira else {
        return;
    };
    match verify_endpoint(&jira.site) {
        Err(why) => problems.push(ConfigProblem::UnsafeAddress {
            key: "requests.jira.site".to_owned(),
            why,
        }),
        Ok(url) if url.path() != "/" || url.query().is_some() || url.fragment().is_some() => {
            problems.push(not_allowed("requests.jira.site", ExpectedValue::JiraSite));
        }
        Ok(_) => {}
    }
    if !is_project_key(&jira.project) {
        problems.push(not_allowed(
            "requests.jira.project",
            ExpectedValue::JiraProject,
        ));
    }
    for name in jira.fields.keys().filter(|name| *name != KIND) {
        let key = format!("requests.jira.fields.{name}");
        match LedgerColumn::of_name(name) {
            None => {
                let known: Vec<String> = LedgerColumn::VARIANTS
                    .iter()
                    .copied()
                    .filter(|column| !OURS.contains(column))
                    .map(|column| column.as_str().to_owned())
                    .chain([KIND.to_owned()])
                    .collect();
                problems.push(ConfigProblem::unknown_key(
                    "requests.jira.fields",
                    name,
                    &known,
                ));
            }
            Some(column) if OURS.contains(&column) => {
                problems.push(not_allowed(&key, ExpectedValue::RequestedColumn));
            }
            Some(_) => {}
        }
    }
}

/// Such as `SOC`. It becomes part of a JQL query.
fn is_project_key(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && (2..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn guide(config: &Config, problems: &mut Vec<ConfigProblem>) {
    if let Some(site) = &config.guide.site
        && let Err(why) = verify_endpoint(site)
    {
        problems.push(ConfigProblem::UnsafeAddress {
            key: "guide.site".to_owned(),
            why,
        });
    }
}

fn login(config: &Config, problems: &mut Vec<ConfigProblem>) {
    let login = &config.login;
    match (&login.issuer, &login.client_id) {
        (Some(_), None) => problems.push(ConfigProblem::Together {
            missing: "login.client_id",
            set: "login.issuer",
        }),
        (None, Some(_)) => problems.push(ConfigProblem::Together {
            missing: "login.issuer",
            set: "login.client_id",
        }),
        _ => {}
    }
    if let Some(issuer) = &login.issuer
        && let Err(why) = verify_endpoint(issuer)
    {
        problems.push(ConfigProblem::UnsafeAddress {
            key: "login.issuer".to_owned(),
            why,
        });
    }
}

fn channels(config: &Config, problems: &mut Vec<ConfigProblem>) {
    let mut names = BTreeSet::from([CONTACTS]);
    for (index, channel) in config.channels.iter().enumerate() {
        let key = format!("channels[{index}]");
        if !names.insert(channel.name.as_str()) {
            problems.push(ConfigProblem::ChannelTwice {
                name: channel.name.clone(),
            });
        }
        if let Some(room) = &channel.room
            && (room.is_empty() || !room.bytes().all(|b| b.is_ascii_digit()))
        {
            problems.push(not_allowed(
                &format!("{key}.room"),
                ExpectedValue::RoomNumber,
            ));
        }
        for needs in needs(channel, &config.mail) {
            problems.push(ConfigProblem::ChannelNeeds {
                key: key.clone(),
                needs,
            });
        }
        if let Some(url) = channel.url.as_ref().and_then(Secret::as_literal)
            && let Err(why) = verify_channel(url.expose_secret(), channel.allow_private)
        {
            problems.push(ConfigProblem::UnsafeAddress {
                key: format!("{key}.url"),
                why,
            });
        }
    }
    names.remove(CONTACTS);
    for (index, route) in config.routes.iter().enumerate() {
        if !names.contains(route.channel.as_str()) {
            problems.push(ConfigProblem::UnknownChannel {
                key: format!("routes[{index}].channel"),
                channel: route.channel.clone(),
            });
        }
        if !route.kind.iter().all(|pattern| is_pattern(pattern)) {
            problems.push(not_allowed(
                &format!("routes[{index}].type"),
                ExpectedValue::FindingTypes,
            ));
        }
    }
}

/// The keys that a channel's kind requires and that are not set.
fn needs(channel: &Channel, mail: &Mail) -> Vec<&'static str> {
    let wanted: &[(&str, bool)] = match channel.kind {
        ChannelKind::Slack
        | ChannelKind::Teams
        | ChannelKind::GoogleChat
        | ChannelKind::Webhook => &[("url", channel.url.is_some())],
        ChannelKind::Chatwork => &[
            ("token", channel.token.is_some()),
            ("room", channel.room.is_some()),
        ],
        ChannelKind::Mail => &[
            ("to", !channel.to.is_empty()),
            ("mail.smtp_url", mail.smtp_url.is_some()),
            ("mail.from", mail.from.is_some()),
        ],
    };
    wanted
        .iter()
        .filter(|(_, set)| !set)
        .map(|(key, _)| *key)
        .collect()
}

fn not_allowed(key: &str, expected: ExpectedValue) -> ConfigProblem {
    ConfigProblem::NotAllowed {
        key: key.to_owned(),
        expected,
    }
}

fn invalid(key: &str, error: &str) -> ConfigProblem {
    ConfigProblem::Invalid {
        key: key.to_owned(),
        error: error.to_owned(),
    }
}
