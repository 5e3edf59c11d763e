//! `hubward release`.

use std::path::PathBuf;

use clap::Subcommand;
use rust_i18n::t;
use serde_json::{Value, json};

use super::failure::Failure;
use super::ledger::read_bounded;
use super::screen::Screen;
use super::{Exit, Outcome};
use crate::actions::add_release::add_release;
use crate::actions::look;
use crate::app::App;
use crate::domain::audit::Actor;
use crate::domain::release::{LARGEST_ARCHIVE, Release as Record};
use crate::text;

#[derive(Debug, Subcommand)]
pub(super) enum Release {
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

impl Release {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> Outcome {
        let language = screen.language();
        match self {
            Self::Add { file, force } => {
                let bytes = read_bounded(&file, LARGEST_ARCHIVE + 1)
                    .map_err(|error| Failure::file(&file, &error, language))?;
                let name = file
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                let added = add_release(app, actor, &name, &bytes, force)
                    .await
                    .map_err(|error| {
                        let place = file.display().to_string();
                        Failure::Messages(vec![text::release::refused(&place, &error, language)])
                    })?;
                if screen.is_json() {
                    screen.data(&[shape(&added.release)])?;
                }
                screen.say(&text::release::added(&added, language));
            }
            Self::List => {
                let releases = look::releases(app)
                    .await
                    .map_err(|error| Failure::store(&error, language))?;
                show(&releases, screen)?;
            }
        }
        Ok(Exit::Done)
    }
}

fn show(releases: &[Record], screen: &Screen) -> Result<(), Failure> {
    if screen.is_json() {
        return screen.data(&releases.iter().map(shape).collect::<Vec<_>>());
    }
    let locale = screen.language().as_str();
    let headers = [
        t!("release.column_version", locale = locale).into_owned(),
        "SHA-256".to_owned(),
        t!("release.column_added", locale = locale).into_owned(),
        t!("table.actor", locale = locale).into_owned(),
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
