//! The guide as what people read: a workbook, a deck, pages. All of it is made from the guide alone; nothing is
//! written here.

use crate::app::App;
use hubward_document::guide_page;
use hubward_document::{deck, guide_site, guide_table};
use hubward_domain::account::Language;
use hubward_domain::guide::{FieldKind, Target, aws_page};

pub use hubward_document::guide_page::{GuideEntryView, PageFact};
pub use hubward_document::guide_site::SiteFile;

/// What to do first about a threat.
#[derive(Clone, Debug)]
pub struct ThreatHelp {
    /// The family's page on the server.
    pub address: String,
    /// Its title.
    pub title: String,
    /// What happened, in one sentence.
    pub happened: String,
    /// The first three steps.
    pub steps: Vec<String>,
}

/// Where to read what to do about a failed control.
#[derive(Clone, Debug)]
pub struct ControlHelp {
    /// Its title, where the guide has it.
    pub title: Option<String>,
    /// Its page on the server, else AWS's own; `None` when the id cannot be one of AWS's.
    pub address: Option<String>,
}

/// Why the guide is not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The workbook could not be written.
    #[error("the workbook could not be written: {0}")]
    Workbook(String),
    /// The deck could not be written.
    #[error("the deck could not be written: {0}")]
    Deck(String),
    /// A page could not be written.
    #[error("a page could not be written: {0}")]
    Page(String),
}

/// The policy table, to filter and to edit.
///
/// # Errors
/// An entry does not fit into a workbook.
pub fn workbook(app: &App, language: Language) -> Result<Vec<u8>, PublishError> {
    guide_table::write(app.guide(), language)
        .map_err(|error| PublishError::Workbook(error.to_string()))
}

/// The deck to present to projects.
///
/// # Errors
/// The writer refuses.
pub fn presentation(app: &App, language: Language) -> Result<Vec<u8>, PublishError> {
    let config = &app.config;
    let facts = deck::DeckFacts {
        server: &config.server.public_url,
        administrator: config.hub.administrator.as_str(),
        today: app.today(),
    };
    deck::write(app.guide(), &facts, language).map_err(PublishError::Deck)
}

/// The static site's files.
///
/// # Errors
/// A template refuses.
pub fn site(app: &App) -> Result<Vec<SiteFile>, PublishError> {
    guide_site::files(app.guide(), &app.today())
        .map_err(|error| PublishError::Page(error.to_string()))
}

/// One entry for a page of the server.
pub fn page(app: &App, key: &str, language: Language) -> Option<GuideEntryView> {
    let guide = app.guide();
    let mut kinds = FieldKind::ALL.into_iter();
    let entry = kinds.find_map(|kind| guide.entry(kind, key))?;
    Some(guide_page::page(guide, entry, language, &served))
}

/// The entries in which every word of a search stands; all without words.
pub fn search(app: &App, kind: FieldKind, words: &str, language: Language) -> Vec<PageFact> {
    guide_page::rows(app.guide(), kind, words, language, &served)
}

/// What the guide says of a finding type's family, for the page of an alert.
pub fn help_with(app: &App, finding_type: &str, language: Language) -> Option<ThreatHelp> {
    let threat = app.guide().threat(finding_type)?;
    let target = Target {
        kind: FieldKind::Threat,
        key: threat.family.clone(),
    };
    Some(ThreatHelp {
        address: served(&target),
        title: threat.title.of(language).to_owned(),
        happened: threat.happened(language),
        steps: threat.steps(language),
    })
}

/// Where to read about a failed control, for the page of an account.
pub fn help_with_control(app: &App, control: &str, language: Language) -> ControlHelp {
    let Some(known) = app.guide().control(control) else {
        return ControlHelp {
            title: None,
            address: aws_page(control),
        };
    };
    let target = Target {
        kind: FieldKind::Control,
        key: known.id.clone(),
    };
    ControlHelp {
        title: Some(known.title.of(language).to_owned()),
        address: Some(served(&target)),
    }
}

fn served(target: &Target) -> String {
    format!("/guide/{}", target.key)
}
