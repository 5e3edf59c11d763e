//! The process as a value: arguments, environment, clock, random names, terminal. The rest of the program gets
//! them from here, so that it does not depend on where it runs. (The AWS SDK reads its own variables.)

mod screen;

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
use std::path::Path;

use jiff::Timestamp;

pub(crate) use screen::{Screen, Style};

/// What the process was started with.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) args: Vec<OsString>,
    /// The built-in key that verifies releases.
    pub(crate) release_key: Option<&'static str>,
    pub(crate) clock: fn() -> Timestamp,
    pub(crate) screen: Screen,
    env: HashMap<String, String>,
}

impl World {
    pub(crate) fn of_this_process(release_key: Option<&'static str>) -> Self {
        let env: HashMap<_, _> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Self {
            args: std::env::args_os().collect(),
            release_key,
            clock: now,
            screen: Screen::of_this_process(&env),
            env,
        }
    }

    /// The style of output on stdout.
    pub(crate) fn stdout_style(&self) -> Style {
        Style::of(&self.env, io::stdout().is_terminal())
    }

    /// An environment variable that is set and not empty.
    pub(crate) fn var(&self, name: &str) -> Option<&str> {
        self.env
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// All overrides of AWS endpoints in the environment.
    pub(crate) fn endpoint_overrides(&self) -> Vec<String> {
        self.env
            .iter()
            .filter(|(name, value)| name.starts_with("AWS_ENDPOINT_URL") && !value.is_empty())
            .map(|(_, value)| value.clone())
            .collect()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the machine's clock becomes a value"
)]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// A name that no other run has, in practice.
pub(crate) fn random_name() -> String {
    format!("{:032x}", rand::random::<u128>())
}

pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    std::fs::read(path)
}

/// The very file of this process, even if another one has taken its name since.
pub(crate) fn own_program() -> io::Result<Vec<u8>> {
    std::fs::read("/proc/self/exe")
}

/// Prints to stdout. Errors are ignored, because a reader such as `head` may close the pipe.
pub(crate) fn print(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

/// The controlling terminal. It is asked instead of stdin, which is the script under `curl | sh`.
#[derive(Debug)]
pub(crate) struct Terminal(File);

impl Terminal {
    pub(crate) fn open() -> Option<Self> {
        let file = OpenOptions::new().read(true).write(true).open("/dev/tty");
        file.ok().map(Self)
    }

    /// Prints a question, and waits for a line of input.
    pub(crate) fn ask(mut self, question: &str) -> Option<String> {
        write!(self.0, "{question} ")
            .and_then(|()| self.0.flush())
            .ok()?;
        let mut answer = String::new();
        BufReader::new(self.0).read_line(&mut answer).ok()?;
        Some(answer.trim().to_owned())
    }
}
