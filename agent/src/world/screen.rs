//! stderr: lines that stay and, on a terminal, a table below them that is redrawn in place. Also finds out what
//! the terminal can show. The layout is `term`'s.

use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The narrowest terminal for the live table.
const WIDTH: u16 = 80;

/// What the output may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// Symbols beyond ASCII.
    pub(crate) unicode: bool,
    pub(crate) color: bool,
}

/// stderr. Clones share the table that is drawn there.
#[derive(Clone, Debug)]
pub(crate) struct Screen {
    style: Style,
    /// The most lines that the live table may have; `None` if nothing can be drawn.
    height: Option<usize>,
    /// The number of lines that are drawn now.
    drawn: Arc<Mutex<usize>>,
}

impl Style {
    /// Unicode depends on the locale. Color needs a terminal that is not dumb, and no `NO_COLOR`.
    pub(super) fn of(env: &HashMap<String, String>, is_terminal: bool) -> Self {
        let var = |name: &str| {
            env.get(name)
                .map(String::as_str)
                .filter(|it| !it.is_empty())
        };
        let locale = var("LC_ALL")
            .or_else(|| var("LC_CTYPE"))
            .or_else(|| var("LANG"));
        let is_unicode = |locale: &str| {
            let lower = locale.to_ascii_lowercase();
            lower.contains("utf-8") || lower.contains("utf8")
        };
        Self {
            unicode: locale.is_some_and(is_unicode),
            color: is_terminal && var("NO_COLOR").is_none() && supports_escapes(env),
        }
    }
}

/// Whether the terminal understands escape sequences.
fn supports_escapes(env: &HashMap<String, String>) -> bool {
    env.get("TERM")
        .is_some_and(|term| !term.is_empty() && term != "dumb")
}

impl Screen {
    pub(super) fn of_this_process(env: &HashMap<String, String>) -> Self {
        let stderr = io::stderr();
        let is_terminal = stderr.is_terminal();
        let size = terminal_size::terminal_size_of(&stderr);
        let room = size.and_then(|(width, height)| {
            (width.0 >= WIDTH).then(|| usize::from(height.0).saturating_sub(1))
        });
        Self {
            style: Style::of(env, is_terminal),
            height: room.filter(|_| is_terminal && supports_escapes(env)),
            drawn: Arc::default(),
        }
    }

    pub(crate) fn style(&self) -> Style {
        self.style
    }

    /// Whether a table of this many lines can be drawn.
    pub(crate) fn has_room_for(&self, lines: usize) -> bool {
        self.height.is_some_and(|height| lines <= height)
    }

    /// Prints a line that stays, in place of the table.
    pub(crate) fn say(&self, text: &str) {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let above = std::mem::take(&mut *drawn);
        write(&format!("{}{text}\n", erase(above)));
    }

    /// Draws a table in place of the last one. Without lines, it only removes the last one.
    pub(crate) fn draw(&self, lines: &[String]) {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let table: String = lines.iter().map(|line| format!("{line}\n")).collect();
        write(&format!("{}{table}", erase(*drawn)));
        *drawn = lines.len();
    }
}

/// Moves to the first of these lines, and clears the screen from there.
fn erase(lines: usize) -> String {
    if lines == 0 {
        String::new()
    } else {
        format!("\u{1b}[{lines}A\r\u{1b}[J")
    }
}

/// Errors are ignored, because a reader may close the pipe.
fn write(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr
        .write_all(text.as_bytes())
        .and_then(|()| stderr.flush());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(pairs: &[(&str, &str)], is_terminal: bool) -> (bool, bool) {
        let env = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let style = Style::of(&env, is_terminal);
        (style.unicode, style.color)
    }

    #[test]
    fn the_environment_determines_the_style() {
        let utf8 = ("LANG", "ja_JP.UTF-8");
        let xterm = ("TERM", "xterm-256color");
        assert_eq!(style(&[utf8, xterm], true), (true, true));
        assert_eq!(style(&[utf8, xterm], false), (true, false));
        assert_eq!(style(&[utf8, ("TERM", "dumb")], true), (true, false));
        assert_eq!(
            style(&[utf8, xterm, ("NO_COLOR", "1")], true),
            (true, false)
        );
        assert_eq!(style(&[utf8, ("LC_ALL", "C"), xterm], true), (false, true));
        assert_eq!(style(&[], true), (false, false));
        assert_eq!(style(&[("LANG", "C.utf8")], true), (true, false));
    }

    #[test]
    fn a_table_is_erased_to_its_first_line() {
        assert_eq!(erase(0), "");
        assert_eq!(erase(3), "\u{1b}[3A\r\u{1b}[J");
    }
}
