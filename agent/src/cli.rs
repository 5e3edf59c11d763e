//! The command line. The doc comments are the English `--help` texts.

mod help;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use hubward_protocol::{AccountId, Region};

use crate::baseline::StandardId;
use crate::change::{Interval, Topic};
use crate::text::Language;

/// Sets this AWS account up for its SOC: AWS Config, GuardDuty, Security Hub with its standards, and the
/// administrator's invitation, in all given Regions at once.
///
/// It first checks what is there, shows what it would change, and changes only what is needed. Running it
/// again is safe. It uses the credentials of the shell, such as AWS CloudShell's.
///
/// Exit codes: 0 complete, 1 failed, 2 usage, 3 not complete yet.
#[derive(Debug, Parser)]
#[command(
    name = "hubward-agent",
    bin_name = "hubward-agent",
    version,
    max_term_width = 80
)]
pub(crate) struct Cli {
    /// The language of the output [env: HUBWARD_LANG, LANG]
    #[arg(long, global = true, value_name = "LANG")]
    pub(crate) lang: Option<Language>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what is missing, ask for confirmation, change it, and verify the result
    Setup(SetupArgs),
    /// Show what setup would change, without changing it; exit 3 if something is missing
    Plan(BaselineArgs),
    /// Check the account; exit 3 if something is missing
    Status(BaselineArgs),
    /// Check the account at intervals and report to the SOC's server
    Heartbeat(HeartbeatArgs),
    /// Keep reporting after this shell is closed, with a Lambda function in this account
    Stay(StayArgs),
    /// Run as the Lambda function that stay creates; does not work anywhere else
    Lambda,
    /// Print the state of the account as JSON
    Observe(ObserveArgs),
    /// Explain a change: why it is made, what it costs, how to make it by hand
    Explain(ExplainArgs),
    /// Show what this program created here and the commands that remove it, without running them
    Undo(UndoArgs),
    /// Replace this program with the latest release that the SOC's server offers
    Update(UpdateArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What the account should be.
#[derive(Clone, Debug, Args)]
pub(crate) struct BaselineArgs {
    /// The SOC's account; only its invitation is accepted [env: HUBWARD_ADMINISTRATOR]
    #[arg(long, value_name = "ID")]
    pub(crate) administrator: Option<AccountId>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// A Region to set up, the home Region first; can be repeated [default: the server's Regions, or else
    /// the shell's Region]
    #[arg(long = "region", value_name = "REGION")]
    pub(crate) regions: Vec<Region>,
    /// A standard to enable; can be repeated [default: the server's standards, or else
    /// aws-foundational-security-best-practices/v/1.0.0]
    #[arg(long = "standard", value_name = "STANDARD")]
    pub(crate) standards: Vec<StandardId>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

/// What to observe.
#[derive(Clone, Debug, Args)]
pub(crate) struct ObserveArgs {
    /// A Region to check; can be repeated [default: the shell's Region]
    #[arg(long = "region", value_name = "REGION")]
    pub(crate) regions: Vec<Region>,
    /// Not needed: the output is always JSON
    // Accepted because every other command that prints a state has it.
    #[arg(long, hide = true)]
    pub(crate) json: bool,
}

/// What to explain.
#[derive(Clone, Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The change [default: list all changes]
    #[arg(value_name = "CHANGE", value_parser = topic())]
    pub(crate) change: Option<Topic>,
    /// The SOC's server, to link to its guide; no request is made [env: HUBWARD_SERVER]
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where to find what was created.
#[derive(Clone, Debug, Args)]
pub(crate) struct UndoArgs {
    /// A Region to check; can be repeated [default: all Regions that the account has enabled]
    #[arg(long = "region", value_name = "REGION")]
    pub(crate) regions: Vec<Region>,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// The SOC's server.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServerArgs {
    /// The SOC's server, which provides the baseline, sends the invitation, and gets progress reports
    /// [env: HUBWARD_SERVER]
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Certificates to trust for the server, in addition to the system's
    #[arg(long, value_name = "PEM")]
    pub(crate) ca_file: Option<PathBuf>,
}

/// How often to check.
#[derive(Clone, Debug, Args)]
pub(crate) struct HeartbeatArgs {
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    /// The interval between two checks
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
    pub(crate) every: Duration,
    /// Check once, and exit as status does
    #[arg(long)]
    pub(crate) once: bool,
}

/// How to stay.
#[derive(Clone, Debug, Args)]
pub(crate) struct StayArgs {
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    /// The interval between two checks, from 5m to 24h [default: as it is now, or else 1h]
    #[arg(long, value_name = "TIME", conflicts_with = "remove")]
    pub(crate) every: Option<Interval>,
    /// Remove what stay created, and nothing else
    #[arg(long)]
    pub(crate) remove: bool,
    /// Make the changes without asking for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    /// Show what would change, and make no changes
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Where to get updates.
#[derive(Clone, Debug, Args)]
pub(crate) struct UpdateArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// Only check for an update; exit 3 if there is one
    #[arg(long)]
    pub(crate) check: bool,
}

/// How to set the account up.
#[derive(Clone, Debug, Args)]
pub(crate) struct SetupArgs {
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    /// Make the changes without asking for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
    /// Make no changes: the same as plan
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Reads a time such as `5m` or `1h 30m`, from one second to one day.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "not a time from 1s to 24h, such as 5m".to_owned();
    let parsed: jiff::SignedDuration = text.parse().ok().ok_or_else(wrong)?;
    let time = Duration::try_from(parsed).ok().ok_or_else(wrong)?;
    let bounds = Duration::from_secs(1)..=Duration::from_secs(24 * 60 * 60);
    bounds.contains(&time).then_some(time).ok_or_else(wrong)
}

/// Reads the name of a change, or of `stay` and its parts.
fn topic() -> impl TypedValueParser<Value = Topic> {
    let names = Topic::all().map(Topic::name);
    PossibleValuesParser::new(names).try_map(|name| name.parse::<Topic>())
}

/// Parses the command line. The error has its own exit code, and is a help text in this language for
/// `--help`.
pub(crate) fn parse(args: &[OsString], language: Language) -> Result<Cli, clap::Error> {
    let matches = help::localized(Cli::command(), language).try_get_matches_from(args)?;
    Cli::from_arg_matches(&matches)
}

/// The value of `--lang` before the command line is parsed: help and usage errors need it already.
pub(crate) fn language_flag(args: &[OsString]) -> Option<Language> {
    let words: Vec<&str> = args.iter().filter_map(|word| word.to_str()).collect();
    let joined = words.iter().find_map(|word| word.strip_prefix("--lang="));
    let separate = || {
        let at = words.iter().position(|word| *word == "--lang")?;
        words.get(at + 1).copied()
    };
    Language::from_str(joined.or_else(separate)?, false).ok()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse_words(words: &str) -> Result<Cli, clap::Error> {
        let args: Vec<OsString> = words.split(' ').map(OsString::from).collect();
        parse(&args, Language::En)
    }

    #[test]
    fn the_command_tree_is_valid() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_wrong_region_or_account_is_a_usage_error() {
        for words in [
            "hubward-agent setup --region eu-west-9",
            "hubward-agent setup --administrator 12345",
            "hubward-agent setup --standard a,b",
            "hubward-agent setup --lang fr",
            "hubward-agent heartbeat --every 0s",
            "hubward-agent heartbeat --every soon",
            "hubward-agent explain everything",
            "hubward-agent undo --yes",
            "hubward-agent plan --yes",
            "hubward-agent observe --server https://soc.example.com",
            "hubward-agent observe --administrator 999999999999",
        ] {
            assert_eq!(
                parse_words(words).map(|_| ()).unwrap_err().exit_code(),
                2,
                "{words}"
            );
        }
    }

    #[test]
    fn the_default_interval_of_heartbeats_is_five_minutes() {
        let every = |words: &str| match parse_words(words).map(|cli| cli.command) {
            Ok(Command::Heartbeat(args)) => args.every.as_secs(),
            other => panic!("{other:?}"),
        };
        assert_eq!(every("hubward-agent heartbeat"), 300);
        assert_eq!(every("hubward-agent heartbeat --every 30s"), 30);
        assert_eq!(every("hubward-agent heartbeat --every PT1H"), 3600);
    }

    #[test]
    fn every_topic_is_known_by_its_name() {
        for topic in Topic::all() {
            let cli = parse_words(&format!("hubward-agent explain {}", topic.name()));
            let Ok(Command::Explain(args)) = cli.map(|cli| cli.command) else {
                panic!("{}", topic.name());
            };
            assert_eq!(args.change, Some(topic));
        }
    }

    #[test]
    fn stay_is_removed_without_an_administrator_and_has_no_interval_then() {
        let parsed = parse_words("hubward-agent stay --remove --yes").map(|cli| cli.command);
        assert!(matches!(
            parsed,
            Ok(Command::Stay(StayArgs { remove: true, .. }))
        ));
        for words in [
            "hubward-agent stay --remove --every 1h",
            "hubward-agent stay --every 4m",
            "hubward-agent stay --every 25h",
            "hubward-agent lambda --region us-east-1",
        ] {
            let code = parse_words(words).map(|_| ()).unwrap_err().exit_code();
            assert_eq!(code, 2, "{words}");
        }
    }

    #[test]
    fn the_language_is_known_before_the_rest_is() {
        let flag = |words: &str| {
            let args: Vec<OsString> = words.split(' ').map(OsString::from).collect();
            language_flag(&args)
        };
        assert_eq!(flag("hubward-agent --lang ja --help"), Some(Language::Ja));
        assert_eq!(flag("hubward-agent setup --lang=en"), Some(Language::En));
        assert_eq!(flag("hubward-agent setup --lang"), None);
    }

    #[test]
    fn regions_and_standards_repeat() {
        let cli = parse_words(
            "hubward-agent setup --administrator 999999999999 --region us-east-1 --region eu-west-1 --lang ja",
        );
        let Ok(Cli {
            command: Command::Setup(args),
            lang: Some(Language::Ja),
        }) = cli
        else {
            panic!("{cli:?}");
        };
        assert_eq!(args.baseline.regions.len(), 2);
    }
}
