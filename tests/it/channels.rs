//! Every kind of channel gets messages in its own format and at its own rate; markup in AWS's texts
//! has no effect. A failing channel is left alone for a while, and a burst becomes digests: nothing
//! is lost.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::harness::alert_fixtures::{self, MEMBER, alerts, route, soc, wait_until, with_queue};
use crate::harness::alerts::{AlertQueue, event, finding};
use crate::harness::mailbox::Mailbox;
use crate::harness::misbehaving_server::Asked;
use crate::harness::receiver::Receiver;
use crate::harness::server::Server;
use crate::harness::soc::{HOME, Soc};

/// A channel for alerts.
fn channel(name: &str, kind: &str, url: &str, more: &str) -> String {
    alert_fixtures::channel(name, kind, url, more) + &route("alert", name)
}

/// The number of messages in each state.
fn delivery_states(soc: &Soc) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for alert in alerts(soc) {
        for delivery in alert["deliveries"].as_array().unwrap() {
            let state = delivery["state"].as_str().unwrap().to_owned();
            *states.entry(state).or_default() += 1;
        }
    }
    states
}

fn json_of(asked: &Asked) -> Value {
    serde_json::from_str(&asked.body).unwrap()
}

/// A form's fields, decoded.
fn form_of(asked: &Asked) -> BTreeMap<String, String> {
    let url = reqwest::Url::parse(&format!("http://x/?{}", asked.body)).unwrap();
    url.query_pairs().into_owned().collect()
}

