//! One cell of a report's tables, within a workbook's limits.

use std::borrow::Cow;

use crate::domain::finding::Severity;

/// What a cell holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Text.
    Text(String),
    /// A number of ours.
    Number(u64),
    /// A severity, shown in its colour.
    Severity(Severity),
    /// Text that matters less than the rest of its row.
    Quiet(String),
}

/// Excel takes 32,767 UTF-16 units; the rest is for the mark.
const MOST: usize = 32_700;

/// The text, as much of it as a cell takes, with a mark where it was cut.
pub(super) fn fitting(text: &str) -> Cow<'_, str> {
    let mut units = 0;
    for (at, char) in text.char_indices() {
        units += char.len_utf16();
        if units > MOST {
            return Cow::Owned(format!("{} […]", text.get(..at).unwrap_or_default()));
        }
    }
    Cow::Borrowed(text)
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
    }
}
