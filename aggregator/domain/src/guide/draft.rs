//! An unchecked entry of the guide: a text for each field, whatever its source.

use std::collections::BTreeMap;

use super::field::GuideField;

/// Texts by field; fields without text are absent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryDraft(BTreeMap<GuideField, String>);

impl EntryDraft {
    /// Sets a field. Line ends become `\n`, and surrounding white space is removed.
    pub fn set(&mut self, field: GuideField, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
        let text = lines.join("\n").trim().to_owned();
        if text.is_empty() {
            self.0.remove(&field);
        } else {
            self.0.insert(field, text);
        }
    }

    /// A field's text; empty if it has none.
    pub fn get(&self, field: GuideField) -> &str {
        self.0.get(&field).map_or("", String::as_str)
    }

    /// The fields that have a text.
    pub fn fields(&self) -> impl Iterator<Item = GuideField> {
        self.0.keys().copied()
    }
}
