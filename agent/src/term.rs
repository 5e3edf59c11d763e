//! How a result looks on a terminal of 80 columns: a table of Regions and steps, what is open with
//! its hint, and the last lines. Layout only; the words are `text`'s. Meaning never hangs on colour.

use hubward_protocol::{Region, RegionReport, RunReport, State, Step, StepReport};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::text::{self, Lang};

const WIDTH: usize = 80;
const REGION_COLUMN: usize = 16;
const STEP_COLUMN: usize = 13;

/// A whole result. The arguments are those that say the same again.
pub(crate) fn report(report: &RunReport, arguments: &str, lang: Lang) -> String {
    let mut lines = vec![
        text::heading(&report.account, &report.administrator, lang).into_owned(),
        String::new(),
    ];
    lines.extend(table(&report.regions, lang));
    for note in notes(&report.regions) {
        lines.push(String::new());
        lines.extend(note.lines(lang));
    }
    lines.push(String::new());
    for line in text::summary(report, lang) {
        lines.extend(wrap(&line, 0));
    }
    // Never broken: it is there to be copied.
    lines.extend(text::next_command(report, arguments, lang).map(Into::into));
    lines.join("\n")
}

/// An error and what helps.
pub(crate) fn trouble(sentence: &str, hint: Option<&str>, lang: Lang) -> String {
    let mut lines = wrap(&format!("{} {sentence}", text::error_word(lang)), 2);
    if let Some(hint) = hint {
        lines.extend(wrap(&format!("{} {hint}", text::hint_word(lang)), 2));
    }
    lines.join("\n")
}

fn table(regions: &[RegionReport], lang: Lang) -> Vec<String> {
    let heads = Step::ALL.map(|step| text::step(step, lang).into_owned());
    let head = row(&text::region_head(lang), &heads);
    let rows = regions.iter().map(|region| {
        let cells: Vec<_> = region
            .steps
            .iter()
            .map(|step| cell(step.state, lang))
            .collect();
        row(region.region.as_str(), &cells)
    });
    std::iter::once(head).chain(rows).collect()
}

fn row(region: &str, cells: &[String]) -> String {
    let mut line = pad(region, REGION_COLUMN);
    for cell in cells {
        line.push_str(&pad(cell, STEP_COLUMN));
    }
    line.trim_end().to_owned()
}

fn cell(state: State, lang: Lang) -> String {
    format!("{} {}", symbol(state), text::state(state, lang))
}

/// One column wide in every terminal: none of these is "ambiguous" in Unicode's East Asian widths.
fn symbol(state: State) -> char {
    match state {
        State::Already => '✓',
        State::Changed => '+',
        State::Planned => '>',
        State::Waiting => '~',
        State::Insufficient => '!',
        State::ManagedElsewhere => '=',
        State::Blocked => '✗',
        State::Failed => '✗',
    }
}

/// Something to say about one step, in all the Regions where it is the same.
struct Note<'a> {
    regions: Vec<Region>,
    step: &'a StepReport,
}

/// What is open or was changed by others than us; a step that is done needs no words.
fn notes(regions: &[RegionReport]) -> Vec<Note<'_>> {
    let mut notes: Vec<Note<'_>> = Vec::new();
    for region in regions {
        for step in &region.steps {
            if matches!(step.state, State::Already | State::Changed) {
                continue;
            }
            match notes.iter_mut().find(|note| note.step == step) {
                Some(note) => note.regions.push(region.region),
                None => notes.push(Note {
                    regions: vec![region.region],
                    step,
                }),
            }
        }
    }
    notes
}

impl Note<'_> {
    fn lines(&self, lang: Lang) -> Vec<String> {
        let regions: Vec<_> = self.regions.iter().map(|region| region.as_str()).collect();
        let head = format!(
            "{} {}: {}",
            symbol(self.step.state),
            text::step(self.step.step, lang),
            regions.join(", ")
        );
        let mut lines = wrap(&head, 4);
        lines.extend(wrap(&format!("  {}", self.step.detail), 2));
        if let Some(hint) = &self.step.hint {
            lines.extend(wrap(&format!("  {} {hint}", text::hint_word(lang)), 4));
        }
        lines
    }
}

fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

/// Breaks a line at 80 columns: between words, and between any two wide characters, as Japanese is
/// written. The lines after the first are indented. A word longer than a line stays whole, so that
/// it can be copied.
fn wrap(text: &str, indent: usize) -> Vec<String> {
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

#[cfg(test)]
mod tests;
