//! One cell of a report's tables, within a workbook's limits.

use std::borrow::Cow;

use hubward_domain::finding::FindingSeverity;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ReportCell<'a> {
    Text(Cow<'a, str>),
    /// A number that Hubward computed.
    Number(u64),
    /// A severity, shown in its color.
    Severity(FindingSeverity),
    /// Empty: to be filled in, or without a value.
    Empty,
}

impl<'a> From<&'a str> for ReportCell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for ReportCell<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for ReportCell<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Text(text)
    }
}

/// Excel allows 32,767 UTF-16 units; the rest is for the truncation mark.
const MOST: usize = 32_700;

/// The text without control characters, truncated with a mark to what a cell can hold.
pub(super) fn fitting(text: &str) -> Cow<'_, str> {
    let text = if may_steer(text) && text.contains(is_steering) {
        Cow::Owned(text.replace(is_steering, ""))
    } else {
        Cow::Borrowed(text)
    };
    // A UTF-16 unit needs at least one byte of UTF-8.
    if text.len() <= MOST {
        return text;
    }
    let mut units = 0;
    for (at, char) in text.char_indices() {
        units += char.len_utf16();
        if units > MOST {
            return Cow::Owned(format!("{} […]", text.get(..at).unwrap_or_default()));
        }
    }
    text
}

/// Whether any byte may start a control character in UTF-8. A fast check of all bytes, which most
/// texts, Japanese ones too, pass without a check of each character.
fn may_steer(text: &str) -> bool {
    text.bytes().fold(false, |found, byte| {
        found | (byte < b' ') | matches!(byte, 0x7f | 0xc2 | 0xe2 | 0xef)
    })
}

/// Control characters except the line feed, characters that change the direction of writing, and
/// those that XML does not allow.
fn is_steering(char: char) -> bool {
    match char {
        '\n' => false,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}' => true,
        char => char.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        assert_eq!(fitting("短い"), "短い");
        for long in ["x".repeat(40_000), "👩".repeat(40_000)] {
            let cut = fitting(&long);
            assert!(cut.encode_utf16().count() <= 32_767);
            assert!(cut.ends_with(" […]"));
        }
        let fits = "長".repeat(32_700);
        assert_eq!(fitting(&fits), fits);
    }

    #[test]
    fn what_steers_is_taken_out() {
        assert_eq!(fitting("a\u{1b}[31mb\u{7f}\u{0}\r\nc\td"), "a[31mb\ncd");
        assert_eq!(fitting("exe.\u{202e}fdp\u{2066}"), "exe.fdp");
        assert_eq!(fitting("\u{fffe}\u{ffff}ok"), "ok");
        for char in ('\0'..=char::MAX).filter(|char| is_steering(*char)) {
            assert!(may_steer(&format!("日本{char}語")), "{char:?}");
        }
    }
}
