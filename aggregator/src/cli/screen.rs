//! Output for people and programs: tables or JSON on stdout, messages on stderr, and questions.
//!
//! Foreign text (from AWS, files or members) is shown without control characters: a project name must not
//! move the cursor, hide a row or reverse text.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, LineStyle, Table, TableStyle};
use serde::Serialize;

use super::failure::CommandFailure;
use crate::say::Say;
use crate::text::LocalizedMessage;
use hubward_domain::account::Language;
use hubward_domain::sanitize::printable;

/// A line below the headers, and no other borders, which would disturb copying.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// The width of a table without a terminal.
const WIDTH: u16 = 120;

/// The process's output, in the reader's language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Screen {
    json: bool,
    language: Language,
    interactive: bool,
    logs: bool,
}

impl Screen {
    pub(super) fn new(json: bool, language: Language, interactive: bool) -> Self {
        Self {
            json,
            language,
            interactive,
            logs: false,
        }
    }

    /// The same, for a server: its messages are lines of the log.
    pub(super) fn logging(self) -> Self {
        Self { logs: true, ..self }
    }

    pub(super) fn language(self) -> Language {
        self.language
    }

    pub(super) fn is_json(self) -> bool {
        self.json
    }

    /// Whether a person can answer questions.
    pub(super) fn is_interactive(self) -> bool {
        self.interactive
    }

    /// Prints data for a program.
    pub(super) fn data(self, value: &impl Serialize) -> Result<(), CommandFailure> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| CommandFailure::output(&error.into(), self.language))?;
        self.out(&text)
    }

    /// Prints a table for a person.
    pub(super) fn table(
        self,
        headers: &[String],
        rows: Vec<Vec<String>>,
    ) -> Result<(), CommandFailure> {
        let mut table = Table::new();
        table
            .load_style(STYLE)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_header(headers);
        if !table.is_tty() {
            table.set_width(WIDTH);
        }
        for row in rows {
            table.add_row(row.iter().map(|cell| printable(cell)));
        }
        self.out(&table.to_string())
    }

    /// Prints a line of data.
    pub(super) fn out(self, text: &str) -> Result<(), CommandFailure> {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{text}")
            .and_then(|()| stdout.flush())
            .map_err(|error| CommandFailure::output(&error, self.language))
    }

    /// Prints a line of foreign text for a person.
    pub(super) fn line(self, text: &str) -> Result<(), CommandFailure> {
        self.out(&printable(text))
    }

    /// Prints a message to stderr; a closed stderr is no failure.
    pub(super) fn say(self, text: &str) {
        if self.logs {
            tracing::info!("{}", one_line(text));
            return;
        }
        let _ = writeln!(io::stderr().lock(), "{}", printable(text));
    }

    pub(super) fn warn(self, message: &LocalizedMessage) {
        if self.logs {
            let hint = Some(one_line(&message.hint)).filter(|hint| !hint.is_empty());
            tracing::warn!(hint, "{}", one_line(&message.text));
            return;
        }
        let say = Say(self.language);
        self.say(&say.cli_warning(&message.text));
        self.hint(message);
    }

    pub(super) fn fail(self, failure: &CommandFailure) {
        let say = Say(self.language);
        if let CommandFailure::Messages(messages) = failure {
            for message in messages {
                if self.logs {
                    self.warn(message);
                    continue;
                }
                self.say(&say.cli_error(&message.text));
                self.hint(message);
            }
        }
    }

    fn hint(self, message: &LocalizedMessage) {
        if !message.hint.is_empty() {
            self.say(&Say(self.language).cli_hint(&message.hint));
        }
    }

    /// Asks for confirmation; `false` without a terminal.
    pub(super) fn confirm(self, question: &str) -> Result<bool, CommandFailure> {
        let say = Say(self.language);
        let prompt = say.cli_confirm(question);
        let answer = self.ask(&prompt)?.to_ascii_lowercase();
        Ok(matches!(answer.as_str(), "y" | "yes" | "はい"))
    }

    /// Asks to type a word, for actions that a hasty yes must not start.
    pub(super) fn confirm_typed(self, question: &str, word: &str) -> Result<bool, CommandFailure> {
        let say = Say(self.language);
        let prompt = say.cli_confirm_typed(question, word);
        Ok(self.ask(&prompt)? == word)
    }

    fn ask(self, prompt: &str) -> Result<String, CommandFailure> {
        let say = Say(self.language);
        if !self.interactive {
            return Err(CommandFailure::new(
                say.cli_needs_yes(),
                say.cli_needs_yes_hint(),
            ));
        }
        let _ = write!(io::stderr().lock(), "{}", printable(prompt));
        let mut answer = String::new();
        io::stdin()
            .read_line(&mut answer)
            .map_err(|error| CommandFailure::output(&error, self.language))?;
        Ok(answer.trim().to_owned())
    }
}

/// A message must not add lines to the log.
fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}
