//! The structure of the guide's entries: kinds, fields, and sections of the text.

use strum::{IntoStaticStr, VariantArray};

use crate::account::Language;

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, VariantArray)]
pub enum FieldKind {
    /// A control of Security Hub.
    Control,
    /// A family of GuardDuty's finding types.
    Threat,
}

/// A section of an entry's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Section {
    /// What the failed control means for the account.
    Meaning,
    /// The risk, in one sentence.
    Risk,
    /// How to fix it in the console.
    Console,
    /// How to fix it with commands.
    Cli,
    /// When an exception is acceptable.
    Exception,
    /// What GuardDuty detected, in one sentence.
    Happened,
    /// The first three steps.
    Steps,
    /// What to preserve as evidence.
    Preserve,
}

/// One field of an entry. Texts have one field per language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GuideField {
    /// The control's id.
    Id,
    /// The threats' family.
    Family,
    /// The family's finding types, one per line.
    Types,
    Title(Language),
    /// Whether it has to be fixed.
    Policy,
    /// How long the fix takes.
    Effort,
    /// Who fixes it.
    Owner,
    /// When the control applies.
    AppliesWhen(Language),
    /// When a person last reviewed it.
    Reviewed,
    /// AWS's page.
    Link,
    /// A section's text.
    Text(Section, Language),
}

/// English first, as in the files.
pub(super) const LANGUAGES: [Language; 2] = [Language::En, Language::Ja];

impl FieldKind {
    /// The directory of its files.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Control => "controls",
            Self::Threat => "threats",
        }
    }

    /// The field that identifies an entry.
    pub fn key(self) -> GuideField {
        match self {
            Self::Control => GuideField::Id,
            Self::Threat => GuideField::Family,
        }
    }

    /// The sections of its text, in order.
    pub fn sections(self) -> &'static [Section] {
        match self {
            Self::Control => &[
                Section::Meaning,
                Section::Risk,
                Section::Console,
                Section::Cli,
                Section::Exception,
            ],
            Self::Threat => &[Section::Happened, Section::Steps, Section::Preserve],
        }
    }

    /// The fields of its front matter, in the order of the files.
    pub(super) fn front(self) -> Vec<GuideField> {
        let title = LANGUAGES.map(GuideField::Title);
        let ends = [GuideField::Reviewed, GuideField::Link];
        match self {
            Self::Control => [GuideField::Id]
                .into_iter()
                .chain(title)
                .chain([GuideField::Policy, GuideField::Effort, GuideField::Owner])
                .chain(LANGUAGES.map(GuideField::AppliesWhen))
                .chain(ends)
                .collect(),
            Self::Threat => [GuideField::Family, GuideField::Types]
                .into_iter()
                .chain(title)
                .chain(ends)
                .collect(),
        }
    }

    /// All fields, in the order of a workbook: short ones first, then the texts.
    pub fn fields(self) -> Vec<GuideField> {
        let sections = self.sections().iter();
        let texts = sections.flat_map(|section| LANGUAGES.map(|it| GuideField::Text(*section, it)));
        self.front().into_iter().chain(texts).collect()
    }
}

impl Section {
    pub const ALL: [Self; 8] = [
        Self::Meaning,
        Self::Risk,
        Self::Console,
        Self::Cli,
        Self::Exception,
        Self::Happened,
        Self::Steps,
        Self::Preserve,
    ];

    /// The section's heading in the files.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    fn header(self) -> (&'static str, &'static str) {
        match self {
            Self::Meaning => ("What it means", "意味"),
            Self::Risk => ("Risk", "リスク"),
            Self::Console => ("In the console", "コンソールでの手順"),
            Self::Cli => ("By CLI", "CLIでの手順"),
            Self::Exception => ("Exception", "例外"),
            Self::Happened => ("What happened", "何が起きたか"),
            Self::Steps => ("First three steps", "最初の3つの手順"),
            Self::Preserve => ("What to preserve", "保全するもの"),
        }
    }
}

impl GuideField {
    /// The field's name, followed by a dot and the language if it has one.
    pub fn name(self) -> String {
        match self {
            Self::Id => "id".to_owned(),
            Self::Family => "family".to_owned(),
            Self::Types => "types".to_owned(),
            Self::Title(language) => format!("title.{}", language.as_str()),
            Self::Policy => "policy".to_owned(),
            Self::Effort => "effort".to_owned(),
            Self::Owner => "owner".to_owned(),
            Self::AppliesWhen(language) => format!("applies_when.{}", language.as_str()),
            Self::Reviewed => "reviewed".to_owned(),
            Self::Link => "link".to_owned(),
            Self::Text(section, language) => format!("{}.{}", section.as_str(), language.as_str()),
        }
    }

    /// The field's header in a workbook.
    pub fn header(self, language: Language) -> String {
        let (en, ja, of) = match self {
            Self::Id => ("Control", "コントロール", None),
            Self::Family => ("Family", "ファミリー", None),
            Self::Types => ("Finding types", "検出結果タイプ", None),
            Self::Title(of) => ("Title", "タイトル", Some(of)),
            Self::Policy => ("Policy", "方針", None),
            Self::Effort => ("Effort", "作業量", None),
            Self::Owner => ("Owner", "担当", None),
            Self::AppliesWhen(of) => ("Applies when", "対象", Some(of)),
            Self::Reviewed => ("Reviewed", "最終確認日", None),
            Self::Link => ("AWS's page", "AWSのページ", None),
            Self::Text(section, of) => {
                let (en, ja) = section.header();
                (en, ja, Some(of))
            }
        };
        let header = match language {
            Language::En => en,
            Language::Ja => ja,
        };
        match of {
            Some(of) => format!("{header} ({})", of.as_str()),
            None => header.to_owned(),
        }
    }

    /// The field that a workbook's header means, in either language or by its name.
    pub(super) fn of_header(kind: FieldKind, header: &str) -> Option<Self> {
        let header = header.trim();
        kind.fields().into_iter().find(|field| {
            let same = |name: String| name.eq_ignore_ascii_case(header);
            same(field.name()) || LANGUAGES.into_iter().any(|it| same(field.header(it)))
        })
    }
}
