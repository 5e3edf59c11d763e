//! The texts that are compiled into the program: the bundled entries, and the ids of AWS's
//! controls.

use include_dir::{Dir, include_dir};
use serde::Deserialize;

use super::file::GuideFile;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/guide");

/// AWS's controls as of a day.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KnownControls {
    pub(super) as_of: String,
    /// AWS's page that lists them.
    pub(super) source: String,
    pub(super) ids: Vec<String>,
}

/// The bundled entries' files.
pub(super) fn sources() -> Vec<GuideFile> {
    let folders = FILES.dirs();
    let files = folders.flat_map(Dir::files).filter_map(|file| {
        let path = file.path().to_str()?.to_owned();
        let text = Ok(file.contents_utf8()?.to_owned());
        path.ends_with(".md").then_some(GuideFile { path, text })
    });
    files.collect()
}

/// The bundled list of ids. A test parses it, so it cannot be broken at run time.
pub(super) fn known_controls() -> KnownControls {
    FILES
        .get_file("control_ids.toml")
        .and_then(|file| file.contents_utf8())
        .and_then(|text| toml::from_str(text).ok())
        .unwrap_or_default()
}
