//! Checks a draft: the result is an entry, or all errors in the draft.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::civil::Date;
use strum::VariantArray;

use super::draft::EntryDraft;
use super::entry::{ControlGuide, Effort, GuideEntry, Owner, Policy, Texts, ThreatGuide};
use super::field::{FieldKind, GuideField, LANGUAGES, Section};
use super::problem::Fault;
use super::{finding_type, markdown};
use crate::account::Language;
use crate::word::words;

/// In characters. Less than the 32,767 of an Excel cell, so that every entry fits into a workbook.
const LIMIT: usize = 30_000;

/// Checks a draft.
///
/// # Errors
/// All errors, each with its field.
pub(super) fn judge(
    kind: FieldKind,
    draft: &EntryDraft,
) -> Result<GuideEntry, Vec<(GuideField, Fault)>> {
    let mut judge = Judge {
        draft,
        faults: Vec::new(),
    };
    let entry = match kind {
        FieldKind::Control => judge.control(),
        FieldKind::Threat => judge.threat(),
    };
    match entry {
        Some(entry) if judge.faults.is_empty() => Ok(entry),
        _ => Err(judge.faults),
    }
}

struct Judge<'a> {
    draft: &'a EntryDraft,
    faults: Vec<(GuideField, Fault)>,
}

impl Judge<'_> {
    fn control(&mut self) -> Option<GuideEntry> {
        let id = self.key(GuideField::Id);
        let title = self.texts(GuideField::Title);
        let policy = self.word::<Policy>(GuideField::Policy);
        let effort = self.word::<Effort>(GuideField::Effort);
        let owner = self.word::<Owner>(GuideField::Owner);
        let applies_when = self.texts(GuideField::AppliesWhen);
        let reviewed = self.date(GuideField::Reviewed);
        let link = self.address(GuideField::Link);
        let body = self.body(FieldKind::Control);
        Some(GuideEntry::Control(ControlGuide {
            id: id?,
            title: title?,
            policy: policy?,
            effort: effort?,
            owner: owner?,
            applies_when: applies_when?,
            reviewed: reviewed?,
            link: link?,
            body: body?,
        }))
    }

    fn threat(&mut self) -> Option<GuideEntry> {
        let family = self.key(GuideField::Family);
        let types = self.types();
        let title = self.texts(GuideField::Title);
        let reviewed = self.date(GuideField::Reviewed);
        let link = self.address(GuideField::Link);
        let body = self.body(FieldKind::Threat);
        Some(GuideEntry::Threat(ThreatGuide {
            family: family?,
            types: types?,
            title: title?,
            reviewed: reviewed?,
            link: link?,
            body: body?,
        }))
    }

    fn fault<T>(&mut self, field: GuideField, fault: Fault) -> Option<T> {
        self.faults.push((field, fault));
        None
    }

    fn text(&mut self, field: GuideField) -> Option<String> {
        let text = self.draft.get(field);
        if text.is_empty() {
            self.fault(field, Fault::Missing)
        } else if text.chars().count() > LIMIT {
            self.fault(field, Fault::TooLong)
        } else if text
            .chars()
            .any(|c| c.is_control() && c != '\n' && c != '\t')
        {
            self.fault(field, Fault::ControlCharacter)
        } else {
            Some(text.to_owned())
        }
    }

    fn texts(&mut self, field: fn(Language) -> GuideField) -> Option<Texts> {
        let [en, ja] = LANGUAGES.map(|language| {
            let text = self.text(field(language))?;
            if text.contains('\n') {
                return self.fault(field(language), Fault::OneParagraph);
            }
            Some(text)
        });
        Some(Texts { en: en?, ja: ja? })
    }

    fn key(&mut self, field: GuideField) -> Option<String> {
        let text = self.text(field)?;
        if markdown::is_key(&text) {
            Some(text)
        } else {
            self.fault(field, Fault::Name)
        }
    }

    fn word<T>(&mut self, field: GuideField) -> Option<T>
    where
        T: FromStr + VariantArray + Copy + Into<&'static str>,
    {
        let text = self.text(field)?;
        match text.parse() {
            Ok(word) => Some(word),
            Err(_) => self.fault(
                field,
                Fault::Word {
                    found: text.chars().take(40).collect(),
                    allowed: words::<T>(),
                },
            ),
        }
    }

    fn date(&mut self, field: GuideField) -> Option<Date> {
        let text = self.text(field)?;
        let date = text.parse::<Date>();
        match date {
            Ok(date) if date.to_string() == text => Some(date),
            _ => self.fault(field, Fault::Date),
        }
    }

    fn address(&mut self, field: GuideField) -> Option<String> {
        let text = self.text(field)?;
        if markdown::is_https(&text) {
            Some(text)
        } else {
            self.fault(field, Fault::Address)
        }
    }

    fn types(&mut self) -> Option<Vec<String>> {
        let text = self.text(GuideField::Types)?;
        let types: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
        if types
            .iter()
            .all(|pattern| finding_type::is_pattern(pattern))
        {
            Some(types)
        } else {
            self.fault(GuideField::Types, Fault::Name)
        }
    }

    fn body(&mut self, kind: FieldKind) -> Option<BTreeMap<Section, Texts>> {
        let mut body = BTreeMap::new();
        for section in kind.sections() {
            let [en, ja] = LANGUAGES.map(|language| self.section(kind, *section, language));
            if let (Some(en), Some(ja)) = (en, ja) {
                body.insert(*section, Texts { en, ja });
            }
        }
        (body.len() == kind.sections().len()).then_some(body)
    }

    fn section(&mut self, kind: FieldKind, section: Section, language: Language) -> Option<String> {
        let field = GuideField::Text(section, language);
        let text = self.text(field)?;
        let faults = markdown::faults(&text, kind);
        let sound = faults.is_empty();
        self.faults
            .extend(faults.into_iter().map(|fault| (field, fault)));
        let blocks = markdown::blocks(&text);
        match section {
            Section::Risk | Section::Happened if blocks > 1 => {
                self.fault(field, Fault::OneParagraph)
            }
            Section::Steps => {
                let found = markdown::steps(&text).len();
                if found != 3 || blocks != 1 {
                    self.fault(field, Fault::ThreeSteps { found })
                } else {
                    sound.then_some(text)
                }
            }
            _ => sound.then_some(text),
        }
    }
}
