//! Reads the YAML files and checks their texts, so that `generate` has only valid ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::English;

/// All texts of a program.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    /// By key.
    pub(crate) sentences: BTreeMap<String, Sentence>,
    /// By table name, such as `help_ja`.
    pub(crate) tables: BTreeMap<String, BTreeMap<String, String>>,
}

/// One key, in both languages.
#[derive(Debug)]
pub(crate) struct Sentence {
    /// The file that holds it.
    pub(crate) file: String,
    /// The fact that selects the plural form.
    pub(crate) count: Option<String>,
    pub(crate) en: Text,
    pub(crate) ja: Text,
}

/// What a sentence says in one language.
#[derive(Debug)]
pub(crate) enum Text {
    Always(Pieces),
    Plural { one: Pieces, other: Pieces },
}

/// A text, cut at its facts.
pub(crate) type Pieces = Vec<Piece>;

#[derive(Debug)]
pub(crate) enum Piece {
    Words(String),
    Fact(String),
}

/// A value in a file of sentences, before it is checked.
#[derive(Deserialize)]
#[serde(untagged)]
enum Raw {
    Always(String),
    Forms(BTreeMap<String, String>),
}

/// The content of a file of sentences.
type Entries = BTreeMap<String, BTreeMap<String, Raw>>;

/// Words that Rust keeps for itself, of those that could name a fact.
const KEYWORDS: [&str; 37] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern",
    "false", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut",
    "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true", "type", "use",
    "where", "while",
];

/// Reads files, given as name and content.
///
/// # Errors
/// All problems found, each with its file and key.
pub(crate) fn catalog(
    files: &[(String, String)],
    english: English,
) -> Result<Catalog, Vec<String>> {
    let mut catalog = Catalog::default();
    let mut methods = BTreeMap::new();
    let mut problems = Vec::new();
    for (file, content) in files {
        let read = match table_name(file) {
            Some(name) => table(content).map(|texts| {
                catalog.tables.insert(name, texts);
            }),
            None => yaml::<Entries>(content).map(|entries| {
                for (key, entry) in entries {
                    if let Some(other) = methods.insert(method(&key), format!("{file}: {key}")) {
                        problems.push(format!("{file}: {key}: the same method as {other}"));
                    }
                    match sentence(file, &key, entry, english) {
                        Ok(sentence) => {
                            catalog.sentences.insert(key, sentence);
                        }
                        Err(problem) => problems.push(format!("{file}: {key}: {problem}")),
                    }
                }
            }),
        };
        if let Err(problem) = read {
            problems.push(format!("{file}: {problem}"));
        }
    }
    if problems.is_empty() {
        Ok(catalog)
    } else {
        Err(problems)
    }
}

fn yaml<T: DeserializeOwned>(content: &str) -> Result<T, String> {
    // As in YAML 1.2: `n` and `yes` are words.
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(content, options).map_err(|error| error.to_string())
}

/// `help_ja` for `help.ja.yml`; `None` for a file of sentences.
fn table_name(file: &str) -> Option<String> {
    let stem = Path::new(file).file_stem()?.to_string_lossy();
    let (name, language) = stem.split_once('.')?;
    Some(format!("{name}_{language}"))
}

fn table(content: &str) -> Result<BTreeMap<String, String>, String> {
    let texts: BTreeMap<String, String> = yaml(content)?;
    match texts.iter().find(|(_, text)| text.trim().is_empty()) {
        Some((key, _)) => Err(format!("{key}: the text is empty")),
        None => Ok(texts),
    }
}

/// The name of a key's method.
pub(crate) fn method(key: &str) -> String {
    key.replace('.', "_")
}

fn sentence(
    file: &str,
    key: &str,
    mut entry: BTreeMap<String, Raw>,
    english: English,
) -> Result<Sentence, String> {
    if !key.split('.').all(is_name) {
        return Err(
            "a key is lower-case words, digits and underscores, with dots between".to_owned(),
        );
    }
    let count = match entry.remove("count") {
        None => None,
        Some(Raw::Always(fact)) => Some(fact),
        Some(Raw::Forms(_)) => return Err("`count` is the name of a fact".to_owned()),
    };
    let sentence = Sentence {
        file: file.to_owned(),
        count,
        en: text("en", entry.remove("en"))?,
        ja: text("ja", entry.remove("ja"))?,
    };
    if let Some(unknown) = entry.keys().next() {
        return Err(format!("`{unknown}` is none of en, ja and count"));
    }
    sentence.check(english)?;
    Ok(sentence)
}

