//! Every sentence exists in both languages with the same facts in it, and every sentence is used.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Key to text, of one language.
fn words(locale: &str) -> BTreeMap<String, String> {
    crate::_rust_i18n_backend()
        .messages_for_locale(locale)
        .unwrap()
        .into_iter()
        .map(|(key, text)| (key.into_owned(), text.into_owned()))
        // The manual: its English is the doc comments, and `cli::help` has a test of its own.
        .filter(|(key, _)| !key.starts_with("help"))
        .collect()
}

fn placeholders(text: &str) -> BTreeSet<String> {
    text.split("%{")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

/// One use of a sentence: where, which, and which facts are put into it.
struct Use {
    place: String,
    key: String,
    facts: BTreeSet<String>,
}

/// Every source file but this one: where, and what stands in it.
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(&path).unwrap();
                found.push((path.display().to_string(), source));
            }
        }
    }
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")).unwrap()
    {
        let path = entry.unwrap().path();
        let page = std::fs::read_to_string(&path).unwrap();
        found.push((path.display().to_string(), page));
    }
    found.retain(|(place, _)| !place.ends_with(file!()));
    found
}

fn uses(sources: &[(String, String)]) -> impl Iterator<Item = Use> {
    let calls = |(place, source): &(String, String)| -> Vec<Use> {
        calls(source)
            .filter_map(|call| parse(call, place))
            .collect()
    };
    sources.iter().flat_map(calls)
}

/// What stands behind the opening bracket of each call of the translating macro.
fn calls(source: &str) -> impl Iterator<Item = &str> {
    // Put together, so that this very line is no call.
    const CALL: &str = concat!("t", "!(");
    source.match_indices(CALL).filter_map(|(start, call)| {
        let name_goes_on = source[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        (!name_goes_on).then(|| &source[start + call.len()..])
    })
}

/// The call's key and facts; nothing when the key is computed, as a table's rows do.
fn parse(call: &str, place: &str) -> Option<Use> {
    let mut arguments = vec![String::new()];
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for c in call.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '(' | '[' | '{' | '<' if !quoted => depth += 1,
            ')' if !quoted && depth == 0 => break,
            ')' | ']' | '}' | '>' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                arguments.push(String::new());
                continue;
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        arguments.last_mut().unwrap().push(c);
    }
    let mut arguments = arguments.into_iter();
    let key = arguments.next().unwrap().trim().to_owned();
    let mut facts: BTreeSet<String> = arguments
        .filter_map(|argument| Some(argument.split_once('=')?.0.trim().to_owned()))
        .collect();
    let place = place.to_owned();
    assert!(
        facts.remove("locale"),
        "{place}: {key} is said in no particular language"
    );
    let key = key.strip_prefix('"')?.strip_suffix('"')?.to_owned();
    Some(Use { place, key, facts })
}

#[test]
fn each_sentence_is_in_both_languages_with_the_same_facts() {
    let (english, japanese) = (words("en"), words("ja"));
    let keys = |words: &BTreeMap<String, String>| words.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&english), keys(&japanese));
    for (key, text) in &english {
        assert_eq!(placeholders(text), placeholders(&japanese[key]), "{key}");
        assert!(
            !text.trim().is_empty() && !japanese[key].trim().is_empty(),
            "{key}"
        );
    }
}

#[test]
fn each_use_has_its_sentence_and_gives_it_its_facts() {
    let english = words("en");
    for Use { place, key, facts } in uses(&sources()) {
        let text = english
            .get(&key)
            .unwrap_or_else(|| panic!("{place}: no sentence {key}"));
        assert_eq!(facts, placeholders(text), "{place}: {key}");
    }
}

#[test]
fn what_a_page_says_is_a_sentence_without_facts() {
    let english = words("en");
    let mut said = 0;
    for (place, source) in sources() {
        for call in source.split(".say(\"").skip(1) {
            let key = call.split('"').next().unwrap();
            let text = english
                .get(key)
                .unwrap_or_else(|| panic!("{place}: no sentence {key}"));
            assert!(placeholders(text).is_empty(), "{place}: {key}");
            said += 1;
        }
    }
    assert!(said > 0);
}

#[test]
fn no_sentence_is_unused() {
    let sources = sources();
    let is_used = |key: &String| {
        let literal = format!("\"{key}\"");
        sources.iter().any(|(_, source)| source.contains(&literal))
    };
    let unused: Vec<_> = words("en")
        .into_keys()
        .filter(|key| !is_used(key))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}
