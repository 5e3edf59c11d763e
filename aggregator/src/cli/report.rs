//! `hubward report`.

mod send;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use clap::{Args, Subcommand};
use hubward_protocol::AccountId;
use serde_json::{Value, json};

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::report::build::{
    BuildError, BuildOutcome, BuildRequest, BuildRow, build_report,
};
use crate::app::App;
use crate::say::Say;
use crate::text;
use hubward_document::report::ReportFormat;
use hubward_domain::account::Language;
use hubward_domain::audit::Actor;
use hubward_domain::report::Period;
use hubward_domain::word::words;
pub(super) use send::Send;

#[derive(Debug, Subcommand)]
pub(super) enum ReportCommand {
    /// Write one report per account, and the overview, from the imported findings.
    Build(Build),
    /// Send the reports of the last complete week or month to their destinations, each once.
    Send(Send),
}

#[derive(Debug, Args)]
pub(super) struct Build {
    /// Only these accounts, whatever their state or cadence.
    #[arg(value_name = "ID")]
    accounts: Vec<AccountId>,
    /// The directory; created if missing.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A week such as 2026-W47 or a month such as 2026-11 [default: this week].
    #[arg(long)]
    period: Option<Period>,
    /// The format: xlsx, csv or json.
    #[arg(long, default_value = "xlsx", hide_default_value = true, value_parser = format())]
    format: ReportFormat,
}

impl ReportCommand {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        match self {
            Self::Build(build) => build.run(app, screen).await,
            Self::Send(sending) => sending.run(app, actor, screen).await,
        }
    }
}

impl Build {
    async fn run(self, app: &App, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let request = BuildRequest {
            accounts: self.accounts,
            directory: self.out,
            period: self.period,
            format: self.format,
        };
        let built = build_report(app, &request)
            .await
            .map_err(|error| match error {
                BuildError::Action(error) => CommandFailure::action(&error, language),
                BuildError::Directory { directory, source } => {
                    CommandFailure::file(&directory, &source, language)
                }
            })?;
        if screen.is_json() {
            let rows = built.rows.iter().map(|row| {
                json!({
                    "account_id": row.account_id,
                    "period": built.period.to_string(),
                    "interim": built.is_interim,
                    "file": file(row),
                    "outcome": outcome(row),
                    "open": open(row),
                    "regions": regions(row),
                    "detail": detail(row, language),
                })
            });
            screen.data(&rows.collect::<Vec<_>>())?;
        } else {
            let say = Say(language);
            let headers = [
                say.table_account(),
                say.table_outcome(),
                say.report_open(),
                say.report_file(),
            ]
            .map(String::from);
            let table = built.rows.iter().map(|row| {
                let account = row
                    .account_id
                    .as_ref()
                    .map_or_else(|| say.report_overview().to_owned(), ToString::to_string);
                let open = open(row).map_or_else(|| "–".to_owned(), |open| open.to_string());
                let place = [file(row).unwrap_or_default(), detail(row, language)];
                vec![
                    account,
                    outcome(row).to_owned(),
                    open,
                    place.join("\n").trim().to_owned(),
                ]
            });
            screen.table(&headers, table.collect())?;
        }
        if built.synced_at.is_none() {
            screen.warn(&text::report::never_synced(language));
        }
        if built.left_out > 0 {
            screen.warn(&text::report::overview_left_out(built.left_out, language));
        }
        for warning in text::report::uncovered(&built, language) {
            screen.warn(&warning);
        }
        screen.say(&text::report::summary(&built, language));
        let any = |is: fn(&BuildOutcome) -> bool| built.rows.iter().any(|row| is(&row.outcome));
        // An account that was named and gets no report leaves something to do.
        Ok(if any(|it| matches!(it, BuildOutcome::Failed { .. })) {
            Exit::Failed
        } else if !request.accounts.is_empty() && any(|it| matches!(it, BuildOutcome::NotWatched)) {
            Exit::Incomplete
        } else {
            Exit::Done
        })
    }
}

fn format() -> impl TypedValueParser<Value = ReportFormat> {
    PossibleValuesParser::new(words::<ReportFormat>()).map(|word| word.parse().unwrap_or_default())
}

fn outcome(row: &BuildRow) -> &'static str {
    match row.outcome {
        BuildOutcome::Written { .. } => "written",
        BuildOutcome::NotWatched => "skipped",
        BuildOutcome::Failed { .. } => "failed",
    }
}

fn file(row: &BuildRow) -> Option<String> {
    match &row.outcome {
        BuildOutcome::Written { file, .. } | BuildOutcome::Failed { file, .. } => {
            Some(file.display().to_string())
        }
        BuildOutcome::NotWatched => None,
    }
}

fn open(row: &BuildRow) -> Option<u64> {
    match row.outcome {
        BuildOutcome::Written { open, .. } => open,
        BuildOutcome::NotWatched | BuildOutcome::Failed { .. } => None,
    }
}

fn regions(row: &BuildRow) -> Vec<Value> {
    let regions = row.coverage.regions.iter();
    let regions = regions.map(|its| {
        json!({
            "region": its.region,
            "watched": its.watch.is_watched(),
            "verdict": its.verdict,
            "since": its.since,
        })
    });
    regions.collect()
}

fn detail(row: &BuildRow, language: Language) -> String {
    match &row.outcome {
        BuildOutcome::Written { .. } => String::new(),
        BuildOutcome::NotWatched => Say(language).report_not_watched().to_owned(),
        BuildOutcome::Failed { file, error } => {
            let message = text::report::failure(file, error, language);
            format!("{}\n{}", message.text, message.hint)
        }
    }
}
