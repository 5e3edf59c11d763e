//! Tests every channel with one corpus of hostile texts: whatever AWS or a member writes mentions no one,
//! links nowhere, does not change the writing direction, and cannot look like one of our own lines.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value;
use url::form_urlencoded;

use super::message::{FirstSteps, MessageReader, RenderedMessage, write};
use super::{chatwork, google_chat, mail, slack, teams, webhook};
use hubward_domain::account::Language;
use hubward_domain::alert::{Alert, AlertFacts, AlertState, Severity};
use hubward_domain::delivery::{Delivery, DeliveryState};
use hubward_domain::notice::{
    AlertDigest, AlertNotice, EscalatedNotice, Notice, StillOpenNotice, Trouble,
};

const ORIGIN: &str = "https://soc.example.com";

fn corpus() -> Vec<String> {
    let attacks: Vec<String> = serde_json::from_str(include_str!("attacks.json")).unwrap();
    assert!(attacks.len() > 30);
    attacks
}

/// An alert in which every foreign text is the attack.
fn hostile(attack: &str) -> AlertNotice {
    let alert = Alert {
        id: "a1b2c3d4e5f6".to_owned(),
        finding_id: "arn:aws:guardduty:us-east-1:111111111111:detector/d/finding/f".to_owned(),
        account_id: "111111111111".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        kind: attack.to_owned(),
        severity: Severity::High,
        title: attack.to_owned(),
        state: AlertState::Open,
        count: 3,
        first_seen: Timestamp::UNIX_EPOCH,
        last_seen: Timestamp::UNIX_EPOCH,
        facts: AlertFacts {
            description: attack.to_owned(),
            resource: attack.to_owned(),
            console: None,
        },
    };
    let mut notice = AlertNotice::of(&alert, vec![alert.finding_id.clone()], None);
    notice.project = attack.to_owned();
    notice.department = attack.to_owned();
    notice.environment = attack.to_owned();
    notice.contact = attack.to_owned();
    notice
}

fn notices(attack: &str) -> Vec<Notice> {
    let alert = hostile(attack);
    vec![
        Notice::AlertOpened(Box::new(alert.clone())),
        Notice::AlertUpdated(Box::new(alert.clone())),
        Notice::AlertEscalated(Box::new(EscalatedNotice {
            alert: alert.clone(),
            level: 1,
        })),
        Notice::AlertsStillOpen(StillOpenNotice {
            count: 1,
            untaken: 1,
            finding_ids: Vec::new(),
            alerts: vec![alert.clone()],
        }),
        Notice::AlertDigest(Box::new(AlertDigest::of(&[alert]))),
        Notice::Operations(Trouble::MessageRefused {
            message_id: attack.to_owned(),
            why: attack.to_owned(),
        }),
    ]
}

fn rendered(notice: &Notice, language: Language) -> RenderedMessage {
    let zone = TimeZone::UTC;
    let reader = MessageReader {
        language,
        zone: &zone,
        origin: ORIGIN,
        advice: Some(FirstSteps {
            happened: "Someone guesses passwords.".to_owned(),
            steps: vec!["Isolate the instance.".to_owned()],
            page: Some(format!("{ORIGIN}/guide/UnauthorizedAccess-EC2")),
        }),
    };
    write(notice, &reader)
}

/// All texts of a message, without our own URLs.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| *name != "$schema")
            .for_each(|(_, value)| texts(value, found)),
        _ => {}
    }
}

fn texts_of(rendered: &RenderedMessage) -> Vec<(&'static str, Vec<String>)> {
    let of = |value: &Value| {
        let mut found = Vec::new();
        texts(value, &mut found);
        found
    };
    let [(_, body), _] = chatwork::fields(rendered);
    let body = body
        .strip_prefix("[info][title]")
        .and_then(|body| body.strip_suffix("[/info]"))
        .map(|body| body.replacen("[/title]", "\n", 1))
        .unwrap();
    vec![
        ("slack", of(&slack::message(rendered))),
        ("teams", of(&teams::message(rendered))),
        ("google_chat", of(&google_chat::message(rendered, "msg_1"))),
        ("chatwork", vec![body]),
        ("mail", vec![mail::body(rendered)]),
    ]
}

