//! A checked entry of the guide: a control's or a threat family's, complete in both languages.

use std::collections::BTreeMap;

use jiff::civil::Date;
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::field::{FieldKind, GuideField, Section};
use super::markdown::{plain, steps};
use super::{EntryDraft, finding_type};
use crate::account::Language;

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Texts {
    pub en: String,
    pub ja: String,
}

/// Whether a failed control has to be fixed. The strictest first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Policy {
    /// Always, unless an exception is recorded.
    Must,
    /// Unless there is a reason not to.
    Should,
    /// The project decides.
    May,
    /// The company does not require it.
    NotNeeded,
}

/// How long the fix takes. The smallest first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString, VariantArray,
)]
#[strum(serialize_all = "lowercase")]
pub enum Effort {
    Minutes,
    Hours,
    Days,
}

/// Who fixes it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString, VariantArray,
)]
#[strum(serialize_all = "lowercase")]
pub enum Owner {
    /// The application's developers.
    Application,
    /// The operators of accounts and networks.
    Platform,
    /// The security team.
    Security,
}

/// The guide's entry for a control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ControlGuide {
    /// The control's id, in AWS's spelling.
    pub id: String,
    pub title: Texts,
    /// Whether it has to be fixed.
    pub policy: Policy,
    /// How long the fix takes.
    pub effort: Effort,
    /// Who fixes it.
    pub owner: Owner,
    /// When the control applies.
    pub applies_when: Texts,
    /// When a person last reviewed it.
    pub reviewed: Date,
    /// AWS's page.
    pub link: String,
    pub(super) body: BTreeMap<Section, Texts>,
}

/// The guide's entry for a family of threats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreatGuide {
    /// The family's name.
    pub family: String,
    /// Patterns of finding types, such as `UnauthorizedAccess:EC2/*`.
    pub types: Vec<String>,
    pub title: Texts,
    /// When a person last reviewed it.
    pub reviewed: Date,
    /// AWS's page.
    pub link: String,
    pub(super) body: BTreeMap<Section, Texts>,
}

/// An entry of either kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GuideEntry {
    /// A control's.
    Control(ControlGuide),
    /// A threat family's.
    Threat(ThreatGuide),
}

impl Texts {
    /// The text in a language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Ja => &self.ja,
        }
    }
}

impl Policy {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Effort {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Owner {
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl ControlGuide {
    pub fn markdown(&self, section: Section, language: Language) -> &str {
        markdown(&self.body, section, language)
    }

    /// A section as plain text, for a cell or a message.
    pub fn plain(&self, section: Section, language: Language) -> String {
        plain(self.markdown(section, language))
    }
}

impl ThreatGuide {
    pub fn markdown(&self, section: Section, language: Language) -> &str {
        markdown(&self.body, section, language)
    }

    /// What GuardDuty detected, in one sentence.
    pub fn happened(&self, language: Language) -> String {
        plain(self.markdown(Section::Happened, language))
    }

    /// The first three steps, each as plain text without its number.
    pub fn steps(&self, language: Language) -> Vec<String> {
        steps(self.markdown(Section::Steps, language))
    }

    /// How specifically one of the family's patterns matches a normalized finding type; `None` if
    /// none matches.
    pub(super) fn fits(&self, normal: &str) -> Option<usize> {
        let fitting = self.types.iter();
        fitting
            .filter_map(|pattern| finding_type::fits(pattern, normal))
            .max()
    }
}

fn markdown(body: &BTreeMap<Section, Texts>, section: Section, language: Language) -> &str {
    body.get(&section).map_or("", |texts| texts.of(language))
}

impl GuideEntry {
    pub fn kind(&self) -> FieldKind {
        match self {
            Self::Control(_) => FieldKind::Control,
            Self::Threat(_) => FieldKind::Threat,
        }
    }

    /// The control's id, or the family's name.
    pub fn key(&self) -> &str {
        match self {
            Self::Control(control) => &control.id,
            Self::Threat(threat) => &threat.family,
        }
    }

    pub fn markdown(&self, section: Section, language: Language) -> &str {
        match self {
            Self::Control(control) => control.markdown(section, language),
            Self::Threat(threat) => threat.markdown(section, language),
        }
    }

    /// The entry as the draft that it was made from.
    pub fn draft(&self) -> EntryDraft {
        let kind = self.kind();
        let mut draft = EntryDraft::default();
        for field in kind.fields() {
            draft.set(field, &self.text(field));
        }
        draft
    }

    fn text(&self, field: GuideField) -> String {
        let (title, reviewed, link, body) = match self {
            Self::Control(it) => (&it.title, it.reviewed, &it.link, &it.body),
            Self::Threat(it) => (&it.title, it.reviewed, &it.link, &it.body),
        };
        match (field, self) {
            (GuideField::Id | GuideField::Family, _) => self.key().to_owned(),
            (GuideField::Title(language), _) => title.of(language).to_owned(),
            (GuideField::Reviewed, _) => reviewed.to_string(),
            (GuideField::Link, _) => link.clone(),
            (GuideField::Text(section, language), _) => {
                markdown(body, section, language).to_owned()
            }
            (GuideField::Types, Self::Threat(threat)) => threat.types.join("\n"),
            (GuideField::Policy, Self::Control(control)) => control.policy.as_str().to_owned(),
            (GuideField::Effort, Self::Control(control)) => control.effort.as_str().to_owned(),
            (GuideField::Owner, Self::Control(control)) => control.owner.as_str().to_owned(),
            (GuideField::AppliesWhen(language), Self::Control(control)) => {
                control.applies_when.of(language).to_owned()
            }
            (
                GuideField::Types
                | GuideField::Policy
                | GuideField::Effort
                | GuideField::Owner
                | GuideField::AppliesWhen(_),
                _,
            ) => String::new(),
        }
    }
}
