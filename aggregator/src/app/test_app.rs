//! An [`App`] for tests: a configuration and a database of its own, and a clock that the test owns.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;

use super::App;
use crate::world::{Clock, Environment, World};

/// An app, its clock, and the directory of its configuration.
pub(crate) struct TestApp {
    pub app: App,
    seconds: &'static AtomicI64,
    _directory: TempDir,
}

impl TestApp {
    /// Opens a migrated database at a moment; `settings` is added to the least configuration that is needed.
    pub(crate) async fn open(database: &str, settings: &str, now: Timestamp) -> Self {
        let directory = TempDir::new().unwrap();
        let file = directory.path().join("hubward.toml");
        let least = "[hub]\nadministrator = \"999999999999\"\nhome_region = \"ap-northeast-1\"\n\
             linked_regions = [\"us-east-1\"]\n";
        std::fs::write(
            &file,
            format!("{least}[store]\nurl = \"{database}\"\n{settings}"),
        )
        .unwrap();
        let seconds: &'static AtomicI64 = Box::leak(Box::new(AtomicI64::new(now.as_second())));
        let world = World {
            arguments: Vec::new(),
            environment: Environment::from([]),
            clock: Clock::Manual(seconds),
            user: "test".to_owned(),
            interactive: false,
            stderr_is_terminal: false,
        };
        Self {
            app: App::open(Some(&file), &world).await.unwrap(),
            seconds,
            _directory: directory,
        }
    }

    /// Moves the clock forward.
    pub(crate) fn pass(&self, time: SignedDuration) {
        self.seconds.fetch_add(time.as_secs(), Ordering::Relaxed);
    }
}
