//! `hubward agent`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use rust_i18n::t;

use super::failure::CommandFailure;
use super::ledger::read_bounded;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::agent::record::{LONGEST, RecordError, record_run};
use crate::app::App;
use crate::queries;
use crate::text;
use hubward_domain::audit::Actor;

#[derive(Debug, Subcommand)]
pub(super) enum AgentCommand {
    /// List the runs of all agents, newest heartbeat first.
    List,
    /// Import the output of `hubward-agent setup --json` from a member that cannot reach the server.
    Record {
        /// The file with the output.
        file: PathBuf,
    },
}

impl AgentCommand {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        match self {
            Self::List => list(app, screen).await,
            Self::Record { file } => record(app, actor, &file, screen).await,
        }
    }
}

async fn list(app: &App, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let locale = language.as_str();
    let runs = queries::agent::runs(app)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?;
    if screen.is_json() {
        let rows = runs.iter().map(text::shape::agent);
        screen.data(&rows.collect::<Vec<_>>())?;
        return Ok(Exit::Done);
    }
    let headers = [
        t!("table.account", locale = locale),
        t!("table.run", locale = locale),
        t!("table.version", locale = locale),
        t!("table.last_heartbeat", locale = locale),
        t!("table.complete", locale = locale),
    ]
    .map(String::from);
    let rows = runs.iter().map(|run| {
        let complete = if run.complete {
            t!("table.yes", locale = locale)
        } else {
            t!("table.no", locale = locale)
        };
        vec![
            run.account_id.to_string(),
            run.run.clone(),
            run.agent_version.clone(),
            run.last_heartbeat.to_string(),
            complete.into_owned(),
        ]
    });
    screen.table(&headers, rows.collect())?;
    Ok(Exit::Done)
}

async fn record(app: &App, actor: &Actor, file: &Path, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let locale = language.as_str();
    let bytes = read_bounded(file, LONGEST + 1)
        .map_err(|error| CommandFailure::file(file, &error, language))?;
    let (account, regions) = record_run(app, actor, &bytes)
        .await
        .map_err(|error| match error {
            RecordError::Malformed(why) => CommandFailure::new(
                t!(
                    "cli.run_malformed",
                    locale = locale,
                    file = file.display(),
                    why = why
                ),
                "",
            ),
            RecordError::NotInLedger(account) => CommandFailure::action(
                &crate::actions::ActionError::NotInLedger(vec![account]),
                language,
            ),
            RecordError::OtherAdministrator { found, wanted } => CommandFailure::new(
                t!(
                    "cli.run_other_administrator",
                    locale = locale,
                    file = file.display(),
                    found = found,
                    wanted = wanted
                ),
                "",
            ),
            RecordError::Store(error) => CommandFailure::store(&error, language),
        })?;
    let regions: Vec<String> = regions.iter().map(ToString::to_string).collect();
    screen.say(&t!(
        "cli.run_recorded",
        locale = locale,
        account = account,
        regions = regions.join(", ")
    ));
    Ok(Exit::Done)
}
