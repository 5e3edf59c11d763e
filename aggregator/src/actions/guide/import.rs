//! Imports an edited guide workbook: everything is validated before anything is written, and the differences
//! become files of the company's own guide. Run twice, the second changes nothing.

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::json;

use crate::app::App;
use hubward_document::sheet;
use hubward_domain::audit::{Action, Actor, ChangeSource, NewEvent};
use hubward_domain::guide::{self, Imported, TableProblem};
use hubward_domain::ledger::UnreadableFile;
use hubward_store::StoreError;

/// Why a workbook was not imported.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportGuideError {
    /// No directory for the company's own guide is configured.
    #[error("guide.directory is not set")]
    NoDirectory,
    /// The file is not a readable workbook.
    #[error("not a workbook")]
    Unreadable(UnreadableFile),
    /// All problems in the workbook.
    #[error("{} problems", .0.len())]
    Problems(Vec<TableProblem>),
    /// A file cannot be written.
    #[error("cannot write into {}", directory.display())]
    Write {
        /// The directory that was written to.
        directory: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Computes what a workbook changes. Writes nothing.
///
/// # Errors
/// See [`ImportGuideError`].
pub(crate) fn plan(app: &App, name: &str, bytes: &[u8]) -> Result<Imported, ImportGuideError> {
    app.config
        .own_guide()
        .ok_or(ImportGuideError::NoDirectory)?;
    let sheets = sheet::read_all(bytes, name).map_err(ImportGuideError::Unreadable)?;
    guide::read_sheets(&sheets, app.guide()).map_err(ImportGuideError::Problems)
}

/// Writes what [`plan`] found. Returns the files.
///
/// # Errors
/// Then no file has changed, unless the disk fails between two renames.
pub(crate) async fn carry_out(
    app: &App,
    actor: &Actor,
    source: &ChangeSource,
    imported: &Imported,
) -> Result<PathBuf, ImportGuideError> {
    let directory = app
        .config
        .own_guide()
        .ok_or(ImportGuideError::NoDirectory)?;
    let failed = |source| ImportGuideError::Write {
        directory: directory.clone(),
        source,
    };
    let mut files = Vec::new();
    for change in &imported.changes {
        let entry = &change.entry;
        let folder = directory.join(entry.kind().folder());
        let file = folder.join(format!("{}.md", entry.key()));
        let temporary = write_temporary(&folder, &guide::write(entry)).map_err(failed)?;
        files.push((temporary, file));
    }
    let events = imported.changes.iter().map(|change| {
        let fields: Vec<String> = change.fields.iter().map(|field| field.name()).collect();
        NewEvent {
            action: Action::GuideChanged,
            subject: change.entry.key().to_owned(),
            detail: source.detail(&json!({ "new": change.is_new, "fields": fields })),
        }
    });
    let mut tx = app.store.begin().await?;
    tx.append_audit(app.clock.now(), actor, events.collect::<Vec<_>>())
        .await?;
    for (temporary, file) in files {
        temporary
            .persist(file)
            .map_err(|error| failed(error.error))?;
    }
    tx.commit().await?;
    Ok(directory)
}

/// Writes a text to disk under a temporary name.
fn write_temporary(folder: &std::path::Path, text: &str) -> io::Result<tempfile::NamedTempFile> {
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    // The guide is not secret, and the server may run as another user than the operator.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}
