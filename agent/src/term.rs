//! The layout of a report on a terminal of 80 columns: a table of Regions and steps, notes on open steps with
//! their hints, and the summary. `text` has the words. Color never carries meaning of its own.

mod explain;
mod progress;
mod stay;
mod wrap;

use hubward_protocol::{Region, RegionReport, RunReport, State, Step, StepReport};
use unicode_width::UnicodeWidthStr;

use self::wrap::wrap;
use crate::change::ChangeKind;
use crate::text::Say;
use crate::world::Style;

pub(crate) use explain::{explanation, explanations, undo};
pub(crate) use progress::ProgressTable;
pub(crate) use stay::{StayView, stay};

const REGION_COLUMN: usize = 16;
const STEP_COLUMN: usize = 13;

/// What a report shows.
pub(crate) struct ReportView<'a> {
    pub(crate) report: &'a RunReport,
    /// The changes that would be made, with their Regions.
    pub(crate) planned: &'a [(ChangeKind, Vec<Region>)],
    /// The arguments that repeat the command.
    pub(crate) arguments: &'a str,
    /// The argument that names the server, with a leading space; empty without a server.
    pub(crate) server_argument: &'a str,
    /// The address of the guide on the server.
    pub(crate) guide: Option<&'a str>,
}

/// A report as text.
pub(crate) fn report(view: &ReportView<'_>, style: Style, say: Say) -> String {
    let report = view.report;
    let mut lines = vec![
        say.run_heading(&report.account, &report.administrator),
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
    if !view.planned.is_empty() {
        lines.push(String::new());
        lines.extend(explain::costs(view.planned, view.server_argument, say));
    }
    lines.push(String::new());
    for line in say.summary(report) {
        lines.extend(wrap(&line, 0));
    }
    if let Some(guide) = view.guide.filter(|_| report.complete) {
        lines.extend(wrap(&say.summary_guide(guide), 2));
    }
    // Not wrapped, so that it can be copied as one line.
    lines.extend(say.next_command(report, view.arguments));
    lines.join("\n")
}

/// An error and its hint.
pub(crate) fn error(sentence: &str, hint: &str, say: Say) -> String {
    let mut lines = wrap(&format!("{} {sentence}", say.word_error()), 2);
    lines.extend(wrap(&format!("{} {hint}", say.word_hint()), 2));
    lines.join("\n")
}

fn head(say: Say) -> String {
    let heads = Step::ALL.map(|step| Cell::plain(say.step(step)));
    row(say.word_region(), heads)
}

/// A cell of the table. Its width is that of the words, without the color codes.
struct Cell {
    words: String,
    /// An ANSI color code.
    color: Option<u8>,
}

impl Cell {
    fn plain(words: &str) -> Self {
        Self {
            words: words.to_owned(),
            color: None,
        }
    }
}

fn row(region: &str, cells: impl IntoIterator<Item = Cell>) -> String {
    let mut line = pad(region, REGION_COLUMN);
    for cell in cells {
        let padded = pad(&cell.words, STEP_COLUMN);
        match cell.color {
            Some(color) => line.push_str(&format!("\u{1b}[{color}m{padded}\u{1b}[0m")),
            None => line.push_str(&padded),
        }
    }
    line.trim_end().to_owned()
}

fn cell(state: State, style: Style, say: Say) -> Cell {
    Cell {
        words: format!("{} {}", symbol(state, style), say.state(state)),
        color: style.color.then(|| color(state)),
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

/// Green, cyan, yellow or red.
fn color(state: State) -> u8 {
    match state {
        State::Already | State::Changed => 32,
        State::Planned => 36,
        State::Waiting | State::Insufficient | State::ManagedElsewhere => 33,
        State::Blocked | State::Failed => 31,
    }
}

/// A note on a step, and all Regions in which it is the same.
struct Note<'a> {
    regions: Vec<Region>,
    step: &'a StepReport,
}

/// Notes on all steps that were neither complete before nor changed by this run.
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
