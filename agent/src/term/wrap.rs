//! Breaking lines at 80 columns, as English and Japanese are written.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The width of the narrowest terminal.
pub(super) const WIDTH: usize = 80;

/// Breaks a line at 80 columns: between words, and between any two wide characters, as Japanese is
/// written. The lines after the first are indented. A word longer than a line stays whole, so that
/// it can be copied.
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

/// The parts of a text between which a line may be broken.
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

/// Not at the beginning of a line.
fn is_closing(c: char) -> bool {
    "、。，．）」』】：；？！ー,.;:)?!".contains(c)
}

/// Not at the end of a line.
fn is_opening(c: char) -> bool {
    "（「『【(".contains(c)
}
