//! Rules of the code base that no compiler checks: which modules may import which, what files
//! contain at the top, and that every file has a head comment. The table below is the one in
//! ARCHITECTURE.md.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::cloud::repository;

/// A module, as a path below a program's `src`, and the modules that it may import from its own
/// program.
struct Room {
    program: &'static str,
    rooms: &'static [&'static str],
    may: &'static [&'static str],
    never_words: &'static [&'static str],
}

/// Within a crate whose dependencies Cargo.toml limits, modules may import each other.
const ANY: &[&str] = &[];

const PURE: &[&str] = &[
    "tokio",
    "async fn",
    "std::fs",
    "std::env",
    "std::net::Tcp",
    "reqwest",
    "sqlx",
];

const TABLE: &[Room] = &[
    Room {
        program: "aggregator/domain",
        rooms: &[""],
        may: ANY,
        never_words: PURE,
    },
    Room {
        program: "aggregator/document",
        rooms: &[""],
        may: ANY,
        never_words: &["async fn"],
    },
    Room {
        program: "aggregator",
        rooms: &["aws"],
        may: &["aws", "config", "telemetry", "world"],
        never_words: &["hubward_store"],
    },
    Room {
        program: "aggregator",
        rooms: &["channel"],
        may: &["channel", "config", "say", "world"],
        never_words: &["hubward_store", "aws_"],
    },
    Room {
        program: "aggregator",
        rooms: &["oidc"],
        may: &["say"],
        never_words: &["hubward_store", "aws_"],
    },
    Room {
        program: "aggregator",
        rooms: &["jira"],
        may: &["jira", "config", "say", "world"],
        never_words: &["hubward_store", "aws_", "clap"],
    },
    Room {
        program: "aggregator",
        rooms: &["actions", "queries"],
        may: &[
            "actions",
            "queries",
            "app",
            "aws",
            "channel",
            "config",
            "oidc",
            "jira",
            "telemetry",
            "world",
        ],
        never_words: &["aws_sdk", "clap"],
    },
    Room {
        program: "aggregator",
        rooms: &["text"],
        may: &["text", "actions", "queries", "app", "aws", "config", "say"],
        never_words: &["aws_sdk", "clap", "async fn"],
    },
    Room {
        program: "aggregator",
        rooms: &["config", "world"],
        may: &["config", "world"],
        never_words: &["hubward_store", "aws_sdk", "async fn"],
    },
    Room {
        program: "aggregator",
        rooms: &["cli"],
        may: &[
            "cli",
            "http",
            "jobs",
            "lifecycle",
            "actions",
            "queries",
            "app",
            "config",
            "say",
            "telemetry",
            "text",
            "world",
        ],
        never_words: &["hubward_store", "aws_sdk"],
    },
    Room {
        program: "aggregator",
        rooms: &["jobs"],
        may: &["jobs", "actions", "queries", "app", "config", "say", "text"],
        never_words: &["hubward_store", "aws_sdk", "clap", "reqwest"],
    },
    Room {
        program: "aggregator",
        rooms: &["http"],
        may: &[
            "http",
            "actions",
            "queries",
            "app",
            "config",
            "say",
            "telemetry",
            "text",
        ],
        never_words: &["hubward_store", "aws_sdk", "clap"],
    },
    Room {
        program: "agent",
        rooms: &["baseline", "observed", "change", "plan", "verdict"],
        may: &["baseline", "observed", "change", "plan", "verdict"],
        never_words: PURE,
    },
    Room {
        program: "agent",
        rooms: &["aws"],
        may: &["aws", "baseline", "observed", "change", "world"],
        never_words: &["clap"],
    },
    Room {
        program: "agent",
        rooms: &["server"],
        may: &["server", "observed"],
        never_words: &["clap", "aws_sdk", "aws_config"],
    },
    Room {
        program: "agent",
        rooms: &["runtime_api"],
        may: &["observed"],
        never_words: &["clap", "aws_sdk", "aws_config"],
    },
    Room {
        program: "agent",
        rooms: &["converge"],
        may: &[
            "converge", "aws", "baseline", "observed", "change", "plan", "verdict",
        ],
        never_words: &["clap", "aws_sdk", "reqwest"],
    },
    Room {
        program: "agent",
        rooms: &["text"],
        may: &[
            "text", "baseline", "observed", "change", "plan", "verdict", "converge", "server",
        ],
        never_words: &["clap", "aws_sdk", "reqwest", "async fn"],
    },
    Room {
        program: "agent",
        rooms: &["commands"],
        may: &[
            "commands",
            "converge",
            "baseline",
            "observed",
            "change",
            "verdict",
            "server",
            "runtime_api",
            "term",
            "text",
            "world",
            "cli",
        ],
        never_words: &["aws_sdk", "reqwest"],
    },
];

