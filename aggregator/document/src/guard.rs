//! The apostrophe that prevents a spreadsheet program from executing a csv's text as a formula.
//! `workbook` adds it and `sheet` removes it again, so that users never see it.

use std::borrow::Cow;

/// The text to write: with an apostrophe if it, or the text after existing apostrophes, would be a
/// formula.
pub(super) fn guarded(text: &str) -> Cow<'_, str> {
    if is_dangerous(text.trim_start_matches('\'')) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The original text: the inverse of [`guarded`].
pub(super) fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_dangerous(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

/// Full-width signs count too: Japanese Excel treats them like the plain ones.
fn is_dangerous(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_comes_off_exactly_as_it_went_on() {
        for text in [
            "", "'", "''", "a", "'a", "=1+1", "'=1+1", "''=1", "+81", "-", "@SUM", "\tx", "\rx",
            "＝1", "ok=1", "' =1",
        ] {
            let written = guarded(text);
            assert!(!is_dangerous(&written), "{text:?}");
            assert_eq!(unguarded(&written), text, "{text:?}");
        }
        assert_eq!(guarded("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
    }

    #[test]
    fn an_apostrophe_that_guards_nothing_stays() {
        for text in ["'tis", "'", "'012345678901"] {
            assert_eq!(unguarded(text), text);
        }
    }
}
