//! `hubward backup`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::backup::create::back_up;
use crate::app::App;
use crate::text;

#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file to write; it must not exist yet.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self, app: &App, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let done = back_up(app, &self.file)
            .await
            .map_err(|error| CommandFailure::messages(text::backup::error(&error, language)))?;
        if screen.is_json() {
            screen.data(&json!([{
                "file": done.file,
                "bytes": done.bytes,
                "sha256": done.sha256,
                "events": done.head.events,
                "head": done.head.hash,
            }]))?;
        }
        screen.say(&text::backup::done(&done, language));
        Ok(Exit::Done)
    }
}
