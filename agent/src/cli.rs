//! The command line. The doc comments are the manual in English.

mod help;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use hubward_protocol::{AccountId, Region};

use crate::baseline::StandardId;
use crate::change::Kind;
use crate::text::Language;

/// Sets this AWS account up for its SOC: AWS Config, GuardDuty, Security Hub, its standards, and the
/// administrator's invitation, in all the Regions given, at once.
///
/// It looks first, shows what it would change, and changes the least. Running it again is safe.
/// Credentials are those of the shell, as in AWS CloudShell.
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
    /// The language of what is said [env: HUBWARD_LANG, LANG]
    #[arg(long, global = true, value_name = "LANG")]
    pub(crate) lang: Option<Language>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what is missing, ask, change it, and verify
    Setup(SetupArgs),
    /// Show what setup would change, and change nothing; exit 3 when something is missing
    Plan(BaselineArgs),
    /// Look and judge; exit 3 when something is missing
    Status(BaselineArgs),
    /// Look, judge and report to the SOC's server, again and again
    Heartbeat(HeartbeatArgs),
    /// Print what is seen in the account, as JSON
    Observe(ObserveArgs),
    /// Explain a change: why, what it costs, how it is done by hand
    Explain(ExplainArgs),
    /// Show what this program created here, and the commands that take it back; run none of them
    Undo(UndoArgs),
    /// Replace this program by the newest release that the SOC's server offers
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
    /// The account of the SOC: the only one whose invitation is accepted [env: HUBWARD_ADMINISTRATOR]
    #[arg(long, value_name = "ID")]
    pub(crate) administrator: Option<AccountId>,
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// A Region to set up, the home Region first; can be repeated [default: the server's, else the
    /// shell's Region]
    #[arg(long = "region", value_name = "REGION")]
    pub(crate) regions: Vec<Region>,
    /// A standard to enable; can be repeated [default: the server's, else
    /// aws-foundational-security-best-practices/v/1.0.0]
    #[arg(long = "standard", value_name = "STANDARD")]
    pub(crate) standards: Vec<StandardId>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(crate) json: bool,
}

/// What to look at.
#[derive(Clone, Debug, Args)]
pub(crate) struct ObserveArgs {
    /// A Region to look at; can be repeated [default: the shell's Region]
    #[arg(long = "region", value_name = "REGION")]
    pub(crate) regions: Vec<Region>,
    /// Not needed; accepted so that status can be turned into observe
    #[arg(long, value_name = "ID", hide = true)]
    pub(crate) administrator: Option<AccountId>,
    /// Not needed: it is always JSON
    #[arg(long, hide = true)]
    pub(crate) json: bool,
}

/// What to explain.
#[derive(Clone, Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The change [default: list them all]
    #[arg(value_name = "CHANGE", value_parser = change())]
    pub(crate) change: Option<Kind>,
    /// The SOC's server, whose guide says more; it is not asked [env: HUBWARD_SERVER]
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where to look for what was created.
#[derive(Clone, Debug, Args)]
pub(crate) struct UndoArgs {
    /// A Region to look at; can be repeated [default: every Region that the account has enabled]
    #[arg(long = "region", value_name = "REGION")]
    pub(crate) regions: Vec<Region>,
    /// Print JSON instead of text
    #[arg(long)]
    pub(crate) json: bool,
}

/// The SOC's server.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServerArgs {
    /// The SOC's server: says what is wanted, sends the invitation, and hears how far it is
    /// [env: HUBWARD_SERVER]
    #[arg(long, value_name = "URL")]
    pub(crate) server: Option<String>,
    /// Certificates to trust for the server, beside the system's
    #[arg(long, value_name = "PEM")]
    pub(crate) ca_file: Option<PathBuf>,
}

/// How often to look.
#[derive(Clone, Debug, Args)]
pub(crate) struct HeartbeatArgs {
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    /// How long to wait from one look to the next
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration)]
    pub(crate) every: Duration,
    /// Look once, and exit as status does
    #[arg(long)]
    pub(crate) once: bool,
}

/// Where updates come from.
#[derive(Clone, Debug, Args)]
pub(crate) struct UpdateArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,
    /// Only look for one; exit 3 when there is one
    #[arg(long)]
    pub(crate) check: bool,
}

/// How to set it up.
#[derive(Clone, Debug, Args)]
pub(crate) struct SetupArgs {
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    /// Make the changes without asking
    #[arg(long)]
    pub(crate) yes: bool,
    /// Make no change: the same as plan
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// A time such as `5m` or `1h 30m`: at least a second, at most a day.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "not a time from 1s to 24h, such as 5m".to_owned();
    let parsed: jiff::SignedDuration = text.parse().ok().ok_or_else(wrong)?;
    let time = Duration::try_from(parsed).ok().ok_or_else(wrong)?;
    let bounds = Duration::from_secs(1)..=Duration::from_secs(24 * 60 * 60);
    bounds.contains(&time).then_some(time).ok_or_else(wrong)
}

/// The names of changes.
fn change() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.map(Kind::name)).map(|name| {
        let named = Kind::ALL.into_iter().find(|kind| kind.name() == name);
        named.unwrap_or(Kind::CreateServiceLinkedRole)
    })
}

/// Reads the command line. The error knows its own exit code, and is no error for `--help`, which is
/// in the language given.
pub(crate) fn parse(args: &[OsString], language: Language) -> Result<Cli, clap::Error> {
    let matches = help::localized(Cli::command(), language).try_get_matches_from(args)?;
    Cli::from_arg_matches(&matches)
}

/// `--lang` among arguments that are not parsed yet: the manual and its errors are in it already.
pub(crate) fn asked_language(args: &[OsString]) -> Option<Language> {
    let words: Vec<&str> = args.iter().filter_map(|word| word.to_str()).collect();
    let joined = words.iter().find_map(|word| word.strip_prefix("--lang="));
    let apart = || {
        let at = words.iter().position(|word| *word == "--lang")?;
        words.get(at + 1).copied()
    };
    Language::from_str(joined.or_else(apart)?, false).ok()
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
    fn the_command_tree_is_sound() {
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
        ] {
            assert_eq!(
                parse_words(words).map(|_| ()).unwrap_err().exit_code(),
                2,
                "{words}"
            );
        }
    }

    #[test]
    fn a_heartbeat_comes_every_five_minutes_unless_told() {
        let every = |words: &str| match parse_words(words).map(|cli| cli.command) {
            Ok(Command::Heartbeat(args)) => args.every.as_secs(),
            other => panic!("{other:?}"),
        };
        assert_eq!(every("hubward-agent heartbeat"), 300);
        assert_eq!(every("hubward-agent heartbeat --every 30s"), 30);
        assert_eq!(every("hubward-agent heartbeat --every PT1H"), 3600);
    }

    #[test]
    fn every_change_can_be_asked_for_by_its_name() {
        for kind in Kind::ALL {
            let cli = parse_words(&format!("hubward-agent explain {}", kind.name()));
            let Ok(Command::Explain(args)) = cli.map(|cli| cli.command) else {
                panic!("{}", kind.name());
            };
            assert_eq!(args.change, Some(kind));
        }
    }

    #[test]
    fn the_language_is_known_before_the_rest_is() {
        let asked = |words: &str| {
            let args: Vec<OsString> = words.split(' ').map(OsString::from).collect();
            asked_language(&args)
        };
        assert_eq!(asked("hubward-agent --lang ja --help"), Some(Language::Ja));
        assert_eq!(asked("hubward-agent setup --lang=en"), Some(Language::En));
        assert_eq!(asked("hubward-agent setup --lang"), None);
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
