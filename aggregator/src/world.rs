//! What a process gets from outside, as a value: arguments, environment, clock, user, terminal. Nothing else
//! in the program asks the operating system for these, so that a test can provide its own.

pub(crate) mod disk;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::IsTerminal;

use jiff::Timestamp;

/// The environment variables that are valid Unicode.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment(BTreeMap<String, String>);

/// The clock of the process.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Clock {
    /// The machine's.
    Machine,
    /// A test's own, in seconds since 1970.
    #[cfg(test)]
    Manual(&'static std::sync::atomic::AtomicI64),
}

/// The process's inputs.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// The command line, program name first.
    pub arguments: Vec<OsString>,
    pub environment: Environment,
    pub clock: Clock,
    /// The user who runs the process, for the audit log.
    pub user: String,
    /// Whether a person can be asked for confirmation.
    pub interactive: bool,
    /// Whether stderr is a terminal: a person reads it then, and a program otherwise.
    pub stderr_is_terminal: bool,
}

impl World {
    /// Reads the real process.
    pub(crate) fn of_process() -> Self {
        let environment = Environment(
            std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
        );
        // Under sudo, the user who invoked it.
        let user = environment
            .get("SUDO_USER")
            .map(str::to_owned)
            .or_else(|| whoami::username().ok())
            .unwrap_or_else(|| "unknown".to_owned());
        Self {
            arguments: std::env::args_os().collect(),
            environment,
            clock: Clock::Machine,
            user,
            interactive: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
            stderr_is_terminal: std::io::stderr().is_terminal(),
        }
    }
}

impl Environment {
    /// The value of a variable.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// All variables, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }
}

impl Clock {
    /// The current time in whole seconds, as tables and the audit log store it.
    pub(crate) fn now(self) -> Timestamp {
        let now = self.read();
        Timestamp::from_second(now.as_second()).unwrap_or(now)
    }

    /// The current time in milliseconds, for measuring durations.
    pub(crate) fn exactly(self) -> Timestamp {
        let now = self.read();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    fn read(self) -> Timestamp {
        match self {
            #[expect(
                clippy::disallowed_methods,
                reason = "the one place that reads the clock"
            )]
            Self::Machine => Timestamp::now(),
            #[cfg(test)]
            Self::Manual(seconds) => {
                let seconds = seconds.load(std::sync::atomic::Ordering::Relaxed);
                Timestamp::from_second(seconds).unwrap_or_default()
            }
        }
    }
}
