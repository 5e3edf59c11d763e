//! `hubward agent`.

use std::path::PathBuf;

use clap::Subcommand;
use rust_i18n::t;

use super::failure::Failure;
use super::ledger::read_bounded;
use super::screen::Screen;
use super::{Exit, Outcome};
use crate::actions::record_run::{LONGEST, RecordError, record_run};
use crate::app::App;
use crate::domain::audit::Actor;

#[derive(Debug, Subcommand)]
pub(super) enum Agent {
    /// Take in what a member's `hubward-agent setup --json` printed, where it cannot reach the server.
    Record {
        /// The file with its output.
        file: PathBuf,
    },
}

impl Agent {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> Outcome {
        let Self::Record { file } = self;
        let language = screen.language();
        let locale = language.as_str();
        let bytes = read_bounded(&file, LONGEST + 1)
            .map_err(|error| Failure::file(&file, &error, language))?;
        let (account, regions) =
            record_run(app, actor, &bytes)
                .await
                .map_err(|error| match error {
                    RecordError::Malformed(why) => Failure::new(
                        t!(
                            "cli.run_malformed",
                            locale = locale,
                            file = file.display(),
                            why = why
                        ),
                        "",
                    ),
                    RecordError::NotInLedger(account) => Failure::action(
                        &crate::actions::ActionError::NotInLedger(vec![account]),
                        language,
                    ),
                    RecordError::OtherAdministrator { found, wanted } => Failure::new(
                        t!(
                            "cli.run_other_administrator",
                            locale = locale,
                            file = file.display(),
                            found = found,
                            wanted = wanted
                        ),
                        "",
                    ),
                    RecordError::Store(error) => Failure::store(&error, language),
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
}
