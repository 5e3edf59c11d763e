//! The process as a value: arguments, environment, clock, chance, terminal. Everything else takes it
//! from here, so that nothing deeper depends on where it runs. (The AWS SDK reads its own variables
//! itself.)

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
    /// The arguments, the program's name first.
    pub(crate) args: Vec<OsString>,
    /// The key that was built in to verify releases.
    pub(crate) release_key: Option<&'static str>,
    /// The time.
    pub(crate) clock: fn() -> Timestamp,
    /// Where the person who watches reads.
    pub(crate) screen: Screen,
    env: HashMap<String, String>,
}

impl World {
    /// The world of this process.
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

    /// How a result may look on stdout.
    pub(crate) fn style_of_data(&self) -> Style {
        Style::of(&self.env, io::stdout().is_terminal())
    }

    /// A variable of the environment that is set and not empty.
    pub(crate) fn var(&self, name: &str) -> Option<&str> {
        self.env
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// Every override of an AWS endpoint that the environment has.
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
fn now() -> Timestamp {
    Timestamp::now()
}

/// A name that no other run has.
pub(crate) fn random_name() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// A file's content.
pub(crate) fn read(path: &Path) -> io::Result<Vec<u8>> {
    std::fs::read(path)
}

/// Prints data. A reader that has gone away is no error of ours.
pub(crate) fn print(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
}

/// The terminal itself: under `curl | sh`, stdin is the script and cannot answer.
#[derive(Debug)]
pub(crate) struct Terminal(File);

impl Terminal {
    /// The terminal of this process, where it has one.
    pub(crate) fn open() -> Option<Self> {
        let file = OpenOptions::new().read(true).write(true).open("/dev/tty");
        file.ok().map(Self)
    }

    /// Asks, and waits for a line.
    pub(crate) fn ask(mut self, question: &str) -> Option<String> {
        write!(self.0, "{question} ")
            .and_then(|()| self.0.flush())
            .ok()?;
        let mut answer = String::new();
        BufReader::new(self.0).read_line(&mut answer).ok()?;
        Some(answer.trim().to_owned())
    }
}
