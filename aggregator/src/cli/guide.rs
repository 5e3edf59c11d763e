//! `hubward guide`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use strum::VariantArray;

use super::failure::CommandFailure;
use super::ledger::{read_bounded, save};
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::guide::import::{ImportGuideError, carry_out, plan};
use crate::app::App;
use crate::queries::guide::{presentation, site, workbook};
use crate::say::Say;
use crate::text;
use hubward_document::guide_words;
use hubward_document::sheet::FILE_LIMIT;
use hubward_domain::account::Language;
use hubward_domain::audit::{Actor, ChangeSource};
use hubward_domain::guide::{ControlGuide, FieldKind, GuideEntry, aws_page, plain};

#[derive(Debug, Subcommand)]
pub(super) enum GuideCommand {
    /// List the controls in the guide, and the company's policy for them.
    List,
    /// Show what a failed control or a threat means, and what to do.
    Show {
        /// A control such as S3.1, or a GuardDuty finding type.
        control: String,
    },
    /// Report all errors in the guide at once; exit 1 when there are any.
    Check,
    /// Import an edited workbook of the guide: all entries or none.
    Import(ImportGuide),
    /// Write the guide to a file: a workbook to edit (xlsx) or a deck to present (pptx).
    Export {
        /// The file.
        file: PathBuf,
    },
    /// Write the guide as a static site into a directory.
    Site {
        /// The directory; created if missing.
        directory: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct ImportGuide {
    /// The file.
    file: PathBuf,
    /// Show what would change, and write nothing.
    #[arg(long)]
    dry_run: bool,
}

impl GuideCommand {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        match self {
            Self::List => list(app, screen),
            Self::Show { control } => show(app, &control, screen),
            Self::Check => check(app, screen),
            Self::Import(import) => import.run(app, actor, screen).await,
            Self::Export { file } => export(app, &file, screen),
            Self::Site { directory } => write_site(app, &directory, screen),
        }
    }
}

fn list(app: &App, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let guide = app.guide();
    warn_of_problems(app, screen);
    if screen.is_json() {
        let controls = guide.controls().into_iter();
        let shapes: Vec<Value> = controls.map(|control| shape(app, control)).collect();
        screen.data(&shapes)?;
        return Ok(Exit::Done);
    }
    let headers = [
        say.guide_control(),
        say.guide_policy(),
        say.guide_effort(),
        say.guide_owner(),
        say.table_title(),
    ]
    .map(String::from);
    let rows = guide.controls().into_iter().map(|control| {
        vec![
            control.id.clone(),
            guide_words::policy(control.policy, language).to_owned(),
            guide_words::effort(control.effort, language).to_owned(),
            guide_words::owner(control.owner, language).to_owned(),
            control.title.of(language).to_owned(),
        ]
    });
    screen.table(&headers, rows.collect())?;
    Ok(Exit::Done)
}

fn shape(app: &App, control: &ControlGuide) -> Value {
    let guide = app.guide();
    json!({
        "control": control.id,
        "title": { "en": control.title.en, "ja": control.title.ja },
        "policy": control.policy.as_str(),
        "effort": control.effort.as_str(),
        "owner": control.owner.as_str(),
        "applies_when": { "en": control.applies_when.en, "ja": control.applies_when.ja },
        "reviewed": control.reviewed.to_string(),
        "link": control.link,
        "own": guide.is_own(FieldKind::Control, &control.id),
    })
}

fn warn_of_problems(app: &App, screen: &Screen) {
    for problem in app.guide().problems() {
        screen.warn(&text::guide::problem(problem, screen.language()));
    }
}

fn show(app: &App, wanted: &str, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let guide = app.guide();
    let threat = || guide.threat(wanted).cloned().map(GuideEntry::Threat);
    let entry = FieldKind::VARIANTS
        .iter()
        .copied()
        .find_map(|kind| guide.entry(kind, wanted).cloned())
        .or_else(threat);
    let Some(entry) = entry else {
        return Err(no_entry(app, wanted, language));
    };
    if screen.is_json() {
        screen.data(&whole(&entry))?;
        return Ok(Exit::Done);
    }
    let title = match &entry {
        GuideEntry::Control(control) => control.title.of(language),
        GuideEntry::Threat(threat) => threat.title.of(language),
    };
    screen.line(&format!("{} {title}", entry.key()))?;
    if let GuideEntry::Control(control) = &entry {
        screen.line(&format!(
            "{} · {} · {}",
            guide_words::policy(control.policy, language),
            guide_words::effort(control.effort, language),
            guide_words::owner(control.owner, language)
        ))?;
    }
    for section in entry.kind().sections() {
        let body = plain(entry.markdown(*section, language));
        let heading = guide_words::section(*section, language);
        screen.line(&format!("\n{heading}\n{body}"))?;
    }
    let link = match &entry {
        GuideEntry::Control(control) => &control.link,
        GuideEntry::Threat(threat) => &threat.link,
    };
    screen.line(&format!("\n{link}"))?;
    Ok(Exit::Done)
}

/// Every field of an entry, in Markdown.
fn whole(entry: &GuideEntry) -> Value {
    let draft = entry.draft();
    let fields = draft
        .fields()
        .map(|field| (field.name(), json!(draft.get(field))));
    Value::Object(fields.collect())
}

fn no_entry(app: &App, wanted: &str, language: Language) -> CommandFailure {
    let say = Say(language);
    let short: String = wanted.chars().take(100).collect();
    let hint = match aws_page(wanted) {
        Some(link) if app.guide().knows(wanted) => say.guide_no_entry_hint(link),
        _ => say.guide_unknown_hint().to_owned(),
    };
    CommandFailure::new(say.guide_no_entry(short), hint)
}

fn check(app: &App, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let guide = app.guide();
    let problems: Vec<String> = guide
        .problems()
        .iter()
        .map(|problem| text::guide::problem(problem, language).text)
        .collect();
    if screen.is_json() {
        screen.data(&problems)?;
    }
    if !problems.is_empty() {
        let mut messages: Vec<text::LocalizedMessage> = guide
            .problems()
            .iter()
            .map(|problem| text::guide::problem(problem, language))
            .collect();
        messages.push(text::LocalizedMessage {
            text: say.guide_wrong(problems.len()),
            hint: say.guide_wrong_hint().to_owned(),
        });
        return Err(CommandFailure::Messages(messages));
    }
    let (day, source) = guide.known_as_of();
    screen.say(&say.guide_right(
        guide.entries(FieldKind::Control).len(),
        day,
        source,
        guide.entries(FieldKind::Threat).len(),
    ));
    Ok(Exit::Done)
}

impl ImportGuide {
    async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let say = Say(language);
        let limit = usize::try_from(FILE_LIMIT).unwrap_or(usize::MAX);
        let bytes = read_bounded(&self.file, limit.saturating_add(1))
            .map_err(|error| CommandFailure::file(&self.file, &error, language))?;
        let name = self.file.file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let failure = |error: ImportGuideError| {
            CommandFailure::Messages(text::guide::not_imported(&error, &name, language))
        };
        let imported = plan(app, &name, &bytes).map_err(failure)?;
        if screen.is_json() {
            let changes = imported.changes.iter().map(|change| {
                let fields: Vec<String> = change.fields.iter().map(|it| it.name()).collect();
                json!({ "entry": change.entry.key(), "new": change.is_new, "fields": fields })
            });
            screen.data(&json!({
                "changes": changes.collect::<Vec<_>>(),
                "unchanged": imported.unchanged,
                "written": !self.dry_run && !imported.changes.is_empty(),
            }))?;
        } else if !imported.changes.is_empty() {
            let headers = [say.guide_control(), say.table_change()].map(String::from);
            let rows = imported.changes.iter().map(|change| {
                vec![
                    change.entry.key().to_owned(),
                    text::guide::change(change, language),
                ]
            });
            screen.table(&headers, rows.collect())?;
        }
        let count = imported.changes.len();
        if count == 0 {
            screen.say(say.cli_import_nothing());
        } else if self.dry_run {
            screen.say(say.cli_import_dry());
        } else {
            let source = ChangeSource::file(&name, &bytes);
            let directory = carry_out(app, actor, &source, &imported)
                .await
                .map_err(failure)?;
            screen.say(&say.guide_imported(count, directory.display()));
        }
        Ok(Exit::Done)
    }
}

