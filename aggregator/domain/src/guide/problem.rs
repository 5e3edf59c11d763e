//! The possible errors of a guide's entry, and their places.

use super::field::GuideField;

/// One error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideProblem {
    /// The file, such as `controls/S3.1.md`.
    pub place: String,
    /// The field, if the error is in one.
    pub field: Option<GuideField>,
    pub fault: Fault,
}

/// An error in a field or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is empty.
    Missing,
    /// It is not one of the allowed words.
    Word {
        found: String,
        /// The allowed words.
        allowed: Vec<&'static str>,
    },
    /// It is not a date such as `2026-11-24`.
    Date,
    /// It is not an https URL.
    Address,
    /// It is not the name of a control or a family.
    Name,
    /// AWS has no control with this id, according to the bundled list.
    UnknownControl,
    /// It is not exactly three numbered steps.
    ThreeSteps {
        /// How many steps it has.
        found: usize,
    },
    /// It is more than one paragraph.
    OneParagraph,
    /// It is too long for a cell.
    TooLong,
    /// It has markup that the guide does not support.
    Markup {
        /// For example `heading`.
        what: &'static str,
    },
    /// A code block that starts with three backticks does not end.
    OpenCode,
    ControlCharacter,
    /// A link leads neither to https nor to another entry.
    Link {
        /// The link's target.
        to: String,
    },
    /// A link leads to an entry that does not exist.
    DeadLink {
        /// The link's target.
        to: String,
    },
    /// Entries have no such field or section.
    Unknown {
        name: String,
    },
    /// A field or a section occurs twice.
    Twice {
        name: String,
    },
    /// The front matter cannot be parsed.
    FrontMatter {
        detail: String,
    },
    /// The file cannot be read.
    Unreadable {
        detail: String,
    },
    /// The file's name does not match its entry.
    FileName {
        /// The right name.
        expected: String,
    },
    /// Another entry has the same name, or the same finding type.
    SameAs {
        /// The common name or type.
        what: String,
    },
}