#[track_caller]
fn assert_harmless(channel: &str, attack: &str, text: &str, rendered: &RenderedMessage) {
    let mut text = text.to_owned();
    for (_, url) in &rendered.links {
        for form in [url.clone(), url.replace('&', "&amp;")] {
            text = text.replace(&form, "");
        }
    }
    let lower = text.to_lowercase();
    for danger in [
        "http://",
        "https://",
        "ftp://",
        "ldap://",
        "slack://",
        "www.",
        "evil.example",
        "悪.jp",
        "<!",
        "<@",
        "<#",
        "<at",
        "</at",
        "<users",
        "<a ",
        "<img",
        "<script",
        "<http",
        "@all",
        "@here",
        "@channel",
        "@everyone",
        "@room",
        "@team",
        "[to:",
        "[toall",
        "[/",
        "[info",
        "[title",
        "[rp",
        "[qt",
        "[code",
        "[hr",
        "[picon",
    ] {
        // A mail address of the domain is plain text, which is allowed.
        let lower = if danger == "evil.example" {
            lower.replace("evil@evil.example", "")
        } else {
            lower.clone()
        };
        assert!(
            !lower.contains(danger),
            "{channel}: {danger} of {attack:?} in {text}"
        );
    }
    for char in text.chars() {
        let steers = char.is_control() && char != '\n' && char != '\r'
            || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(
                char,
                '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}' | '\u{ad}'
            );
        assert!(!steers, "{channel}: {char:?} of {attack:?} in {text}");
    }
}

#[test]
fn no_text_of_the_corpus_does_anything_in_any_chat() {
    for attack in corpus() {
        for notice in notices(&attack) {
            for language in [Language::Ja, Language::En] {
                let rendered = rendered(&notice, language);
                for (channel, texts) in texts_of(&rendered) {
                    for text in texts {
                        assert_harmless(channel, &attack, &text, &rendered);
                    }
                }
            }
        }
    }
}

#[test]
fn a_line_of_the_corpus_stays_one_line() {
    let lines = |attack: &str| {
        let notice = Notice::AlertOpened(Box::new(hostile(attack)));
        mail::body(&rendered(&notice, Language::En)).lines().count()
    };
    let plain = lines("plain");
    for attack in corpus() {
        assert_eq!(lines(&attack), plain, "{attack:?}");
    }
}

#[test]
fn links_are_only_ours() {
    for attack in corpus() {
        for notice in notices(&attack) {
            for (_, url) in rendered(&notice, Language::En).links {
                assert!(
                    url.starts_with("https://soc.example.com/alerts")
                        || url == "https://soc.example.com/guide/UnauthorizedAccess-EC2"
                        || url.starts_with("https://us-east-1.console.aws.amazon.com/guardduty/"),
                    "{url}"
                );
            }
        }
    }
}

#[test]
fn every_channel_stays_within_its_size_whatever_comes() {
    for flood in [
        "<&>\"".repeat(10_000),
        "日本語".repeat(10_000),
        "\u{1f6a8}".repeat(9_000),
    ] {
        for notice in notices(&flood) {
            let rendered = rendered(&notice, Language::Ja);
            let slack = slack::message(&rendered).to_string();
            assert!(slack.chars().count() <= 13_000, "{}", slack.chars().count());
            let teams = teams::message(&rendered).to_string();
            assert!(teams.len() <= 28_000, "{}", teams.len());
            let google = google_chat::message(&rendered, "msg_1").to_string();
            assert!(google.len() <= 32_000, "{}", google.len());
            let [(_, chatwork), _] = chatwork::fields(&rendered);
            assert!(chatwork.chars().count() <= 20_000);
            assert!(chatwork.starts_with("[info][title]") && chatwork.ends_with("[/info]"));
        }
    }
}

