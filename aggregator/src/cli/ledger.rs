//! `hubward ledger`.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::ledger::import::{ImportError, ImportRequest, PlannedImport, carry_out, plan};
use crate::app::App;
use crate::queries;
use crate::say::Say;
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
        let say = Say(language);
        match self {
            Self::Import(import) => import.run(app, actor, screen).await,
            Self::Export { file } => {
                let accounts = queries::account::accounts(app)
                    .await
                    .map_err(|error| CommandFailure::store(&error, language))?;
                let bytes = write(&accounts, format(&file, language)?, language);
                save(&file, bytes.map_err(io::Error::other), language)?;
                screen.say(&say.cli_written(accounts.len(), file.display()));
                Ok(Exit::Done)
            }
            Self::Template { file } => {
                let explanations = text::ledger::explanations(language);
                let bytes = template(format(&file, language)?, language, &explanations);
                save(&file, bytes.map_err(io::Error::other), language)?;
                screen.say(&say.cli_template_written(file.display()));
                Ok(Exit::Done)
            }
        }
    }
}

impl ImportLedger {
    async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let say = Say(language);
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
                let question = say.cli_import_question(count);
                if !screen.confirm(&question)? {
                    screen.say(say.cli_declined());
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
        let say = Say(screen.language());
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
        screen.say(&say.cli_import_plan(
            plan.added.len(),
            plan.changed.len(),
            plan.leaving.len(),
            plan.missing.len(),
            plan.unchanged,
        ));
        if !plan.missing.is_empty() {
            screen.say(say.cli_import_missing_hint());
        }
        if written {
            screen.say(say.cli_import_done());
            screen.say(say.cli_next_invite());
        } else if plan.is_empty() {
            screen.say(say.cli_import_nothing());
        } else {
            screen.say(say.cli_import_dry());
        }
        Ok(Exit::Done)
    }
}

/// Shows the changes of an import: one line per account and field.
pub(super) fn show(plan: &LedgerPlan, screen: &Screen) -> Result<(), CommandFailure> {
    let say = Say(screen.language());
    let mut rows = Vec::new();
    for added in &plan.added {
        rows.push(vec![
            say.cli_change_new().to_owned(),
            added.account.account_id.to_string(),
            added.account.project.clone(),
            String::new(),
        ]);
    }
    for (word, changes) in [
        (say.cli_change_changed(), &plan.changed),
        (say.cli_change_leaving(), &plan.leaving),
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
            say.cli_change_missing().to_owned(),
            account.account_id.to_string(),
            account.project.clone(),
            String::new(),
        ]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let headers = [
        say.table_change(),
        say.table_account(),
        say.table_project(),
        say.table_detail(),
    ]
    .map(String::from);
    screen.table(&headers, rows)
}

fn failure(name: &str, error: &ImportError, language: Language) -> CommandFailure {
    CommandFailure::Messages(text::ledger::not_imported(error, name, language))
}

fn format(file: &Path, language: Language) -> Result<LedgerFormat, CommandFailure> {
    LedgerFormat::of(&file.to_string_lossy())
        .ok()
        .ok_or_else(|| CommandFailure::new(Say(language).cli_unknown_format(file.display()), ""))
}

/// Writes a file atomically: to a temporary file first, which is then renamed. A full disk leaves the old
/// file unchanged.
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
            let mut temporary = tempfile::NamedTempFile::new_in(directory)?;
            temporary.write_all(&bytes)?;
            temporary.as_file().sync_all()?;
            temporary.persist(file).map_err(|error| error.error)?;
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
