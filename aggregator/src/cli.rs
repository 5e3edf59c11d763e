//! The command line: one file per noun, each of which parses, calls one action or query, and presents the
//! result.
//!
//! Data goes to stdout, messages go to stderr. Errors are printed here, once, in the reader's language.

mod account;
mod agent;
mod alert;
mod audit;
mod backup;
mod baseline;
mod check;
mod completions;
mod config;
mod control;
mod doctor;
mod exception;
mod failure;
mod fields;
mod findings;
mod guide;
mod health;
mod help;
mod hub;
mod init;
mod invite;
mod ledger;
mod migrate;
mod release;
mod report;
mod request;
mod restore;
mod run;
mod screen;
mod serve;
mod silence;
mod token;
mod unlink;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use strum::VariantArray;

use crate::app::App;
use crate::say::Say;
use crate::world::{Environment, World};
use failure::CommandFailure;
use hubward_domain::account::Language;
use hubward_domain::audit::Actor;
use screen::Screen;

/// The SOC's side of Hubward: which accounts must be watched, which are, and who acts next.
#[derive(Debug, Parser)]
#[command(name = "hubward", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// The configuration file [default: ./hubward.toml, else /etc/hubward/hubward.toml].
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print JSON instead of tables.
    #[arg(long, global = true)]
    json: bool,
    /// The output language: ja or en [default: `HUBWARD_LANG`, `LANG`, else en].
    #[arg(long, global = true, value_parser = language)]
    lang: Option<Language>,
    #[command(subcommand)]
    noun: Noun,
}

#[derive(Debug, Subcommand)]
enum Noun {
    /// Write a commented hubward.toml and create the database.
    Init(init::Init),
    /// Create or upgrade the database.
    Migrate,
    /// Check the configuration.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Set up the SOC's own account: Security Hub, aggregation, the alert queue and its rules.
    #[command(subcommand)]
    Hub(hub::HubCommand),
    /// Import the ledger from Excel or CSV, or export it.
    #[command(subcommand)]
    Ledger(ledger::LedgerCommand),
    /// Show, add and change the ledger's accounts.
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Approve or reject requests to add, change or remove accounts.
    #[command(subcommand)]
    Request(request::RequestCommand),
    /// Send the missing invitations.
    Invite(invite::Invite),
    /// Show whether each account is watched, per Region; exit 3 when something is incomplete.
    Check(check::CheckCommand),
    /// Record controls that need not be fixed in an account until a given day.
    #[command(subcommand)]
    Exception(exception::ExceptionCommand),
    /// Look up and publish guidance for controls and threats.
    #[command(subcommand)]
    Guide(guide::GuideCommand),
    /// Stop watching an account in every Region; its history is kept.
    Unlink(unlink::Unlink),
    /// Show what every account should have enabled, and how far it is proven.
    #[command(subcommand)]
    Baseline(baseline::BaselineCommand),
    /// Show the controls of the wanted standards, the new and the retired ones.
    #[command(subcommand)]
    Control(control::ControlCommand),
    /// Import findings from Security Hub.
    #[command(subcommand)]
    Findings(findings::FindingsCommand),
    /// Build and send the reports for projects.
    #[command(subcommand)]
    Report(report::ReportCommand),
    /// Run the server: HTTP for agents and people, alerts from the queue, messages to channels.
    Serve,
    /// Check whether the server on this machine is ready; exit 1 when it is not.
    Health,
    /// Run one scheduled job now, for cron or a scheduled task.
    Run(run::RunCommand),
    /// Show and handle threats, and test that alerts arrive.
    #[command(subcommand)]
    Alert(alert::AlertCommand),
    /// Show what members' agents reported.
    #[command(subcommand)]
    Agent(agent::AgentCommand),
    /// Upload and list signed agent releases.
    #[command(subcommand)]
    Release(release::ReleaseCommand),
    /// Create and revoke tokens for the API and the dashboard.
    #[command(subcommand)]
    Token(token::Token),
    /// Inspect the audit log.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Copy the database into one file while the server runs, and verify the copy.
    Backup(backup::Backup),
    /// Restore the database from a backup; the previous file is kept.
    Restore(restore::Restore),
    /// Check the installation and suggest fixes; exit 1 when something is broken.
    Doctor,
    /// Print a completion script for a shell.
    Completions(completions::Completions),
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    /// Success.
    Done = 0,
    /// It failed.
    Failed = 1,
    /// Something is incomplete or drifted.
    Incomplete = 3,
}

type CommandResult = Result<Exit, CommandFailure>;

