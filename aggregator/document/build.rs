//! Generates the sentences of `locales/`.

use std::process::ExitCode;

use hubward_sentences::English;

fn main() -> ExitCode {
    hubward_sentences::build("locales", English::Any)
}
