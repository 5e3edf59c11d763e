//! The manual in the reader's language. English is the doc comments themselves; for any other
//! language, each command and argument takes its words from `locales/help.LANG.yml`.

use clap::{Arg, Command};
use rust_i18n::t;

use hubward_domain::account::Language;

/// The command tree, ready to be asked in this language.
pub(super) fn localised(command: Command, language: Language) -> Command {
    match language {
        Language::En => command,
        Language::Ja => {
            // Built first, so that clap's own --help and subcommand `help` are there to be translated.
            let mut command = command;
            command.build();
            translated(command, "help", language)
        }
    }
}

fn translated(command: Command, path: &str, language: Language) -> Command {
    let locale = language.as_str();
    let names: Vec<String> = command
        .get_subcommands()
        .map(|sub| sub.get_name().to_owned())
        .collect();
    let mut command = command
        .help_template(format!(
            "{{about-with-newline}}\n{}: {{usage}}\n\n{{all-args}}",
            t!("cli.usage", locale = locale)
        ))
        .subcommand_help_heading(t!("cli.commands", locale = locale).into_owned())
        .mut_args(|arg| translated_argument(arg, path, language));
    if let Some(words) = words(path, language) {
        command = command.about(words.clone()).long_about(words);
    }
    for name in names {
        // clap adds its `help` to every command that has subcommands.
        let path = if name == "help" {
            "help.help".to_owned()
        } else {
            format!("{path}.{name}")
        };
        command = command.mut_subcommand(name, |sub| translated(sub, &path, language));
    }
    command
}

fn translated_argument(arg: Arg, path: &str, language: Language) -> Arg {
    let locale = language.as_str();
    let heading = if arg.is_positional() {
        t!("cli.arguments", locale = locale)
    } else {
        t!("cli.options", locale = locale)
    };
    let arg = arg.help_heading(heading.into_owned());
    match argument_words(arg.get_id().as_str(), path, language) {
        Some(words) => arg.help(words.clone()).long_help(words),
        None => arg,
    }
}

/// An argument's own words, or those that it has in every command.
fn argument_words(id: &str, path: &str, language: Language) -> Option<String> {
    words(&format!("{path}:{id}"), language).or_else(|| words(&format!("help:{id}"), language))
}

fn words(key: &str, language: Language) -> Option<String> {
    // Not by the macro: the key is made of the command's name.
    crate::_rust_i18n_try_translate(language.as_str(), key).map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    /// Every key that the tree asks for: of each command, and of each argument the one that answers.
    fn wanted(command: &Command, path: &str, keys: &mut BTreeSet<String>) {
        keys.insert(path.to_owned());
        for arg in command.get_arguments() {
            let own = format!("{path}:{}", arg.get_id());
            let shared = format!("help:{}", arg.get_id());
            keys.insert(if words(&own, Language::Ja).is_some() {
                own
            } else {
                shared
            });
        }
        for sub in command.get_subcommands() {
            // `hubward help` repeats the tree, whose words are the commands' own.
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
        let known: BTreeSet<String> = crate::_rust_i18n_backend()
            .messages_for_locale("ja")
            .unwrap_or_default()
            .into_iter()
            .map(|(key, _)| key.into_owned())
            .filter(|key| key.starts_with("help"))
            .collect();
        assert_eq!(known, keys);
    }

    #[test]
    fn the_japanese_manual_has_no_english_headings() {
        let help = localised(Cli::command(), Language::Ja)
            .render_long_help()
            .to_string();
        for english in ["Usage", "Commands", "Options", "Print"] {
            assert!(!help.contains(english), "{english} is in {help}");
        }
    }
}
