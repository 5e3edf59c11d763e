//! Generates the sentences of `locales/`. The agent runs in terminals of unknown encoding, so that its
//! English is ASCII.

use std::process::ExitCode;

use hubward_sentences::English;

fn main() -> ExitCode {
    hubward_sentences::build("locales", English::Ascii)
}
