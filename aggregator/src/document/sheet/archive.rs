//! Unpacks every part of a workbook once, counting, before anything is built from it: a zip's own
//! sizes can lie, and some parts would make the reader allocate far more than they weigh.

use std::io::{self, Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use crate::domain::ledger::{Foreign, Unreadable};

/// How many parts a workbook may have; Excel makes a dozen, and one or two per further sheet.
const PART_COUNT_LIMIT: usize = 2_000;
/// How much all parts may unpack to.
const TOTAL_LIMIT: u64 = 128 * MIB;
/// How much one part may unpack to: cells of a full sheet of ours take a third of it.
const PART_LIMIT: u64 = 64 * MIB;
/// Texts are kept in memory, each with an overhead several times that of an empty one's XML.
const STRINGS_LIMIT: u64 = 32 * MIB;
/// Workbooks that were copied for years carry some MiB of styles.
const STYLES_LIMIT: u64 = 8 * MIB;
/// How many texts a part may announce: the reader reserves room for them unseen.
const ANNOUNCED_STRINGS_LIMIT: u64 = 4_000_000;
/// How many bytes of a number format or font name are repeated for every cell format that uses it.
/// Excel allows 255 characters.
const STYLE_NAME_LIMIT: u64 = 2_048;
/// How many cell formats there may be. Excel allows 65,490, twice (styles and their uses).
const FORMAT_COUNT_LIMIT: u64 = 140_000;
const MIB: u64 = 1024 * 1024;

/// Refuses an archive that unpacks to too much.
pub(super) fn check(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > PART_COUNT_LIMIT {
        return Err(bomb("[Content_Types].xml"));
    }
    let mut left = TOTAL_LIMIT;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(damaged)?;
        let name = part.name().map_err(damaged)?.to_ascii_lowercase();
        left -= if name.ends_with("sharedstrings.xml") {
            let content = unpacked(&mut part, &name, STRINGS_LIMIT.min(left))?;
            check_strings(&content, &name)?;
            content.len() as u64
        } else if name.ends_with("styles.xml") {
            let content = unpacked(&mut part, &name, STYLES_LIMIT.min(left))?;
            check_styles(&content, &name)?;
            content.len() as u64
        } else {
            let limit = PART_LIMIT.min(left);
            let size = io::copy(&mut part.take(limit + 1), &mut io::sink()).map_err(broken_off)?;
            if size > limit {
                return Err(bomb(&name));
            }
            size
        };
    }
    Ok(())
}

fn unpacked(part: &mut impl Read, name: &str, limit: u64) -> Result<Vec<u8>, Unreadable> {
    let mut content = Vec::new();
    part.take(limit + 1)
        .read_to_end(&mut content)
        .map_err(broken_off)?;
    if content.len() as u64 > limit {
        return Err(bomb(name));
    }
    Ok(content)
}

/// The reader reserves `uniqueCount` places at once, and a failed allocation cannot be caught.
fn check_strings(content: &[u8], name: &str) -> Result<(), Unreadable> {
    for value in values_of(content, b"uniqueCount") {
        let announced = std::str::from_utf8(value)
            .ok()
            .and_then(|text| text.parse().ok());
        // What is no number is not reserved for; what is too large for one is no honest count.
        let digits = value.iter().all(u8::is_ascii_digit);
        if announced.unwrap_or(if digits { u64::MAX } else { 0 }) > ANNOUNCED_STRINGS_LIMIT {
            return Err(bomb(name));
        }
    }
    Ok(())
}

/// The reader copies a font's name and a number format's code into every cell format that uses them.
fn check_styles(content: &[u8], name: &str) -> Result<(), Unreadable> {
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

/// The quoted values behind every occurrence of an attribute's name. It may find more than an XML
/// parser would (in texts or comments), never less, which is what a bound needs.
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

fn bomb(part: &str) -> Unreadable {
    Unreadable::Bomb {
        part: part.chars().take(80).collect(),
    }
}

fn damaged(error: ZipError) -> Unreadable {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Unreadable::Foreign {
            content: Foreign::Encrypted,
            expected: "xlsx",
        },
        other => Unreadable::Damaged {
            detail: other.to_string(),
        },
    }
}

fn broken_off(error: io::Error) -> Unreadable {
    Unreadable::Damaged {
        detail: error.to_string(),
    }
}
