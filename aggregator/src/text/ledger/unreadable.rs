//! Why a file cannot be read as a ledger.

use super::LocalizedMessage;
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::ledger::{Foreign, UnreadableFile};

/// The sentence about a file; `file` is its name as the person gave it.
pub(crate) fn unreadable(
    reason: &UnreadableFile,
    file: &str,
    language: Language,
) -> LocalizedMessage {
    let say = Say(language);
    match reason {
        UnreadableFile::Empty => {
            LocalizedMessage::new(say.ledger_empty(file), say.ledger_empty_hint())
        }
        UnreadableFile::TooLarge { bytes, limit } => LocalizedMessage::new(
            say.ledger_too_large(file, mebibytes(*limit), mebibytes(*bytes)),
            say.ledger_too_large_hint(),
        ),
        UnreadableFile::Extension { .. } => {
            LocalizedMessage::new(say.ledger_extension(file), say.ledger_extension_hint())
        }
        UnreadableFile::Foreign { content, expected } => LocalizedMessage::new(
            say.ledger_foreign(name(content, language), expected, file),
            foreign_hint(content, language),
        ),
        UnreadableFile::Damaged { detail } => {
            LocalizedMessage::new(say.ledger_damaged(detail, file), say.ledger_damaged_hint())
        }
        UnreadableFile::Bomb { part } => {
            LocalizedMessage::new(say.ledger_bomb(file, part), say.ledger_bomb_hint())
        }
        UnreadableFile::NoSheet => {
            LocalizedMessage::new(say.ledger_no_sheet(file), say.ledger_no_sheet_hint())
        }
        UnreadableFile::Broken { detail } => {
            LocalizedMessage::new(say.ledger_broken(detail, file), say.ledger_broken_hint())
        }
        UnreadableFile::TooManyRows { at, limit } => LocalizedMessage::new(
            say.ledger_too_many_rows(at, limit),
            say.ledger_too_many_rows_hint(),
        ),
        UnreadableFile::TooManyColumns { at, limit } => LocalizedMessage::new(
            say.ledger_too_many_columns(at, limit),
            say.ledger_too_many_columns_hint(),
        ),
        UnreadableFile::TooMuch { at } => {
            LocalizedMessage::new(say.ledger_too_much(at), say.ledger_too_much_hint())
        }
        UnreadableFile::Undecodable { line } => LocalizedMessage::new(
            say.ledger_undecodable(file, line),
            say.ledger_undecodable_hint(),
        ),
        UnreadableFile::UnclosedQuote { line } => LocalizedMessage::new(
            say.ledger_unclosed_quote(file, line),
            say.ledger_unclosed_quote_hint(),
        ),
    }
}

/// What the file is, as a part of a sentence.
fn name(content: &Foreign, language: Language) -> String {
    let say = Say(language);
    match content {
        Foreign::Workbook => say.ledger_content_workbook().to_owned(),
        Foreign::BinaryWorkbook => say.ledger_content_binary_workbook().to_owned(),
        Foreign::OldWorkbook => say.ledger_content_old_workbook().to_owned(),
        Foreign::Encrypted => say.ledger_content_encrypted().to_owned(),
        Foreign::Word => say.ledger_content_word().to_owned(),
        Foreign::PowerPoint => say.ledger_content_power_point().to_owned(),
        Foreign::OpenDocument => say.ledger_content_open_document().to_owned(),
        Foreign::Archive => say.ledger_content_archive().to_owned(),
        Foreign::Compound => say.ledger_content_compound().to_owned(),
        Foreign::Pdf => say.ledger_content_pdf().to_owned(),
        Foreign::Html => say.ledger_content_html().to_owned(),
        Foreign::Text => say.ledger_content_text().to_owned(),
        Foreign::Other { media_type } => say.ledger_content_other(media_type),
        Foreign::Binary => say.ledger_content_binary().to_owned(),
    }
}

fn foreign_hint(content: &Foreign, language: Language) -> String {
    let say = Say(language);
    match content {
        Foreign::Workbook => say.ledger_foreign_workbook_hint(),
        Foreign::Encrypted => say.ledger_foreign_encrypted_hint(),
        Foreign::Text => say.ledger_foreign_text_hint(),
        Foreign::BinaryWorkbook | Foreign::OldWorkbook | Foreign::OpenDocument | Foreign::Html => {
            say.ledger_foreign_hint()
        }
        Foreign::Word
        | Foreign::PowerPoint
        | Foreign::Archive
        | Foreign::Compound
        | Foreign::Pdf
        | Foreign::Other { .. }
        | Foreign::Binary => say.ledger_foreign_other_hint(),
    }
    .to_owned()
}

/// One digit, rounded up: a file just over the limit must not look as if it were within.
fn mebibytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1024 * 1024);
    if tenths.is_multiple_of(10) {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}
