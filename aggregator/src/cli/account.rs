//! `hubward account`.

use clap::Subcommand;
use hubward_protocol::AccountId;
use rust_i18n::t;
use serde_json::{Value, json};

use super::failure::Failure;
use super::screen::Screen;
use super::{Exit, Outcome, audit};
use crate::actions::hand_out_release::install_lines;
use crate::actions::{ActionError, look};
use crate::app::App;
use crate::domain::account::Account as Row;
use crate::domain::ledger::Column;
use crate::text;

#[derive(Debug, Subcommand)]
pub(super) enum Account {
    /// List the ledger.
    List,
    /// Show one account, and what was last seen of it.
    Show {
        /// The account.
        #[arg(value_name = "ID")]
        id: AccountId,
    },
    /// Show everything that happened to one account.
    History {
        /// The account.
        #[arg(value_name = "ID")]
        id: AccountId,
    },
}

impl Account {
    pub(super) async fn run(self, app: &App, screen: &Screen) -> Outcome {
        let language = screen.language();
        let failed = |error| Failure::store(&error, language);
        let accounts = look::accounts(app).await.map_err(failed)?;
        let find = |id: &AccountId| {
            accounts
                .iter()
                .find(|row| row.account_id == *id)
                .ok_or_else(|| {
                    Failure::action(&ActionError::NotInLedger(vec![id.clone()]), language)
                })
        };
        match self {
            Self::List => list(&accounts, screen),
            Self::Show { id } => show(app, find(&id)?, screen).await,
            Self::History { id } => {
                let events = look::events(app, 0, i64::MAX, Some(&id))
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

fn list(accounts: &[Row], screen: &Screen) -> Outcome {
    if screen.is_json() {
        screen.data(&accounts)?;
        return Ok(Exit::Done);
    }
    let locale = screen.language().as_str();
    let headers = [
        t!("table.account", locale = locale),
        t!("table.project", locale = locale),
        t!("table.environment", locale = locale),
        t!("table.contact", locale = locale),
        t!("table.state", locale = locale),
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

async fn show(app: &App, row: &Row, screen: &Screen) -> Outcome {
    let language = screen.language();
    let locale = language.as_str();
    let memberships = look::memberships(app, &row.account_id)
        .await
        .map_err(|error| Failure::store(&error, language))?;
    let install = install_lines(app)
        .await
        .map_err(|error| Failure::store(&error, language))?;
    if screen.is_json() {
        let mut shape = json!(row);
        if let Value::Object(fields) = &mut shape {
            let seen = memberships.iter().map(|seen| {
                json!({
                    "region": seen.region,
                    "status": seen.status.as_ref().map(ToString::to_string),
                    "verdict": seen.verdict,
                    "since": seen.since,
                    "seen_at": seen.seen_at,
                })
            });
            fields.insert("memberships".to_owned(), seen.collect());
            fields.insert("install".to_owned(), json!(install));
        }
        screen.data(&[shape])?;
        return Ok(Exit::Done);
    }
    let headers = [
        t!("table.column", locale = locale),
        t!("table.value", locale = locale),
    ]
    .map(String::from);
    let known = Column::ALL
        .iter()
        .map(|column| vec![column.header(language).to_owned(), column.text(row)]);
    let unknown = row
        .extra
        .iter()
        .map(|(name, value)| vec![name.clone(), value.clone()]);
    screen.table(&headers, known.chain(unknown).collect())?;
    let headers = [
        t!("table.region", locale = locale),
        t!("table.state", locale = locale),
        t!("table.verdict", locale = locale),
        t!("table.since", locale = locale),
    ]
    .map(String::from);
    let seen = memberships.iter().map(|seen| {
        let status = seen.status.as_ref().map(ToString::to_string);
        vec![
            seen.region.to_string(),
            status.unwrap_or_default(),
            seen.verdict.clone(),
            seen.since.to_string(),
        ]
    });
    screen.table(&headers, seen.collect())?;
    // Outside any table: a line that is wrapped cannot be pasted.
    if let Some(install) = install {
        screen.out(&text::release::install_lines(&install, language))?;
    }
    Ok(Exit::Done)
}
