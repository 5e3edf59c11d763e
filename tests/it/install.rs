//! The pasted line installs the agent in a member's shell, or leaves the shell as it was: under
//! dash and bash, with broken downloads, full homes, proxies and private authorities.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use hubward_document::install_script;
use tempfile::TempDir;

use crate::harness::program::Outcome;
use crate::harness::release::{
    Depot, STAND_IN, answer, file_name, key, packed, proxy_to, rendered, signed, tls_front,
};

const SHELLS: [&str; 2] = ["dash", "bash"];

/// A project member's shell with its own home.
struct Shell {
    command: Vec<String>,
    home: TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Shell {
    fn new(command: &[&str]) -> Self {
        Self {
            command: command.iter().map(ToString::to_string).collect(),
            // A home whose name breaks every careless expansion.
            home: TempDir::with_prefix("home of o'neil $x ").unwrap(),
            environment: Vec::new(),
        }
    }

    fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    fn home(&self, path: &str) -> PathBuf {
        self.home.path().join(path)
    }

    /// `curl … | sh -s -- ARGUMENTS`, with curl's output.
    fn pipe(&self, script: &str, arguments: &[&str]) -> Outcome {
        let tail = ["-s", "--"];
        let command = self.command.iter().map(String::as_str).chain(tail);
        self.start(command.chain(arguments.iter().copied()), script)
    }

    fn start<'a>(&self, command: impl IntoIterator<Item = &'a str>, input: &str) -> Outcome {
        let mut words = command.into_iter();
        let mut process = Command::new(words.next().unwrap())
            .args(words)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("LANG", "C.UTF-8")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(self.home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start a shell");
        // A shell that ends early does not read everything: that is not a failure of the test.
        let _ = process.stdin.take().unwrap().write_all(input.as_bytes());
        let output = process.wait_with_output().unwrap();
        Outcome {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// All files below the home, including hidden ones.
    fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.home.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let path = path.strip_prefix(self.home.path()).unwrap();
                    found.push(path.display().to_string());
                }
            }
        }
        found.sort();
        found
    }

    /// Checks that nothing was installed and no file is left.
    #[track_caller]
    fn is_untouched(&self) {
        assert_eq!(self.files(), Vec::<String>::new());
    }
}

#[test]
fn one_line_installs_and_runs_the_set_up_and_again() {
    for shell in SHELLS {
        let depot = Depot::of_the_stand_in();
        let member = Shell::new(&[shell]);
        let line = install_script::one_line(depot.url(), "999999999999")
            .replace("| sh ", &format!("| {shell} "));
        for _ in 0..2 {
            let ran = member
                .start([shell, "-c", &line], "not for the agent")
                .expect(3);
            assert_eq!(
                ran.stdout,
                format!(
                    "<setup><--server><{}><--administrator><999999999999>",
                    depot.url()
                ),
                "and nothing on its standard input"
            );
            assert_eq!(member.files(), [".local/bin/hubward-agent"]);
        }
        let installed = member.home(".local/bin/hubward-agent");
        assert_eq!(fs::read_to_string(&installed).unwrap(), STAND_IN);
        let mode = fs::metadata(&installed).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
    }
}

#[test]
fn the_careful_check_the_script_first() {
    let depot = Depot::of_the_stand_in();
    let member = Shell::new(&["sh"]);
    let line = install_script::two_steps(depot.url(), "999999999999", depot.script());
    member.start(["sh", "-c", &line], "").expect(3);
    let other = Shell::new(&["sh"]);
    let line = install_script::two_steps(depot.url(), "999999999999", "another script");
    let refused = other.start(["sh", "-c", &line], "").expect(1);
    assert!(!refused.stdout.contains("setup"), "{refused:?}");
    assert_eq!(other.files(), ["hubward-install.sh"]);
}

#[test]
fn install_only_installs() {
    for shell in SHELLS {
        let depot = Depot::of_the_stand_in();
        let member = Shell::new(&[shell]);
        let ran = member.pipe(depot.script(), &["install"]).expect(0);
        assert_eq!(ran.stdout, "");
        assert!(ran.stderr.contains("Installed"), "{ran:?}");
        assert_eq!(member.files(), [".local/bin/hubward-agent"]);
    }
}

