//! The layout of `stay`: a table of its parts, the details of what is open, the cost, and the summary.

use super::pad;
use super::wrap::wrap;
use crate::change::{Interval, StayPlace};
use crate::text::Say;
use crate::verdict::ExitStatus;
use crate::verdict::stay::{PartState, PartVerdict, StayGoal, exit_status};
use crate::world::Style;

const PART_COLUMN: usize = 20;
const RESOURCE_COLUMN: usize = 28;

/// What is shown of a run.
pub(crate) struct StayView<'a> {
    pub(crate) place: &'a StayPlace,
    pub(crate) goal: StayGoal,
    pub(crate) interval: Option<Interval>,
    pub(crate) parts: &'a [PartVerdict],
    /// The number of changes made.
    pub(crate) changes: usize,
}

/// A run of `stay` as text: with the question below it, it fits a terminal of 24 lines.
pub(crate) fn stay(view: &StayView<'_>, style: Style, say: Say) -> String {
    let (account, region) = (&view.place.account, view.place.region);
    let heading = match view.interval {
        Some(interval) => say.stay_heading(account, interval, region),
        None => say.stay_heading_remove(account, region),
    };
    let mut lines = wrap(&heading, 0);
    lines.push(String::new());
    lines.extend(view.parts.iter().map(|part| row(part, style, say)));
    let open: Vec<_> = view
        .parts
        .iter()
        .filter(|part| is_open(part, say))
        .collect();
    if !open.is_empty() {
        lines.push(String::new());
    }
    for part in open {
        let detail = say.stay_detail(view.goal, part);
        let (symbol, name) = (symbol(part.state, style), say.stay_part(part.part));
        lines.extend(wrap(&format!("{symbol} {name}: {detail}"), 2));
        if let Some(hint) = say.stay_hint(part) {
            lines.extend(wrap(&format!("  {} {hint}", say.word_hint()), 4));
        }
    }
    let status = exit_status(view.parts);
    if view.goal == StayGoal::Make && status != ExitStatus::Complete {
        lines.push(String::new());
        let cost = format!("{} {}", say.explain_cost(), say.stay_cost());
        lines.extend(wrap(&cost, 2));
    }
    lines.push(String::new());
    lines.extend(wrap(&summary(view, status, say), 0));
    lines.join("\n")
}

/// Whether there is more to say about a part than its state.
fn is_open(part: &PartVerdict, say: Say) -> bool {
    match part.state {
        PartState::Already | PartState::Changed | PartState::Removed => false,
        PartState::Absent => say.stay_hint(part).is_some(),
        PartState::Planned | PartState::Outdated | PartState::Blocked | PartState::Failed => true,
    }
}

fn row(part: &PartVerdict, style: Style, say: Say) -> String {
    let words = format!(
        "{} {}",
        symbol(part.state, style),
        say.stay_state(part.state)
    );
    let state = if style.color {
        format!("\u{1b}[{}m{words}\u{1b}[0m", color(part.state))
    } else {
        words
    };
    format!(
        "{}{}{state}",
        pad(say.stay_part(part.part), PART_COLUMN),
        pad(part.part.resource(), RESOURCE_COLUMN)
    )
}

fn summary(view: &StayView<'_>, status: ExitStatus, say: Say) -> String {
    let changes = view.changes;
    match (view.goal, status) {
        (StayGoal::Make, ExitStatus::Complete) => say.stay_summary_done(changes),
        (StayGoal::Remove, ExitStatus::Complete) => say.stay_summary_removed(changes),
        (_, ExitStatus::Failed) => say.stay_summary_failed(changes),
        _ => say.stay_summary_open(changes),
    }
}

/// One column wide in every terminal.
fn symbol(state: PartState, style: Style) -> char {
    match state {
        PartState::Already | PartState::Absent if style.unicode => '✓',
        PartState::Already | PartState::Absent => 'o',
        PartState::Changed => '+',
        PartState::Removed => '-',
        PartState::Planned => '>',
        PartState::Outdated => '!',
        PartState::Blocked | PartState::Failed if style.unicode => '✗',
        PartState::Blocked | PartState::Failed => 'x',
    }
}

/// Green, cyan, yellow or red.
fn color(state: PartState) -> u8 {
    match state {
        PartState::Already | PartState::Changed | PartState::Absent | PartState::Removed => 32,
        PartState::Planned => 36,
        PartState::Outdated => 33,
        PartState::Blocked | PartState::Failed => 31,
    }
}