#[test]
fn imports_only_go_down() {
    let mut wrong = Vec::new();
    for room in TABLE {
        for name in room.rooms {
            let files = files_of(room.program, name);
            assert!(!files.is_empty(), "{} has no room {name}", room.program);
            for file in files {
                let source = code_of(&file);
                for imported in own_imports(&source) {
                    if room.may != ANY && !room.may.contains(&imported.as_str()) {
                        wrong.push(format!("{} imports crate::{imported}", file.display()));
                    }
                }
                for word in room.never_words {
                    if source.contains(word) {
                        wrong.push(format!("{} uses {word}", file.display()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_action_never_calls_one_of_another_noun() {
    // What actions of all nouns need: notices, and the ledger's rules and writes.
    const SHARED: [&str; 4] = ["ActionError", "StoreError", "notify", "ledger"];
    let actions = repository().join("aggregator/src/actions");
    for file in rust_files(&actions) {
        let noun = noun_of(&file, &actions);
        let source = code_of(&file);
        for called in source.split("crate::actions::").skip(1) {
            let called = called
                .split(|char: char| !char.is_alphanumeric() && char != '_')
                .next()
                .unwrap_or_default();
            assert!(
                called == noun || SHARED.contains(&called),
                "{} calls the action {called}: what two nouns share belongs into the domain",
                file.display()
            );
        }
    }
}

/// The folder or file below `room` that a file is in: `account` for `room/account/edit.rs`.
fn noun_of(file: &Path, room: &Path) -> String {
    let below = file.strip_prefix(room).unwrap();
    let first = below.components().next().unwrap().as_os_str();
    Path::new(first)
        .file_stem()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

/// Commands of one word, and the noun whose module has them.
const ONE_WORD_COMMANDS: [(&str, &str); 6] = [
    ("invite", "invitation"),
    ("migrate", "init"),
    ("restore", "backup"),
    ("run", "job"),
    ("serve", "job"),
    ("silence", "alert"),
];

/// Files of `cli/` that are not commands: what all commands share, and commands without a noun.
const NO_NOUNS: [&str; 8] = [
    "completions",
    "config",
    "failure",
    "fields",
    "help",
    "screen",
    "tests",
    "tidy",
];

#[test]
fn a_noun_of_the_command_line_is_a_noun_on_every_floor() {
    let src = repository().join("aggregator/src");
    let nouns = |room: &str| -> BTreeSet<String> {
        let room = src.join(room);
        rust_files(&room)
            .iter()
            .map(|file| noun_of(file, &room))
            .collect()
    };
    let (acts, reads) = (nouns("actions"), nouns("queries"));
    let mut missing = Vec::new();
    for command in nouns("cli") {
        if NO_NOUNS.contains(&command.as_str()) {
            continue;
        }
        let noun = ONE_WORD_COMMANDS
            .iter()
            .find(|(word, _)| *word == command)
            .map_or(command.as_str(), |(_, noun)| noun);
        if !acts.contains(noun) && !reads.contains(noun) {
            missing.push(noun.to_owned());
        }
    }
    assert!(
        missing.is_empty(),
        "no actions and no queries for {missing:?}"
    );
}

#[test]
fn the_programs_meet_only_in_the_protocol() {
    for (program, stranger) in [
        ("agent", "hubward_aggregator"),
        ("aggregator", "hubward_agent"),
        ("protocol", "hubward_agent"),
        ("protocol", "hubward_aggregator"),
    ] {
        for file in rust_files(&repository().join(program)) {
            let source = code_of(&file);
            let own_name = file.ends_with("src/main.rs");
            assert!(
                own_name || !source.contains(stranger),
                "{} knows {stranger}",
                file.display()
            );
        }
    }
}

#[test]
fn every_file_opens_with_what_it_is() {
    for program in ["protocol", "agent", "aggregator", "tests"] {
        for file in rust_files(&repository().join(program)) {
            let text = fs::read_to_string(&file).unwrap();
            assert!(
                text.starts_with("//! "),
                "{} does not say what it is",
                file.display()
            );
        }
    }
}

#[test]
fn the_top_level_holds_the_agreed_rooms_only() {
    let agreed = [
        "Cargo.toml",
        "Cargo.lock",
        "agent",
        "aggregator",
        "protocol",
        "packaging",
        "tests",
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "LICENSE",
        "target",
    ];
    for entry in fs::read_dir(repository()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            name.starts_with('.') || agreed.contains(&name.as_str()),
            "{name} has no place at the top"
        );
    }
}

/// The module's own file and everything below it.
fn files_of(program: &str, room: &str) -> Vec<PathBuf> {
    let src = repository().join(program).join("src");
    if room.is_empty() {
        return rust_files(&src);
    }
    let mut files = rust_files(&src.join(room));
    let own = src.join(format!("{room}.rs"));
    if own.exists() {
        files.push(own);
    }
    files
}

/// All Rust files below a folder.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// A file without its comments and tests, which may refer to anything.
fn code_of(file: &Path) -> String {
    let is_test = file.file_stem().is_some_and(|stem| stem == "tests")
        || file.components().any(|part| part.as_os_str() == "tests");
    let text = fs::read_to_string(file).unwrap();
    if is_test && !file.starts_with(repository().join("tests")) {
        return String::new();
    }
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect()
}

/// The modules that a source names by `crate::module`, in a `use` or in a path.
fn own_imports(source: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for after in source.split("crate::").skip(1) {
        let names = match after.strip_prefix('{') {
            // `use crate::{a::b, c}`: the first word of each entry at the outermost level.
            Some(group) => {
                let mut depth = 0;
                let mut entries = vec![String::new()];
                for char in group.chars() {
                    match char {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => entries.push(String::new()),
                        _ if depth == 0 => {
                            if let Some(entry) = entries.last_mut() {
                                entry.push(char);
                            }
                        }
                        _ => {}
                    }
                }
                entries
            }
            None => vec![after.to_owned()],
        };
        rooms.extend(names.iter().filter_map(|name| {
            let word: String = name
                .trim()
                .chars()
                .take_while(|char| char.is_alphanumeric() || *char == '_')
                .collect();
            (!word.is_empty()).then_some(word)
        }));
    }
    rooms
}

#[test]
fn the_reader_of_imports_sees_them() {
    let source = "use crate::{store::Store, cli::{a, b}, text};\nfn f() { crate::http::g(); }";
    let modules = own_imports(source);
    assert_eq!(
        modules.into_iter().collect::<Vec<_>>(),
        ["cli", "http", "store", "text"]
    );
}
