//! The real programs as processes: arguments and environment in, exit code and text out.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::cloud::{Cloud, Credentials};
use super::run;

/// A program to be started, with an environment that has only the variables set here.
pub(crate) struct Program(Command);

/// The result of a program.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Its exit code, or -1 if a signal ended it.
    pub(crate) code: i32,
    /// Its data.
    pub(crate) stdout: String,
    /// Its messages.
    pub(crate) stderr: String,
}

/// `hubward`, run in a directory.
pub(crate) fn hubward(directory: &Path) -> Program {
    Program::new(env!("CARGO_BIN_EXE_hubward-under-test"), directory)
}

/// `hubward-agent`, run in a directory.
pub(crate) fn agent(directory: &Path) -> Program {
    Program::new(env!("CARGO_BIN_EXE_hubward-agent-under-test"), directory)
}

/// `hubward-agent` without its symbols, run in a directory: what is packed by it is smaller.
pub(crate) fn small_agent(directory: &Path) -> Program {
    let path = run::shared("hubward-agent-stripped", |file| {
        let stripped = Command::new("strip")
            .arg("-o")
            .arg(file)
            .arg(env!("CARGO_BIN_EXE_hubward-agent-under-test"))
            .status();
        assert!(stripped.expect("run strip").success(), "strip failed");
    });
    program_at(path.to_str().expect("a path of this test"), directory)
}

/// Another program, run in a directory.
pub(crate) fn program_at(path: &str, directory: &Path) -> Program {
    Program::new(path, directory)
}

/// A copy of `hubward-agent` in a directory, which an update may replace.
pub(crate) fn installed_agent(directory: &Path) -> Program {
    let path = directory.join("hubward-agent");
    if !path.exists() {
        std::fs::copy(env!("CARGO_BIN_EXE_hubward-agent-under-test"), &path)
            .expect("install the agent");
    }
    Program::new(path.to_str().expect("a path of this test"), directory)
}

impl Program {
    fn new(path: &str, directory: &Path) -> Self {
        let mut command = Command::new(path);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", directory)
            .env("USER", "operator")
            .env("LANG", "C.UTF-8")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("SSL_CERT_FILE", run::authorities())
            .current_dir(directory)
            .stdin(Stdio::null());
        Self(command)
    }

    /// Adds arguments.
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.0.args(args);
        self
    }

    /// Sets an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Connects the program to a cloud, with an account's credentials.
    pub(crate) fn at(self, cloud: &Cloud, credentials: &Credentials) -> Self {
        self.env("AWS_ENDPOINT_URL", cloud.url())
            .env("AWS_ACCESS_KEY_ID", &credentials.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", &credentials.secret_access_key)
            .env("AWS_SESSION_TOKEN", &credentials.session_token)
    }

    /// The command, for a program that keeps running.
    pub(crate) fn command(self) -> Command {
        self.0
    }

    /// The same, ignoring a signal.
    pub(crate) fn without_signal(self, signal: &str) -> Self {
        self.through(&["sh", "-c", &format!("trap '' {signal}; exec \"$0\" \"$@\"")])
    }

    /// The same, in its directory as these commands leave it, with mounts that only it sees; `None`
    /// if this machine allows no mounts.
    pub(crate) fn among_mounts(self, commands: &str) -> Option<Self> {
        let may = Command::new("unshare").args(["-rm", "true"]).output();
        let script = format!("{commands} && cd \"$PWD\" && exec \"$0\" \"$@\"");
        may.is_ok_and(|tried| tried.status.success())
            .then(|| self.through(&["unshare", "-rm", "sh", "-c", &script]))
    }

    /// The same, started by another program, whose last arguments are this program and its own.
    fn through(self, words: &[&str]) -> Self {
        let mut command = Command::new(words[0]);
        command
            .env_clear()
            .stdin(Stdio::null())
            .args(&words[1..])
            .arg(self.0.get_program())
            .args(self.0.get_args());
        for (name, value) in self.0.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        if let Some(directory) = self.0.get_current_dir() {
            command.current_dir(directory);
        }
        Self(command)
    }

    /// The same on a terminal of its own: stdin is typed there, and stdout is all that it shows, of
    /// stdout and stderr.
    pub(crate) fn on_a_terminal(self, columns: u16, rows: u16) -> Command {
        let quoted = |word: &OsStr| format!("'{}'", word.to_string_lossy().replace('\'', r"'\''"));
        let words: Vec<_> = std::iter::once(self.0.get_program())
            .chain(self.0.get_args())
            .map(quoted)
            .collect();
        let line = format!("stty cols {columns} rows {rows}; exec {}", words.join(" "));
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).env_clear();
        for (name, value) in self.0.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        if let Some(directory) = self.0.get_current_dir() {
            command.current_dir(directory);
        }
        command
    }

    /// Runs the program to its end without a terminal, even if the tests have one: a program that
    /// asks a question there would be stopped, and wait forever.
    pub(crate) fn run(self) -> Outcome {
        let mut detached = self.through(&["setsid"]).0;
        let output = detached.output().expect("start the program");
        Outcome {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Outcome {
    /// The result, after a check of its exit code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout, self.stderr
        );
        self
    }

    /// Its standard output, as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|e| panic!("{e} in {}\nstderr:\n{}", self.stdout, self.stderr))
    }
}
