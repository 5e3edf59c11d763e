//! Setting Hubward up: `init`, `migrate`, `config check`.

use std::fs;
use std::io::Write;
use std::net::TcpListener;

use tempfile::TempDir;

use crate::harness::cloud::Cloud;
use crate::harness::program::hubward;
use crate::harness::soc::{ADMINISTRATOR, HOME};

#[test]
fn init_writes_a_commented_file_and_the_database_and_never_overwrites() {
    let directory = TempDir::new().unwrap();
    let init = || hubward(directory.path()).args(["init"]).run().expect(0);
    let first = init();
    assert!(first.stderr.contains("hub.administrator"), "{first:?}");
    assert!(directory.path().join("hubward.db").exists());
    let file = directory.path().join("hubward.toml");
    let filled_in = fs::read_to_string(&file)
        .unwrap()
        .replace("#administrator =", "administrator =")
        .replace("#home_region =", "home_region =");
    assert!(filled_in.contains("# The SOC's AWS account"));
    fs::write(&file, &filled_in).unwrap();
    init();
    assert_eq!(fs::read_to_string(&file).unwrap(), filled_in);
    hubward(directory.path())
        .args(["config", "check"])
        .run()
        .expect(0);
}

#[test]
fn a_machine_without_time_zones_has_ours() {
    let directory = TempDir::new().unwrap();
    for words in [&["init"][..], &["config", "check"]] {
        let soc = hubward(directory.path())
            .env("HUBWARD_HUB__ADMINISTRATOR", ADMINISTRATOR)
            .env("HUBWARD_HUB__HOME_REGION", HOME)
            .args(words);
        // The machine's own time zones, if any, are hidden.
        let hidden = "{ [ ! -d /usr/share/zoneinfo ] || mount -t tmpfs none /usr/share/zoneinfo; }";
        let Some(soc) = soc.among_mounts(hidden) else {
            return;
        };
        soc.run().expect(0);
    }
}

#[test]
fn everything_wrong_is_said_at_once_in_the_readers_language() {
    let directory = TempDir::new().unwrap();
    fs::write(
        directory.path().join("hubward.toml"),
        "[hub]\nadministrator = \"99\"\nhome_regio = \"us-east-1\"\n[[channels]]\nname = \"a\"\nkind = \"slack\"\nurl = \"http://10.0.0.1/hunter2\"\n",
    )
    .unwrap();
    let check = |lang: &str| {
        hubward(directory.path())
            .args(["config", "check", "--lang", lang])
            .env("HUBWARD_ALERTS__QUEU_URL", "x")
            .run()
            .expect(1)
    };
    let english = check("en").stderr;
    for word in [
        "hub.administrator",
        "hub.home_region",
        "Did you mean hub.home_region?",
        "alerts.queue_url?",
    ] {
        assert!(english.contains(word), "{word} is not in {english}");
    }
    assert!(!english.contains("hunter2"), "{english}");
    assert!(check("ja").stderr.contains("の間違いではありませんか"));
}

#[test]
fn an_unsafe_channel_is_refused_wherever_its_address_comes_from() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("hubward.toml");
    let hub = format!("[hub]\nadministrator = \"{ADMINISTRATOR}\"\nhome_region = \"{HOME}\"\n");
    let check = |url: &str, allow: bool, secret: &str| {
        fs::write(
            &file,
            format!("{hub}[[channels]]\nname = \"a\"\nkind = \"slack\"\nurl = \"{url}\"\nallow_private = {allow}\n"),
        )
        .unwrap();
        hubward(directory.path())
            .args(["config", "check"])
            .env("SLACK_URL", secret)
            .run()
            .code
    };
    assert_eq!(check("https://169.254.169.254/", true, ""), 1);
    assert_eq!(check("https://[::ffff:10.0.0.1]/", false, ""), 1);
    assert_eq!(check("env:SLACK_URL", false, "https://localhost/x"), 1);
    assert_eq!(check("env:SLACK_URL", false, ""), 1);
    assert_eq!(check("http://127.0.0.1:1/x", true, ""), 0);
    assert_eq!(
        check("env:SLACK_URL", false, "https://hooks.slack.com/x"),
        0
    );
}

#[test]
fn a_command_before_the_database_is_there_says_what_to_run() {
    let directory = TempDir::new().unwrap();
    fs::write(
        directory.path().join("hubward.toml"),
        format!("[hub]\nadministrator = \"{ADMINISTRATOR}\"\nhome_region = \"{HOME}\"\n"),
    )
    .unwrap();
    let run = |args: &[&str]| hubward(directory.path()).args(args).run();
    let refused = run(&["account", "list"]).expect(1);
    assert!(refused.stderr.contains("hubward migrate"), "{refused:?}");
    assert!(!directory.path().join("hubward.db").exists());
    run(&["migrate"]).expect(0);
    run(&["migrate"]).expect(0);
    run(&["account", "list"]).expect(0);
}

#[test]
fn the_credentials_of_another_account_send_nothing() {
    let cloud = Cloud::start();
    let directory = TempDir::new().unwrap();
    let run = |args: &[&str], account: &str| {
        hubward(directory.path())
            .env("HUBWARD_HUB__ADMINISTRATOR", ADMINISTRATOR)
            .env("HUBWARD_HUB__HOME_REGION", HOME)
            .at(&cloud, &cloud.credentials(account))
            .args(args)
            .run()
    };
    run(&["init"], ADMINISTRATOR).expect(0);
    let refused = run(&["invite"], "123456789012").expect(1);
    assert!(refused.stderr.contains("123456789012"), "{refused:?}");
    assert_eq!(cloud.mutating_calls().len(), 0);
}

#[test]
fn a_database_server_that_is_none_has_a_hint_of_its_own() {
    let directory = TempDir::new().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = stream
                .unwrap()
                .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let installed = || {
        hubward(directory.path())
            .env("HUBWARD_HUB__ADMINISTRATOR", ADMINISTRATOR)
            .env("HUBWARD_HUB__HOME_REGION", HOME)
    };
    installed().args(["init"]).run().expect(0);
    let away = installed()
        .env(
            "HUBWARD_STORE__URL",
            format!("postgres://soc:hunter2@127.0.0.1:{port}/hubward?sslmode=disable"),
        )
        .args(["migrate"])
        .run()
        .expect(1);
    assert!(away.stderr.contains("sslrootcert"), "{away:?}");
    assert!(!away.stderr.contains("free space"), "{away:?}");
    assert!(!away.stderr.contains("hunter2"), "{away:?}");
}

#[test]
fn credentials_never_travel_in_the_clear() {
    let directory = TempDir::new().unwrap();
    let run = |args: &[&str]| {
        hubward(directory.path())
            .env("HUBWARD_HUB__ADMINISTRATOR", ADMINISTRATOR)
            .env("HUBWARD_HUB__HOME_REGION", HOME)
            .env("AWS_ENDPOINT_URL", "http://aws.example.com")
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "hunter2")
            .args(args)
            .run()
    };
    run(&["init"]).expect(0);
    let refused = run(&["check"]).expect(1);
    assert!(refused.stderr.contains("AWS_ENDPOINT_URL"), "{refused:?}");
    assert!(!refused.stderr.contains("hunter2"));
    // A server does not start either, because it would send its members' proofs there.
    let refused = run(&["serve"]).expect(1);
    assert!(refused.stderr.contains("AWS_ENDPOINT_URL"), "{refused:?}");
    assert!(!refused.stderr.contains("listening"), "{refused:?}");
}
