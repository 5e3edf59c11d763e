//! `hubward release`.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Value, json};

use super::failure::CommandFailure;
use super::ledger::read_bounded;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::release::add::add_release;
use crate::app::App;
use crate::queries;
use crate::say::Say;
use crate::text;
use hubward_domain::audit::Actor;
use hubward_domain::release::{LARGEST_ARCHIVE, Release as Record};

#[derive(Debug, Subcommand)]
pub(super) enum ReleaseCommand {
    /// Verify a signed release of the agent and offer it to members from now on.
    Add {
        /// The file hubward-agent-VERSION-x86_64-unknown-linux-musl.tar.gz, signed by `packaging/release sign`.
        file: PathBuf,
        /// Add it even if it is older than the newest; members still get the newest.
        #[arg(long)]
        force: bool,
    },
    /// List the releases, newest first; members get the first one.
    List,
}

impl ReleaseCommand {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        let language = screen.language();
        match self {
            Self::Add { file, force } => {
                let bytes = read_bounded(&file, LARGEST_ARCHIVE + 1)
                    .map_err(|error| CommandFailure::file(&file, &error, language))?;
                let name = file
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                let added = add_release(app, actor, &name, &bytes, force)
                    .await
                    .map_err(|error| {
                        let place = file.display().to_string();
                        CommandFailure::Messages(vec![text::release::refused(
                            &place, &error, language,
                        )])
                    })?;
                if screen.is_json() {
                    screen.data(&[shape(&added.release)])?;
                }
                screen.say(&text::release::added(&added, language));
            }
            Self::List => {
                let releases = queries::release::releases(app)
                    .await
                    .map_err(|error| CommandFailure::store(&error, language))?;
                show(&releases, screen)?;
            }
        }
        Ok(Exit::Done)
    }
}

fn show(releases: &[Record], screen: &Screen) -> Result<(), CommandFailure> {
    if screen.is_json() {
        return screen.data(&releases.iter().map(shape).collect::<Vec<_>>());
    }
    let say = Say(screen.language());
    let headers = [
        say.release_column_version().to_owned(),
        "SHA-256".to_owned(),
        say.release_column_added().to_owned(),
        say.table_actor().to_owned(),
    ];
    let rows = releases.iter().map(|release| {
        vec![
            release.version.to_string(),
            release.sha256.clone(),
            release.added_at.to_string(),
            release.added_by.clone(),
        ]
    });
    screen.table(&headers, rows.collect())
}

fn shape(release: &Record) -> Value {
    json!({
        "version": release.version,
        "file": release.file(),
        "sha256": release.sha256,
        "size": release.size,
        "added_at": release.added_at,
        "added_by": release.added_by,
    })
}
