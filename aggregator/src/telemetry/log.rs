//! The server's log on stderr: one JSON object per line, or a readable line where stderr is a terminal.
//!
//! Which fields there are, and what is never logged, is in `packaging/docs/logging.md`.

mod json_lines;

use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};

use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

use crate::world::Clock;
use hubward_domain::sanitize::printable;
use json_lines::JsonLines;

/// The environment variable with the least important level that is logged.
pub(crate) const LEVEL: &str = "HUBWARD_LOG";
/// How many lines may wait for stderr. What comes on top is lost: a log that is not read must not stop alerts.
const WAITING_LINES: usize = 16_384;

/// The running log; dropping it writes the lines that still wait.
#[must_use = "the log ends with this value"]
#[derive(Debug)]
pub(crate) struct Log(#[expect(dead_code, reason = "held for its drop")] WorkerGuard);

/// Starts the process's log. `level` is `error`, `warn`, `info`, `debug`, `trace` or `off`; `info` where it is none
/// of these.
pub(crate) fn start(level: Option<&str>, clock: Clock, is_terminal: bool) -> Log {
    let asked = level.filter(|level| !level.is_empty());
    let known = asked.map_or(Some(LevelFilter::INFO), |level| level.parse().ok());
    let (writer, worker) = NonBlockingBuilder::default()
        .buffered_lines_limit(WAITING_LINES)
        .finish(Printable(io::stderr()));
    let lines = if is_terminal {
        let lines = tracing_subscriber::fmt::layer().with_writer(writer);
        lines.with_ansi(false).with_target(false).boxed()
    } else {
        JsonLines::new(writer, clock).boxed()
    };
    // Only our own lines: what libraries would log is not under our control, secrets in it neither.
    let ours = Targets::new().with_target("hubward", known.unwrap_or(LevelFilter::INFO));
    let subscriber = Registry::default().with(lines.with_filter(ours));
    // A second server in one process, which only tests have, continues with the first one's log.
    if tracing::subscriber::set_global_default(subscriber).is_ok() && !is_terminal {
        panic::set_hook(Box::new(log_panic));
    }
    if known.is_none() {
        tracing::warn!("{LEVEL} is not a level; info is used");
    }
    Log(worker)
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    let message = panic.payload_as_str().unwrap_or("no message");
    tracing::error!(place, "panicked: {message}");
}

/// Writes lines without what would steer a terminal.
struct Printable<W>(W);

impl<W: Write> Write for Printable<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        self.0.write_all(printable(&text).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
