//! The guide as a static site: plain pages without scripts, a list in each language and a page for
//! each entry, for any web server or wiki.

use std::path::PathBuf;

use askama::Template;
use strum::VariantArray;

use super::guide_page::{self, GuideEntryView, PageFact, headings};
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::guide::{FieldKind, Guide};

const STYLE: &str = include_str!("../templates/guide_site.css");

#[derive(Clone, Debug)]
pub struct SiteFile {
    /// Its path below the site's directory.
    pub path: PathBuf,
    /// Its content.
    pub text: String,
}

/// The common part of all pages.
struct SiteFrame {
    language: Language,
    title: String,
    /// The URL of the same page in the other language.
    other: String,
    guide_title: String,
    made: String,
}

#[derive(Template)]
#[template(path = "guide_site_list.html")]
struct SiteListPage {
    frame: SiteFrame,
    tables: Vec<SiteTable>,
}

struct SiteTable {
    title: String,
    name: String,
    headings: Vec<String>,
    rows: Vec<PageFact>,
}

#[derive(Template)]
#[template(path = "guide_site_entry.html")]
struct SiteEntryPage {
    frame: SiteFrame,
    page: GuideEntryView,
}

/// All files; `today` is the date that pages show.
///
/// # Errors
/// A template fails.
pub fn files(guide: &Guide, today: &str) -> Result<Vec<SiteFile>, askama::Error> {
    let mut files = vec![
        file("guide.css".into(), STYLE.to_owned()),
        file("index.html".into(), first_page()),
    ];
    for &language in Language::VARIANTS {
        let list = SiteListPage {
            frame: frame(language, None, today),
            tables: FieldKind::VARIANTS
                .iter()
                .map(|&kind| table(guide, kind, language))
                .collect(),
        };
        let folder = PathBuf::from(language.as_str());
        files.push(file(folder.join("index.html"), list.render()?));
        for entry in FieldKind::VARIANTS
            .iter()
            .copied()
            .flat_map(|kind| guide.entries(kind))
        {
            let page = guide_page::page(guide, entry, language, &|target| {
                format!("{}.html", target.key)
            });
            let name = format!("{}.html", page.key);
            let frame = frame(language, Some(&page), today);
            let html = SiteEntryPage { frame, page }.render()?;
            files.push(file(folder.join(name), html));
        }
    }
    Ok(files)
}

fn file(path: PathBuf, text: String) -> SiteFile {
    SiteFile { path, text }
}

/// The first page: links to both languages, without a script.
fn first_page() -> String {
    "<!doctype html>\n<html lang=\"ja\">\n<meta charset=\"utf-8\">\n<title>Hubward</title>\n\
     <link rel=\"stylesheet\" href=\"guide.css\">\n\
     <main><p><a href=\"ja/index.html\">日本語</a></p>\n<p><a href=\"en/index.html\" lang=\"en\">English</a></p></main>\n"
        .to_owned()
}

fn frame(language: Language, page: Option<&GuideEntryView>, today: &str) -> SiteFrame {
    let say = Say(language);
    let guide_title = say.guide_title().to_owned();
    let other = match language {
        Language::En => "ja",
        Language::Ja => "en",
    };
    let name = page.map_or("index", |page| page.key.as_str());
    SiteFrame {
        language,
        title: page.map_or_else(
            || guide_title.clone(),
            |page| format!("{} {}", page.key, page.title),
        ),
        other: format!("../{other}/{name}.html"),
        guide_title,
        made: say.guide_made(today),
    }
}

fn table(guide: &Guide, kind: FieldKind, language: Language) -> SiteTable {
    let say = Say(language);
    let (title, name) = match kind {
        FieldKind::Control => (say.guide_controls(), say.guide_control()),
        FieldKind::Threat => (say.guide_threats(), say.guide_family()),
    };
    SiteTable {
        title: title.to_owned(),
        name: name.to_owned(),
        headings: headings(kind, language),
        rows: guide_page::rows(guide, kind, "", language, &|target| {
            format!("{}.html", target.key)
        }),
    }
}
