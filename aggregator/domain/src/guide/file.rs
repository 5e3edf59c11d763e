//! An entry as a file: TOML between two lines of `+++`, then `# en` and `# ja`, each with its `##
//! section`s.

use toml::{Table, Value};

use super::draft::EntryDraft;
use super::entry::GuideEntry;
use super::field::{FieldKind, GuideField, LANGUAGES};
use super::judge::judge;
use super::markdown::is_fence;
use super::problem::Fault;
use crate::account::Language;

const FENCE: &str = "+++";

/// A file of the guide: its path below the guide's directory, and its text or why it could not be
/// read.
#[derive(Clone, Debug)]
pub struct GuideFile {
    /// For example `controls/S3.1.md`.
    pub path: String,
    /// The text, or why it cannot be read.
    pub text: Result<String, String>,
}

/// An error in one of a file's fields, or in the file as a whole.
pub type FileError = (Option<GuideField>, Fault);

/// Parses an entry's file.
///
/// # Errors
/// All errors in it.
pub fn parse(kind: FieldKind, text: &str) -> Result<GuideEntry, Vec<FileError>> {
    let text = text.replace("\r\n", "\n");
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let parts = text
        .strip_prefix("+++\n")
        .and_then(|rest| rest.split_once("\n+++\n"));
    let Some((front, body)) = parts else {
        let detail = "expected TOML between two lines of +++".to_owned();
        return Err(vec![(None, Fault::FrontMatter { detail })]);
    };
    let mut draft = EntryDraft::default();
    let mut wrong = Vec::new();
    read_front(kind, front, &mut draft, &mut wrong);
    read_body(kind, body, &mut draft, &mut wrong);
    match judge(kind, &draft) {
        Ok(entry) if wrong.is_empty() => Ok(entry),
        Ok(_) => Err(wrong),
        Err(faults) => {
            wrong.extend(
                faults
                    .into_iter()
                    .map(|(field, fault)| (Some(field), fault)),
            );
            Err(wrong)
        }
    }
}

fn read_front(kind: FieldKind, front: &str, draft: &mut EntryDraft, wrong: &mut Vec<FileError>) {
    let table = match front.parse::<Table>() {
        Ok(table) => table,
        Err(error) => {
            let detail = error.message().to_owned();
            wrong.push((None, Fault::FrontMatter { detail }));
            return;
        }
    };
    let fields = kind.front();
    let mut take = |name: String, value: &Value| {
        let field = fields.iter().find(|field| field.name() == name);
        match (field, text(value)) {
            (Some(field), Some(text)) => draft.set(*field, &text),
            _ => wrong.push((None, Fault::Unknown { name })),
        }
    };
    for (name, value) in &table {
        match value.as_table() {
            Some(inner) => {
                for (language, value) in inner {
                    take(format!("{name}.{language}"), value);
                }
            }
            None => take(name.clone(), value),
        }
    }
}

/// A value of the front matter as text: a string, a date, or a list as lines.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Datetime(date) => Some(date.to_string()),
        Value::Array(lines) => {
            let lines: Option<Vec<&str>> = lines.iter().map(Value::as_str).collect();
            Some(lines?.join("\n"))
        }
        _ => None,
    }
}

fn read_body(kind: FieldKind, body: &str, draft: &mut EntryDraft, wrong: &mut Vec<FileError>) {
    let mut language: Option<Language> = None;
    let mut part: Option<(GuideField, String)> = None;
    let mut code = false;
    let mut close = |part: &mut Option<(GuideField, String)>, wrong: &mut Vec<FileError>| {
        if let Some((field, text)) = part.take() {
            if draft.get(field).is_empty() {
                draft.set(field, &text);
            } else {
                let name = field.name();
                wrong.push((None, Fault::Twice { name }));
            }
        }
    };
    for line in body.lines() {
        if is_fence(line) {
            code = !code;
        }
        let heading = |marks: &str| line.strip_prefix(marks).map(str::trim).filter(|_| !code);
        if let Some(name) = heading("# ") {
            close(&mut part, wrong);
            language = LANGUAGES.into_iter().find(|it| it.as_str() == name);
            if language.is_none() {
                let name = name.to_owned();
                wrong.push((None, Fault::Unknown { name }));
            }
        } else if let Some(name) = heading("## ") {
            close(&mut part, wrong);
            let sections = kind.sections().iter();
            let section = sections.copied().find(|it| it.as_str() == name);
            match (section, language) {
                (Some(section), Some(language)) => {
                    part = Some((GuideField::Text(section, language), String::new()));
                }
                _ => wrong.push((
                    None,
                    Fault::Unknown {
                        name: name.to_owned(),
                    },
                )),
            }
        } else if let Some((_, text)) = &mut part {
            text.push_str(line);
            text.push('\n');
        } else if !line.trim().is_empty() {
            let name = line.chars().take(40).collect();
            wrong.push((None, Fault::Unknown { name }));
        }
    }
    close(&mut part, wrong);
}

/// The content of an entry's file.
pub fn write(entry: &GuideEntry) -> String {
    let kind = entry.kind();
    let draft = entry.draft();
    let mut out = format!("{FENCE}\n");
    let quoted = |field| Value::String(draft.get(field).to_owned()).to_string();
    for field in kind.front() {
        let line = match field {
            GuideField::Reviewed => format!("reviewed = {}", draft.get(field)),
            GuideField::Types => {
                let types = draft.get(field).lines();
                let types: Vec<String> = types
                    .map(|line| Value::String(line.to_owned()).to_string())
                    .collect();
                format!("types = [{}]", types.join(", "))
            }
            GuideField::Title(Language::En) | GuideField::AppliesWhen(Language::En) => {
                let name = field.name();
                let (name, _) = name.split_once('.').unwrap_or_default();
                let both = LANGUAGES.map(|language| match field {
                    GuideField::Title(_) => quoted(GuideField::Title(language)),
                    _ => quoted(GuideField::AppliesWhen(language)),
                });
                format!("{name} = {{ en = {}, ja = {} }}", both[0], both[1])
            }
            GuideField::Title(Language::Ja) | GuideField::AppliesWhen(Language::Ja) => continue,
            other => format!("{} = {}", other.name(), quoted(other)),
        };
        out.push_str(&line);
        out.push('\n');
    }
    out.push_str(FENCE);
    out.push('\n');
    for language in LANGUAGES {
        out.push_str(&format!("# {}\n", language.as_str()));
        for section in kind.sections() {
            let text = draft.get(GuideField::Text(*section, language));
            out.push_str(&format!("## {}\n{text}\n\n", section.as_str()));
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}
