//! Messages about the guide: problems of entries and workbooks, and the result of an import.

use super::{LocalizedMessage, ledger};
use crate::actions::guide::import::ImportGuideError;
use crate::queries::guide::PublishError;
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::guide::{Fault, GuideChange, GuideProblem, TableProblem};

/// A problem of a guide file.
pub(crate) fn problem(problem: &GuideProblem, language: Language) -> LocalizedMessage {
    let place = match problem.field {
        Some(field) => format!("{}: {}", problem.place, field.header(language)),
        None => problem.place.clone(),
    };
    LocalizedMessage::new(format!("{place}: {}", fault(&problem.fault, language)), "")
}

/// Why a workbook was not imported; `name` is the file's.
pub(crate) fn not_imported(
    error: &ImportGuideError,
    name: &str,
    language: Language,
) -> Vec<LocalizedMessage> {
    let say = Say(language);
    match error {
        ImportGuideError::NoDirectory => vec![LocalizedMessage::new(
            say.guide_no_directory(),
            say.guide_no_directory_hint(),
        )],
        ImportGuideError::Unreadable(why) => vec![ledger::unreadable(why, name, language)],
        ImportGuideError::Problems(problems) => {
            let problems = problems.iter();
            let mut messages: Vec<LocalizedMessage> =
                problems.map(|it| table_problem(it, language)).collect();
            let count = messages.len();
            messages.push(LocalizedMessage::new(
                say.cli_nothing_imported(count, name),
                "",
            ));
            messages
        }
        ImportGuideError::Write { directory, source } => vec![LocalizedMessage::new(
            say.cli_io(directory.display(), source),
            "",
        )],
        ImportGuideError::Store(error) => vec![super::startup_error::store_error(error, language)],
    }
}

/// Why the guide was not rendered.
pub(crate) fn not_published(error: &PublishError, language: Language) -> LocalizedMessage {
    LocalizedMessage::new(Say(language).guide_not_published(error), "")
}

fn table_problem(problem: &TableProblem, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match problem {
        TableProblem::NoTable => {
            LocalizedMessage::new(say.guide_no_table(), say.guide_no_table_hint())
        }
        TableProblem::Column { at, field } => LocalizedMessage::new(
            say.guide_no_column(at, field.header(language)),
            say.guide_no_table_hint(),
        ),
        TableProblem::Header { at, found } => {
            let found: String = found.chars().take(60).collect();
            LocalizedMessage::new(say.guide_header(at, found), say.guide_header_hint())
        }
        TableProblem::Computed { at } => LocalizedMessage::new(say.guide_computed(at), ""),
        TableProblem::Cell { at, fault: why } => {
            LocalizedMessage::new(format!("{at}: {}", fault(why, language)), "")
        }
    }
}

/// The problem itself.
fn fault(fault: &Fault, language: Language) -> String {
    let say = Say(language);
    match fault {
        Fault::Missing => say.guide_fault_missing().to_owned(),
        Fault::Word { found, allowed } => say.guide_fault_word(allowed.join(", "), found),
        Fault::Date => say.guide_fault_date().to_owned(),
        Fault::Address => say.guide_fault_address().to_owned(),
        Fault::Name => say.guide_fault_name().to_owned(),
        Fault::UnknownControl => say.guide_fault_unknown_control().to_owned(),
        Fault::ThreeSteps { found } => say.guide_fault_three_steps(found),
        Fault::OneParagraph => say.guide_fault_one_paragraph().to_owned(),
        Fault::TooLong => say.guide_fault_too_long().to_owned(),
        Fault::Markup { what } => say.guide_fault_markup(what),
        Fault::OpenCode => say.guide_fault_open_code().to_owned(),
        Fault::ControlCharacter => say.guide_fault_control_character().to_owned(),
        Fault::Link { to } => say.guide_fault_link(to),
        Fault::DeadLink { to } => say.guide_fault_dead_link(to),
        Fault::Unknown { name } => say.guide_fault_unknown(name),
        Fault::Twice { name } => say.guide_fault_twice(name),
        Fault::FrontMatter { detail } => say.guide_fault_front_matter(detail),
        Fault::Unreadable { detail } => say.guide_fault_unreadable(detail),
        Fault::FileName { expected } => say.guide_fault_file_name(expected),
        Fault::SameAs { what } => say.guide_fault_same_as(what),
    }
}

/// What an import changes in one entry, in short.
pub(crate) fn change(change: &GuideChange, language: Language) -> String {
    if change.is_new {
        return Say(language).guide_change_new().to_owned();
    }
    let fields: Vec<String> = change
        .fields
        .iter()
        .map(|field| field.header(language))
        .collect();
    fields.join(", ")
}