fn export(app: &App, file: &Path, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let extension = file.extension().unwrap_or_default().to_ascii_lowercase();
    let bytes = match extension.to_str() {
        Some("xlsx") => workbook(app, language),
        Some("pptx") => presentation(app, language),
        _ => {
            return Err(CommandFailure::new(
                say.guide_unknown_format(file.display()),
                "",
            ));
        }
    };
    let bytes = bytes.map_err(|error| {
        CommandFailure::Messages(vec![text::guide::not_published(&error, language)])
    })?;
    save(file, Ok(bytes), language)?;
    warn_of_problems(app, screen);
    screen.say(&say.guide_written(file.display()));
    Ok(Exit::Done)
}

fn write_site(app: &App, directory: &Path, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let files = site(app).map_err(|error| {
        CommandFailure::Messages(vec![text::guide::not_published(&error, language)])
    })?;
    for file in &files {
        let path = directory.join(&file.path);
        let folder = path.parent().unwrap_or(directory);
        std::fs::create_dir_all(folder)
            .map_err(|error| CommandFailure::file(folder, &error, language))?;
        save(&path, Ok(file.text.clone().into_bytes()), language)?;
    }
    warn_of_problems(app, screen);
    screen.say(&say.guide_site_written(files.len(), directory.display()));
    Ok(Exit::Done)
}
