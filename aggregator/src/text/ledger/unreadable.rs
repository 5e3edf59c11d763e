//! Why a file cannot be read as a ledger, in sentences.

use rust_i18n::t;

use super::LocalizedMessage;
use hubward_domain::account::Language;
use hubward_domain::ledger::{Foreign, UnreadableFile};

/// The sentence about a file; `file` is its name as the person gave it.
pub(crate) fn unreadable(
    reason: &UnreadableFile,
    file: &str,
    language: Language,
) -> LocalizedMessage {
    let locale = language.as_str();
    match reason {
        UnreadableFile::Empty => LocalizedMessage::new(
            t!("ledger.empty", locale = locale, file = file),
            t!("ledger.empty_hint", locale = locale),
        ),
        UnreadableFile::TooLarge { bytes, limit } => LocalizedMessage::new(
            t!(
                "ledger.too_large",
                locale = locale,
                file = file,
                size = mebibytes(*bytes),
                limit = mebibytes(*limit)
            ),
            t!("ledger.too_large_hint", locale = locale),
        ),
        UnreadableFile::Extension { .. } => LocalizedMessage::new(
            t!("ledger.extension", locale = locale, file = file),
            t!("ledger.extension_hint", locale = locale),
        ),
        UnreadableFile::Foreign { content, expected } => LocalizedMessage::new(
            t!(
                "ledger.foreign",
                locale = locale,
                file = file,
                expected = expected,
                content = name(content, language)
            ),
            cure(content, language),
        ),
        UnreadableFile::Damaged { detail } => LocalizedMessage::new(
            t!(
                "ledger.damaged",
                locale = locale,
                file = file,
                detail = detail
            ),
            t!("ledger.damaged_hint", locale = locale),
        ),
        UnreadableFile::Bomb { part } => LocalizedMessage::new(
            t!("ledger.bomb", locale = locale, file = file, part = part),
            t!("ledger.bomb_hint", locale = locale),
        ),
        UnreadableFile::NoSheet => LocalizedMessage::new(
            t!("ledger.no_sheet", locale = locale, file = file),
            t!("ledger.no_sheet_hint", locale = locale),
        ),
        UnreadableFile::Broken { detail } => LocalizedMessage::new(
            t!(
                "ledger.broken",
                locale = locale,
                file = file,
                detail = detail
            ),
            t!("ledger.broken_hint", locale = locale),
        ),
        UnreadableFile::TooManyRows { at, limit } => LocalizedMessage::new(
            t!(
                "ledger.too_many_rows",
                locale = locale,
                at = at,
                limit = limit
            ),
            t!("ledger.too_many_rows_hint", locale = locale),
        ),
        UnreadableFile::TooManyColumns { at, limit } => LocalizedMessage::new(
            t!(
                "ledger.too_many_columns",
                locale = locale,
                at = at,
                limit = limit
            ),
            t!("ledger.too_many_columns_hint", locale = locale),
        ),
        UnreadableFile::TooMuch { at } => LocalizedMessage::new(
            t!("ledger.too_much", locale = locale, at = at),
            t!("ledger.too_much_hint", locale = locale),
        ),
        UnreadableFile::Undecodable { line } => LocalizedMessage::new(
            t!(
                "ledger.undecodable",
                locale = locale,
                file = file,
                line = line
            ),
            t!("ledger.undecodable_hint", locale = locale),
        ),
        UnreadableFile::UnclosedQuote { line } => LocalizedMessage::new(
            t!(
                "ledger.unclosed_quote",
                locale = locale,
                file = file,
                line = line
            ),
            t!("ledger.unclosed_quote_hint", locale = locale),
        ),
    }
}

/// What the file is, so that the sentence can go on with it.
fn name(content: &Foreign, language: Language) -> String {
    let locale = language.as_str();
    match content {
        Foreign::Workbook => t!("ledger.content_workbook", locale = locale),
        Foreign::BinaryWorkbook => t!("ledger.content_binary_workbook", locale = locale),
        Foreign::OldWorkbook => t!("ledger.content_old_workbook", locale = locale),
        Foreign::Encrypted => t!("ledger.content_encrypted", locale = locale),
        Foreign::Word => t!("ledger.content_word", locale = locale),
        Foreign::PowerPoint => t!("ledger.content_power_point", locale = locale),
        Foreign::OpenDocument => t!("ledger.content_open_document", locale = locale),
        Foreign::Archive => t!("ledger.content_archive", locale = locale),
        Foreign::Compound => t!("ledger.content_compound", locale = locale),
        Foreign::Pdf => t!("ledger.content_pdf", locale = locale),
        Foreign::Html => t!("ledger.content_html", locale = locale),
        Foreign::Text => t!("ledger.content_text", locale = locale),
        Foreign::Other { media_type } => t!(
            "ledger.content_other",
            locale = locale,
            media_type = media_type
        ),
        Foreign::Binary => t!("ledger.content_binary", locale = locale),
    }
    .into_owned()
}

fn cure(content: &Foreign, language: Language) -> String {
    let locale = language.as_str();
    match content {
        Foreign::Workbook => t!("ledger.foreign_workbook_hint", locale = locale),
        Foreign::Encrypted => t!("ledger.foreign_encrypted_hint", locale = locale),
        Foreign::Text => t!("ledger.foreign_text_hint", locale = locale),
        Foreign::BinaryWorkbook | Foreign::OldWorkbook | Foreign::OpenDocument | Foreign::Html => {
            t!("ledger.foreign_hint", locale = locale)
        }
        Foreign::Word
        | Foreign::PowerPoint
        | Foreign::Archive
        | Foreign::Compound
        | Foreign::Pdf
        | Foreign::Other { .. }
        | Foreign::Binary => t!("ledger.foreign_other_hint", locale = locale),
    }
    .into_owned()
}

/// With one digit, rounded up: a file just over the limit must not look as if it were within.
fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1024 * 1024);
    if tenths.is_multiple_of(10) {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}
