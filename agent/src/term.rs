//! How a result looks on a terminal of 80 columns: a table of Regions and steps, what is open with
//! its hint, and the last lines. Layout only; the words are `text`'s. Meaning never hangs on colour.

mod explain;
mod progress;
mod wrap;

use hubward_protocol::{Region, RegionReport, RunReport, State, Step, StepReport};
use unicode_width::UnicodeWidthStr;

use self::wrap::wrap;
use crate::change::Kind;
use crate::text::Say;
use crate::world::Style;

pub(crate) use explain::{explanation, explanations, undo};
pub(crate) use progress::Progress;

const REGION_COLUMN: usize = 16;
const STEP_COLUMN: usize = 13;

/// A whole result.
pub(crate) struct Shown<'a> {
    /// How far it is.
    pub(crate) report: &'a RunReport,
    /// What would be changed, and where.
    pub(crate) planned: &'a [(Kind, Vec<Region>)],
    /// The arguments that say the same again.
    pub(crate) arguments: &'a str,
    /// The one that names the server, behind a blank; empty without one.
    pub(crate) server_argument: &'a str,
    /// The first page of the server's guide.
    pub(crate) guide: Option<&'a str>,
}

/// A whole result, as lines.
pub(crate) fn report(shown: &Shown<'_>, style: Style, say: Say) -> String {
    let report = shown.report;
    let mut lines = vec![
        say.talk_heading(&report.account, &report.administrator),
        String::new(),
    ];
    let rows = report.regions.iter().map(|region| {
        let cells = region.steps.iter().map(|step| cell(step.state, style, say));
        row(region.region.as_str(), cells)
    });
    lines.push(head(say));
    lines.extend(rows);
    for note in notes(&report.regions) {
        lines.push(String::new());
        lines.extend(note.lines(style, say));
    }
    if !shown.planned.is_empty() {
        lines.push(String::new());
        lines.extend(explain::costs(shown.planned, shown.server_argument, say));
    }
    lines.push(String::new());
    for line in say.summary(report) {
        lines.extend(wrap(&line, 0));
    }
    if let Some(guide) = shown.guide.filter(|_| report.complete) {
        lines.extend(wrap(&say.summary_guide(guide), 2));
    }
    // Never broken: it is there to be copied.
    lines.extend(say.next_command(report, shown.arguments));
    lines.join("\n")
}

/// An error and what helps.
pub(crate) fn trouble(sentence: &str, hint: &str, say: Say) -> String {
    let mut lines = wrap(&format!("{} {sentence}", say.word_error()), 2);
    lines.extend(wrap(&format!("{} {hint}", say.word_hint()), 2));
    lines.join("\n")
}

fn head(say: Say) -> String {
    let heads = Step::ALL.map(|step| Cell::plain(say.step(step)));
    row(say.word_region(), heads)
}

/// What stands in a table, and how it is coloured: the width is that of the words.
struct Cell {
    words: String,
    colour: Option<u8>,
}

impl Cell {
    fn plain(words: &str) -> Self {
        Self {
            words: words.to_owned(),
            colour: None,
        }
    }
}

fn row(region: &str, cells: impl IntoIterator<Item = Cell>) -> String {
    let mut line = pad(region, REGION_COLUMN);
    for cell in cells {
        let padded = pad(&cell.words, STEP_COLUMN);
        match cell.colour {
            Some(colour) => line.push_str(&format!("\u{1b}[{colour}m{padded}\u{1b}[0m")),
            None => line.push_str(&padded),
        }
    }
    line.trim_end().to_owned()
}

fn cell(state: State, style: Style, say: Say) -> Cell {
    Cell {
        words: format!("{} {}", symbol(state, style), say.state(state)),
        colour: style.colour.then(|| colour(state)),
    }
}

/// One column wide in every terminal: none of these is "ambiguous" in Unicode's East Asian widths.
fn symbol(state: State, style: Style) -> char {
    match state {
        State::Already if style.unicode => '✓',
        State::Already => 'o',
        State::Changed => '+',
        State::Planned => '>',
        State::Waiting => '~',
        State::Insufficient => '!',
        State::ManagedElsewhere => '=',
        State::Blocked | State::Failed if style.unicode => '✗',
        State::Blocked | State::Failed => 'x',
    }
}

/// Green, cyan, yellow, red: what the word beside it says anyway.
fn colour(state: State) -> u8 {
    match state {
        State::Already | State::Changed => 32,
        State::Planned => 36,
        State::Waiting | State::Insufficient | State::ManagedElsewhere => 33,
        State::Blocked | State::Failed => 31,
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
    fn lines(&self, style: Style, say: Say) -> Vec<String> {
        let regions: Vec<_> = self.regions.iter().map(|region| region.as_str()).collect();
        let head = format!(
            "{} {}: {}",
            symbol(self.step.state, style),
            say.step(self.step.step),
            regions.join(", ")
        );
        let mut lines = wrap(&head, 4);
        lines.extend(wrap(&format!("  {}", self.step.detail), 2));
        if let Some(hint) = &self.step.hint {
            lines.extend(wrap(&format!("  {} {hint}", say.word_hint()), 4));
        }
        lines
    }
}

fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(missing))
}

#[cfg(test)]
mod tests;
