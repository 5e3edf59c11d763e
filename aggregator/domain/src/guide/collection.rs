//! The whole guide: the bundled entries, the company's own entries that override them, and their
//! errors.

use std::collections::{BTreeMap, BTreeSet};

use strum::VariantArray;

use super::bundled::{self, KnownControls};
use super::entry::{ControlGuide, GuideEntry, ThreatGuide};
use super::field::{FieldKind, GuideField};
use super::file::{self, GuideFile};
use super::problem::{Fault, GuideProblem};
use super::{finding_type, markdown};

/// Everything that the guide says.
#[derive(Clone, Debug, Default)]
pub struct Guide {
    /// By kind and lower-case key.
    entries: BTreeMap<(FieldKind, String), GuideEntry>,
    /// The keys of the company's own entries.
    own: BTreeSet<(FieldKind, String)>,
    known: KnownControls,
    problems: Vec<GuideProblem>,
}

impl Guide {
    /// The bundled guide, overridden by a company's own files. A file with an error overrides
    /// nothing and is listed in the problems.
    pub fn with(own: Vec<GuideFile>) -> Self {
        let mut guide = Self {
            known: bundled::known_controls(),
            ..Self::default()
        };
        guide.take(bundled::sources(), false);
        guide.take(own, true);
        guide.verify();
        guide
    }

    fn take(&mut self, sources: Vec<GuideFile>, own: bool) {
        let mut seen = BTreeSet::new();
        for source in sources {
            let mut report = |field, fault| {
                self.problems.push(GuideProblem {
                    place: source.path.clone(),
                    field,
                    fault,
                });
            };
            let kind = FieldKind::VARIANTS
                .iter()
                .copied()
                .find(|kind| source.path.starts_with(&format!("{}/", kind.folder())));
            let text = match (kind, source.text) {
                (Some(kind), Ok(text)) => (kind, text),
                (_, Err(detail)) => {
                    report(None, Fault::Unreadable { detail });
                    continue;
                }
                (None, Ok(_)) => continue,
            };
            let (kind, entry) = match file::parse(text.0, &text.1) {
                Ok(entry) => (text.0, entry),
                Err(faults) => {
                    for (field, fault) in faults {
                        report(field, fault);
                    }
                    continue;
                }
            };
            let expected = format!("{}/{}.md", kind.folder(), entry.key());
            if expected != source.path {
                report(None, Fault::FileName { expected });
                continue;
            }
            let key = (kind, entry.key().to_ascii_lowercase());
            if !seen.insert(key.clone()) {
                let what = entry.key().to_owned();
                report(None, Fault::SameAs { what });
                continue;
            }
            if own {
                self.own.insert(key.clone());
            }
            self.entries.insert(key, entry);
        }
    }

    /// Checks that need the whole guide: whether AWS has the ids, and whether links lead to an
    /// entry.
    fn verify(&mut self) {
        let mut problems = Vec::new();
        for entry in self.entries.values() {
            let place = format!("{}/{}.md", entry.kind().folder(), entry.key());
            for (field, fault) in self.beyond(entry, &|key| self.entries.contains_key(key)) {
                problems.push(GuideProblem {
                    place: place.clone(),
                    field: Some(field),
                    fault,
                });
            }
        }
        self.problems.extend(problems);
    }

    /// What is wrong with a valid entry in relation to the others.
    pub(super) fn beyond(
        &self,
        entry: &GuideEntry,
        exists: &dyn Fn(&(FieldKind, String)) -> bool,
    ) -> Vec<(GuideField, Fault)> {
        let mut faults = Vec::new();
        let kind = entry.kind();
        if kind == FieldKind::Control && !self.knows(entry.key()) {
            faults.push((GuideField::Id, Fault::UnknownControl));
        }
        let draft = entry.draft();
        for field in draft.fields() {
            if !matches!(field, GuideField::Text(..)) {
                continue;
            }
            for target in markdown::targets(draft.get(field), kind) {
                if !exists(&(target.kind, target.key.to_ascii_lowercase())) {
                    faults.push((field, Fault::DeadLink { to: target.key }));
                }
            }
        }
        faults
    }

    /// A control's entry. Case is ignored, because AWS's own spelling varies.
    pub fn control(&self, id: &str) -> Option<&ControlGuide> {
        match self.entry(FieldKind::Control, id) {
            Some(GuideEntry::Control(control)) => Some(control),
            _ => None,
        }
    }

    /// An entry by its key.
    pub fn entry(&self, kind: FieldKind, key: &str) -> Option<&GuideEntry> {
        self.entries.get(&(kind, key.to_ascii_lowercase()))
    }

    /// The family of a finding type, in GuardDuty's or Security Hub's spelling. The most specific
    /// pattern wins; of equal ones, the company's own.
    pub fn threat(&self, finding_type: &str) -> Option<&ThreatGuide> {
        let normal = finding_type::normal(finding_type);
        self.threats()
            .filter_map(|threat| Some((threat.fits(&normal)?, threat)))
            .max_by_key(|(fit, threat)| (*fit, self.is_own(FieldKind::Threat, &threat.family)))
            .map(|(_, threat)| threat)
    }

    /// All entries of a kind: controls by service and number, families by name.
    pub fn entries(&self, kind: FieldKind) -> Vec<&GuideEntry> {
        let all = self.entries.values();
        let mut entries: Vec<&GuideEntry> = all.filter(|entry| entry.kind() == kind).collect();
        entries.sort_by_key(|entry| {
            let key = entry.key().to_ascii_lowercase();
            let number = key.rsplit_once('.').and_then(|(service, number)| {
                Some((service.to_owned(), number.parse::<u32>().ok()?))
            });
            number.unwrap_or((key, 0))
        });
        entries
    }

    /// All controls' entries, by service and number.
    pub fn controls(&self) -> Vec<&ControlGuide> {
        let entries = self.entries(FieldKind::Control).into_iter();
        entries
            .filter_map(|entry| match entry {
                GuideEntry::Control(control) => Some(control),
                GuideEntry::Threat(_) => None,
            })
            .collect()
    }

    /// All families' entries.
    pub fn threats(&self) -> impl Iterator<Item = &ThreatGuide> {
        self.entries.values().filter_map(|entry| match entry {
            GuideEntry::Threat(threat) => Some(threat),
            GuideEntry::Control(_) => None,
        })
    }

    /// Whether an entry is the company's own.
    pub fn is_own(&self, kind: FieldKind, key: &str) -> bool {
        self.own.contains(&(kind, key.to_ascii_lowercase()))
    }

    /// Whether AWS has a control with this id, according to the bundled list.
    pub fn knows(&self, id: &str) -> bool {
        let mut ids = self.known.ids.iter();
        ids.any(|known| known.eq_ignore_ascii_case(id))
    }

    /// The day of the bundled list of ids, and AWS's page that it comes from.
    pub fn known_as_of(&self) -> (&str, &str) {
        (&self.known.as_of, &self.known.source)
    }

    /// All errors.
    pub fn problems(&self) -> &[GuideProblem] {
        &self.problems
    }
}
