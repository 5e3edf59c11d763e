//! Identifies a file by its bytes, so that an error message can say what the wrong file is.
//!
//! Office containers are distinguished here rather than by `infer`, which would have to parse
//! hostile ones.

use std::io::Cursor;

use zip::ZipArchive;

use hubward_domain::ledger::{Foreign, UnreadableFile};

/// The first bytes of a container of Office 97-2003, which encrypted workbooks still use.
const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// The first bytes of a zip, and of an empty one.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];
/// How many bytes of a file are examined.
const LOOK: usize = 4_096;

/// What the bytes are. Only [`Foreign::Workbook`] and [`Foreign::Text`] can be a ledger.
pub(super) fn content(bytes: &[u8]) -> Result<Foreign, UnreadableFile> {
    if bytes.starts_with(COMPOUND) {
        return Ok(compound(bytes));
    }
    if ZIP.iter().any(|signature| bytes.starts_with(signature)) {
        return zipped(bytes);
    }
    let start = bytes.get(..LOOK).unwrap_or(bytes);
    if is_html(start) {
        return Ok(Foreign::Html);
    }
    Ok(match infer::get(start) {
        Some(kind) if kind.mime_type() == "application/pdf" => Foreign::Pdf,
        // A byte order mark or an opening bracket can also start plain text.
        Some(kind) if !kind.mime_type().starts_with("text/") => Foreign::Other {
            media_type: kind.mime_type().to_owned(),
        },
        _ if is_text(start) => Foreign::Text,
        _ => Foreign::Binary,
    })
}

/// Old Office containers name their streams in UTF-16.
fn compound(bytes: &[u8]) -> Foreign {
    let holds = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(name.len()).any(|window| window == name)
    };
    [
        ("EncryptedPackage", Foreign::Encrypted),
        ("WordDocument", Foreign::Word),
        ("PowerPoint Document", Foreign::PowerPoint),
        ("Workbook", Foreign::OldWorkbook),
        ("Book", Foreign::OldWorkbook),
    ]
    .into_iter()
    .find_map(|(name, kind)| holds(name).then_some(kind))
    .unwrap_or(Foreign::Compound)
}

fn zipped(bytes: &[u8]) -> Result<Foreign, UnreadableFile> {
    let damaged = |error: zip::result::ZipError| UnreadableFile::Damaged {
        detail: error.to_string(),
    };
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut names = Vec::new();
    for name in archive.file_names() {
        names.push(
            name.map_err(damaged)?
                .replace('\\', "/")
                .to_ascii_lowercase(),
        );
    }
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    Ok(if has("word/document.xml") {
        Foreign::Word
    } else if has("ppt/presentation.xml") {
        Foreign::PowerPoint
    } else if has("xl/workbook.bin") {
        Foreign::BinaryWorkbook
    } else if has("meta-inf/manifest.xml") && has("content.xml") {
        Foreign::OpenDocument
    } else if has("_rels/.rels") && names.iter().any(|name| is_workbook_part(name)) {
        Foreign::Workbook
    } else {
        Foreign::Archive
    })
}

/// Usually `xl/workbook.xml`, but the writer may choose another path.
fn is_workbook_part(name: &str) -> bool {
    name.ends_with("workbook.xml") || name.contains("worksheets/")
}

fn is_html(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(start).to_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    ["<!doctype html", "<html", "<head", "<body", "<table"]
        .iter()
        .any(|tag| text.starts_with(tag))
}

/// Text has no control characters except white space and the escape of Japanese mail encodings;
/// UTF-16, which has many zero bytes, is recognized by its byte order mark.
fn is_text(start: &[u8]) -> bool {
    start.starts_with(&[0xFF, 0xFE])
        || start.starts_with(&[0xFE, 0xFF])
        || !start
            .iter()
            .any(|byte| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | 0x0C | b'\r' | 0x1B))
}
