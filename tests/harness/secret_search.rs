//! Everything that the programs and pages say, and the search for secrets in it.

use std::cell::RefCell;
use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::browser::Page;
use super::program::Outcome;

/// A part of a secret of this length counts as leaked.
pub(crate) const PART: usize = 12;

/// All output, with its source.
#[derive(Default)]
pub(crate) struct RecordedOutput(RefCell<Vec<(String, String)>>);

impl RecordedOutput {
    pub(crate) fn note(&self, who: impl Into<String>, what: impl Into<String>) {
        self.0.borrow_mut().push((who.into(), what.into()));
    }

    /// Adds a program's output.
    pub(crate) fn by(&self, who: &str, outcome: Outcome) -> Outcome {
        self.note(format!("{who}, stdout"), &outcome.stdout);
        self.note(format!("{who}, stderr"), &outcome.stderr);
        outcome
    }

    /// Adds a page's headers and body.
    pub(crate) fn on(&self, who: &str, page: Page) -> Page {
        let head: Vec<String> = (page.headers.iter())
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        self.note(who, format!("{}\n\n{}", head.join("\n"), page.body));
        page
    }

    /// The number of bytes recorded.
    pub(crate) fn size(&self) -> usize {
        self.0.borrow().iter().map(|(_, what)| what.len()).sum()
    }

    /// Searches for every secret and every part of one, plain and as encoded in URLs and headers.
    pub(crate) fn leaks(&self, secrets: &[(String, String)]) -> Vec<String> {
        let mut parts: HashMap<Vec<u8>, &str> = HashMap::new();
        for (name, secret) in secrets {
            let forms = [
                secret.clone(),
                encoded(secret),
                STANDARD.encode(secret),
                URL_SAFE_NO_PAD.encode(secret),
                hex::encode(secret),
            ];
            for form in forms {
                for part in form.as_bytes().windows(PART) {
                    parts.insert(part.to_vec(), name);
                }
            }
        }
        let mut found = Vec::new();
        for (who, what) in self.0.borrow().iter() {
            for (at, part) in what.as_bytes().windows(PART).enumerate() {
                if let Some(name) = parts.get(part) {
                    let from = at.saturating_sub(80);
                    let around = what.as_bytes().get(from..at + PART).unwrap_or_default();
                    let around = String::from_utf8_lossy(around).into_owned();
                    found.push(format!("{who} says {name}: …{around}…"));
                    break;
                }
            }
        }
        found
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
