//! Documents and texts: the paths that ARCHITECTURE.md names exist, and English texts use plain words.
//!
//! Links, commands and scripts that documents show are tested in `tests/packaging/test_documents.py`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::cloud::repository;

/// Words and phrases that no English text of ours uses, and what to write instead. They were a private
/// dialect: correct, but not what an engineer expects to read, and some had several meanings.
const WORDS: &[(&str, &str)] = &[
    ("all the same", "still, anyway"),
    ("anew", "again"),
    ("any more", "no longer"),
    ("became of", "the result of, what happened to"),
    ("beside", "next to, with, in addition to"),
    ("besides", "also"),
    ("but for", "except"),
    ("falls silent", "stops responding"),
    ("for ever", "forever, permanently"),
    ("goes on", "continues"),
    ("hand in", "upload, submit"),
    ("handed in", "uploaded, submitted"),
    ("handed out", "distributed"),
    ("hands in", "uploads, submits"),
    ("hands out", "distributes"),
    ("hear of", "are notified of, learn about"),
    ("heard of", "was notified of, learned about"),
    ("hears of", "is notified of, learns about"),
    ("in words", "as text"),
    ("into words", "into text, into sentences"),
    ("lest", "so that … not"),
    ("let go", "disconnected, released"),
    ("louder", "escalated"),
    ("mend", "fix"),
    ("mended", "fixed"),
    ("mends", "fixes"),
    ("nobody", "no one"),
    ("of its own will", "voluntarily"),
    ("of their own will", "voluntarily"),
    ("road", "path, flow"),
    ("somebody", "someone, a person"),
    ("stands", "is, is in"),
    ("takes in", "receives, accepts, imports"),
    ("the door", "the source, the endpoint"),
    ("the trace of", "the audit event of, the history of"),
    ("thereby", "so, this way"),
    ("told", "notified, reported, said"),
    ("took in", "received, accepted, imported"),
    ("way to people", "delivery"),
    ("what stands above", "the list above"),
    ("whither", "where"),
    ("whoever", "anyone who, the person who"),
    ("whomever", "anyone, the person"),
];

/// What separates phrases: no phrase of [`WORDS`] goes across it.
const BREAK: &str = "";

#[test]
fn english_texts_use_plain_words() {
    let mut found = Vec::new();
    let mut files = 0;
    for file in files_of(&repository()) {
        let Some(text) = english_of(&file) else {
            continue;
        };
        files += 1;
        for (line, word, instead) in dialect_in(&text) {
            let file = file.strip_prefix(repository()).unwrap_or(&file);
            found.push(format!(
                "{}:{line}: \"{word}\", better: {instead}",
                file.display()
            ));
        }
    }
    assert!(files > 500, "only {files} files have English texts");
    assert!(
        found.is_empty(),
        "{} words to replace\n{}",
        found.len(),
        found.join("\n")
    );
}

#[test]
fn the_paths_in_the_architecture_exist() {
    let text = fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    let spans = code_spans(&text).into_iter();
    let paths: Vec<&str> = spans.filter(|span| is_path(span)).collect();
    assert!(paths.len() > 50, "only {} paths were found", paths.len());
    let missing: Vec<&str> = paths.into_iter().filter(|path| !exists(path)).collect();
    assert!(
        missing.is_empty(),
        "ARCHITECTURE.md names what is not there: {}",
        missing.join(", ")
    );
}

#[test]
fn words_are_found_across_lines_and_not_within_others() {
    let text = "Alerts are told to\nwhoever asks. Do not use any\nmore `told` words,\n--contacts-told, %{told}\nor retold. Any, more";
    let found: Vec<(usize, &str)> = dialect_in(text)
        .into_iter()
        .map(|(line, word, _)| (line, word))
        .collect();
    assert_eq!(found, [(1, "told"), (2, "whoever"), (2, "any more")]);
}

#[test]
fn a_path_that_does_not_exist_is_noticed() {
    assert!(exists("cli/screen.rs"));
    assert!(exists("agent/src/plan/"));
    assert!(!exists("cli/no_such_file.rs"));
    assert!(is_path("domain/check.rs"));
    assert!(!is_path("/install.sh"));
    assert!(!is_path("actions/NOUN/VERB.rs"));
    assert!(!is_path("hubward run check"));
}

