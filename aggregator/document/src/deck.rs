//! The slide deck with which a SOC introduces itself to projects: what it sees, what joining costs,
//! how to join and to leave, how to read a report, which controls come first. All tables are
//! native, so that they can be edited in PowerPoint.

mod slide;
mod theme;

use ppt_rs::generator::SlideContent;
use rust_i18n::t;

use super::{guide_words, install_script};
use hubward_domain::account::Language;
use hubward_domain::guide::{ControlGuide, Guide, Policy};
use slide::{SlideTable, cover, slide};

/// How many controls a slide has, and how many slides of controls there are.
const CONTROLS_A_SLIDE: usize = 8;
const CONTROL_SLIDES: usize = 2;

/// The facts of this SOC that the deck mentions.
#[derive(Clone, Debug)]
pub struct DeckFacts<'a> {
    /// The server's URL.
    pub server: &'a str,
    /// The SOC's account id.
    pub administrator: &'a str,
    /// The date of the deck.
    pub today: String,
}

/// The deck's bytes.
///
/// # Errors
/// The writer's error.
pub fn write(guide: &Guide, facts: &DeckFacts<'_>, language: Language) -> Result<Vec<u8>, String> {
    let locale = language.as_str();
    let title = t!("deck.title", locale = locale);
    let mut slides = vec![
        cover(
            &title,
            &[
                t!("deck.subtitle", locale = locale).into_owned(),
                format!("{} · {}", facts.administrator, facts.today),
            ],
        ),
        sees(locale),
        costs(locale),
        joining(facts, locale),
        leaving(locale),
        report(locale),
    ];
    slides.extend(controls(guide, language));
    slides.push(alerts(facts, locale));
    let bytes = ppt_rs::generator::create_pptx_with_content(&title, slides)
        .map_err(|error| error.to_string())?;
    theme::with_japanese_font(&bytes)
}

fn sees(locale: &str) -> SlideContent {
    let table = SlideTable {
        widths: &[24, 38, 38],
        header: vec![
            t!("deck.what", locale = locale).into_owned(),
            t!("deck.sees_source", locale = locale).into_owned(),
            t!("deck.sees_then", locale = locale).into_owned(),
        ],
        rows: vec![
            vec![
                t!("deck.sees_controls", locale = locale).into_owned(),
                t!("deck.sees_controls_source", locale = locale).into_owned(),
                t!("deck.sees_controls_then", locale = locale).into_owned(),
            ],
            vec![
                t!("deck.sees_threats", locale = locale).into_owned(),
                t!("deck.sees_threats_source", locale = locale).into_owned(),
                t!("deck.sees_threats_then", locale = locale).into_owned(),
            ],
            vec![
                t!("deck.sees_loss", locale = locale).into_owned(),
                t!("deck.sees_loss_source", locale = locale).into_owned(),
                t!("deck.sees_loss_then", locale = locale).into_owned(),
            ],
            vec![
                t!("deck.sees_not", locale = locale).into_owned(),
                t!("deck.sees_not_source", locale = locale).into_owned(),
                t!("deck.sees_not_then", locale = locale).into_owned(),
            ],
        ],
    };
    slide(&t!("deck.sees", locale = locale), &table, "")
}

fn costs(locale: &str) -> SlideContent {
    let table = SlideTable {
        widths: &[20, 40, 40],
        header: vec![
            t!("deck.costs_service", locale = locale).into_owned(),
            t!("deck.costs_charged", locale = locale).into_owned(),
            t!("deck.costs_low", locale = locale).into_owned(),
        ],
        rows: vec![
            vec![
                "AWS Config".to_owned(),
                t!("deck.costs_config", locale = locale).into_owned(),
                t!("deck.costs_config_low", locale = locale).into_owned(),
            ],
            vec![
                "Security Hub CSPM".to_owned(),
                t!("deck.costs_hub", locale = locale).into_owned(),
                t!("deck.costs_hub_low", locale = locale).into_owned(),
            ],
            vec![
                "GuardDuty".to_owned(),
                t!("deck.costs_guardduty", locale = locale).into_owned(),
                t!("deck.costs_guardduty_low", locale = locale).into_owned(),
            ],
            vec![
                "Amazon S3".to_owned(),
                t!("deck.costs_s3", locale = locale).into_owned(),
                t!("deck.costs_s3_low", locale = locale).into_owned(),
            ],
        ],
    };
    let note = t!("deck.costs_note", locale = locale);
    slide(&t!("deck.costs", locale = locale), &table, &note)
}

