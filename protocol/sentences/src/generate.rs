//! Writes the Rust code of a catalog.

use crate::read::{Catalog, Piece, Pieces, Sentence, Text, method};

/// Clippy's limit, which counts `self` too.
const MOST_PARAMETERS: usize = 7;

/// The content of `say.rs`.
pub(crate) fn say(catalog: &Catalog) -> String {
    let mut code = String::from(
        "// Generated from the locale files by hubward-sentences.\n\n\
         /// The sentences of the locale files, in one language.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq)]\n\
         pub(crate) struct Say(pub(crate) Language);\n\n\
         impl Say {\n",
    );
    for (key, sentence) in &catalog.sentences {
        code.push_str(&sentence.method(key));
    }
    code.push_str("}\n");
    for (name, texts) in &catalog.tables {
        let table = name.to_uppercase();
        let mut rows = String::new();
        for (key, text) in texts {
            rows.push_str(&format!("    ({key:?}, {text:?}),\n"));
        }
        code.push_str(&format!(
            "\n/// All texts that `{name}` finds, sorted by key.\n\
             pub(crate) const {table}: &[(&str, &str)] = &[\n{rows}];\n\n\
             /// The text with this key.\n\
             pub(crate) fn {name}(key: &str) -> Option<&'static str> {{\n    \
                 let index = {table}.binary_search_by_key(&key, |(known, _)| known).ok()?;\n    \
                 {table}.get(index).map(|(_, text)| *text)\n\
             }}\n"
        ));
    }
    code
}

impl Sentence {
    fn method(&self, key: &str) -> String {
        let name = method(key);
        let facts = self.facts();
        let mut parameters = String::from("self");
        for fact in &facts {
            let kind = if self.count.as_deref() == Some(fact) {
                "impl Copy + std::fmt::Display + TryInto<u64>"
            } else {
                "impl std::fmt::Display"
            };
            parameters.push_str(&format!(", {fact}: {kind}"));
        }
        let returned = if facts.is_empty() {
            "&'static str"
        } else {
            "String"
        };
        let expected = if facts.len() >= MOST_PARAMETERS {
            "    #[expect(clippy::too_many_arguments, reason = \"the facts of one sentence\")]\n"
        } else {
            ""
        };
        let (en, ja) = (self.arms("En", &self.en), self.arms("Ja", &self.ja));
        let file = &self.file;
        format!(
            "    /// `{key}` of `{file}`.\n{expected}    \
             pub(crate) fn {name}({parameters}) -> {returned} {{\n        \
                 match self.0 {{\n{en}{ja}        }}\n    \
             }}\n"
        )
    }

    /// The match arms of one language.
    fn arms(&self, language: &str, text: &Text) -> String {
        let has_facts = !self.facts().is_empty();
        let mut arms = String::new();
        let other = match (text, &self.count) {
            (Text::Plural { one, other }, Some(count)) => {
                let one = expression(one, has_facts);
                let is_one = format!("matches!({count}.try_into(), Ok(1_u64))");
                arms.push_str(&format!(
                    "            Language::{language} if {is_one} => {one},\n"
                ));
                other
            }
            (Text::Plural { other, .. }, None) => other,
            (Text::Always(pieces), _) => pieces,
        };
        let other = expression(other, has_facts);
        arms.push_str(&format!("            Language::{language} => {other},\n"));
        arms
    }
}

/// A literal, or the call that puts the facts into it.
fn expression(pieces: &Pieces, has_facts: bool) -> String {
    let mut literal = String::new();
    for piece in pieces {
        match piece {
            Piece::Words(words) if has_facts => {
                literal.push_str(&words.replace('{', "{{").replace('}', "}}"));
            }
            Piece::Words(words) => literal.push_str(words),
            Piece::Fact(fact) => literal.push_str(&format!("{{{fact}}}")),
        }
    }
    let own_facts = pieces.iter().any(|piece| matches!(piece, Piece::Fact(_)));
    if has_facts && !own_facts {
        // One form of a plural may do without the count: its braces are then no placeholders.
        let plain = literal.replace("{{", "{").replace("}}", "}");
        format!("{plain:?}.to_owned()")
    } else if has_facts {
        format!("format!({literal:?})")
    } else {
        format!("{literal:?}")
    }
}
