//! The guide in sentences: what is wrong with an entry or a workbook, and what an import did.

use rust_i18n::t;

use super::{LocalizedMessage, ledger};
use crate::actions::guide::import::ImportGuideError;
use crate::queries::guide::PublishError;
use hubward_domain::account::Language;
use hubward_domain::guide::{Fault, GuideChange, GuideProblem, TableProblem};

/// One thing that is wrong with a file of the guide.
pub(crate) fn problem(problem: &GuideProblem, language: Language) -> LocalizedMessage {
    let place = match problem.field {
        Some(field) => format!("{}: {}", problem.place, field.header(language)),
        None => problem.place.clone(),
    };
    LocalizedMessage::new(format!("{place}: {}", fault(&problem.fault, language)), "")
}

/// Why a workbook is not taken in; `name` is the file's.
pub(crate) fn not_imported(
    error: &ImportGuideError,
    name: &str,
    language: Language,
) -> Vec<LocalizedMessage> {
    let locale = language.as_str();
    match error {
        ImportGuideError::NoDirectory => vec![LocalizedMessage::new(
            t!("guide.no_directory", locale = locale),
            t!("guide.no_directory_hint", locale = locale),
        )],
        ImportGuideError::Unreadable(why) => vec![ledger::unreadable(why, name, language)],
        ImportGuideError::Problems(problems) => {
            let problems = problems.iter();
            let mut messages: Vec<LocalizedMessage> =
                problems.map(|it| table_problem(it, language)).collect();
            let count = messages.len();
            messages.push(LocalizedMessage::new(
                t!(
                    "cli.nothing_imported",
                    locale = locale,
                    count = count,
                    file = name
                ),
                "",
            ));
            messages
        }
        ImportGuideError::Write { directory, source } => vec![LocalizedMessage::new(
            t!(
                "cli.io",
                locale = locale,
                file = directory.display(),
                why = source
            ),
            "",
        )],
        ImportGuideError::Store(error) => vec![super::startup_error::store_error(error, language)],
    }
}

/// Why the guide is not published.
pub(crate) fn not_published(error: &PublishError, language: Language) -> LocalizedMessage {
    LocalizedMessage::new(
        t!(
            "guide.not_published",
            locale = language.as_str(),
            why = error
        ),
        "",
    )
}

fn table_problem(problem: &TableProblem, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    match problem {
        TableProblem::NoTable => LocalizedMessage::new(
            t!("guide.no_table", locale = locale),
            t!("guide.no_table_hint", locale = locale),
        ),
        TableProblem::Column { at, field } => LocalizedMessage::new(
            t!(
                "guide.no_column",
                locale = locale,
                at = at,
                name = field.header(language)
            ),
            t!("guide.no_table_hint", locale = locale),
        ),
        TableProblem::Header { at, found } => {
            let found: String = found.chars().take(60).collect();
            LocalizedMessage::new(
                t!("guide.header", locale = locale, at = at, found = found),
                t!("guide.header_hint", locale = locale),
            )
        }
        TableProblem::Computed { at } => {
            LocalizedMessage::new(t!("guide.computed", locale = locale, at = at), "")
        }
        TableProblem::Cell { at, fault: why } => {
            LocalizedMessage::new(format!("{at}: {}", fault(why, language)), "")
        }
    }
}

/// What is wrong.
fn fault(fault: &Fault, language: Language) -> String {
    let locale = language.as_str();
    match fault {
        Fault::Missing => t!("guide.fault_missing", locale = locale),
        Fault::Word { found, allowed } => t!(
            "guide.fault_word",
            locale = locale,
            found = found,
            allowed = allowed.join(", ")
        ),
        Fault::Date => t!("guide.fault_date", locale = locale),
        Fault::Address => t!("guide.fault_address", locale = locale),
        Fault::Name => t!("guide.fault_name", locale = locale),
        Fault::UnknownControl => t!("guide.fault_unknown_control", locale = locale),
        Fault::ThreeSteps { found } => {
            t!("guide.fault_three_steps", locale = locale, found = found)
        }
        Fault::OneParagraph => t!("guide.fault_one_paragraph", locale = locale),
        Fault::TooLong => t!("guide.fault_too_long", locale = locale),
        Fault::Markup { what } => t!("guide.fault_markup", locale = locale, what = what),
        Fault::OpenCode => t!("guide.fault_open_code", locale = locale),
        Fault::ControlCharacter => t!("guide.fault_control_character", locale = locale),
        Fault::Link { to } => t!("guide.fault_link", locale = locale, to = to),
        Fault::DeadLink { to } => t!("guide.fault_dead_link", locale = locale, to = to),
        Fault::Unknown { name } => t!("guide.fault_unknown", locale = locale, name = name),
        Fault::Twice { name } => t!("guide.fault_twice", locale = locale, name = name),
        Fault::FrontMatter { detail } => {
            t!("guide.fault_front_matter", locale = locale, detail = detail)
        }
        Fault::Unreadable { detail } => {
            t!("guide.fault_unreadable", locale = locale, detail = detail)
        }
        Fault::FileName { expected } => t!(
            "guide.fault_file_name",
            locale = locale,
            expected = expected
        ),
        Fault::SameAs { what } => t!("guide.fault_same_as", locale = locale, what = what),
    }
    .into_owned()
}

/// What an import changes of one entry, in a few words.
pub(crate) fn change(change: &GuideChange, language: Language) -> String {
    if change.is_new {
        return t!("guide.change_new", locale = language.as_str()).into_owned();
    }
    let fields: Vec<String> = change
        .fields
        .iter()
        .map(|field| field.header(language))
        .collect();
    fields.join(", ")
}
