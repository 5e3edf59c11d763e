//! What can be wrong with an entry of the guide, and where.

use super::field::GuideField;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuideProblem {
    /// The file, such as `controls/S3.1.md`.
    pub place: String,
    /// The field, where it is one field's.
    pub field: Option<GuideField>,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a field, or with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has nothing in it.
    Missing,
    /// It takes only some words.
    Word {
        /// What it says.
        found: String,
        /// What it may say.
        allowed: Vec<&'static str>,
    },
    /// It is no date such as `2026-11-24`.
    Date,
    /// It is no https address.
    Address,
    /// It is no name of a control or a family.
    Name,
    /// AWS has no control of this id, as far as the bundled list knows.
    UnknownControl,
    /// It is not exactly three numbered steps.
    ThreeSteps {
        /// How many it is.
        found: usize,
    },
    /// It is more than one paragraph.
    OneParagraph,
    /// It is longer than a cell may be.
    TooLong,
    /// It has something that is not part of the guide's Markdown.
    Markup {
        /// Such as `heading`.
        what: &'static str,
    },
    /// A code block that begins with three backticks does not end.
    OpenCode,
    /// It has control characters.
    ControlCharacter,
    /// A link leads neither to https nor to another entry.
    Link {
        /// Where it leads.
        to: String,
    },
    /// A link leads to an entry that does not exist.
    DeadLink {
        /// Where it leads.
        to: String,
    },
    /// A field or a section that no entry has.
    Unknown {
        /// Its name.
        name: String,
    },
    /// A field or a section stands there twice.
    Twice {
        /// Its name.
        name: String,
    },
    /// The front matter cannot be read.
    FrontMatter {
        /// Why.
        detail: String,
    },
    /// The file cannot be read.
    Unreadable {
        /// Why.
        detail: String,
    },
    /// The file's name is not its entry's.
    FileName {
        /// What it should be.
        expected: String,
    },
    /// Another entry has the same name, or the same finding type.
    SameAs {
        /// What both have.
        what: String,
    },
}