fn text(language: &str, raw: Option<Raw>) -> Result<Text, String> {
    match raw {
        None => Err(format!("no text for `{language}`")),
        Some(Raw::Always(text)) => Ok(Text::Always(pieces(language, &text)?)),
        Some(Raw::Forms(mut forms)) => {
            match (forms.remove("one"), forms.remove("other"), forms.is_empty()) {
                (Some(one), Some(other), true) => Ok(Text::Plural {
                    one: pieces(language, &one)?,
                    other: pieces(language, &other)?,
                }),
                _ => Err(format!("`{language}` wants the forms `one` and `other`")),
            }
        }
    }
}

/// Cuts a text at its facts.
fn pieces(language: &str, text: &str) -> Result<Pieces, String> {
    if text.trim().is_empty() {
        return Err(format!("the text for `{language}` is empty"));
    }
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((words, after)) = rest.split_once("%{") {
        let Some((fact, after)) = after.split_once('}') else {
            return Err(format!("`{language}` has a %{{ without its }}"));
        };
        if !is_name(fact) || KEYWORDS.contains(&fact) {
            return Err(format!("%{{{fact}}} cannot be the name of a parameter"));
        }
        if !words.is_empty() {
            pieces.push(Piece::Words(words.to_owned()));
        }
        pieces.push(Piece::Fact(fact.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Words(rest.to_owned()));
    }
    Ok(pieces)
}

fn is_name(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase())
        && word
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

impl Sentence {
    /// The facts, in the order of the parameters.
    pub(crate) fn facts(&self) -> BTreeSet<&str> {
        let texts = self.en.forms().into_iter().chain(self.ja.forms());
        texts.flat_map(facts).collect()
    }

    fn check(&self, english: English) -> Result<(), String> {
        let all = self.facts();
        let is_plural = [&self.en, &self.ja]
            .iter()
            .any(|text| matches!(text, Text::Plural { .. }));
        match &self.count {
            None if is_plural => {
                return Err("`count` does not name the fact that is counted".into());
            }
            Some(_) if !is_plural => return Err("`count` without a plural form".into()),
            Some(count) if !all.contains(count.as_str()) => {
                return Err(format!(
                    "`count` names {count}, which is no fact of the sentence"
                ));
            }
            _ => {}
        }
        for (language, text) in [("en", &self.en), ("ja", &self.ja)] {
            for (form, is_one) in text.forms().into_iter().zip([text.is_plural(), false]) {
                let mut missing = all.clone();
                for fact in facts(form) {
                    missing.remove(fact);
                }
                // "the only account" needs no number.
                if is_one && let Some(count) = &self.count {
                    missing.remove(count.as_str());
                }
                if let Some(fact) = missing.first() {
                    return Err(format!("a text for `{language}` lacks %{{{fact}}}"));
                }
            }
        }
        let is_ascii = |piece: &Piece| match piece {
            Piece::Words(words) => words.is_ascii(),
            Piece::Fact(_) => true,
        };
        if english == English::Ascii && !self.en.forms().into_iter().flatten().all(is_ascii) {
            return Err("the text for `en` is not ASCII".to_owned());
        }
        Ok(())
    }
}

impl Text {
    /// The form for one first, where there are two.
    fn forms(&self) -> Vec<&Pieces> {
        match self {
            Self::Always(pieces) => vec![pieces],
            Self::Plural { one, other } => vec![one, other],
        }
    }

    fn is_plural(&self) -> bool {
        matches!(self, Self::Plural { .. })
    }
}

fn facts(pieces: &Pieces) -> impl Iterator<Item = &str> {
    pieces.iter().filter_map(|piece| match piece {
        Piece::Fact(fact) => Some(fact.as_str()),
        Piece::Words(_) => None,
    })
}
