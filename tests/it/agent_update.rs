//! An agent updates itself only to a newer release that is signed with the SOC's release key; it
//! does not trust the server that offers the release.

use std::fs;
use std::path::Path;

use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::harness::misbehaving_server::{Answer, OddServer};
use crate::harness::program::{Outcome, agent, installed_agent};
use crate::harness::release::{answer, file_name, key, packed, signed, tls_front};
use crate::harness::soc::{Soc, path_str};

const NEW: &[u8] = b"#!/bin/sh\necho the new agent\n";

fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

/// What a server offers.
#[derive(Clone)]
struct Offer {
    version: &'static str,
    name: String,
    url: String,
    digest: Option<String>,
    archive: Vec<u8>,
}

impl Offer {
    fn good(version: &'static str) -> Self {
        let name = file_name(version);
        let archive = signed(version, NEW, &key(7).0);
        Self {
            version,
            url: name.clone(),
            name,
            digest: Some(sha256(&archive)),
            archive,
        }
    }

    fn serve(self) -> OddServer {
        OddServer::start(move |asked| {
            if asked.line == "GET /releases/manifest.json" {
                let mut asset = json!({ "name": self.name, "url": self.url });
                if let Some(digest) = &self.digest {
                    asset["digest"] = json!(digest);
                }
                let release = json!({ "version": self.version, "assets": [asset] });
                return Answer::json("200 OK", &json!({ "schema": 1, "releases": [release] }));
            }
            if asked.line == format!("GET /releases/{}", self.name) {
                return Answer::Bytes(answer(&self.archive));
            }
            Answer::http("404 Not Found", &[], "")
        })
    }
}

fn update(directory: &Path, server: &str, more: &[&str]) -> Outcome {
    installed_agent(directory)
        .env("STORY_RELEASE_KEY", key(7).1)
        .args(["update", "--server", server])
        .args(more)
        .run()
}

/// The version that the installed agent prints.
fn said_by(directory: &Path) -> String {
    let said = installed_agent(directory).args(["--version"]).run();
    said.stdout.trim().to_owned()
}

#[track_caller]
fn refused(offer: Offer) -> Outcome {
    let directory = TempDir::new().expect("a directory");
    let before = said_by(directory.path());
    let server = offer.serve();
    let outcome = update(directory.path(), server.url(), &[]).expect(1);
    assert!(outcome.stderr.contains("hint:"), "{}", outcome.stderr);
    assert_eq!(said_by(directory.path()), before);
    assert_eq!(
        fs::read_dir(directory.path()).expect("list").count(),
        1,
        "nothing is left behind"
    );
    outcome
}

#[test]
fn a_signed_newer_release_takes_the_agents_place() {
    let directory = TempDir::new().expect("a directory");
    let server = Offer::good("9.9.9").serve();
    let looked = update(directory.path(), server.url(), &["--check"]).expect(3);
    assert!(looked.stderr.contains("9.9.9"), "{}", looked.stderr);
    assert!(said_by(directory.path()).starts_with("hubward-agent "));

    let updated = update(directory.path(), server.url(), &[]).expect(0);
    assert!(updated.stderr.contains("9.9.9"), "{}", updated.stderr);
    assert_eq!(said_by(directory.path()), "the new agent");
    assert_eq!(fs::read_dir(directory.path()).expect("list").count(), 1);
}

#[test]
fn a_release_goes_its_whole_way_through_the_real_server() {
    let soc = Soc::new();
    let (signing, public) = key(7);
    let archive = soc.write(&file_name("9.9.9"), signed("9.9.9", NEW, &signing));
    let add = ["release", "add", path_str(&archive)];
    soc.program()
        .env("HUBWARD_SERVER__RELEASE_KEY", public)
        .args(add)
        .run()
        .expect(0);
    let server = soc.serve();
    let directory = TempDir::new().expect("a directory");
    update(directory.path(), server.url(), &[]).expect(0);
    assert_eq!(said_by(directory.path()), "the new agent");
}