/// Parses the command line and runs it.
pub(crate) async fn run(world: World) -> ExitCode {
    // Before clap parses, because its help and errors use this language too.
    let asked = language_of_arguments(&world.arguments);
    let command = help::localized(
        Cli::command(),
        asked.unwrap_or_else(|| language_of(&world.environment)),
    );
    let parsed = command
        .try_get_matches_from(&world.arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // clap's own codes: 2 for a usage error, 0 for --help.
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            return error.print().map_or(ExitCode::FAILURE, |()| code.into());
        }
    };
    let language = cli.lang.unwrap_or_else(|| language_of(&world.environment));
    let screen = Screen::new(cli.json, language, world.interactive);
    let exit = match dispatch(cli, &world, &screen).await {
        Ok(exit) => exit,
        Err(failure) => {
            screen.fail(&failure);
            failure.exit()
        }
    };
    ExitCode::from(exit as u8)
}

/// Reports that the async runtime could not be started.
pub(crate) fn cannot_start(error: &std::io::Error) -> ExitCode {
    let screen = Screen::new(false, Language::En, false);
    screen.fail(&CommandFailure::new(
        Say(Language::En).cli_runtime(error),
        "",
    ));
    ExitCode::FAILURE
}

async fn dispatch(cli: Cli, world: &World, screen: &Screen) -> CommandResult {
    let given = cli.config.as_deref();
    let actor = Actor::Operator(world.user.clone());
    let open = || async {
        App::open(given, world)
            .await
            .map_err(|error| CommandFailure::open(&error, screen.language()))
    };
    match cli.noun {
        Noun::Init(init) => init.run(given, world, screen).await,
        Noun::Migrate => migrate::run(given, world, screen).await,
        Noun::Config(config) => config.run(given, world, screen),
        Noun::Hub(hub) => hub.run(&open().await?, &actor, screen).await,
        Noun::Ledger(ledger) => ledger.run(&open().await?, &actor, screen).await,
        Noun::Account(account) => account.run(&open().await?, &actor, screen).await,
        Noun::Request(request) => request.run(&open().await?, &actor, screen).await,
        Noun::Invite(invite) => invite.run(&open().await?, &actor, screen).await,
        Noun::Check(check) => check.run(&open().await?, &actor, screen).await,
        Noun::Baseline(baseline) => baseline.run(&open().await?, screen).await,
        Noun::Control(control) => control.run(&open().await?, screen).await,
        Noun::Findings(findings) => findings.run(&open().await?, screen).await,
        Noun::Report(report) => report.run(&open().await?, &actor, screen).await,
        Noun::Exception(exception) => exception.run(&open().await?, &actor, screen).await,
        Noun::Guide(guide) => guide.run(&open().await?, &actor, screen).await,
        Noun::Unlink(unlink) => unlink.run(&open().await?, &actor, screen).await,
        Noun::Serve => serve::run(open().await?, world, screen).await,
        Noun::Health => health::run(given, world, screen).await,
        Noun::Run(run) => run.run(&open().await?, screen).await,
        Noun::Alert(alert) => alert.run(&open().await?, &actor, screen).await,
        Noun::Agent(agent) => agent.run(&open().await?, &actor, screen).await,
        Noun::Release(release) => release.run(&open().await?, &actor, screen).await,
        Noun::Token(token) => token.run(&open().await?, &actor, screen).await,
        Noun::Audit(audit) => audit.run(&open().await?, screen).await,
        Noun::Backup(backup) => backup.run(&open().await?, screen).await,
        Noun::Restore(restore) => restore.run(given, world, &actor, screen).await,
        Noun::Doctor => doctor::run(given, world, screen).await,
        Noun::Completions(completions) => completions.run(Cli::command(), screen),
    }
}

fn language(word: &str) -> Result<Language, String> {
    word.parse()
        .ok()
        .ok_or_else(|| "expected ja or en".to_owned())
}

/// `--lang` in arguments that are not parsed yet.
fn language_of_arguments(arguments: &[OsString]) -> Option<Language> {
    let words: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let joined = words.iter().find_map(|word| word.strip_prefix("--lang="));
    let apart = || {
        words
            .iter()
            .position(|word| *word == "--lang")
            .and_then(|at| words.get(at + 1).copied())
    };
    joined.or_else(apart).and_then(|word| language(word).ok())
}

/// `HUBWARD_LANG`, then `LANG` (such as `ja_JP.UTF-8`), then English.
fn language_of(environment: &Environment) -> Language {
    ["HUBWARD_LANG", "LANG"]
        .into_iter()
        .filter_map(|name| environment.get(name))
        .find_map(|value| {
            Language::VARIANTS
                .iter()
                .copied()
                .find(|language| value.to_ascii_lowercase().starts_with(language.as_str()))
        })
        .unwrap_or(Language::En)
}

#[cfg(test)]
mod tests;
