//! Unpacks and counts every part of a workbook before anything is built from it: a zip's own sizes
//! can lie, and some parts would make the reader allocate far more memory than they have bytes.

use std::io::{self, Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use hubward_domain::ledger::{Foreign, UnreadableFile};

/// The limits of an archive.
struct ArchiveBounds {
    /// The number of parts; Excel writes a dozen, and one or two per further sheet.
    parts: usize,
    /// The bytes of all parts together.
    total: u64,
    /// The bytes of one part: the cells of a full ledger take a third of it.
    part: u64,
    /// The bytes of the shared texts, which are kept in memory with an overhead of several times
    /// their XML.
    strings: u64,
    /// The bytes of the styles: workbooks that were copied for years have some MiB of them.
    styles: u64,
}

const BOUNDS: ArchiveBounds = ArchiveBounds {
    parts: 2_000,
    total: 128 * MIB,
    part: 64 * MIB,
    strings: 32 * MIB,
    styles: 8 * MIB,
};
/// How many texts a part may announce: the reader reserves memory for that number.
const ANNOUNCED_STRINGS_LIMIT: u64 = 4_000_000;
/// The length of a number format or font name in bytes, which the reader copies into every cell
/// format that uses it. Excel allows 255 characters.
const STYLE_NAME_LIMIT: u64 = 2_048;
/// The number of cell formats. Excel allows 65,490, twice (styles and their uses).
const FORMAT_COUNT_LIMIT: u64 = 140_000;
const MIB: u64 = 1024 * 1024;

/// Rejects an archive that unpacks to too much.
pub(super) fn check(bytes: &[u8]) -> Result<(), UnreadableFile> {
    check_within(bytes, &BOUNDS)
}

fn check_within(bytes: &[u8], bounds: &ArchiveBounds) -> Result<(), UnreadableFile> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > bounds.parts {
        return Err(bomb("[Content_Types].xml"));
    }
    let mut left = bounds.total;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.to_ascii_lowercase();
        left -= if name.ends_with("sharedstrings.xml") {
            let content = unpacked(&mut part, &name, bounds.strings.min(left))?;
            check_strings(&content, &name)?;
            content.len() as u64
        } else if name.ends_with("styles.xml") {
            let content = unpacked(&mut part, &name, bounds.styles.min(left))?;
            check_styles(&content, &name)?;
            content.len() as u64
        } else {
            let limit = bounds.part.min(left);
            let size = io::copy(&mut part.take(limit + 1), &mut io::sink())
                .map_err(|error| broken_off(&error))?;
            if size > limit {
                return Err(bomb(&name));
            }
            size
        };
    }
    Ok(())
}

fn unpacked(part: &mut impl Read, name: &str, limit: u64) -> Result<Vec<u8>, UnreadableFile> {
    let mut content = Vec::new();
    part.take(limit + 1)
        .read_to_end(&mut content)
        .map_err(|error| broken_off(&error))?;
    if content.len() as u64 > limit {
        return Err(bomb(name));
    }
    Ok(content)
}

/// The reader reserves `uniqueCount` places at once, and a failed allocation cannot be caught.
fn check_strings(content: &[u8], name: &str) -> Result<(), UnreadableFile> {
    for value in values_of(content, b"uniqueCount") {
        let announced = std::str::from_utf8(value)
            .ok()
            .and_then(|text| text.parse().ok());
        // The reader ignores a value that is not a number; one that overflows cannot be true.
        let digits = value.iter().all(u8::is_ascii_digit);
        if announced.unwrap_or(if digits { u64::MAX } else { 0 }) > ANNOUNCED_STRINGS_LIMIT {
            return Err(bomb(name));
        }
    }
    Ok(())
}

/// The reader copies a font's name and a number format's code into every cell format that uses
/// them.
fn check_styles(content: &[u8], name: &str) -> Result<(), UnreadableFile> {
    let longest = values_of(content, b"formatCode")
        .chain(values_of(content, b"val"))
        .map(<[u8]>::len)
        .max();
    if longest.is_some_and(|length| length as u64 > STYLE_NAME_LIMIT) {
        return Err(bomb(name));
    }
    let is_format = |window: &&[u8]| matches!(window, [b'<' | b':', b'x', b'f', end] if !end.is_ascii_alphanumeric());
    if content.windows(4).filter(is_format).count() as u64 > FORMAT_COUNT_LIMIT {
        return Err(bomb(name));
    }
    Ok(())
}

/// The quoted values after every occurrence of an attribute's name. It may find more than an XML
/// parser would (in texts or comments), but never less, which is enough for a limit.
fn values_of<'a>(content: &'a [u8], key: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    content
        .windows(key.len())
        .enumerate()
        .filter_map(move |(start, window)| {
            if window != key {
                return None;
            }
            let rest = content.get(start + key.len()..)?.trim_ascii_start();
            let rest = rest.strip_prefix(b"=")?.trim_ascii_start();
            let (quote, rest) = rest.split_first()?;
            if !matches!(quote, b'"' | b'\'') {
                return None;
            }
            rest.split(|byte| byte == quote).next()
        })
}

fn bomb(part: &str) -> UnreadableFile {
    UnreadableFile::Bomb {
        part: part.chars().take(80).collect(),
    }
}

fn damaged(error: ZipError) -> UnreadableFile {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => UnreadableFile::Foreign {
            content: Foreign::Encrypted,
            expected: "xlsx",
        },
        other => UnreadableFile::Damaged {
            detail: other.to_string(),
        },
    }
}

fn broken_off(error: &io::Error) -> UnreadableFile {
    UnreadableFile::Damaged {
        detail: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn zip_of(parts: &[(&str, usize)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, size) in parts {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(&vec![b' '; *size]).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn each_bound_is_kept_on_its_own() {
        let bounds = ArchiveBounds {
            parts: 4,
            total: 1_000,
            part: 500,
            strings: 300,
            styles: 200,
        };
        let check = |parts: &[(&str, usize)]| match check_within(&zip_of(parts), &bounds) {
            Ok(()) => None,
            Err(UnreadableFile::Bomb { part }) => Some(part),
            Err(other) => panic!("{other:?}"),
        };
        let found = |part: &str| Some(part.to_owned());
        assert_eq!(
            check(&[
                ("a", 500),
                ("xl/sharedStrings.xml", 300),
                ("xl/styles.xml", 200)
            ]),
            None
        );
        assert_eq!(check(&[("a", 501)]), found("a"));
        assert_eq!(
            check(&[("xl/SHAREDSTRINGS.xml", 301)]),
            found("xl/sharedstrings.xml")
        );
        assert_eq!(check(&[("xl/styles.xml", 201)]), found("xl/styles.xml"));
        assert_eq!(check(&[("a", 500), ("b", 500), ("c", 1)]), found("c"));
        let many = [("a", 1), ("b", 1), ("c", 1), ("d", 1), ("e", 1)];
        assert_eq!(check(&many[..4]), None);
        assert!(check(&many).is_some());
    }
}
