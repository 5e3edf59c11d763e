//! The command line. The doc comments are the manual.

use std::ffi::OsString;

use clap::{Args, Parser, Subcommand, ValueEnum};
use hubward_protocol::{AccountId, Region};

use crate::baseline::StandardId;

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
    pub(crate) lang: Option<LangArg>,
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
    /// Print what is seen in the account, as JSON
    Observe(BaselineArgs),
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
    /// A Region to set up, the home Region first; can be repeated [default: the shell's Region]
    #[arg(long = "region", value_name = "REGION")]
    pub(crate) regions: Vec<Region>,
    /// A standard to enable; can be repeated [default: aws-foundational-security-best-practices/v/1.0.0]
    #[arg(long = "standard", value_name = "STANDARD")]
    pub(crate) standards: Vec<StandardId>,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(crate) json: bool,
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

/// A language of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangArg {
    /// Japanese.
    Ja,
    /// English.
    En,
}

/// Reads the command line. The error knows its own exit code, and is no error for `--help`.
pub(crate) fn parse(args: &[OsString]) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(args)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse_words(words: &str) -> Result<Cli, clap::Error> {
        let args: Vec<OsString> = words.split(' ').map(OsString::from).collect();
        parse(&args)
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
            "hubward-agent setup --server https://soc.example.com",
            "hubward-agent plan --yes",
        ] {
            assert_eq!(
                parse_words(words).map(|_| ()).unwrap_err().exit_code(),
                2,
                "{words}"
            );
        }
    }

    #[test]
    fn regions_and_standards_repeat() {
        let cli = parse_words(
            "hubward-agent setup --administrator 999999999999 --region us-east-1 --region eu-west-1 --lang ja",
        );
        let Ok(Cli {
            command: Command::Setup(args),
            lang: Some(LangArg::Ja),
        }) = cli
        else {
            panic!("{cli:?}");
        };
        assert_eq!(args.baseline.regions.len(), 2);
    }
}