#[test]
fn a_form_holds_one_message_whatever_it_says() {
    for attack in corpus() {
        let notice = Notice::AlertOpened(Box::new(hostile(&attack)));
        let form = chatwork::form(&rendered(&notice, Language::En));
        let fields: Vec<(String, String)> = form_urlencoded::parse(form.as_bytes())
            .into_owned()
            .collect();
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["body", "self_unread"], "{attack:?}");
    }
}

#[test]
fn a_program_gets_every_text_as_data() {
    for attack in corpus() {
        let delivery = Delivery {
            id: "msg_1".to_owned(),
            channel: "hook".to_owned(),
            notice: Notice::AlertOpened(Box::new(hostile(&attack))),
            state: DeliveryState::Pending,
            attempts: 1,
            last_error: None,
            created_at: Timestamp::UNIX_EPOCH,
        };
        let body: Value = serde_json::from_str(&webhook::body(&delivery).unwrap()).unwrap();
        assert_eq!(body["type"], "alert.opened");
        assert_eq!(body["data"]["title"], attack.as_str());
        assert_eq!(body.as_object().unwrap().len(), 3);
    }
}

#[test]
fn a_digest_names_every_finding_and_shows_the_worst_of_them() {
    let alerts: Vec<AlertNotice> = (0..25)
        .map(|number| {
            let mut alert = hostile("x");
            alert.finding_ids = vec![format!("finding-{number}")];
            if number == 24 {
                alert.severity = Severity::Critical;
            }
            alert
        })
        .collect();
    let digest = AlertDigest::of(&alerts);
    let body = serde_json::to_value(Notice::AlertDigest(Box::new(digest))).unwrap();
    assert_eq!(body["type"], "alert.digest");
    let data = &body["data"];
    assert_eq!(data["count"], 25);
    assert_eq!(data["finding_ids"].as_array().unwrap().len(), 25);
    assert_eq!(data["alerts"].as_array().unwrap().len(), 20);
    assert_eq!(data["alerts"][0]["finding_ids"][0], "finding-24");
    assert_eq!(data["severities"]["HIGH"], 24);
}

#[test]
fn an_alert_says_all_that_helps_in_both_languages() {
    let mut alert = hostile("x");
    for (field, text) in [
        (&mut alert.title, "Password guessing"),
        (&mut alert.project, "受注"),
        (&mut alert.environment, "production"),
        (&mut alert.department, "販売部"),
        (&mut alert.contact, "佐藤"),
        (&mut alert.kind, "UnauthorizedAccess:EC2-SSHBruteForce"),
        (
            &mut alert.resource,
            "arn:aws:ec2:us-east-1:111111111111:instance/i-1",
        ),
    ] {
        *field = text.to_owned();
    }
    alert.contact_emails = vec!["sato@example.com".to_owned()];
    let notice = Notice::AlertOpened(Box::new(alert));
    for (language, words) in [
        (
            Language::En,
            ["Severity", "Contact", "First steps", "1. Isolate"],
        ),
        (
            Language::Ja,
            ["重要度", "担当者", "最初にすること", "1. Isolate"],
        ),
    ] {
        let rendered = rendered(&notice, language);
        for (channel, texts) in texts_of(&rendered) {
            let whole = texts.join("\n");
            for fact in [
                "Someone guesses passwords",
                "HIGH",
                "111111111111",
                "受注",
                "販売部",
                "佐藤",
                "sato@example.com",
                "us-east-1",
                "i-1",
                "1970-01-01 00:00",
                "a1b2c3d4e5f6",
                "https://soc.example.com/alerts/a1b2c3d4e5f6",
                "https://soc.example.com/guide/UnauthorizedAccess-EC2",
                "https://us-east-1.console.aws.amazon.com/guardduty/home?region=us-east-1",
            ]
            .into_iter()
            .chain(words)
            {
                assert!(whole.contains(fact), "{channel}: {fact} is not in {whole}");
            }
        }
    }
}
