//! `hubward account`.

use clap::Subcommand;
use hubward_protocol::AccountId;
use serde_json::{Value, json};
use strum::VariantArray;

use super::failure::CommandFailure;
use super::fields::Fields;
use super::screen::Screen;
use super::{CommandResult, Exit, audit, ledger};
use crate::actions::ActionError;
use crate::actions::account::edit::{self, EditError};
use crate::app::App;
use crate::queries;
use crate::queries::release_download::install_lines;
use crate::say::Say;
use crate::text;
use hubward_domain::account::Account as Row;
use hubward_domain::audit::Actor;
use hubward_domain::ledger::{Intent, LedgerColumn, LedgerEntry};

#[derive(Debug, Subcommand)]
pub(super) enum AccountCommand {
    /// List the ledger.
    List,
    /// Show one account and the results of its last check.
    Show {
        /// The account.
        #[arg(value_name = "ID")]
        id: AccountId,
    },
    /// Add an account to the ledger.
    Add {
        /// The account.
        #[arg(value_name = "ID")]
        id: AccountId,
        #[command(flatten)]
        fields: Box<Fields>,
        #[command(flatten)]
        how: How,
    },
    /// Change an account in the ledger; values that are not given stay as they are.
    Edit {
        /// The account.
        #[arg(value_name = "ID")]
        id: AccountId,
        #[command(flatten)]
        fields: Box<Fields>,
        #[command(flatten)]
        how: How,
    },
    /// Show everything that happened to one account: who did it, from which source, and when.
    History {
        /// The account.
        #[arg(value_name = "ID")]
        id: AccountId,
    },
}

/// Options of an edit.
#[derive(Debug, clap::Args)]
pub(super) struct How {
    /// Show what would change, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Skip the confirmation when the account's state changes.
    #[arg(long)]
    yes: bool,
}

impl AccountCommand {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let failed = |error| CommandFailure::store(&error, language);
        let accounts = queries::account::accounts(app).await.map_err(failed)?;
        let find = |id: &AccountId| {
            accounts
                .iter()
                .find(|row| row.account_id == *id)
                .ok_or_else(|| {
                    CommandFailure::action(&ActionError::NotInLedger(vec![id.clone()]), language)
                })
        };
        match self {
            Self::List => list(&accounts, screen),
            Self::Show { id } => show(app, find(&id)?, screen).await,
            Self::Add { id, fields, how } => {
                let entry = fields.entry(&id, language)?;
                edit(app, actor, Intent::Add, entry, &how, screen).await
            }
            Self::Edit { id, fields, how } => {
                let entry = fields.entry(&id, language)?;
                edit(app, actor, Intent::Edit, entry, &how, screen).await
            }
            Self::History { id } => {
                let events = queries::audit::audit_events(app, 0, i64::MAX, Some(&id))
                    .await
                    .map_err(failed)?;
                if events.is_empty() {
                    find(&id)?;
                }
                audit::show(&events, screen)
            }
        }
    }
}

/// Adds or changes an account: shows the changes, asks for confirmation if the state changes, and writes.
async fn edit(
    app: &App,
    actor: &Actor,
    intent: Intent,
    entry: LedgerEntry,
    how: &How,
    screen: &Screen,
) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let request = edit::EditRequest { intent, entry };
    let refused = |error| match error {
        EditError::Refused(refused) => {
            CommandFailure::Messages(text::request::refused(&refused, language))
        }
        EditError::Changed => {
            CommandFailure::new(say.cli_ledger_changed(), say.cli_edit_changed_hint())
        }
        EditError::Store(error) => CommandFailure::store(&error, language),
    };
    let planned = edit::plan(app, &request).await.map_err(refused)?;
    let plan = &planned.plan;
    if !screen.is_json() {
        ledger::show(plan, screen)?;
        for line in text::ledger::effects(&planned.effects, language) {
            screen.say(&line);
        }
    }
    let written = !how.dry_run && !plan.is_empty();
    if written {
        let count = plan.state_changes();
        if count > 0 && !how.yes {
            let question = say.cli_import_question(count);
            if !screen.confirm(&question)? {
                screen.say(say.cli_declined());
                return Ok(Exit::Failed);
            }
        }
        edit::carry_out(app, actor, &request, &planned)
            .await
            .map_err(refused)?;
    }
    if screen.is_json() {
        let mut shape = json!(plan);
        if let Some(shape) = shape.as_object_mut() {
            shape.insert("effects".to_owned(), json!(planned.effects));
            shape.insert("dry_run".to_owned(), json!(how.dry_run));
            shape.insert("written".to_owned(), json!(written));
        }
        screen.data(&shape)?;
    }
    if written {
        screen.say(say.cli_edit_done());
        if !planned.effects.invitations.is_empty() {
            screen.say(say.cli_next_invite());
        }
    } else if plan.is_empty() {
        screen.say(say.cli_import_nothing());
    } else {
        screen.say(say.cli_import_dry());
    }
    Ok(Exit::Done)
}

fn list(accounts: &[Row], screen: &Screen) -> CommandResult {
    if screen.is_json() {
        screen.data(&accounts)?;
        return Ok(Exit::Done);
    }
    let say = Say(screen.language());
    let headers = [
        say.table_account(),
        say.table_project(),
        say.table_environment(),
        say.table_contact(),
        say.table_state(),
    ]
    .map(String::from);
    let rows = accounts.iter().map(|row| {
        vec![
            row.account_id.to_string(),
            row.project.clone(),
            row.environment.clone(),
            format!("{} {}", row.contact, row.contact_emails.join("; "))
                .trim()
                .to_owned(),
            row.state.as_str().to_owned(),
        ]
    });
    screen.table(&headers, rows.collect())?;
    Ok(Exit::Done)
}

async fn show(app: &App, row: &Row, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let memberships = queries::account::memberships(app, &row.account_id)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?;
    let install = install_lines(app)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?;
    if screen.is_json() {
        let mut shape = json!(row);
        if let Value::Object(fields) = &mut shape {
            let rows = memberships.iter().map(|row| {
                json!({
                    "region": row.region,
                    "status": row.status.as_ref().map(ToString::to_string),
                    "verdict": row.verdict,
                    "since": row.since,
                    "seen_at": row.seen_at,
                })
            });
            fields.insert("memberships".to_owned(), rows.collect());
            fields.insert("install".to_owned(), json!(install));
        }
        screen.data(&[shape])?;
        return Ok(Exit::Done);
    }
    let headers = [say.table_column(), say.table_value()].map(String::from);
    let known = LedgerColumn::VARIANTS
        .iter()
        .map(|column| vec![column.header(language).to_owned(), column.text(row)]);
    let unknown = row
        .extra
        .iter()
        .map(|(name, value)| vec![name.clone(), value.clone()]);
    screen.table(&headers, known.chain(unknown).collect())?;
    let headers = [
        say.table_region(),
        say.table_state(),
        say.table_verdict(),
        say.table_since(),
    ]
    .map(String::from);
    let rows = memberships.iter().map(|row| {
        let status = row.status.as_ref().map(ToString::to_string);
        vec![
            row.region.to_string(),
            status.unwrap_or_default(),
            row.verdict.clone(),
            row.since.to_string(),
        ]
    });
    screen.table(&headers, rows.collect())?;
    // Outside the table, because a wrapped line cannot be pasted.
    if let Some(install) = install {
        screen.out(&text::release::install_lines(&install, language))?;
    }
    Ok(Exit::Done)
}
