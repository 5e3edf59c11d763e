//! The slide deck with which a SOC introduces itself to projects: what it sees, what joining costs,
//! how to join and to leave, how to read a report, which controls come first. All tables are
//! native, so that they can be edited in PowerPoint.

mod slide;
mod theme;

use ppt_rs::generator::SlideContent;

use super::{guide_words, install_script};
use crate::say::Say;
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
    let say = Say(language);
    let title = say.deck_title();
    let mut slides = vec![
        cover(
            title,
            &[
                say.deck_subtitle().to_owned(),
                format!("{} · {}", facts.administrator, facts.today),
            ],
        ),
        sees(say),
        costs(say),
        joining(facts, say),
        leaving(say),
        report(say),
    ];
    slides.extend(controls(guide, language));
    slides.push(alerts(facts, say));
    let bytes = ppt_rs::generator::create_pptx_with_content(title, slides)
        .map_err(|error| error.to_string())?;
    theme::with_japanese_font(&bytes)
}

fn sees(say: Say) -> SlideContent {
    let table = SlideTable {
        widths: &[24, 38, 38],
        header: vec![
            say.deck_what().to_owned(),
            say.deck_sees_source().to_owned(),
            say.deck_sees_then().to_owned(),
        ],
        rows: vec![
            vec![
                say.deck_sees_controls().to_owned(),
                say.deck_sees_controls_source().to_owned(),
                say.deck_sees_controls_then().to_owned(),
            ],
            vec![
                say.deck_sees_threats().to_owned(),
                say.deck_sees_threats_source().to_owned(),
                say.deck_sees_threats_then().to_owned(),
            ],
            vec![
                say.deck_sees_loss().to_owned(),
                say.deck_sees_loss_source().to_owned(),
                say.deck_sees_loss_then().to_owned(),
            ],
            vec![
                say.deck_sees_not().to_owned(),
                say.deck_sees_not_source().to_owned(),
                say.deck_sees_not_then().to_owned(),
            ],
        ],
    };
    slide(say.deck_sees(), &table, "")
}

fn costs(say: Say) -> SlideContent {
    let table = SlideTable {
        widths: &[20, 40, 40],
        header: vec![
            say.deck_costs_service().to_owned(),
            say.deck_costs_charged().to_owned(),
            say.deck_costs_low().to_owned(),
        ],
        rows: vec![
            vec![
                "AWS Config".to_owned(),
                say.deck_costs_config().to_owned(),
                say.deck_costs_config_low().to_owned(),
            ],
            vec![
                "Security Hub CSPM".to_owned(),
                say.deck_costs_hub().to_owned(),
                say.deck_costs_hub_low().to_owned(),
            ],
            vec![
                "GuardDuty".to_owned(),
                say.deck_costs_guardduty().to_owned(),
                say.deck_costs_guardduty_low().to_owned(),
            ],
            vec![
                "Amazon S3".to_owned(),
                say.deck_costs_s3().to_owned(),
                say.deck_costs_s3_low().to_owned(),
            ],
        ],
    };
    let note = say.deck_costs_note();
    slide(say.deck_costs(), &table, note)
}

fn joining(facts: &DeckFacts<'_>, say: Say) -> SlideContent {
    let line = install_script::one_line(facts.server, facts.administrator);
    let mut table = steps(&[
        say.deck_join_request().to_owned(),
        say.deck_join_paste().to_owned(),
        say.deck_join_look().to_owned(),
        say.deck_join_agree().to_owned(),
        say.deck_join_done().to_owned(),
    ]);
    // In the table, where its font is as large as the rest and it can be copied.
    table.rows.push(vec!["$".to_owned(), line]);
    slide(say.deck_join(), &table, "")
}

fn leaving(say: Say) -> SlideContent {
    let table = steps(&[
        say.deck_leave_ask().to_owned(),
        say.deck_leave_unlink().to_owned(),
        say.deck_leave_kept().to_owned(),
        say.deck_leave_undo().to_owned(),
    ]);
    let note = say.deck_leave_note();
    slide(say.deck_leave(), &table, note)
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

fn report(say: Say) -> SlideContent {
    let rows = [
        (say.report_sheet_summary(), say.deck_report_summary()),
        (say.report_sheet_controls(), say.deck_report_controls()),
        (say.report_sheet_findings(), say.deck_report_findings()),
        (say.report_sheet_threats(), say.deck_report_threats()),
        (say.report_sheet_suppressed(), say.deck_report_suppressed()),
    ];
    let table = SlideTable {
        widths: &[24, 76],
        header: vec![
            say.deck_report_sheet().to_owned(),
            say.deck_report_use().to_owned(),
        ],
        rows: rows
            .map(|(sheet, text)| vec![sheet.to_owned(), text.to_owned()])
            .into(),
    };
    let note = say.deck_report_note();
    slide(say.deck_report(), &table, note)
}

/// The strictest controls, those with the smallest effort first.
fn controls(guide: &Guide, language: Language) -> Vec<SlideContent> {
    let say = Say(language);
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
                    guide_words::policy(control.policy, language).to_owned(),
                    guide_words::effort(control.effort, language).to_owned(),
                ]
            });
            let table = SlideTable {
                widths: &[20, 53, 12, 15],
                header: vec![
                    say.guide_control().to_owned(),
                    say.deck_what().to_owned(),
                    say.guide_policy().to_owned(),
                    say.guide_effort().to_owned(),
                ],
                rows: rows.collect(),
            };
            slide(say.deck_controls(), &table, "")
        })
        .collect()
}

fn alerts(facts: &DeckFacts<'_>, say: Say) -> SlideContent {
    let table = steps(&[
        say.deck_alert_call().to_owned(),
        say.deck_alert_keep().to_owned(),
        say.deck_alert_guide().to_owned(),
        say.deck_alert_exception().to_owned(),
    ]);
    let address = format!("{}/guide", facts.server.trim_end_matches('/'));
    slide(say.deck_alert(), &table, &address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::VariantArray;

    #[test]
    fn a_deck_is_made_in_both_languages() {
        let guide = Guide::with(Vec::new());
        let facts = DeckFacts {
            server: "https://soc.example.com/",
            administrator: "999999999999",
            today: "2026-11-24".to_owned(),
        };
        for &language in Language::VARIANTS {
            let bytes = write(&guide, &facts, language).unwrap();
            assert!(bytes.starts_with(b"PK"));
        }
    }
}
