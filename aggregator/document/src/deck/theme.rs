//! Sets the deck's font for Japanese. The writer's theme names none, and PowerPoint's default is
//! hard to read from a distance.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// Installed on every Windows and macOS with Office; LibreOffice substitutes it.
const FONT: &str = "Meiryo";

/// The same deck with a font for Japanese in its theme.
///
/// # Errors
/// The deck is not a zip archive.
pub(super) fn with_japanese_font(deck: &[u8]) -> Result<Vec<u8>, String> {
    rewritten(deck).map_err(|error| error.to_string())
}

fn rewritten(deck: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(deck))?;
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index)?;
        let name = part.name()?.into_owned();
        if !name.starts_with("ppt/theme/theme") {
            out.raw_copy_file(part)?;
            continue;
        }
        let mut theme = String::new();
        part.read_to_string(&mut theme)?;
        let named = format!("<a:ea typeface=\"{FONT}\"/>");
        let theme = theme.replace("<a:ea typeface=\"\"/>", &named).replace(
            "typeface=\"ＭＳ Ｐゴシック\"",
            &format!("typeface=\"{FONT}\""),
        );
        out.start_file(name, options)?;
        out.write_all(theme.as_bytes())?;
    }
    Ok(out.finish()?.into_inner())
}
