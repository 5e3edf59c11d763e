//! The first sheet: one page with the present state, the changes, and what to do first.

mod coverage;
mod scores;
mod tables;
mod trend;

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::cell::fitting;
use super::coverage::UNKNOWN;
use super::sheet::{float, on_paper};
use super::style::Style;
use super::{Closing, ReportFrame, Scope, words};
use crate::say::Say;
use hubward_domain::finding::FindingSeverity;

/// The sheet is ten columns wide, for five tiles or a table.
const LAST: u16 = 9;
const TILES: [FindingSeverity; 5] = [
    FindingSeverity::Critical,
    FindingSeverity::High,
    FindingSeverity::Medium,
    FindingSeverity::Low,
    FindingSeverity::Informational,
];

/// Writes the sheet.
pub(super) fn write(
    sheet: &mut Worksheet,
    frame: &ReportFrame<'_>,
    closing: Closing<'_>,
    style: &Style,
) -> Result<(), XlsxError> {
    for column in 0..=LAST {
        sheet.set_column_width(column, 12.0)?;
    }
    let mut page = SummarySheet {
        sheet,
        frame,
        closing,
        style,
        row: 0,
    };
    page.band()?;
    page.warnings()?;
    page.particulars()?;
    page.coverage()?;
    page.numbers()?;
    page.scores()?;
    page.first()?;
    page.trend()?;
    if let Scope::Overview(accounts) = frame.scope {
        page.accounts(accounts.iter().collect())?;
    }
    let last = page.row;
    on_paper(page.sheet);
    page.sheet.set_portrait();
    page.sheet.set_print_area(0, 0, last, LAST)?;
    // The table of accounts may need more pages; the rest is one page.
    let tall = u16::from(!frame.is_overview());
    page.sheet.set_print_fit_to_pages(1, tall);
    page.sheet.set_print_center_horizontally(true);
    Ok(())
}

/// A score, or a dash where there is none.
fn percent(score: Option<u64>) -> String {
    score.map_or_else(|| UNKNOWN.to_owned(), |score| format!("{score} %"))
}

struct SummarySheet<'a> {
    sheet: &'a mut Worksheet,
    frame: &'a ReportFrame<'a>,
    closing: Closing<'a>,
    style: &'a Style,
    row: u32,
}

