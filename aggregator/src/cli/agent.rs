//! `hubward agent`.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::failure::CommandFailure;
use super::ledger::read_bounded;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::agent::record::{LONGEST, RecordError, record_run};
use crate::app::App;
use crate::queries;
use crate::say::Say;
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
    let say = Say(language);
    let runs = queries::agent::runs(app)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?;
    if screen.is_json() {
        let rows = runs.iter().map(text::shape::agent);
        screen.data(&rows.collect::<Vec<_>>())?;
        return Ok(Exit::Done);
    }
    let headers = [
        say.table_account(),
        say.table_run(),
        say.table_version(),
        say.table_last_heartbeat(),
        say.table_complete(),
    ]
    .map(String::from);
    let rows = runs.iter().map(|run| {
        let complete = if run.complete {
            say.table_yes()
        } else {
            say.table_no()
        };
        vec![
            run.account_id.to_string(),
            run.run.clone(),
            run.agent_version.clone(),
            run.last_heartbeat.to_string(),
            complete.to_owned(),
        ]
    });
    screen.table(&headers, rows.collect())?;
    Ok(Exit::Done)
}

async fn record(app: &App, actor: &Actor, file: &Path, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let bytes = read_bounded(file, LONGEST + 1)
        .map_err(|error| CommandFailure::file(file, &error, language))?;
    let (account, regions) = record_run(app, actor, &bytes)
        .await
        .map_err(|error| match error {
            RecordError::Malformed(why) => {
                CommandFailure::new(say.cli_run_malformed(file.display(), why), "")
            }
            RecordError::NotInLedger(account) => CommandFailure::action(
                &crate::actions::ActionError::NotInLedger(vec![account]),
                language,
            ),
            RecordError::OtherAdministrator { found, wanted } => CommandFailure::new(
                say.cli_run_other_administrator(file.display(), found, wanted),
                "",
            ),
            RecordError::Store(error) => CommandFailure::store(&error, language),
        })?;
    let regions: Vec<String> = regions.iter().map(ToString::to_string).collect();
    screen.say(&say.cli_run_recorded(account, regions.join(", ")));
    Ok(Exit::Done)
}
