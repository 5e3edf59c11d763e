//! stderr: lines that stay, and below them, on a terminal, a picture that is drawn anew in its place.
//! What is drawn is `term`'s; here is only how it gets there, and what the terminal can show.

use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// The narrowest terminal that a picture fits on.
const WIDTH: u16 = 80;

/// What can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    /// Symbols beyond ASCII.
    pub(crate) unicode: bool,
    /// Colours.
    pub(crate) colour: bool,
}

/// Where the person who watches reads. Clones write to the same place.
#[derive(Clone, Debug)]
pub(crate) struct Screen {
    style: Style,
    /// How many lines a picture may have; none where nothing can be drawn.
    height: Option<usize>,
    drawn: Arc<Mutex<usize>>,
}

impl Style {
    /// What the environment allows: Unicode by the locale, colours on a terminal that is not dumb,
    /// unless `NO_COLOR` is set.
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
            colour: is_terminal && var("NO_COLOR").is_none() && can_move(env),
        }
    }
}

/// Whether a terminal understands more than text.
fn can_move(env: &HashMap<String, String>) -> bool {
    env.get("TERM")
        .is_some_and(|term| !term.is_empty() && term != "dumb")
}

impl Screen {
    /// The stderr of this process.
    pub(super) fn of_this_process(env: &HashMap<String, String>) -> Self {
        let stderr = io::stderr();
        let is_terminal = stderr.is_terminal();
        let size = terminal_size::terminal_size_of(&stderr);
        let room = size.and_then(|(width, height)| {
            (width.0 >= WIDTH).then(|| usize::from(height.0).saturating_sub(1))
        });
        Self {
            style: Style::of(env, is_terminal),
            height: room.filter(|_| is_terminal && can_move(env)),
            drawn: Arc::default(),
        }
    }

    /// What can be shown.
    pub(crate) fn style(&self) -> Style {
        self.style
    }

    /// Whether a picture of so many lines can be drawn.
    pub(crate) fn has_room_for(&self, lines: usize) -> bool {
        self.height.is_some_and(|height| lines <= height)
    }

    /// Says something that stays.
    pub(crate) fn say(&self, text: &str) {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let above = std::mem::take(&mut *drawn);
        write(&format!("{}{text}\n", erase(above)));
    }

    /// Draws a picture in the place of the last one. An empty one only takes that away.
    pub(crate) fn draw(&self, lines: &[String]) {
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let picture: String = lines.iter().map(|line| format!("{line}\n")).collect();
        write(&format!("{}{picture}", erase(*drawn)));
        *drawn = lines.len();
    }
}

/// Up to the first line of the picture, and everything from there on cleared.
fn erase(lines: usize) -> String {
    if lines == 0 {
        String::new()
    } else {
        format!("\u{1b}[{lines}A\r\u{1b}[J")
    }
}

/// A reader that has gone away is no error of ours.
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
        (style.unicode, style.colour)
    }

    #[test]
    fn the_environment_says_what_can_be_shown() {
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
    fn a_picture_is_erased_to_its_first_line() {
        assert_eq!(erase(0), "");
        assert_eq!(erase(3), "\u{1b}[3A\r\u{1b}[J");
    }
}