impl SummarySheet<'_> {
    fn band(&mut self) -> Result<(), XlsxError> {
        let say = Say(self.frame.language);
        let (title, whom) = match &self.frame.scope {
            Scope::Account(account, _) => (
                say.report_headline(),
                format!("{}  {}", account.project, account.account_id),
            ),
            Scope::Overview(accounts) => (
                say.report_headline_overview(),
                say.report_accounts(accounts.len()),
            ),
        };
        let (first, last) = self.frame.period.days();
        let subtitle = format!("{whom}    {}  ({first} – {last})", self.frame.period);
        self.wide(38.0, title, &self.style.title())?;
        self.wide(22.0, &subtitle, &self.style.subtitle())?;
        self.row += 1;
        Ok(())
    }

    /// The account and the age of the data; two pairs of label and value per row.
    fn particulars(&mut self) -> Result<(), XlsxError> {
        let (frame, say) = (self.frame, Say(self.frame.language));
        let synced = match frame.synced_at() {
            Some(synced) => frame.local(Some(synced)),
            None => say.report_never().to_owned(),
        };
        let mut pairs = Vec::new();
        if let Scope::Account(account, _) = &frame.scope {
            pairs.extend([
                (say.report_project(), account.project.clone()),
                (say.report_account(), account.account_id.to_string()),
                (say.report_department(), account.department.clone()),
                (say.report_environment(), account.environment.clone()),
                (say.report_contact(), account.contact.clone()),
            ]);
        }
        pairs.extend([
            (say.report_period(), frame.period.to_string()),
            (say.report_synced(), synced),
        ]);
        let (label, value) = (self.style.label(), self.style.text());
        for pair in pairs.chunks(2) {
            self.sheet.set_row_height(self.row, 20)?;
            for (column, (name, text)) in [0, 5].into_iter().zip(pair) {
                self.merge(column, column + 1, name, &label)?;
                self.merge(column + 2, column + 4, text, &value)?;
            }
            self.row += 1;
        }
        self.row += 1;
        Ok(())
    }

    fn numbers(&mut self) -> Result<(), XlsxError> {
        let (facts, language) = (self.closing.facts, self.frame.language);
        let say = Say(language);
        let frame = self.frame;
        let heading = match frame.count(facts.all_open()) {
            None => say.report_open_findings_unknown().to_owned(),
            Some(open) if frame.is_whole() || frame.is_overview() => say.report_open_findings(open),
            // Known findings of a Region that could not be read are counted too.
            Some(open) if frame.watched_regions().is_empty() => {
                say.report_open_findings_known(open)
            }
            Some(open) => say.report_open_findings_in(open, frame.watched_regions()),
        };
        self.heading(&heading)?;
        let count = |severity| facts.open.get(&severity).copied().unwrap_or_default();
        self.tiles(TILES.map(|severity| {
            // Findings without a label are counted as informational, so that they are not lost.
            let unlabelled = if severity == FindingSeverity::Informational {
                count(FindingSeverity::Unlabelled)
            } else {
                0
            };
            (
                words::severity(severity, language).to_owned(),
                frame.count(count(severity) + unlabelled),
                Some(severity),
            )
        }))?;
        self.tiles(
            [
                (say.report_new_in_period(), frame.count_in_period(facts.new)),
                (
                    say.report_reopened_in_period(),
                    frame.count_in_period(facts.reopened),
                ),
                (
                    say.report_resolved_in_period(),
                    frame.count_in_period(facts.resolved),
                ),
                (say.report_open_threats(), frame.count(facts.threats)),
                (say.report_suppressed(), frame.count(facts.suppressed)),
            ]
            .map(|(name, number)| (name.to_owned(), number, None)),
        )
    }

    fn tiles(
        &mut self,
        tiles: [(String, Option<u64>, Option<FindingSeverity>); 5],
    ) -> Result<(), XlsxError> {
        self.sheet.set_row_height(self.row, 20)?;
        self.sheet.set_row_height(self.row + 1, 36)?;
        for (column, (name, number, severity)) in (0_u16..).step_by(2).zip(tiles) {
            let upper = self.style.tile_name(severity);
            let lower = self.style.tile_value(severity);
            self.merge(column, column + 1, &name, &upper)?;
            self.row += 1;
            self.merge(column, column + 1, "", &lower)?;
            self.sheet_number(self.row, column, number, &lower)?;
            self.row -= 1;
        }
        self.sheet.set_row_height(self.row + 2, 8)?;
        self.row += 3;
        Ok(())
    }

    /// A number; a dash where it is not known. A zero would say that there is nothing.
    fn sheet_number(
        &mut self,
        row: u32,
        column: u16,
        number: Option<u64>,
        format: &rust_xlsxwriter::Format,
    ) -> Result<(), XlsxError> {
        match number {
            Some(number) => {
                self.sheet
                    .write_number_with_format(row, column, float(number), format)?;
            }
            None => {
                self.sheet
                    .write_string_with_format(row, column, UNKNOWN, format)?;
            }
        }
        Ok(())
    }

    fn heading(&mut self, text: &str) -> Result<(), XlsxError> {
        self.wide(24.0, text, &self.style.heading())
    }

    fn wide(
        &mut self,
        height: f64,
        text: &str,
        format: &rust_xlsxwriter::Format,
    ) -> Result<(), XlsxError> {
        self.sheet.set_row_height(self.row, height)?;
        self.merge(0, LAST, text, format)?;
        self.row += 1;
        Ok(())
    }

    /// Writes text over some columns of this row; always as text, whatever it starts with.
    fn merge(
        &mut self,
        first: u16,
        last: u16,
        text: &str,
        format: &rust_xlsxwriter::Format,
    ) -> Result<(), XlsxError> {
        let text = fitting(text);
        if first == last {
            self.sheet
                .write_string_with_format(self.row, first, text, format)?;
        } else {
            self.sheet
                .merge_range(self.row, first, self.row, last, "", format)?;
            self.sheet
                .write_string_with_format(self.row, first, text, format)?;
        }
        Ok(())
    }
}