#[test]
fn it_needs_no_terminal_and_speaks_the_readers_language() {
    let depot = Depot::of_the_stand_in();
    for (member, arguments) in [
        (
            Shell::new(&["setsid", "-w", "dash"]).env("LANG", "ja_JP.UTF-8"),
            vec!["install"],
        ),
        (
            Shell::new(&["bash"]).env("HUBWARD_LANG", "ja"),
            vec!["install"],
        ),
        (Shell::new(&["dash"]), vec!["install", "--lang", "ja"]),
        (Shell::new(&["bash"]), vec!["install", "--lang=ja"]),
    ] {
        let ran = member.pipe(depot.script(), &arguments).expect(0);
        assert!(ran.stderr.contains("をインストールしました"), "{ran:?}");
    }
}

#[test]
fn of_a_script_that_broke_off_nothing_runs() {
    let depot = Depot::of_the_stand_in();
    let script = depot.script();
    // All positions around the last line, where a shell would already have the whole function; and
    // some in the rest.
    let near = script.len() - 120..script.len() - 1;
    for end in near.chain((0..script.len() - 120).step_by(131)) {
        let Some(beginning) = script.get(..end) else {
            continue;
        };
        for shell in SHELLS {
            let member = Shell::new(&[shell]);
            let ran = member.pipe(beginning, &["--administrator", "999999999999"]);
            assert!(!ran.stdout.contains("setup"), "{shell} at {end}: {ran:?}");
            member.is_untouched();
        }
    }
    assert_eq!(depot.asked(), Vec::<String>::new());
}

#[test]
fn a_download_that_breaks_off_or_is_another_leaves_what_was_there() {
    let archive = signed("1.2.3", STAND_IN.as_bytes(), &key(7).0);
    let whole = answer(&archive);
    let evil = packed("hubward-agent", b"#!/bin/sh\ntouch \"$HOME/evil\"\n");
    let gone = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec();
    let cases = [
        (
            "cut",
            whole[..whole.len() - 20].to_vec(),
            "curl exit code 18",
        ),
        ("another", answer(&evil), "SHA-256"),
        ("empty", answer(b""), "SHA-256"),
        ("gone", gone, "curl exit code 22"),
        ("a page", answer(b"<html>log in</html>"), "SHA-256"),
    ];
    for (what, sent, says) in cases {
        let depot = Depot::new(&archive, sent);
        for shell in SHELLS {
            let member = Shell::new(&[shell]);
            let ran = member.pipe(depot.script(), &["--administrator", "999999999999"]);
            let ran = ran.expect(1);
            assert!(ran.stderr.contains(says), "{what}: {ran:?}");
            assert_eq!(ran.stdout, "", "{what}");
            member.is_untouched();

            // An existing agent stays.
            let old = member.home(".local/bin/hubward-agent");
            fs::write(&old, "old").unwrap();
            member.pipe(depot.script(), &[]).expect(1);
            assert_eq!(member.files(), [".local/bin/hubward-agent"]);
            assert_eq!(fs::read_to_string(&old).unwrap(), "old");
        }
    }
}

#[test]
fn a_program_that_does_not_run_here_replaces_nothing() {
    let archive = signed("1.2.3", b"#!/no/such/interpreter\n", &key(7).0);
    let depot = Depot::new(&archive, answer(&archive));
    for shell in SHELLS {
        let member = Shell::new(&[shell]);
        let ran = member.pipe(depot.script(), &[]).expect(1);
        assert!(
            ran.stderr.contains("does not run on this machine"),
            "{ran:?}"
        );
        member.is_untouched();
    }
}

#[test]
fn a_full_home_is_named_and_left_clean() {
    // Noise does not compress, zeros do: one fills the home with the archive, the other with the
    // program.
    let mut noise = STAND_IN.as_bytes().to_vec();
    noise.extend((0..60_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()));
    let mut zeros = STAND_IN.as_bytes().to_vec();
    zeros.resize(300_000, 0);
    for content in [noise, zeros] {
        let archive = signed("1.2.3", &content, &key(7).0);
        let depot = Depot::new(&archive, answer(&archive));
        for shell in SHELLS {
            // A small file system over the home, which ends with the process.
            let small = "mount -t tmpfs -o size=128k small \"$HOME\" || exit 77; cd \"$HOME\"; \
                 \"$0\" \"$@\" || code=$?; find . -type f; exit ${code:-0}";
            let member = Shell::new(&["unshare", "-rm", "sh", "-c", small, shell]);
            let ran = member.pipe(depot.script(), &["--administrator", "999999999999"]);
            if ran.code == 77 || ran.stderr.starts_with("unshare:") {
                // Without permission to mount, a limit on file sizes comes close.
                let bound = "ulimit -f 100; exec \"$0\" \"$@\"";
                let member = Shell::new(&["sh", "-c", bound, shell]);
                let ran = member.pipe(depot.script(), &[]);
                assert_eq!(ran.code, 1, "{ran:?}");
                member.is_untouched();
                continue;
            }
            let ran = ran.expect(1);
            assert!(
                ran.stderr.contains("Is the home directory full?"),
                "{ran:?}"
            );
            assert_eq!(ran.stdout, "", "nothing is left");
        }
    }
}

