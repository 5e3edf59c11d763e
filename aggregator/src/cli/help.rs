//! The `--help` texts. English is the doc comments of `cli.rs` and `cli/*.rs`; in Japanese, each command and
//! argument takes its text from `locales/help.ja.yml`.

use crate::say::{Say, help_ja};
use clap::{Arg, Command};

use hubward_domain::account::Language;

/// The command tree with texts in this language.
pub(super) fn localized(command: Command, language: Language) -> Command {
    match language {
        Language::En => command,
        Language::Ja => {
            // Built first, so that clap's own --help and subcommand `help` exist and can be translated.
            let mut command = command;
            command.build();
            translated(command, "help", Say(language))
        }
    }
}

fn translated(command: Command, path: &str, say: Say) -> Command {
    let names: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    let mut command = command
        .help_template(format!(
            "{{about-with-newline}}\n{}: {{usage}}\n\n{{all-args}}",
            say.cli_usage()
        ))
        .subcommand_help_heading(say.cli_commands())
        .mut_args(|arg| translated_argument(arg, path, say));
    if let Some(text) = help_ja(path) {
        command = command.about(text).long_about(text);
    }
    for name in names {
        // clap adds its `help` to every command with subcommands.
        let path = if name == "help" {
            "help.help".to_owned()
        } else {
            format!("{path}.{name}")
        };
        command = command.mut_subcommand(name, |sub| translated(sub, &path, say));
    }
    command
}

fn translated_argument(arg: Arg, path: &str, say: Say) -> Arg {
    let heading = if arg.is_positional() {
        say.cli_arguments()
    } else {
        say.cli_options()
    };
    let arg = arg.help_heading(heading);
    match argument_text(arg.get_id().as_str(), path) {
        Some(text) => arg.help(text).long_help(text),
        None => arg,
    }
}

/// An argument's own text, or the one that it has in every command.
fn argument_text(id: &str, path: &str) -> Option<&'static str> {
    help_ja(&format!("{path}:{id}")).or_else(|| help_ja(&format!("help:{id}")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;
    use crate::say::HELP_JA;

    /// All keys that the tree uses: of each command, and of each argument the one that exists.
    fn wanted(command: &Command, path: &str, keys: &mut BTreeSet<String>) {
        keys.insert(path.to_owned());
        for arg in command.get_arguments() {
            let own = format!("{path}:{}", arg.get_id());
            let shared = format!("help:{}", arg.get_id());
            keys.insert(if help_ja(&own).is_some() { own } else { shared });
        }
        for sub in command.get_subcommands() {
            // `hubward help` repeats the tree with the commands' own texts.
            if sub.get_name() == "help" {
                keys.insert("help.help".to_owned());
            } else {
                wanted(sub, &format!("{path}.{}", sub.get_name()), keys);
            }
        }
    }

    #[test]
    fn every_command_and_argument_is_explained_in_japanese_and_nothing_else_is() {
        let mut command = Cli::command();
        command.build();
        let mut keys = BTreeSet::new();
        wanted(&command, "help", &mut keys);
        let known: BTreeSet<String> = HELP_JA.iter().map(|(key, _)| (*key).to_owned()).collect();
        assert_eq!(known, keys);
    }

    #[test]
    fn the_japanese_manual_has_no_english_headings() {
        let help = localized(Cli::command(), Language::Ja)
            .render_long_help()
            .to_string();
        for english in ["Usage", "Commands", "Options", "Print"] {
            assert!(!help.contains(english), "{english} is in {help}");
        }
    }
}