#[test]
fn a_company_s_own_certificates_are_trusted_where_they_are_given() {
    let directory = TempDir::new().expect("a directory");
    let server = Offer::good("9.9.9").serve();
    let (port, pem) = tls_front(server.url(), "localhost");
    let address = format!("https://localhost:{port}");
    let without = update(directory.path(), &address, &["--check"]).expect(1);
    assert!(without.stderr.contains("hint:"), "{}", without.stderr);

    let certificates = TempDir::new().expect("a directory");
    let file = certificates.path().join("company's ca.pem");
    fs::write(&file, pem).expect("write");
    let with = ["--check", "--ca-file", path_str(&file)];
    update(directory.path(), &address, &with).expect(3);

    fs::write(&file, "no certificate").expect("write");
    let refused = update(directory.path(), &address, &with).expect(2);
    assert!(refused.stderr.contains("ca.pem"), "{}", refused.stderr);
}

#[test]
fn what_is_not_signed_by_the_key_is_refused() {
    let good = Offer::good("9.9.9");
    let unsigned = packed("hubward-agent", NEW);
    refused(Offer {
        digest: Some(sha256(&unsigned)),
        archive: unsigned,
        ..good.clone()
    });
    let theirs = signed("9.9.9", NEW, &key(8).0);
    refused(Offer {
        digest: Some(sha256(&theirs)),
        archive: theirs,
        ..good.clone()
    });
    // An old release under a new name: the signature covers the name.
    let old = signed("0.0.1", NEW, &key(7).0);
    refused(Offer {
        digest: Some(sha256(&old)),
        archive: old.clone(),
        ..good.clone()
    });
    // An old release under its own name, offered as a new one.
    refused(Offer {
        name: file_name("0.0.1"),
        url: file_name("0.0.1"),
        digest: Some(sha256(&old)),
        archive: old,
        ..good
    });
}

#[test]
fn what_is_not_the_file_of_the_manifest_is_refused() {
    let good = Offer::good("9.9.9");
    refused(Offer {
        digest: Some(sha256(b"something else")),
        ..good.clone()
    });
    refused(Offer {
        digest: None,
        ..good.clone()
    });
    let mut cut = good.archive.clone();
    cut.truncate(cut.len() / 2);
    refused(Offer {
        archive: cut,
        ..good
    });
}

#[test]
fn a_file_of_another_server_is_not_fetched() {
    let good = Offer::good("9.9.9");
    let elsewhere = good.clone().serve();
    refused(Offer {
        url: format!("{}/releases/{}", elsewhere.url(), good.name),
        ..good
    });
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn nothing_older_is_installed() {
    for version in ["0.0.1", env!("CARGO_PKG_VERSION")] {
        let directory = TempDir::new().expect("a directory");
        let before = said_by(directory.path());
        let server = Offer::good(version).serve();
        update(directory.path(), server.url(), &[]).expect(0);
        assert_eq!(said_by(directory.path()), before);
        assert_eq!(server.asked().len(), 1, "only the manifest");
    }
}

#[test]
fn a_server_without_releases_is_an_error_with_a_hint() {
    let directory = TempDir::new().expect("a directory");
    let elsewhere = Offer::good("9.9.9").serve();
    let there = format!("location: {}/releases/manifest.json", elsewhere.url());
    for server in [
        OddServer::start(|_| Answer::http("404 Not Found", &[], "")),
        OddServer::start(move |_| Answer::http("302 Found", &[&there], "")),
        OddServer::start(|_| Answer::http("200 OK", &[], "no manifest")),
    ] {
        let outcome = update(directory.path(), server.url(), &[]).expect(1);
        assert!(outcome.stderr.contains("hint:"), "{}", outcome.stderr);
    }
    assert!(elsewhere.asked().is_empty(), "a redirect was followed");
}

#[test]
fn a_build_without_a_key_refuses_to_update() {
    let directory = TempDir::new().expect("a directory");
    let server = Offer::good("9.9.9").serve();
    for key in [None, Some("no key")] {
        let mut program = agent(directory.path());
        if let Some(key) = key {
            program = program.env("STORY_RELEASE_KEY", key);
        }
        let refused = program
            .args(["update", "--server", server.url()])
            .run()
            .expect(1);
        assert!(
            refused.stderr.contains("cannot verify"),
            "{}",
            refused.stderr
        );
    }
    assert!(server.asked().is_empty());
}
