//! Releases are made and signed outside of the aggregator, which only verifies and stores them, and
//! never lets a version change.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::Digest;
use tempfile::TempDir;

use crate::harness::cloud::repository;
use crate::harness::program::{Outcome, hubward};
use crate::harness::release::{STAND_IN, file_name, key, packed, signed};
use crate::harness::server::Server;
use crate::harness::soc::path_str;

/// An aggregator without a cloud: releases need none.
struct Aggregator(TempDir);

impl Aggregator {
    fn new(release_key: &str) -> Self {
        let aggregator = Self(TempDir::new().unwrap());
        fs::write(
            aggregator.path("hubward.toml"),
            format!(
                "[hub]\nadministrator = \"999999999999\"\nhome_region = \"us-east-1\"\n[server]\n{release_key}\n"
            ),
        )
        .unwrap();
        aggregator.hubward(&["init"]).expect(0);
        aggregator
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn hubward(&self, arguments: &[&str]) -> Outcome {
        hubward(self.0.path()).args(arguments).run()
    }

    fn add(&self, name: &str, bytes: &[u8], more: &[&str]) -> Outcome {
        fs::write(self.path(name), bytes).unwrap();
        let file = self.path(name);
        self.hubward(&[&["release", "add", path_str(&file)], more].concat())
    }

    fn versions(&self) -> Vec<String> {
        let list = self
            .hubward(&["release", "list", "--json"])
            .expect(0)
            .json();
        let versions = list.as_array().unwrap().iter();
        versions
            .map(|release| release["version"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn configured(seed: u8) -> String {
    format!("release_key = \"{}\"", key(seed).1)
}

#[test]
fn a_signed_release_is_taken_in_once_and_traced() {
    let aggregator = Aggregator::new(&configured(7));
    let name = file_name("0.9.0");
    let release = signed("0.9.0", STAND_IN.as_bytes(), &key(7).0);
    aggregator.add(&name, &release, &[]).expect(0);
    let kept = aggregator.path("releases").join(&name);
    assert_eq!(fs::read(&kept).unwrap(), release);

    // Again: nothing new, but a lost file is restored.
    fs::remove_file(&kept).unwrap();
    let again = aggregator.add(&name, &release, &[]).expect(0);
    assert!(again.stderr.contains("already"), "{again:?}");
    assert_eq!(fs::read(&kept).unwrap(), release);

    let newer = signed("0.10.0", STAND_IN.as_bytes(), &key(7).0);
    aggregator.add(&file_name("0.10.0"), &newer, &[]).expect(0);
    assert_eq!(aggregator.versions(), ["0.10.0", "0.9.0"]);
    let table = aggregator.hubward(&["release", "list"]).expect(0).stdout;
    assert!(table.contains("0.10.0"), "{table}");
    let sha256 = hex::encode(sha2::Sha256::digest(&newer));
    assert!(
        table.contains(&sha256),
        "a hash is on one line, to be compared: {table}"
    );
    let events = aggregator
        .hubward(&["audit", "list", "--json"])
        .expect(0)
        .json();
    let actions: Vec<_> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| &event["action"])
        .collect();
    assert_eq!(actions, ["release.added", "release.added"]);
}

#[test]
fn what_is_not_ours_or_was_changed_stays_outside() {
    let aggregator = Aggregator::new(&configured(7));
    let name = file_name("1.0.0");
    let release = signed("1.0.0", STAND_IN.as_bytes(), &key(7).0);
    let mut changed = release.clone();
    changed[60] ^= 1;
    let cases: [(&str, Vec<u8>, &str); 7] = [
        (&name, packed("hubward-agent", b"x"), "not signed"),
        (&name, signed("1.0.0", b"x", &key(8).0), "not signed"),
        (&name, changed, "not signed"),
        (&name, release[..release.len() / 2].to_vec(), "not signed"),
        (&file_name("2.0.0"), release.clone(), "not signed"),
        (
            &file_name("1.0.0-rc.1"),
            release.clone(),
            "not a release version",
        ),
        (
            "agent.tar.gz",
            release.clone(),
            "not the file name of a release",
        ),
    ];
    for (name, bytes, says) in cases {
        let refused = aggregator.add(name, &bytes, &["--force"]).expect(1);
        assert!(refused.stderr.contains(says), "{name}: {refused:?}");
        assert!(refused.stderr.contains("hint:"), "{refused:?}");
    }
    assert_eq!(aggregator.versions(), Vec::<String>::new());
    assert!(
        !aggregator.path("releases").exists(),
        "nothing was even begun"
    );

    let keyless = Aggregator::new("");
    let refused = keyless.add(&name, &release, &["--lang", "ja"]).expect(1);
    assert!(refused.stderr.contains("server.release_key"), "{refused:?}");
}

#[test]
fn a_version_never_changes_and_an_older_one_needs_force() {
    let aggregator = Aggregator::new(&configured(7));
    let release = |version: &str, content: &str| signed(version, content.as_bytes(), &key(7).0);
    let name = file_name("1.1.0");
    aggregator.add(&name, &release("1.1.0", "a"), &[]).expect(0);
    let refused = aggregator
        .add(&name, &release("1.1.0", "b"), &["--force"])
        .expect(1);
    assert!(refused.stderr.contains("different content"), "{refused:?}");
    let kept = fs::read(aggregator.path("releases").join(&name)).unwrap();
    assert_eq!(kept, release("1.1.0", "a"));
    let older = file_name("1.0.9");
    aggregator
        .add(&older, &release("1.0.9", "c"), &[])
        .expect(1);
    assert_eq!(aggregator.versions(), ["1.1.0"]);
    aggregator
        .add(&older, &release("1.0.9", "c"), &["--force"])
        .expect(0);
    assert_eq!(aggregator.versions(), ["1.1.0", "1.0.9"]);
    let left: Vec<_> = fs::read_dir(aggregator.path("releases")).unwrap().collect();
    assert_eq!(left.len(), 2, "no unfinished file is left");
}

#[test]
fn the_script_that_signs_makes_what_the_aggregator_takes() {
    let away = TempDir::new().unwrap();
    let release = |arguments: &[&str]| -> (bool, String) {
        let output = Command::new(repository().join("packaging/release"))
            .args(arguments)
            .current_dir(away.path())
            .output()
            .unwrap();
        let said = if output.status.success() {
            output.stdout
        } else {
            output.stderr
        };
        (output.status.success(), String::from_utf8(said).unwrap())
    };
    let (made, public) = release(&["keygen", "keys"]);
    assert!(made, "{public}");
    for file in ["keys/release.key", "keys/release.pub"] {
        assert_eq!(mode(&away.path().join(file)), 0o600, "{file}");
    }
    assert!(
        !release(&["keygen", "keys"]).0,
        "a key is never overwritten"
    );
    assert_eq!(
        release(&["public", "keys/release.key"]),
        (true, public.clone())
    );

    let name = file_name("1.0.0");
    let unsigned = packed("hubward-agent", STAND_IN.as_bytes());
    fs::write(away.path().join(&name), &unsigned).unwrap();
    let (signed, said) = release(&["sign", &name, "keys/release.key"]);
    assert!(signed, "{said}");
    let bytes = fs::read(away.path().join(&name)).unwrap();
    assert!(bytes.starts_with(&unsigned) && bytes.len() > unsigned.len());
    let aggregator = Aggregator::new(&format!("release_key = \"{}\"", public.trim()));
    aggregator.add(&name, &bytes, &[]).expect(0);

    // A second signature is rejected, and so is a key that others can read.
    assert!(!release(&["sign", &name, "keys/release.key"]).0);
    assert_eq!(fs::read(away.path().join(&name)).unwrap(), bytes);
    let key = away.path().join("keys/release.key");
    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    fs::write(away.path().join(&name), &unsigned).unwrap();
    assert!(!release(&["sign", &name, "keys/release.key"]).0);
    assert_eq!(
        fs::read_dir(away.path()).unwrap().count(),
        2,
        "nothing is left behind"
    );
}

#[test]
fn the_server_serves_the_newest_and_no_other_file() {
    let aggregator = Aggregator::new(&configured(7));
    let server = Server::start(hubward(aggregator.0.path()));
    let curl = |arguments: &[&str]| {
        let output = Command::new("curl").args(arguments).output().unwrap();
        (output.status.code(), output.stdout)
    };
    let url = |path: &str| format!("{}{path}", server.url());
    assert_eq!(server.get("/install.sh"), 404, "before the first release");

    for version in ["1.0.0", "1.1.0"] {
        let release = signed(version, STAND_IN.as_bytes(), &key(7).0);
        aggregator.add(&file_name(version), &release, &[]).expect(0);
        let served = curl(&["-fsS", &url(&format!("/releases/{}", file_name(version)))]);
        assert_eq!(served, (Some(0), release));
    }
    let (_, manifest) = curl(&["-fsS", &url("/releases/manifest.json")]);
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["releases"][0]["version"], "1.1.0");
    fs::write(aggregator.path("releases/other"), "x").unwrap();
    for path in ["other", "..%2fhubward.toml", "%2e%2e/hubward.toml", ""] {
        let path = format!("/releases/{path}");
        let (_, status) = curl(&[
            "-s",
            "--path-as-is",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            &url(&path),
        ]);
        assert_eq!(status, b"404", "{path}");
    }

    // A request's headers cannot change the script.
    let (_, script) = curl(&[
        "-fsS",
        "-H",
        "Host: evil.example",
        "-H",
        "X-Forwarded-Host: evil.example",
        &url("/install.sh"),
    ]);
    assert!(!String::from_utf8(script).unwrap().contains("evil"));
    let home = TempDir::new().unwrap();
    let line = hubward_document::install_script::one_line(server.url(), "999999999999");
    let ran = Command::new("sh")
        .args(["-c", &line])
        .env("HOME", home.path())
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(3), "{ran:?}");
    let said = String::from_utf8(ran.stdout).unwrap();
    assert!(
        said.starts_with("<setup><--server><http://127.0.0.1:"),
        "{said}"
    );

    // The same lines as an operator gives to projects.
    fs::write(
        aggregator.path("ledger.csv"),
        "Account ID,Project,Contact email\n111111111111,A,a@example.com\n",
    )
    .unwrap();
    aggregator
        .hubward(&["ledger", "import", "ledger.csv", "--yes"])
        .expect(0);
    let shown = aggregator
        .hubward(&["account", "show", "111111111111"])
        .expect(0);
    assert!(
        shown
            .stdout
            .contains("/install.sh | sh -s -- --administrator 999999999999\n"),
        "{shown:?}"
    );
    assert!(shown.stdout.contains(" | sha256sum -c && sh "), "{shown:?}");

    // A stored file that was changed or lost is not served.
    let name = file_name("1.1.0");
    fs::write(aggregator.path("releases").join(&name), "x").unwrap();
    assert_eq!(server.get(&format!("/releases/{name}")), 500);
    fs::remove_file(aggregator.path("releases").join(&name)).unwrap();
    assert_eq!(server.get(&format!("/releases/{name}")), 500);
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
