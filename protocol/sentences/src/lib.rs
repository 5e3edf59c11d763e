//! Generates a program's typed sentences from its `locales/*.yml` at build time.
//!
//! A file holds both languages side by side, so that a translator sees them together. A fact is written
//! `%{name}`; a key is lower-case words with dots:
//!
//! ```yaml
//! check.summary:
//!   en: "%{complete} of %{all} are complete."
//!   ja: "%{all} 件のうち %{complete} 件が完了しています。"
//! import.done:
//!   count: accounts
//!   en: { one: "Imported %{accounts} account.", other: "Imported %{accounts} accounts." }
//!   ja: "%{accounts} 個のアカウントを取り込みました。"
//! ```
//!
//! The result is `Say`, a `Copy` struct over the language, with one method per key. The dots of the key
//! become underscores, and the facts become the parameters in ALPHABETICAL order: rewording a sentence
//! then never changes which argument is which.
//!
//! ```text
//! say.check_summary(all, complete) // String: `all` and `complete` are `impl Display`
//! say.import_done(accounts)        // String: `accounts` is an integer and selects the form
//! say.word_region()                // &'static str: no facts
//! ```
//!
//! A missing key or fact does not compile, and rustc reports an unused sentence as dead code. What rustc
//! cannot see fails the build here: a missing or empty text, a key given twice, languages with different
//! facts, a wrong plural.
//!
//! A file `NAME.LANG.yml`, such as `help.ja.yml`, maps keys to texts of that one language. They are looked
//! up at run time, by `NAME_LANG(key)`; `NAME_LANG` in capitals is the sorted table itself.
//!
//! `build.rs` is `fn main() -> ExitCode { hubward_sentences::build("locales", English::Any) }`; the program
//! includes the result where its `Language` enum (`En` and `Ja`) is in scope:
//! `include!(concat!(env!("OUT_DIR"), "/say.rs"));`

#![warn(missing_docs)]

mod generate;
mod read;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

/// Which characters English texts may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum English {
    /// ASCII only, for a program that runs in terminals of unknown encoding.
    Ascii,
    /// Any.
    Any,
}

/// Generates `say.rs` into `OUT_DIR` from all files of `folder`. Problems in the texts are printed as errors of
/// the build, each with its file and key.
#[expect(clippy::print_stdout, reason = "cargo reads a build script's stdout")]
pub fn build(folder: &str, english: English) -> ExitCode {
    // The whole folder, so that a new file is noticed.
    println!("cargo::rerun-if-changed={folder}");
    match try_build(Path::new(folder), english) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            for problem in problems {
                // Cargo reads one line per message.
                println!("cargo::error={}", problem.replace('\n', " "));
            }
            ExitCode::FAILURE
        }
    }
}

fn try_build(folder: &Path, english: English) -> Result<(), Vec<String>> {
    let failed = |error: io::Error| vec![format!("{}: {error}", folder.display())];
    let files = files(folder).map_err(failed)?;
    let catalog = read::catalog(&files, english)?;
    let Some(out) = env::var_os("OUT_DIR") else {
        return Err(vec!["OUT_DIR is not set".to_owned()]);
    };
    fs::write(Path::new(&out).join("say.rs"), generate::say(&catalog)).map_err(failed)
}

/// Name and content of each YAML file, sorted by name.
fn files(folder: &Path) -> io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yml") {
            files.push((path.display().to_string(), fs::read_to_string(&path)?));
        }
    }
    files.sort();
    Ok(files)
}
