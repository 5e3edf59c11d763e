//! The agent and a server that is wrong, away or busy: nothing is given away, and the setup still ends.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server_agent::{
    MEMBER, STRANGER, Shell, asked_for, baseline, challenge, done_with_one_line, heartbeats,
    session, trusting,
};
use crate::harness::misbehaving_server::{Answer, Asked, OddServer};
use crate::harness::program::agent;
use crate::harness::soc::{ADMINISTRATOR, HOME, Soc};

#[test]
fn nothing_is_signed_for_a_server_that_goes_by_another_name() {
    let shell = Shell::new();
    let server = OddServer::start(|asked| match asked.line.as_str() {
        // Relayed from the real one.
        "POST /v1/challenges" => challenge("https://soc.example.com"),
        _ => trusting(asked, &baseline()),
    });
    let line = done_with_one_line(shell.set_up(server.url()), server.url());
    assert!(line.contains("https://soc.example.com"), "{line}");
    let lines: Vec<_> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(lines, ["POST /v1/challenges"]);
}

#[test]
fn a_baseline_of_another_administrator_is_not_used_and_its_server_gets_no_reports() {
    let shell = Shell::new();
    let mut foreign = baseline();
    foreign["administrator"] = json!(STRANGER);
    foreign["regions"] = json!(["eu-west-1"]);
    let server = OddServer::start(move |asked| trusting(asked, &foreign));
    let outcome = shell.set_up(server.url());
    assert_eq!(outcome.json()["regions"][0]["region"], HOME);
    let line = done_with_one_line(outcome, server.url());
    assert!(line.contains(STRANGER), "{line}");
    let lines: Vec<_> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(lines, ["POST /v1/challenges", "POST /v1/sessions"]);
}

#[test]
fn a_server_that_mistakes_the_caller_for_another_gets_no_reports() {
    let shell = Shell::new();
    let server = OddServer::start(|asked| match asked.line.as_str() {
        "POST /v1/sessions" => Answer::json(
            "201 Created",
            &json!({
                "token": "t", "expires_at": "2099-01-01T00:00:00Z", "account": STRANGER,
                "baseline": baseline(),
            }),
        ),
        _ => trusting(asked, &baseline()),
    });
    done_with_one_line(shell.set_up(server.url()), server.url());
    assert_eq!(heartbeats(&server), Vec::<Value>::new());
}

