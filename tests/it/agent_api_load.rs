//! The agent API under load: greedy, slow and many callers.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;

use super::agent_api::{MEMBER, challenge, heartbeat, soc, token};

#[test]
fn greedy_and_slow_requests_block_no_one() {
    let soc = soc();
    let server = soc.serve();
    server
        .post("/v1/sessions", None, " ".repeat(17 << 10))
        .refused(413, "too_large");
    server
        .post("/v1/sessions", None, "[".repeat(10_000))
        .refused(400, "malformed");
    server
        .post("/v1/nothing", None, "")
        .refused(404, "not_found");
    let token = token(&server, &soc.cloud.credentials(MEMBER));
    server
        .post("/v1/heartbeats", Some(&token), " ".repeat(300 << 10))
        .refused(413, "too_large");
    let mut beat = heartbeat(1, "already");
    beat["run"] = json!("../../etc");
    server
        .post("/v1/heartbeats", Some(&token), beat.to_string())
        .refused(400, "malformed");

    // Two hundred clients that never complete their headers.
    let address = server.url().trim_start_matches("http://").to_owned();
    let mut slow: Vec<TcpStream> = (0..200)
        .map(|_| {
            let mut stream = TcpStream::connect(&address).unwrap();
            stream
                .write_all(b"POST /v1/challenges HTTP/1.1\r\nhost: x\r\n")
                .unwrap();
            stream
        })
        .collect();
    assert_eq!(server.get("/healthz"), 200);
    assert_eq!(server.get("/readyz"), 200);
    // The server disconnects them after a while, with or without a response.
    let first = &mut slow[0];
    let mut rest = Vec::new();
    let _ = first.read_to_end(&mut rest);
}

/// One response, read from a connection that stays open.
fn answer_on(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let length = stream.read(&mut piece).unwrap();
        read.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&read);
        let whole = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            length.is_some_and(|length| length.parse() == Ok(body.len()))
        });
        if whole || length == 0 {
            return text.into_owned();
        }
    }
}

#[test]
fn a_body_that_comes_late_costs_no_other_request_its_connection() {
    let soc = soc();
    let server = soc.serve();
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
    for _ in 0..20 {
        stream
            .write_all(b"POST /v1/challenges HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n")
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(5));
        stream.write_all(b"{}").unwrap();
        let answer = answer_on(&mut stream);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    // Even insignificant white space is limited.
    let huge = " ".repeat(2000);
    server
        .post("/v1/challenges", None, huge)
        .refused(413, "too_large");
}

#[test]
fn a_body_that_never_comes_whole_is_not_waited_for() {
    let soc = soc();
    let server = soc.serve();
    let mut stream = TcpStream::connect(server.url().trim_start_matches("http://")).unwrap();
    stream
        .write_all(b"POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{")
        .unwrap();
    let answer = answer_on(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("too_slow"), "{answer}");
}

#[test]
fn an_office_behind_one_address_is_served_and_a_flood_is_rate_limited() {
    let soc = soc();
    let server = soc.serve();
    // 200 accounts at once: the script, the archive, a challenge, a session.
    for _ in 0..200 * 4 {
        challenge(&server);
    }
    let flood = (0..2_000)
        .map(|_| server.post("/v1/challenges", None, ""))
        .find(|answer| answer.status == 429)
        .expect("a flood is noticed");
    assert!(flood.retry_after.is_some());
    flood.refused(429, "rate_limited");
    assert_eq!(server.get("/healthz"), 200);
}
