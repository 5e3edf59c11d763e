//! `hubward ledger`.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use rust_i18n::t;
use serde_json::json;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::ledger::import::{ImportError, ImportRequest, PlannedImport, carry_out, plan};
use crate::app::App;
use crate::queries;
use crate::text;
use hubward_document::sheet::FILE_LIMIT;
use hubward_document::workbook::{LedgerFormat, template, write};
use hubward_domain::account::Language;
use hubward_domain::audit::Actor;
use hubward_domain::ledger::LedgerPlan;

#[derive(Debug, Subcommand)]
pub(super) enum LedgerCommand {
    /// Import an xlsx or csv file: all rows or none.
    Import(ImportLedger),
    /// Write the ledger to a file; its extension (xlsx, csv or json) sets the format.
    Export {
        /// The file.
        file: PathBuf,
    },
    /// Write an empty ledger to fill in.
    Template {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct ImportLedger {
    /// The file.
    file: PathBuf,
    /// Show what would change, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Mark accounts missing from the file as leaving.
    #[arg(long)]
    prune: bool,
    /// Skip the confirmation when the state of accounts changes.
    #[arg(long)]
    yes: bool,
    /// Allow a change of state for more than 30 % of the accounts.
    #[arg(long)]
    force: bool,
}

impl LedgerCommand {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let locale = language.as_str();
        match self {
            Self::Import(import) => import.run(app, actor, screen).await,
            Self::Export { file } => {
                let accounts = queries::account::accounts(app)
                    .await
                    .map_err(|error| CommandFailure::store(&error, language))?;
                let bytes = write(&accounts, format(&file, language)?, language);
                save(&file, bytes.map_err(io::Error::other), language)?;
                screen.say(&t!(
                    "cli.written",
                    locale = locale,
                    file = file.display(),
                    count = accounts.len()
                ));
                Ok(Exit::Done)
            }
            Self::Template { file } => {
                let explanations = text::ledger::explanations(language);
                let bytes = template(format(&file, language)?, language, &explanations);
                save(&file, bytes.map_err(io::Error::other), language)?;
                screen.say(&t!(
                    "cli.template_written",
                    locale = locale,
                    file = file.display()
                ));
                Ok(Exit::Done)
            }
        }
    }
}

impl ImportLedger {
    async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let locale = language.as_str();
        let limit = usize::try_from(FILE_LIMIT).unwrap_or(usize::MAX);
        let bytes = read_bounded(&self.file, limit.saturating_add(1))
            .map_err(|error| CommandFailure::file(&self.file, &error, language))?;
        let name = self
            .file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let request = ImportRequest {
            name: &name,
            bytes: &bytes,
            prune: self.prune,
            force: self.force,
        };
        let planned = plan(app, request)
            .await
            .map_err(|error| failure(&name, &error, language))?;
        for warning in &planned.warnings {
            screen.warn(&text::ledger::warning(warning, language));
        }
        if !screen.is_json() {
            show(&planned.plan, screen)?;
            for line in text::ledger::effects(&planned.effects, language) {
                screen.say(&line);
            }
        }
        let written = !self.dry_run && !planned.plan.is_empty();
        if written {
            let count = planned.plan.state_changes();
            if count > 0 && !self.yes {
                let question = t!("cli.import_question", locale = locale, count = count);
                if !screen.confirm(&question)? {
                    screen.say(&t!("cli.declined", locale = locale));
                    return Ok(Exit::Failed);
                }
            }
            carry_out(app, actor, request, &planned)
                .await
                .map_err(|error| failure(&name, &error, language))?;
        }
        self.conclude(&planned, written, screen)
    }

    fn conclude(&self, planned: &PlannedImport, written: bool, screen: &Screen) -> CommandResult {
        let locale = screen.language().as_str();
        let plan = &planned.plan;
        if screen.is_json() {
            let mut shape = json!(plan);
            if let Some(shape) = shape.as_object_mut() {
                shape.insert("effects".to_owned(), json!(planned.effects));
                shape.insert("warnings".to_owned(), json!(planned.warnings));
                shape.insert("dry_run".to_owned(), json!(self.dry_run));
                shape.insert("written".to_owned(), json!(written));
            }
            screen.data(&shape)?;
        }
        screen.say(&t!(
            "cli.import_plan",
            locale = locale,
            added = plan.added.len(),
            changed = plan.changed.len(),
            unchanged = plan.unchanged,
            leaving = plan.leaving.len(),
            missing = plan.missing.len()
        ));
        if !plan.missing.is_empty() {
            screen.say(&t!("cli.import_missing_hint", locale = locale));
        }
        if written {
            screen.say(&t!("cli.import_done", locale = locale));
            screen.say(&t!("cli.next_invite", locale = locale));
        } else if plan.is_empty() {
            screen.say(&t!("cli.import_nothing", locale = locale));
        } else {
            screen.say(&t!("cli.import_dry", locale = locale));
        }
        Ok(Exit::Done)
    }
}

/// Shows what an import changes: one line per account and field.
pub(super) fn show(plan: &LedgerPlan, screen: &Screen) -> Result<(), CommandFailure> {
    let locale = screen.language().as_str();
    let mut rows = Vec::new();
    for added in &plan.added {
        rows.push(vec![
            t!("cli.change_new", locale = locale).into_owned(),
            added.account.account_id.to_string(),
            added.account.project.clone(),
            String::new(),
        ]);
    }
    for (word, changes) in [
        (t!("cli.change_changed", locale = locale), &plan.changed),
        (t!("cli.change_leaving", locale = locale), &plan.leaving),
    ] {
        for change in changes {
            let fields = change
                .fields
                .iter()
                .map(|field| format!("{}: {:?} -> {:?}", field.field, field.before, field.after));
            rows.push(vec![
                word.to_string(),
                change.after.account_id.to_string(),
                change.after.project.clone(),
                fields.collect::<Vec<_>>().join("\n"),
            ]);
        }
    }
    for account in &plan.missing {
        rows.push(vec![
            t!("cli.change_missing", locale = locale).into_owned(),
            account.account_id.to_string(),
            account.project.clone(),
            String::new(),
        ]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let headers = [
        t!("table.change", locale = locale),
        t!("table.account", locale = locale),
        t!("table.project", locale = locale),
        t!("table.detail", locale = locale),
    ]
    .map(String::from);
    screen.table(&headers, rows)
}

fn failure(name: &str, error: &ImportError, language: Language) -> CommandFailure {
    CommandFailure::Messages(text::ledger::not_imported(error, name, language))
}

fn format(file: &Path, language: Language) -> Result<LedgerFormat, CommandFailure> {
    LedgerFormat::of(&file.to_string_lossy()).map_err(|_| {
        CommandFailure::new(
            t!(
                "cli.unknown_format",
                locale = language.as_str(),
                file = file.display()
            ),
            "",
        )
    })
}

/// Writes a file whole or not at all: beside it first, then in its place. A full disk leaves what
/// was there.
pub(super) fn save(
    file: &Path,
    bytes: io::Result<Vec<u8>>,
    language: Language,
) -> Result<(), CommandFailure> {
    let directory = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    bytes
        .and_then(|bytes| {
            let mut beside = tempfile::NamedTempFile::new_in(directory)?;
            beside.write_all(&bytes)?;
            beside.as_file().sync_all()?;
            beside.persist(file).map_err(|error| error.error)?;
            Ok(())
        })
        .map_err(|error| CommandFailure::file(file, &error, language))
}

/// Reads a file, but never more than `limit` bytes of it.
pub(super) fn read_bounded(file: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?
        .take(u64::try_from(limit).unwrap_or(u64::MAX))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