fn joining(facts: &DeckFacts<'_>, locale: &str) -> SlideContent {
    let line = install_script::one_line(facts.server, facts.administrator);
    let mut table = steps(&[
        t!("deck.join_request", locale = locale).into_owned(),
        t!("deck.join_paste", locale = locale).into_owned(),
        t!("deck.join_look", locale = locale).into_owned(),
        t!("deck.join_agree", locale = locale).into_owned(),
        t!("deck.join_done", locale = locale).into_owned(),
    ]);
    // In the table, where its font is as large as the rest and it can be copied.
    table.rows.push(vec!["$".to_owned(), line]);
    slide(&t!("deck.join", locale = locale), &table, "")
}

fn leaving(locale: &str) -> SlideContent {
    let table = steps(&[
        t!("deck.leave_ask", locale = locale).into_owned(),
        t!("deck.leave_unlink", locale = locale).into_owned(),
        t!("deck.leave_kept", locale = locale).into_owned(),
        t!("deck.leave_undo", locale = locale).into_owned(),
    ]);
    let note = t!("deck.leave_note", locale = locale);
    slide(&t!("deck.leave", locale = locale), &table, &note)
}

/// A numbered table.
fn steps(texts: &[String]) -> SlideTable<'static> {
    let rows = (1..).zip(texts);
    SlideTable {
        widths: &[8, 92],
        header: Vec::new(),
        rows: rows
            .map(|(number, text)| vec![number.to_string(), text.clone()])
            .collect(),
    }
}

fn report(locale: &str) -> SlideContent {
    let rows = [
        (
            t!("report.sheet_summary", locale = locale),
            t!("deck.report_summary", locale = locale),
        ),
        (
            t!("report.sheet_controls", locale = locale),
            t!("deck.report_controls", locale = locale),
        ),
        (
            t!("report.sheet_findings", locale = locale),
            t!("deck.report_findings", locale = locale),
        ),
        (
            t!("report.sheet_threats", locale = locale),
            t!("deck.report_threats", locale = locale),
        ),
        (
            t!("report.sheet_suppressed", locale = locale),
            t!("deck.report_suppressed", locale = locale),
        ),
    ];
    let table = SlideTable {
        widths: &[24, 76],
        header: vec![
            t!("deck.report_sheet", locale = locale).into_owned(),
            t!("deck.report_use", locale = locale).into_owned(),
        ],
        rows: rows
            .map(|(sheet, text)| vec![sheet.into_owned(), text.into_owned()])
            .into(),
    };
    let note = t!("deck.report_note", locale = locale);
    slide(&t!("deck.report", locale = locale), &table, &note)
}

/// The strictest controls, those with the smallest effort first.
fn controls(guide: &Guide, language: Language) -> Vec<SlideContent> {
    let locale = language.as_str();
    let mut first: Vec<&ControlGuide> = guide
        .controls()
        .into_iter()
        .filter(|control| control.policy != Policy::NotNeeded)
        .collect();
    first.sort_by_key(|control| (control.policy, control.effort));
    let pages = first.chunks(CONTROLS_A_SLIDE).take(CONTROL_SLIDES);
    pages
        .map(|controls| {
            let rows = controls.iter().map(|control| {
                vec![
                    control.id.clone(),
                    control.title.of(language).to_owned(),
                    guide_words::policy(control.policy, language).into_owned(),
                    guide_words::effort(control.effort, language).into_owned(),
                ]
            });
            let table = SlideTable {
                widths: &[20, 53, 12, 15],
                header: vec![
                    t!("guide.control", locale = locale).into_owned(),
                    t!("deck.what", locale = locale).into_owned(),
                    t!("guide.policy", locale = locale).into_owned(),
                    t!("guide.effort", locale = locale).into_owned(),
                ],
                rows: rows.collect(),
            };
            slide(&t!("deck.controls", locale = locale), &table, "")
        })
        .collect()
}

fn alerts(facts: &DeckFacts<'_>, locale: &str) -> SlideContent {
    let table = steps(&[
        t!("deck.alert_call", locale = locale).into_owned(),
        t!("deck.alert_keep", locale = locale).into_owned(),
        t!("deck.alert_guide", locale = locale).into_owned(),
        t!("deck.alert_exception", locale = locale).into_owned(),
    ]);
    let address = format!("{}/guide", facts.server.trim_end_matches('/'));
    slide(&t!("deck.alert", locale = locale), &table, &address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deck_is_made_in_both_languages() {
        let guide = Guide::with(Vec::new());
        let facts = DeckFacts {
            server: "https://soc.example.com/",
            administrator: "999999999999",
            today: "2026-11-24".to_owned(),
        };
        for language in Language::ALL {
            let bytes = write(&guide, &facts, language).unwrap();
            assert!(bytes.starts_with(b"PK"));
        }
    }
}
