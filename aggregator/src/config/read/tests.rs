//! Tests of reading a configuration: documented defaults, overrides, and all problems at once.

use hubward_protocol::api::RecorderMode;
use secrecy::ExposeSecret;

use super::*;
use crate::config::verify::verify_secrets;
use hubward_domain::address::UnsafeAddress;

const MINIMUM: &str = "[hub]\nadministrator = \"999999999999\"\nhome_region = \"ap-northeast-1\"\n";
const EXAMPLE: &str = include_str!("../../../hubward.example.toml");

fn read_with<const N: usize>(
    text: &str,
    environment: [(&str, &str); N],
) -> Result<Config, Vec<ConfigProblem>> {
    read(
        Path::new("hubward.toml"),
        text,
        &Environment::from(environment),
    )
}

fn keys(problems: Vec<ConfigProblem>) -> Vec<String> {
    problems
        .into_iter()
        .map(|problem| match problem {
            ConfigProblem::UnknownKey { key, .. }
            | ConfigProblem::Missing { key }
            | ConfigProblem::Invalid { key, .. }
            | ConfigProblem::NotAllowed { key, .. }
            | ConfigProblem::UnsafeAddress { key, .. }
            | ConfigProblem::UnknownChannel { key, .. }
            | ConfigProblem::ChannelNeeds { key, .. } => key,
            other => format!("{other:?}"),
        })
        .collect()
}

/// The example with every commented key switched on, one setting per line.
fn example_switched_on() -> String {
    EXAMPLE
        .lines()
        .map(|line| {
            let setting = line.strip_prefix('#').filter(|rest| !rest.starts_with(' '));
            format!("{}\n", setting.unwrap_or(line))
        })
        .collect()
}

#[test]
fn two_keys_are_enough() {
    let config = read_with(MINIMUM, []).unwrap();
    assert_eq!(config.hub.administrator.as_str(), "999999999999");
    assert_eq!(config.server.listen, "127.0.0.1:8080");
    assert_eq!(config.baseline.config, RecorderMode::CustomerRecorder);
    assert_eq!(config.check.remind_after_days, 3);
}

#[test]
fn the_example_as_it_is_lacks_only_the_required_keys() {
    assert_eq!(
        keys(read_with(EXAMPLE, []).unwrap_err()),
        ["hub.administrator", "hub.home_region"]
    );
}

#[test]
fn every_key_of_the_example_is_known_and_right() {
    let config = read_with(&example_switched_on(), []).unwrap();
    assert_eq!(config.channels.len(), 1);
    assert_eq!(config.routes.len(), 1);
}

#[test]
fn the_example_shows_every_key_that_there_is() {
    let example: Table = example_switched_on().parse().unwrap();
    let shown = |section: &str| -> BTreeSet<String> {
        let value = section
            .split('.')
            .fold(&Value::Table(example.clone()), |value, key| &value[key])
            .clone();
        let table = match value {
            Value::Array(entries) => entries[0].clone(),
            table => table,
        };
        table.as_table().unwrap().keys().cloned().collect()
    };
    let known = |keys: Vec<String>| keys.into_iter().collect::<BTreeSet<_>>();
    use crate::config::{Locale, Login, ServerConfig, StoreConfig, intake, outgoing, watching};
    for (section, keys) in [
        ("hub", known_keys::<HubDraft>()),
        ("server", known_keys::<ServerConfig>()),
        ("store", known_keys::<StoreConfig>()),
        ("baseline", known_keys::<watching::Baseline>()),
        ("pacing", known_keys::<watching::PacingConfig>()),
        ("ledger", known_keys::<intake::LedgerConfig>()),
        ("locale", known_keys::<Locale>()),
        ("requests", known_keys::<intake::Requests>()),
        ("requests.jira", known_keys::<intake::JiraConfig>()),
        ("check", known_keys::<watching::CheckConfig>()),
        ("alerts", known_keys::<outgoing::Alerts>()),
        ("findings", known_keys::<watching::FindingsConfig>()),
        ("reports", known_keys::<outgoing::Reports>()),
        ("guide", known_keys::<crate::config::guide::GuideConfig>()),
        ("mail", known_keys::<outgoing::Mail>()),
        ("login", known_keys::<Login>()),
        ("channels", known_keys::<outgoing::Channel>()),
        ("routes", known_keys::<outgoing::ChannelRoute>()),
    ] {
        assert_eq!(shown(section), known(keys), "[{section}]");
    }
}

#[test]
fn the_environment_overrides_the_file_in_the_type_that_the_key_wants() {
    let config = read_with(
        MINIMUM,
        [
            ("HUBWARD_HUB__ADMINISTRATOR", "012345678901"),
            ("HUBWARD_HUB__LINKED_REGIONS", "us-east-1, eu-west-1"),
            ("HUBWARD_PACING__OTHER", "0"),
            ("HUBWARD_REPORTS__MAIL", "true"),
            ("HUBWARD_STORE__URL", "sqlite:/elsewhere.db"),
            (
                "HUBWARD_BASELINE__GUARDDUTY_FEATURES",
                "[\"S3_DATA_EVENTS\"]",
            ),
            ("HUBWARD_LANG", "ja"),
        ],
    )
    .unwrap();
    assert_eq!(config.hub.administrator.as_str(), "012345678901");
    assert_eq!(config.hub.linked_regions.len(), 2);
    assert!(config.pacing.other.abs() < f64::EPSILON);
    assert!(config.reports.mail);
    assert_eq!(config.baseline.guardduty_features, ["S3_DATA_EVENTS"]);
    assert_eq!(
        config.store.url.as_literal().unwrap().expose_secret(),
        "sqlite:/elsewhere.db"
    );
}