/// The text of a file that people read as English, line by line; `None` where it has none.
///
/// Of a YAML file these are the values and comments of both languages: no word of [`WORDS`] is Japanese. Of a
/// Rust file they are the head comment, and for the command lines the doc comments, which are their `--help`.
fn english_of(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_str()?;
    let extension = file.extension()?.to_str()?;
    let is_japanese = name.contains(".ja.");
    let in_locales = file.parent()?.ends_with("locales");
    let is_help = file.ends_with("cli.rs") || file.parent()?.ends_with("cli");
    let wanted = |line: &str| match extension {
        "md" => Some(line.to_owned()),
        "yml" => Some(value_of(line).to_owned()),
        _ => {
            let line = line.trim_start();
            let help = line.strip_prefix("///").filter(|_| is_help);
            line.strip_prefix("//!").or(help).map(str::to_owned)
        }
    };
    if is_japanese || !(matches!(extension, "md" | "rs") || extension == "yml" && in_locales) {
        return None;
    }
    let text = fs::read_to_string(file).unwrap();
    let lines = text.lines().map(|line| wanted(line).unwrap_or_default());
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// A line of a YAML file without its key.
fn value_of(line: &str) -> &str {
    let is_key = |key: &str| {
        !key.is_empty()
            && key
                .chars()
                .all(|char| char.is_ascii_alphanumeric() || "._-".contains(char))
    };
    match line.trim_start().split_once(':') {
        Some((key, value)) if is_key(key) => value,
        _ => line,
    }
}

/// Each word of [`WORDS`] that a text uses: its line, the word, and what is better.
fn dialect_in(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    let tokens = tokens_of(text);
    let phrases: Vec<Vec<&str>> = WORDS
        .iter()
        .map(|(phrase, _)| phrase.split(' ').collect())
        .collect();
    let mut found = Vec::new();
    for (at, (line, _)) in tokens.iter().enumerate() {
        for ((word, instead), phrase) in WORDS.iter().zip(&phrases) {
            let here = tokens.get(at..at + phrase.len()).unwrap_or_default();
            if here.len() == phrase.len()
                && here
                    .iter()
                    .zip(phrase)
                    .all(|((_, token), word)| token == word)
            {
                found.push((*line, *word, *instead));
            }
        }
    }
    found
}

/// The words of a text in lower case with their lines, and a [`BREAK`] where a phrase ends. Code between
/// backticks and placeholders are no words of ours.
fn tokens_of(text: &str) -> Vec<(usize, String)> {
    let mut tokens = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let prose = without(&without(line, "`", "`"), "%{", "}");
        let mut word = String::new();
        for char in prose.chars().chain([' ']) {
            if char.is_alphanumeric() || "_-'’".contains(char) {
                word.extend(char.to_lowercase());
                continue;
            }
            if !word.is_empty() {
                tokens.push((number + 1, std::mem::take(&mut word)));
            }
            if !char.is_whitespace() && !"*[]".contains(char) {
                tokens.push((number + 1, BREAK.to_owned()));
            }
        }
    }
    tokens
}

/// A line without what is between these marks. What is not closed on the line stays.
fn without(line: &str, opening: &str, closing: &str) -> String {
    let mut kept = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(opening) {
        let Some((_, behind)) = after.split_once(closing) else {
            break;
        };
        kept.push_str(before);
        kept.push('.');
        rest = behind;
    }
    kept.push_str(rest);
    kept
}

/// What a Markdown text has between single backticks.
fn code_spans(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    prose
        .flat_map(|part| part.split('`').skip(1).step_by(2))
        .collect()
}

/// Whether a code span is a path of the repository: routes begin with a slash, and NOUN means many paths.
fn is_path(span: &str) -> bool {
    let in_a_path = |char: char| char.is_ascii_alphanumeric() || "/._-".contains(char);
    (span.contains('/') || span.ends_with(".rs"))
        && !span.starts_with(['/', '.'])
        && !span.contains("NOUN")
        && span.chars().all(in_a_path)
}

/// Whether a path that a document shortens exists: below the repository, a program's sources, or one of the
/// aggregator's crates, whose name then comes first.
fn exists(path: &str) -> bool {
    let root = repository();
    let beginnings = ["", "aggregator", "aggregator/src", "agent/src", "protocol"];
    let of_a_crate = path
        .split_once('/')
        .map(|(name, rest)| root.join("aggregator").join(name).join("src").join(rest));
    beginnings
        .iter()
        .map(|beginning| root.join(beginning).join(path))
        .chain(of_a_crate)
        .any(|file| file.exists())
}

/// Every file below a directory, except what is built and what is hidden.
fn files_of(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with('.') || name == "target" || name == "node_modules" {
            continue;
        }
        if path.is_dir() {
            found.extend(files_of(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
