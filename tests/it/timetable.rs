//! Scheduled jobs: run once per due time by one of several servers, and retried after a failure.

use std::time::Duration;

use serde_json::json;

use crate::harness::program::Program;
use crate::harness::receiver::Receiver;
use crate::harness::server::Server;
use crate::harness::soc::Soc;

/// A SOC with a check every second, and a channel for its results.
fn soc(hook: &Receiver) -> Soc {
    let soc = Soc::new();
    soc.import(&[("111111111111", "A", "a@example.com")]);
    soc.configure(&format!(
        "[[channels]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = true\n\
         [[routes]]\nevent = \"check\"\nchannel = \"hook\"\n",
        hook.url()
    ));
    soc
}

fn every_second(soc: &Soc) -> Program {
    soc.program()
        .env("HUBWARD_CHECK__SCHEDULE", "* * * * * *")
        .env("HUBWARD_CHECK__WATCH", "1s")
}

#[test]
fn a_check_by_the_clock_posts_what_changed_and_is_silent_otherwise() {
    let hook = Receiver::start();
    let soc = soc(&hook);
    let _server = Server::start(every_second(&soc));
    hook.wait_for("the first post", |hook| !hook.asked().is_empty());
    soc.hubward(["invite"]).expect(0);
    hook.wait_for("the post of the change", |hook| hook.asked().len() > 1);
    let listings = soc.cloud.calls().len();
    hook.wait_for("another check", |_| soc.cloud.calls().len() > listings + 4);
    let posts: Vec<String> = hook
        .bodies()
        .iter()
        .map(|body| {
            body["data"]["rows"][0]["verdict"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(posts.first().map(String::as_str), Some("not_invited"));
    assert!(
        posts.len() <= 3,
        "one post for each Region's change at most: {posts:?}"
    );
}

#[test]
fn of_three_servers_one_does_each_check_and_a_killed_one_is_replaced() {
    let hook = Receiver::start();
    let soc = soc(&hook);
    let daily = || {
        soc.program()
            .env("HUBWARD_CHECK__SCHEDULE", "0 9 * * *")
            .env("HUBWARD_CHECK__WATCH", "2s")
    };
    let mut servers: Vec<Server> = (0..3).map(|_| Server::start(daily())).collect();
    let listings = || {
        let calls = soc.cloud.calls();
        calls
            .iter()
            .filter(|call| call["operation"] == json!("ListMembers"))
            .count()
    };
    hook.wait_for("some checks", |_| listings() >= 8);
    // Two Regions are listed at each due time, by one of the servers.
    let (before, began) = (listings(), std::time::Instant::now());
    std::thread::sleep(Duration::from_secs(8));
    let (made, due) = (listings() - before, began.elapsed().as_secs() / 2 + 1);
    assert!(
        made as u64 <= 2 * due + 2,
        "{made} listings at {due} due times"
    );
    servers.pop();
    servers.pop();
    let before = listings();
    hook.wait_for("checks by the last server", |_| listings() > before + 3);
}

#[test]
fn a_check_that_fails_is_said_once_and_leaves_the_server_alive() {
    let hook = Receiver::start();
    let soc = soc(&hook);
    let server = Server::start(
        every_second(&soc)
            .env("AWS_ACCESS_KEY_ID", "invalid")
            .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1"),
    );
    hook.wait_for("the complaint", |_| server.said().contains("job check"));
    let (_, health) = server.text("/healthz");
    assert!(!health.is_empty());
    let said = server.said();
    assert_eq!(said.matches("job check").count(), 1, "{said}");
}
