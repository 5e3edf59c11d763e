//! Monitoring the server: metrics for Prometheus, and a server that greedy clients cannot block.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::harness::aws::block_on;
use crate::harness::receiver::Receiver;
use crate::harness::server::Server;
use crate::harness::soc::Soc;

#[test]
fn a_health_check_needs_neither_shell_nor_curl() {
    let soc = Soc::new();
    let server = soc.serve();
    let address = server.url().trim_start_matches("http://").to_owned();
    let health = || {
        let asked = soc.program().env("HUBWARD_SERVER__LISTEN", &address);
        asked.args(["health"]).run()
    };
    let output = health().expect(0);
    assert!(output.stderr.contains("/readyz"), "{output:?}");
    drop(server);
    let output = health().expect(1);
    assert!(output.stderr.contains(&address), "{output:?}");
    assert!(output.stderr.contains("hubward serve"), "{output:?}");
    // On any free port, which cannot be known in advance.
    let asked = soc.program().env("HUBWARD_SERVER__LISTEN", "127.0.0.1:0");
    let output = asked.args(["health"]).run().expect(1);
    assert!(output.stderr.contains("127.0.0.1:0"), "{output:?}");
}

#[test]
fn the_metrics_count_what_exists_and_name_no_one() {
    let soc = Soc::new();
    let server = soc.serve();
    let (content_type, empty) = server.text("/metrics");
    assert_eq!(
        content_type,
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    for line in [
        "hubward_accounts{state=\"active\"} 0",
        "hubward_agent_runs{complete=\"true\"} 0",
        "hubward_audit_events 0",
    ] {
        assert!(
            empty.lines().any(|output| output == line),
            "{line}: {empty}"
        );
    }
    soc.import(&[
        ("111111111111", "Secret Project", "a@example.com"),
        ("222222222222", "Other", "b@example.com"),
    ]);
    soc.hubward(["check"]).expect(3);
    let member = soc
        .member("111111111111")
        .env("HUBWARD_SERVER", server.url())
        .args(["setup", "--yes", "--administrator", "999999999999"]);
    member.run().expect(0);
    soc.hubward(["unlink", "222222222222", "--yes"]).expect(0);
    let (_, output) = server.text("/metrics");
    for line in [
        "hubward_accounts{state=\"active\"} 1",
        "hubward_accounts{state=\"left\"} 1",
        "hubward_memberships{verdict=\"not_wanted\"} 2",
        "hubward_agent_runs{complete=\"true\"} 1",
        "# EOF",
    ] {
        assert!(output.lines().any(|said| said == line), "{line}: {output}");
    }
    for counted in [
        "hubward_job_last_success_timestamp_seconds{job_name=\"watch\"} 1",
        "hubward_aws_calls_total{service=\"SecurityHub\",operation=\"ListMembers\",outcome=\"200\"} ",
        "hubward_http_requests_total{route=\"/v1/sessions\",method=\"POST\",status=\"201\"} 1",
    ] {
        assert!(output.contains(counted), "{counted} is not in {output}");
    }
    let heartbeat = "hubward_agent_last_heartbeat_timestamp_seconds 1";
    assert!(output.contains(heartbeat), "{output}");
    assert!(output.contains("hubward_build_info{version=\""), "{output}");
    for name in ["111111111111", "Secret", "example.com"] {
        assert!(!output.contains(name), "{name} is in {output}");
    }
}

#[test]
fn an_idle_server_asks_its_database_a_few_times_a_second_at_most() {
    const SECONDS: u64 = 10;
    let soc = Soc::new();
    let hook = Receiver::start();
    let channel = |name: &str| {
        format!(
            "[[channels]]\nname = \"{name}\"\nkind = \"webhook\"\nurl = \"{}\"\n\
             allow_private = true\n",
            hook.url()
        )
    };
    soc.configure(&["one", "two", "three"].map(channel).concat());
    let server = soc.serve();
    let transactions = || -> u64 {
        let (_, metrics) = server.text("/metrics");
        let value = metrics
            .lines()
            .find_map(|line| line.strip_prefix("hubward_database_transactions_total "));
        value.unwrap().parse().unwrap()
    };
    // The work that is due at the start comes first.
    std::thread::sleep(Duration::from_secs(3));
    let (first, second) = (transactions(), transactions());
    std::thread::sleep(Duration::from_secs(SECONDS));
    let idle = (transactions() - second).saturating_sub(second - first);
    // Jobs that come due meanwhile, some of them every minute, need a few more.
    assert!(idle <= 2 * SECONDS + 15, "{idle} in {SECONDS} seconds");
    // It does look, because another process may write too.
    assert!(idle >= SECONDS / 2, "{idle} in {SECONDS} seconds");
}

#[test]
fn one_address_that_holds_many_connections_does_not_block_others() {
    let soc = Soc::new();
    let server = soc.serve();
    let address = server.url().strip_prefix("http://").unwrap().to_owned();
    let is_served = || {
        let mut stream = TcpStream::connect(&address).unwrap();
        let request = b"GET /healthz HTTP/1.1\r\nhost: soc\r\nconnection: close\r\n\r\n";
        let mut answer = String::new();
        // An excess connection is closed without a response, maybe before it was written to.
        let _ = stream.write_all(request);
        let _ = stream.read_to_string(&mut answer);
        answer.starts_with("HTTP/1.1 200")
    };
    assert!(is_served());
    // Open and idle, all from 127.0.0.1: more than one address may have.
    let held: Vec<TcpStream> = (0..300)
        .map(|_| TcpStream::connect(&address).unwrap())
        .collect();
    assert!(!is_served());
    let neighbour = reqwest::Client::builder()
        .local_address("127.0.0.2".parse().ok())
        .build()
        .unwrap();
    let answer = block_on(neighbour.get(format!("{}/healthz", server.url())).send()).unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    // After the client disconnects, it is served again as soon as the server notices.
    drop(held);
    while !is_served() {}
}

#[test]
fn a_server_that_lives_says_so_where_it_is_listened_to() {
    let soc = Soc::new();
    let listener = Receiver::start();
    let _server = Server::start(
        soc.program()
            .env("HUBWARD_SERVER__PING_URL", listener.url()),
    );
    listener.wait_for("the pulse", |listener| !listener.asked().is_empty());
    assert!(listener.asked()[0].line.starts_with("GET "));
}
