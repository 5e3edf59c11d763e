//! Renders the guide as workbook, slides, static site and pages of the server. Nothing is written.

use strum::VariantArray;

use crate::app::App;
use hubward_document::guide_page;
use hubward_document::{deck, guide_site, guide_table};
use hubward_domain::account::Language;
use hubward_domain::guide::{FieldKind, Target, aws_page};

pub(crate) use hubward_document::guide_page::{GuideEntryView, PageFact};
pub(crate) use hubward_document::guide_site::SiteFile;

/// The first steps to take after a threat.
#[derive(Clone, Debug)]
pub(crate) struct ThreatHelp {
    /// The address of the threat family's page on the server.
    pub address: String,
    pub title: String,
    /// What happened, in one sentence.
    pub happened: String,
    /// The first three steps.
    pub steps: Vec<String>,
}

/// Where to read about a failed control.
#[derive(Clone, Debug)]
pub(crate) struct ControlHelp {
    /// Its title, if the guide has the control.
    pub title: Option<String>,
    /// Its page on the server, otherwise AWS's page; `None` if the id cannot be an AWS control id.
    pub address: Option<String>,
}

/// Why the guide was not rendered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishError {
    /// The workbook could not be written.
    #[error("the workbook could not be written: {0}")]
    Workbook(String),
    /// The slides could not be written.
    #[error("the deck could not be written: {0}")]
    Deck(String),
    /// A page could not be written.
    #[error("a page could not be written: {0}")]
    Page(String),
}

/// The table of all entries, to filter and to edit.
///
/// # Errors
/// An entry does not fit into a workbook.
pub(crate) fn workbook(app: &App, language: Language) -> Result<Vec<u8>, PublishError> {
    guide_table::write(app.guide(), language)
        .map_err(|error| PublishError::Workbook(error.to_string()))
}

/// The slides for presenting the guide to projects.
///
/// # Errors
/// The writer failed.
pub(crate) fn presentation(app: &App, language: Language) -> Result<Vec<u8>, PublishError> {
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
/// A template failed.
pub(crate) fn site(app: &App) -> Result<Vec<SiteFile>, PublishError> {
    guide_site::files(app.guide(), &app.today())
        .map_err(|error| PublishError::Page(error.to_string()))
}

/// One entry, as a page of the server.
pub(crate) fn page(app: &App, key: &str, language: Language) -> Option<GuideEntryView> {
    let guide = app.guide();
    let mut kinds = FieldKind::VARIANTS.iter().copied();
    let entry = kinds.find_map(|kind| guide.entry(kind, key))?;
    Some(guide_page::page(guide, entry, language, &served))
}

/// The entries that contain every word of a search; all entries if there are no words.
pub(crate) fn search(app: &App, kind: FieldKind, words: &str, language: Language) -> Vec<PageFact> {
    guide_page::rows(app.guide(), kind, words, language, &served)
}

/// The guide's first steps for a finding type, shown with an alert.
pub(crate) fn help_with(app: &App, finding_type: &str, language: Language) -> Option<ThreatHelp> {
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

/// Where to read about a failed control, shown with an account.
pub(crate) fn help_with_control(app: &App, control: &str, language: Language) -> ControlHelp {
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
