//! Wraps lines at 80 columns, in English and Japanese.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The width of the narrowest terminal.
pub(super) const WIDTH: usize = 80;

/// Wraps a line at 80 columns, between words and, as in Japanese, between any two wide characters. All lines
/// but the first are indented. A word that is longer than a line is not broken, so that it can be copied.
pub(super) fn wrap(text: &str, indent: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut is_fresh = true;
    for piece in pieces(text) {
        if !is_fresh && line.width() + piece.trim_end().width() > WIDTH {
            lines.push(line.trim_end().to_owned());
            line = " ".repeat(indent);
            is_fresh = true;
        }
        line.push_str(if is_fresh && !lines.is_empty() {
            piece.trim_start()
        } else {
            piece
        });
        is_fresh = is_fresh && piece.trim().is_empty();
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// The pieces of a text between which it may be wrapped.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, tail) = rest.split_at(piece_end(rest));
        pieces.push(piece);
        rest = tail;
    }
    pieces
}

fn piece_end(text: &str) -> usize {
    let mut chars = text.char_indices().peekable();
    while let Some((_, c)) = chars.next() {
        let Some(&(next_at, next)) = chars.peek() else {
            break;
        };
        let after_space = c == ' ' && next != ' ';
        let between_wide =
            (is_wide(c) || is_wide(next)) && !is_closing(next) && !is_opening(c) && next != ' ';
        if after_space || between_wide {
            return next_at;
        }
    }
    text.len()
}

fn is_wide(c: char) -> bool {
    c.width() == Some(2)
}

/// Characters that must not start a line.
fn is_closing(c: char) -> bool {
    "、。，．）」』】：；？！ー,.;:)?!".contains(c)
}

/// Characters that must not end a line.
fn is_opening(c: char) -> bool {
    "（「『【(".contains(c)
}
