//! Documents: the paths that ARCHITECTURE.md names exist.
//!
//! Links, commands and scripts that documents show are tested in `tests/packaging/test_documents.py`.

use std::fs;

use crate::harness::cloud::repository;

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
fn a_path_that_does_not_exist_is_noticed() {
    assert!(exists("cli/screen.rs"));
    assert!(exists("agent/src/plan/"));
    assert!(!exists("cli/no_such_file.rs"));
    assert!(is_path("domain/check.rs"));
    assert!(!is_path("/install.sh"));
    assert!(!is_path("actions/NOUN/VERB.rs"));
    assert!(!is_path("hubward run check"));
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
