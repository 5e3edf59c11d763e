//! An entry of the guide, and the list of entries, as HTML pages: the same for the server and for
//! the static site. The HTML around them is in `templates/`.

use super::guide_words;
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::guide::{
    ControlGuide, FieldKind, Guide, GuideEntry, Section, Target, ThreatGuide, html,
};

#[derive(Clone, Debug)]
pub struct GuideEntryView {
    /// The control's id, or the family's name.
    pub key: String,
    pub title: String,
    /// Short facts with their names.
    pub facts: Vec<(String, String)>,
    pub sections: Vec<SectionText>,
    /// The URL of AWS's page.
    pub link: String,
    /// The text of the link to AWS's page.
    pub link_words: String,
}

#[derive(Clone, Debug)]
pub struct SectionText {
    pub heading: String,
    /// Its text as HTML, rendered from Markdown without raw HTML.
    pub html: String,
}

/// An entry in a list.
#[derive(Clone, Debug)]
pub struct PageFact {
    /// The control's id, or the family's name.
    pub key: String,
    pub title: String,
    /// The URL of its page.
    pub address: String,
    /// For a control: policy, effort and owner; for a family: what was detected.
    pub cells: Vec<String>,
}

type PageAddress<'a> = &'a dyn Fn(&Target) -> String;

/// An entry's page.
pub fn page(
    guide: &Guide,
    entry: &GuideEntry,
    language: Language,
    address: PageAddress<'_>,
) -> GuideEntryView {
    let say = Say(language);
    let kind = entry.kind();
    let (title, reviewed, link, mut facts) = match entry {
        GuideEntry::Control(it) => (&it.title, it.reviewed, &it.link, of_control(it, language)),
        GuideEntry::Threat(it) => (&it.title, it.reviewed, &it.link, of_threat(it, language)),
    };
    facts.push((say.guide_reviewed().to_owned(), reviewed.to_string()));
    if guide.is_own(kind, entry.key()) {
        facts.push((say.guide_own().to_owned(), say.guide_own_yes().to_owned()));
    }
    let sections = kind.sections().iter().map(|section| SectionText {
        heading: guide_words::section(*section, language).to_owned(),
        html: html(entry.markdown(*section, language), kind, address),
    });
    GuideEntryView {
        key: entry.key().to_owned(),
        title: title.of(language).to_owned(),
        facts,
        sections: sections.collect(),
        link: link.clone(),
        link_words: say.guide_aws_page().to_owned(),
    }
}

fn of_control(control: &ControlGuide, language: Language) -> Vec<(String, String)> {
    let say = Say(language);
    [
        (
            say.guide_policy(),
            guide_words::policy(control.policy, language),
        ),
        (
            say.guide_effort(),
            guide_words::effort(control.effort, language),
        ),
        (
            say.guide_owner(),
            guide_words::owner(control.owner, language),
        ),
        (say.guide_applies_when(), control.applies_when.of(language)),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn of_threat(threat: &ThreatGuide, language: Language) -> Vec<(String, String)> {
    let name = Say(language).guide_types();
    vec![(name.to_owned(), threat.types.join(", "))]
}

/// The entries that contain every word of a search, in any language; all entries for an empty
/// search.
pub fn rows(
    guide: &Guide,
    kind: FieldKind,
    search: &str,
    language: Language,
    address: PageAddress<'_>,
) -> Vec<PageFact> {
    let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
    let found = |entry: &GuideEntry| {
        let draft = entry.draft();
        let texts: Vec<&str> = draft.fields().map(|field| draft.get(field)).collect();
        let text = texts.join("\n").to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    guide
        .entries(kind)
        .into_iter()
        .filter(|entry| found(entry))
        .map(|entry| row(entry, language, address))
        .collect()
}

fn row(entry: &GuideEntry, language: Language, address: PageAddress<'_>) -> PageFact {
    let (title, cells) = match entry {
        GuideEntry::Control(control) => (
            &control.title,
            vec![
                guide_words::policy(control.policy, language).to_owned(),
                guide_words::effort(control.effort, language).to_owned(),
                guide_words::owner(control.owner, language).to_owned(),
            ],
        ),
        GuideEntry::Threat(threat) => (&threat.title, vec![threat.happened(language)]),
    };
    let target = Target {
        kind: entry.kind(),
        key: entry.key().to_owned(),
    };
    PageFact {
        key: entry.key().to_owned(),
        title: title.of(language).to_owned(),
        address: address(&target),
        cells,
    }
}

/// The headings of the list's cells.
pub(crate) fn headings(kind: FieldKind, language: Language) -> Vec<String> {
    let say = Say(language);
    match kind {
        FieldKind::Control => vec![
            say.guide_policy().to_owned(),
            say.guide_effort().to_owned(),
            say.guide_owner().to_owned(),
        ],
        FieldKind::Threat => {
            vec![guide_words::section(Section::Happened, language).to_owned()]
        }
    }
}