#[test]
fn a_server_that_is_away_or_wrong_never_keeps_the_set_up_from_its_end() {
    let shell = Shell::new();
    let unused_address = "http://127.0.0.1:1";
    done_with_one_line(shell.set_up(unused_address), unused_address);

    type Oddity = (&'static str, fn(&Asked) -> Answer);
    let elsewhere = OddServer::start(|asked| trusting(asked, &baseline()));
    let there = elsewhere.url().to_owned();
    let redirecting = OddServer::start(move |asked| {
        let path = asked.line.split(' ').nth(1).unwrap_or("/");
        let location = format!("location: {there}{path}");
        Answer::http("307 Temporary Redirect", &[&location], "")
    });
    done_with_one_line(shell.set_up(redirecting.url()), redirecting.url());
    assert!(elsewhere.asked().is_empty(), "a redirect was followed");

    let oddities: [Oddity; 5] = [
        ("hangs", |_| Answer::Hang),
        ("is broken", |_| {
            Answer::http("500 Internal Server Error", &[], "<h1>oh</h1>")
        }),
        ("has too much to say", |_| {
            Answer::http("200 OK", &[], &"x".repeat(1 << 20))
        }),
        ("talks nonsense", |_| {
            Answer::http("200 OK", &[], "\u{1b}[31m{")
        }),
        ("speaks no HTTP", |_| {
            Answer::Bytes(b"220 smtp\r\n".to_vec())
        }),
    ];
    for (name, answer) in oddities {
        let server = OddServer::start(answer);
        let begun = Instant::now();
        let line = done_with_one_line(shell.set_up(server.url()), server.url());
        assert!(begun.elapsed() < Duration::from_secs(25), "{name}");
        assert!(!line.contains('\u{1b}'), "{name}: {line:?}");
        assert_eq!(server.asked().len(), 1, "{name}");
    }
}

#[test]
fn a_server_that_breaks_later_is_said_once() {
    type Oddity = fn(&Asked) -> Answer;
    let oddities: [Oddity; 3] = [
        |_| Answer::Hang,
        |_| Answer::http("503 Service Unavailable", &[], ""),
        |_| Answer::http("200 OK", &[], &"x".repeat(1 << 20)),
    ];
    for odd in oddities {
        let shell = Shell::new();
        let server = OddServer::start(move |asked| match asked.line.as_str() {
            "POST /v1/heartbeats" | "POST /v1/invitations" => odd(asked),
            _ => trusting(asked, &baseline()),
        });
        done_with_one_line(
            shell.agent("setup --yes --json", server.url()),
            server.url(),
        );
    }
}

#[test]
fn a_server_that_is_busy_is_left_alone_without_a_word() {
    let shell = Shell::new();
    let server = OddServer::start(|asked| match asked.line.as_str() {
        "POST /v1/heartbeats" => Answer::http("429 Too Many Requests", &[], ""),
        _ => trusting(asked, &baseline()),
    });
    let outcome = shell.agent("setup --yes --json", server.url()).expect(0);
    assert!(!outcome.stderr.contains(server.url()), "{}", outcome.stderr);
}

#[test]
fn a_session_that_expires_is_proved_again_once() {
    let shell = Shell::new();
    let sessions = AtomicUsize::new(0);
    let server = OddServer::start(move |asked| match asked.line.as_str() {
        "POST /v1/sessions" => {
            let number = sessions.fetch_add(1, Ordering::SeqCst);
            session(&format!("token-{number}"), &baseline())
        }
        // The first session expires at once.
        "POST /v1/heartbeats" if asked.header("authorization") == Some("Bearer token-0") => {
            Answer::http("401 Unauthorized", &[], "")
        }
        _ => trusting(asked, &baseline()),
    });
    let outcome = shell
        .agent("heartbeat --once --json", server.url())
        .expect(3);
    assert!(!outcome.stderr.contains(server.url()), "{}", outcome.stderr);
    let beats = heartbeats(&server);
    assert_eq!(beats.len(), 2);
    assert_eq!(beats[0], beats[1], "the same heartbeat again");
    assert_eq!(asked_for(&server, "POST /v1/sessions").len(), 2);

    // A server that never accepts its own tokens is not asked forever.
    let server = OddServer::start(|asked| match asked.line.as_str() {
        "POST /v1/heartbeats" => Answer::http("401 Unauthorized", &[], ""),
        _ => trusting(asked, &baseline()),
    });
    shell.agent("status --json", server.url()).expect(3);
    assert_eq!(heartbeats(&server).len(), 2);
}

#[test]
fn a_server_that_cannot_invite_just_now_is_asked_again() {
    let soc = Soc::new();
    let asked = AtomicUsize::new(0);
    let server = OddServer::start(move |request| {
        let invites = request.line == "POST /v1/invitations";
        if invites && asked.fetch_add(1, Ordering::SeqCst) == 0 {
            return Answer::http("502 Bad Gateway", &[], "");
        }
        trusting(request, &baseline())
    });
    let mut child = soc
        .member(MEMBER)
        .args(["setup", "--yes", "--administrator", ADMINISTRATOR])
        .args(["--server", server.url()])
        .command()
        .spawn()
        .expect("start the agent");
    let deadline = Instant::now() + Duration::from_secs(40);
    while asked_for(&server, "POST /v1/invitations").len() < 2 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(200));
    }
    let _ = child.kill();
    let _ = child.wait();
    assert_eq!(asked_for(&server, "POST /v1/invitations").len(), 2);
}

#[test]
fn a_server_without_tls_is_refused_and_never_called() {
    let shell = Shell::new();
    for words in ["setup --yes", "plan", "status", "heartbeat --once"] {
        for server in [
            "http://soc.example.com",
            "soc.example.com",
            "ftp://127.0.0.1",
        ] {
            let refused = shell.agent(words, server).expect(2);
            assert!(refused.stderr.contains("hint:"), "{}", refused.stderr);
        }
    }
    let without = agent(shell.directory.path())
        .at(&shell.cloud, &shell.cloud.credentials(MEMBER))
        .args(["heartbeat", "--once", "--administrator", ADMINISTRATOR])
        .run()
        .expect(2);
    assert!(without.stderr.contains("--server"), "{}", without.stderr);
    assert_eq!(shell.cloud.calls(), Vec::<Value>::new());
}

#[test]
fn the_administrator_is_pinned_by_the_line_and_by_nothing_else() {
    let shell = Shell::new();
    let server = OddServer::start(|asked| trusting(asked, &baseline()));
    agent(shell.directory.path())
        .at(&shell.cloud, &shell.cloud.credentials(MEMBER))
        .args(["setup", "--yes", "--server", server.url()])
        .run()
        .expect(2);
    assert!(server.asked().is_empty());
}
