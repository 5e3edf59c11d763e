//! The first sheet: one page with the present state, the changes, and what to do first.

mod scores;
mod tables;
mod trend;

use rust_i18n::t;
use rust_xlsxwriter::{Worksheet, XlsxError};

use super::cell::fitting;
use super::sheet::{float, on_paper};
use super::style::Style;
use super::{Closing, ReportFrame, Scope, words};
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
    page.particulars()?;
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

struct SummarySheet<'a> {
    sheet: &'a mut Worksheet,
    frame: &'a ReportFrame<'a>,
    closing: Closing<'a>,
    style: &'a Style,
    row: u32,
}

impl SummarySheet<'_> {
    fn band(&mut self) -> Result<(), XlsxError> {
        let locale = self.frame.language.as_str();
        let (title, whom) = match &self.frame.scope {
            Scope::Account(account) => (
                t!("report.headline", locale = locale),
                format!("{}  {}", account.project, account.account_id),
            ),
            Scope::Overview(accounts) => (
                t!("report.headline_overview", locale = locale),
                t!("report.accounts", locale = locale, count = accounts.len()).into_owned(),
            ),
        };
        let (first, last) = self.frame.period.days();
        let subtitle = format!("{whom}    {}  ({first} – {last})", self.frame.period);
        self.wide(38.0, &title, &self.style.title())?;
        self.wide(22.0, &subtitle, &self.style.subtitle())?;
        self.row += 1;
        Ok(())
    }

    /// The account and the age of the data; two pairs of label and value per row.
    fn particulars(&mut self) -> Result<(), XlsxError> {
        let (frame, locale) = (self.frame, self.frame.language.as_str());
        let regions: Vec<String> = frame.regions.iter().map(ToString::to_string).collect();
        let synced = match frame.synced_at() {
            Some(synced) => frame.local(Some(synced)),
            None => t!("report.never", locale = locale).into_owned(),
        };
        let mut pairs = Vec::new();
        if let Scope::Account(account) = &frame.scope {
            pairs.extend([
                (
                    t!("report.project", locale = locale),
                    account.project.clone(),
                ),
                (
                    t!("report.account", locale = locale),
                    account.account_id.to_string(),
                ),
                (
                    t!("report.department", locale = locale),
                    account.department.clone(),
                ),
                (
                    t!("report.environment", locale = locale),
                    account.environment.clone(),
                ),
                (
                    t!("report.contact", locale = locale),
                    account.contact.clone(),
                ),
            ]);
        }
        pairs.extend([
            (
                t!("report.period", locale = locale),
                frame.period.to_string(),
            ),
            (t!("report.regions", locale = locale), regions.join(", ")),
            (t!("report.synced", locale = locale), synced),
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
        let locale = language.as_str();
        let heading = t!(
            "report.open_findings",
            locale = locale,
            count = facts.all_open()
        );
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
                words::severity(severity, language).into_owned(),
                count(severity) + unlabelled,
                Some(severity),
            )
        }))?;
        self.tiles(
            [
                (t!("report.new_in_period", locale = locale), facts.new),
                (
                    t!("report.reopened_in_period", locale = locale),
                    facts.reopened,
                ),
                (
                    t!("report.resolved_in_period", locale = locale),
                    facts.resolved,
                ),
                (t!("report.open_threats", locale = locale), facts.threats),
                (t!("report.suppressed", locale = locale), facts.suppressed),
            ]
            .map(|(name, number)| (name.into_owned(), number, None)),
        )
    }

    fn tiles(
        &mut self,
        tiles: [(String, u64, Option<FindingSeverity>); 5],
    ) -> Result<(), XlsxError> {
        self.sheet.set_row_height(self.row, 20)?;
        self.sheet.set_row_height(self.row + 1, 36)?;
        for (column, (name, number, severity)) in (0_u16..).step_by(2).zip(tiles) {
            let upper = self.style.tile_name(severity);
            let lower = self.style.tile_value(severity);
            self.merge(column, column + 1, &name, &upper)?;
            self.row += 1;
            self.merge(column, column + 1, "", &lower)?;
            self.sheet
                .write_number_with_format(self.row, column, float(number), &lower)?;
            self.row -= 1;
        }
        self.sheet.set_row_height(self.row + 2, 8)?;
        self.row += 3;
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