#[test]
fn every_mistake_is_named_at_once() {
    let problems = read_with(
        r#"
        chanels = 1
        [hub]
        administrator = 999999999999
        home_region = "eu-west-9"
        linked_region = ["us-east-1"]
        [server]
        listen = "somewhere"
        [check]
        schedul = "x"
        watch = "soon"
        remind_after_days = -1
        [pacing]
        other = "fast"
        [[channels]]
        name = "a"
        kind = "irc"
        [[channels]]
        kind = "slack"
        url = "https://hooks.slack.com/x"
        "#,
        [("HUBWARD_ALERTS__NOISE", "1")],
    )
    .unwrap_err();
    let nearest = problems.iter().find_map(|problem| match problem {
        ConfigProblem::UnknownKey { key, nearest } if key == "hub.linked_region" => nearest.clone(),
        _ => None,
    });
    assert_eq!(nearest.as_deref(), Some("hub.linked_regions"));
    assert_eq!(
        keys(problems),
        [
            "hub.administrator",
            "hub.home_region",
            "hub.linked_region",
            "pacing.other",
            "check.remind_after_days",
            "check.watch",
            "check.schedul",
            "alerts.noise",
            "channels[0].kind",
            "channels[1]",
            "chanels",
        ]
    );
}

#[test]
fn values_are_judged_together_too() {
    let problems = read_with(
        r#"
        [hub]
        administrator = "999999999999"
        home_region = "ap-east-1"
        linked_regions = ["us-east-1", "us-east-1"]
        [server]
        listen = "somewhere"
        public_url = "http://soc.example.com"
        tls_key = "key.pem"
        trusted_proxies = ["10.0.0.0/8", "10.0.0.0/99"]
        [locale]
        timezone = "Asia/Edo"
        [login]
        issuer = "http://login.example.com"
        [check]
        schedule = "whenever"
        [[channels]]
        name = "a"
        kind = "slack"
        url = "http://169.254.169.254/"
        [[channels]]
        name = "a"
        kind = "mail"
        [[routes]]
        event = "alert"
        channel = "b"
        "#,
        [],
    )
    .unwrap_err();
    assert_eq!(
        keys(problems),
        [
            "HomeRegionIsOptIn { region: Region(\"ap-east-1\") }",
            "RegionTwice { region: Region(\"us-east-1\") }",
            "server.listen",
            "server.public_url",
            "server.trusted_proxies[1]",
            "Together { missing: \"server.tls_certificate\", set: \"server.tls_key\" }",
            "check.schedule",
            "locale.timezone",
            "Together { missing: \"login.client_id\", set: \"login.issuer\" }",
            "login.issuer",
            "channels[0].url",
            "ChannelTwice { name: \"a\" }",
            // It lacks recipients, a mail server, and a sender.
            "channels[1]",
            "channels[1]",
            "channels[1]",
            "routes[0].channel",
        ]
    );
}

#[test]
fn a_syntax_error_names_its_line_and_never_quotes_it() {
    let problems = read_with("[mail]\nsmtp_url = \"smtps://u:hunter2@h\" x\n", []).unwrap_err();
    assert!(matches!(
        problems[..],
        [ConfigProblem::Syntax { line: 2, .. }]
    ));
    assert!(!format!("{problems:?}").contains("hunter2"));
}

#[test]
fn no_secret_is_shown_by_debug() {
    let text = format!(
        "{MINIMUM}[alerts]\npush_secret = \"hunter2\"\n[store]\nurl = \"postgres://u:hunter2@h/d\"\n[[channels]]\nname = \"a\"\nkind = \"slack\"\nurl = \"https://hooks.slack.com/hunter2\"\n"
    );
    let config = read_with(&text, []).unwrap();
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn an_address_from_the_environment_is_judged_when_it_is_looked_up() {
    let text = format!(
        "{MINIMUM}[[channels]]\nname = \"a\"\nkind = \"slack\"\nurl = \"env:SLACK_URL\"\ntoken = \"env:ABSENT\"\n"
    );
    let config = read_with(&text, []).unwrap();
    let environment = Environment::from([("SLACK_URL", "http://10.0.0.1/")]);
    assert_eq!(
        verify_secrets(&config, &environment),
        [
            ConfigProblem::SecretMissing {
                key: "channels[0].token".to_owned(),
                place: "env:ABSENT".to_owned()
            },
            ConfigProblem::UnsafeAddress {
                key: "channels[0].url (a)".to_owned(),
                why: UnsafeAddress::Private
            },
        ]
    );
}