#[test]
fn a_home_that_cannot_be_written_or_is_not_there_is_named() {
    let depot = Depot::of_the_stand_in();
    for shell in SHELLS {
        let member = Shell::new(&[shell]);
        fs::write(member.home(".local"), "a file").unwrap();
        let ran = member.pipe(depot.script(), &[]).expect(1);
        assert!(ran.stderr.contains("cannot write into"), "{ran:?}");
        assert_eq!(member.files(), [".local"]);
        let homeless = Shell::new(&[shell]).env("HOME", "/nowhere/at all");
        let ran = homeless.pipe(depot.script(), &[]).expect(1);
        assert!(ran.stderr.contains("no home directory"), "{ran:?}");
    }
    assert_eq!(depot.asked(), Vec::<String>::new());
}

#[test]
fn a_private_authority_and_a_proxy_are_heeded() {
    let depot = Depot::of_the_stand_in();
    let (port, authority) = tls_front(depot.url(), "soc.test");
    let (proxy, asked) = proxy_to(port);
    let archive = signed("1.2.3", STAND_IN.as_bytes(), &key(7).0);
    // Only the proxy can resolve soc.test.
    let script = rendered("https://soc.test", &archive);
    for shell in SHELLS {
        let member = Shell::new(&[shell]).env("https_proxy", &proxy);
        fs::write(member.home("ca of soc.pem"), &authority).unwrap();
        for flags in [
            &["--ca-file", "ca of soc.pem"][..],
            &["--ca-file=ca of soc.pem"],
        ] {
            let ran = member.pipe(&script, flags).expect(3);
            let passed: String = flags.iter().map(|flag| format!("<{flag}>")).collect();
            assert_eq!(
                ran.stdout,
                format!("<setup><--server><https://soc.test>{passed}")
            );
            fs::remove_file(member.home(".local/bin/hubward-agent")).unwrap();
        }
        let distrustful = member.pipe(&script, &[]).expect(1);
        assert!(
            distrustful.stderr.contains("--ca-file PEM"),
            "{distrustful:?}"
        );
        let mistaken = member.pipe(&script, &["--ca-file", "other.pem"]).expect(1);
        assert!(mistaken.stderr.contains("other.pem"), "{mistaken:?}");
        assert_eq!(member.files(), ["ca of soc.pem"]);
    }
    let asked = asked.lock().unwrap();
    assert!(
        asked
            .iter()
            .all(|line| line == "CONNECT soc.test:443 HTTP/1.1")
    );
    assert_eq!(asked.len(), 6);
    let get = format!("GET /releases/{}", file_name("1.2.3"));
    assert_eq!(depot.asked(), vec![get; 4]);
}

#[test]
fn a_plain_proxy_is_heeded_too() {
    let depot = Depot::of_the_stand_in();
    let archive = signed("1.2.3", STAND_IN.as_bytes(), &key(7).0);
    let script = rendered("http://127.0.0.1:1", &archive);
    let member = Shell::new(&["sh"]).env("http_proxy", depot.url());
    member.pipe(&script, &["install"]).expect(0);
    assert!(depot.asked()[0].starts_with("GET http://127.0.0.1:1/releases/"));
}

#[test]
fn the_script_is_clean_as_it_is_served() {
    let member = Shell::new(&["shellcheck"]);
    for server in [
        "https://soc.example.com",
        "https://xn--soc-9o0a.example.com:8443",
    ] {
        let script = rendered(server, b"archive");
        let checked = member.start(["shellcheck", "--shell=sh", "-"], &script);
        checked.expect(0);
    }
}