#[test]
fn each_kind_of_chat_gets_an_alert_in_its_own_form_and_is_not_fooled() {
    let soc = soc();
    let queue = AlertQueue::new(&soc);
    let (slack, teams, google, chatwork) = (
        Receiver::start(),
        Receiver::start(),
        Receiver::start(),
        Receiver::start(),
    );
    let mailbox = Mailbox::start();
    soc.configure("[server]\npublic_url = \"https://soc.example.com\"\n");
    soc.configure(&format!(
        "[mail]\nsmtp_url = \"{}\"\nfrom = \"soc@example.com\"\n",
        mailbox.url()
    ));
    soc.configure(&channel("slack", "slack", &slack.url(), ""));
    soc.configure(&channel("teams", "teams", &teams.url(), ""));
    let space = format!("{}?key=k&token=t", google.url());
    soc.configure(&channel("google", "google_chat", &space, ""));
    soc.configure(&channel(
        "chatwork",
        "chatwork",
        &chatwork.url(),
        "token = \"secret-token\"\nroom = \"12345\"",
    ));
    soc.configure(
        "[[channels]]\nname = \"mail\"\nkind = \"mail\"\nto = [\"soc@example.com\"]\n\
         [[routes]]\nevent = \"alert\"\nchannel = \"mail\"\n",
    );
    soc.hubward(["config", "check"]).expect(0);
    let mut hostile = finding(MEMBER, HOME, 7);
    hostile["Title"] = json!(
        "<!here> <at>all</at> @all [To:all] [/info] https://evil.example \u{202e}x\u{200b} <@U012AB3CD>"
    );
    hostile["SourceUrl"] = json!("https://us-east-1.console.aws.amazon.com/cloudformation/evil");
    queue.put(&event(&hostile));
    let _server = Server::start(with_queue(&soc, &queue));
    for (name, receiver) in [
        ("slack", &slack),
        ("teams", &teams),
        ("google", &google),
        ("chatwork", &chatwork),
    ] {
        wait_until(name, || !receiver.asked().is_empty());
        let asked = receiver.asked()[0].clone();
        let message = if name == "chatwork" {
            form_of(&asked)["body"].clone()
        } else {
            asked.body
        };
        for fact in [
            MEMBER,
            "受注",
            "sato@example.com",
            HOME,
            "HIGH",
            "https://soc.example.com/alerts/",
            "https://ap-northeast-1.console.aws.amazon.com/guardduty/home?region=ap-northeast-1",
        ] {
            assert!(message.contains(fact), "{name}: {fact} is not in {message}");
        }
        for danger in [
            "<!here",
            "<at>",
            "@all",
            "[To:all]",
            "https://evil",
            "\u{202e}",
            "\u{200b}",
            "<@U",
            "cloudformation",
        ] {
            assert!(
                !message.contains(danger),
                "{name}: {danger} is in {message}"
            );
        }
    }
    let blocks = &json_of(&slack.asked()[0])["blocks"];
    assert_eq!(blocks[0]["text"]["type"], "plain_text");
    let card = &json_of(&teams.asked()[0])["attachments"][0];
    assert_eq!(
        card["contentType"],
        "application/vnd.microsoft.card.adaptive"
    );
    assert_eq!(card["content"]["type"], "AdaptiveCard");
    assert_eq!(card["content"]["version"], "1.4");
    let id = alerts(&soc)[0]["id"].as_str().unwrap().to_owned();
    let asked = &google.asked()[0];
    assert!(json_of(asked)["cardsV2"][0]["card"].is_object());
    for part in [
        "key=k&token=t",
        &format!("threadKey=alert-{id}"),
        "messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD",
    ] {
        assert!(asked.line.contains(part), "{}", asked.line);
    }
    let asked = &chatwork.asked()[0];
    assert!(
        asked.line.ends_with("/rooms/12345/messages"),
        "{}",
        asked.line
    );
    assert_eq!(asked.header("x-chatworktoken"), Some("secret-token"));
    assert_eq!(
        asked.header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    let body = &form_of(asked)["body"];
    assert!(body.starts_with("[info][title]") && body.ends_with("[/info]"));
    assert_eq!(body.matches("[/info]").count(), 1, "{body}");
    wait_until("the mail", || !mailbox.mails().is_empty());
    wait_until("the record", || {
        delivery_states(&soc).get("delivered") == Some(&5)
    });
}

#[test]
fn what_cannot_work_is_refused_when_the_configuration_is_read() {
    let soc = soc();
    soc.configure(&channel(
        "old",
        "teams",
        "https://acme.webhook.office.com/webhookb2/x/IncomingWebhook/y/z",
        "",
    ));
    soc.configure(&channel(
        "work",
        "chatwork",
        "https://api.chatwork.com/v2",
        "token = \"t\"\nroom = \"#!rid1/../2\"",
    ));
    soc.configure(
        "[[routes]]\nevent = \"alert\"\nchannel = \"work\"\ntype = [\"Recon:*\", \"a b\"]\n",
    );
    let said = soc.hubward(["config", "check"]).expect(1).stderr;
    assert!(said.contains("Workflows"), "{said}");
    assert!(said.contains("channels[1].room"), "{said}");
    assert!(said.contains("routes[2].type"), "{said}");
    soc.hubward(["serve"]).expect(1);
}

#[test]
fn a_channel_that_asks_for_time_gets_it_and_no_other_waits() {
    let soc = soc();
    let queue = AlertQueue::new(&soc);
    let (busy, free) = (Receiver::start(), Receiver::start());
    busy.set_answer("429 Too Many Requests", &["retry-after: 86400"]);
    soc.configure(&channel("busy", "slack", &busy.url(), ""));
    soc.configure(&channel("free", "webhook", &free.url(), ""));
    let _server = Server::start(with_queue(&soc, &queue));
    queue.put(&event(&finding(MEMBER, HOME, 1)));
    wait_until("the first try", || busy.asked().len() == 1);
    for number in 2..6 {
        queue.put(&event(&finding(MEMBER, HOME, number)));
    }
    free.wait_for("all of them", |free| free.findings().len() == 5);
    wait_until("the record", || {
        delivery_states(&soc).get("delivered") == Some(&5)
    });
    assert_eq!(busy.asked().len(), 1, "it asked to be left alone");
    assert_eq!(delivery_states(&soc).get("pending"), Some(&5));
}

#[test]
fn a_channel_that_is_down_is_left_alone_is_seen_and_gets_everything_later() {
    let soc = soc();
    let queue = AlertQueue::new(&soc);
    let (down, up) = (Receiver::start(), Receiver::start());
    down.set_open(false);
    soc.configure(&channel("down", "webhook", &down.url(), ""));
    soc.configure(&channel("up", "webhook", &up.url(), ""));
    let server = Server::start(with_queue(&soc, &queue));
    let bodies: Vec<String> = (0..100)
        .map(|number| event(&finding(MEMBER, HOME, number)))
        .collect();
    queue.put_all(&bodies);
    up.wait_for("all of them", |up| up.findings().len() == 100);
    wait_until("the open circuit", || {
        let (_, figures) = server.text("/metrics");
        figures.contains("hubward_channel_circuit_open{channel=\"down\"} 1")
            && figures.contains("hubward_channel_circuit_open{channel=\"up\"} 0")
    });
    // A probe from time to time, not one for each message.
    let tries = down.asked().len();
    assert!(tries < 50, "{tries} tries of a channel that is down");
    let found = soc.hubward(["doctor", "--json"]).stdout;
    let found: Vec<Value> = serde_json::from_str(&found).unwrap();
    let row = found.iter().find(|row| row["check"] == "channels").unwrap();
    assert!(row.to_string().contains("503"), "{row}");
    down.set_open(true);
    down.wait_for("all of them", |down| down.findings().len() == 100);
    wait_until("the record", || {
        delivery_states(&soc).get("delivered") == Some(&200)
    });
    let (_, figures) = server.text("/metrics");
    assert!(
        figures.contains("hubward_channel_circuit_open{channel=\"down\"} 0"),
        "{figures}"
    );
    let ids: BTreeSet<String> = down
        .asked()
        .iter()
        .map(|asked| asked.header("webhook-id").unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 100, "each has one id at every attempt");
}

#[test]
fn a_burst_becomes_digests_and_a_kill_repeats_one_under_its_own_id() {
    let soc = soc();
    let queue = AlertQueue::new(&soc);
    let chat = Receiver::start();
    chat.set_open(false);
    soc.configure(&channel("chat", "google_chat", &chat.url(), ""));
    let mut bodies: Vec<String> = (0..120)
        .map(|number| event(&finding(MEMBER, HOME, number)))
        .collect();
    let mut critical = finding(MEMBER, HOME, 500);
    critical["Severity"]["Label"] = json!("CRITICAL");
    bodies.push(event(&critical));
    queue.put_all(&bodies);
    let card = |asked: &Asked| {
        json_of(asked)["cardsV2"][0]["cardId"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let title = |asked: &Asked| {
        let body = json_of(asked);
        let title = &body["cardsV2"][0]["card"]["header"]["title"];
        title.as_str().unwrap().to_owned()
    };
    let is_digest = |asked: &Asked| title(asked).contains("件のアラート");
    let server = Server::start(with_queue(&soc, &queue));
    wait_until("every alert", || alerts(&soc).len() == 121);
    chat.set_open(true);
    wait_until("the critical one", || {
        chat.asked()
            .iter()
            .any(|asked| title(asked).contains("CRITICAL: "))
    });
    chat.wait_for("a digest", |chat| chat.asked().iter().any(is_digest));
    // The critical one was sent individually, in whatever order they arrived.
    let titles: Vec<String> = chat.asked().iter().map(title).collect();
    let is_critical_digest = |asked: &Asked| is_digest(asked) && title(asked).contains("CRITICAL");
    assert!(!chat.asked().iter().any(is_critical_digest), "{titles:?}");
    server.kill();
    let _server = Server::start(with_queue(&soc, &queue));
    wait_until("every record", || {
        delivery_states(&soc) == BTreeMap::from([("delivered".to_owned(), 121)])
    });
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    for asked in chat.asked() {
        let before = said.insert(card(&asked), asked.body.clone());
        assert!(before.is_none_or(|before| before == asked.body));
    }
    assert!(said.len() < 60, "{} messages for 121 alerts", said.len());
    soc.hubward(["audit", "verify"]).expect(0);
}
