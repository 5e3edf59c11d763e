//! The first sheet's tables: what to do first, and how each account stands.

use std::cmp::Reverse;

use rust_i18n::t;
use rust_xlsxwriter::XlsxError;

use super::{LAST, Page, TILES};
use crate::document::report::cell::Cell;
use crate::document::report::sheet::Writer;
use crate::document::report::words;
use crate::domain::account::Account;
use crate::domain::finding::Severity;
use crate::domain::report::Facts;

/// How much is said to be done first.
const FIRST: usize = 5;

impl Page<'_> {
    pub(super) fn first(&mut self) -> Result<(), XlsxError> {
        let (report, language) = (self.report, self.report.language);
        let locale = language.as_str();
        self.heading(&t!("report.fix_first", locale = locale))?;
        let groups = report.facts.first(FIRST);
        if groups.is_empty() {
            let nothing = t!("report.nothing_open", locale = locale);
            return self.wide(22.0, &nothing, &self.style.remark());
        }
        let header = self.style.header();
        let of_numbers = self.style.header_of_numbers();
        let headers = [
            (0, 0, t!("report.rank", locale = locale), &of_numbers),
            (1, 1, t!("report.severity", locale = locale), &of_numbers),
            (2, 2, t!("report.control", locale = locale), &header),
            (3, 8, t!("report.title", locale = locale), &header),
            (9, 9, t!("report.count", locale = locale), &of_numbers),
        ];
        self.sheet.set_row_height(self.row, 20)?;
        for (first, last, text, format) in headers {
            self.merge(first, last, &text, format)?;
        }
        self.row += 1;
        let text = self.style.text();
        let mut writer = Writer::new(self.style, language);
        for (rank, group) in (1_u64..).zip(groups) {
            self.sheet.set_row_height(self.row, 32)?;
            let what = if group.control_id.is_empty() {
                words::kind(group.kind, language).into_owned()
            } else {
                group.control_id.clone()
            };
            for (column, cell) in [
                (0, Cell::Number(rank)),
                (1, Cell::Severity(group.severity)),
                (2, Cell::Text(what)),
                (9, Cell::Number(group.count)),
            ] {
                writer.cell(self.sheet, self.row, column, &cell)?;
            }
            self.merge(3, 8, &group.title, &text)?;
            self.row += 1;
        }
        self.row += 1;
        Ok(())
    }

    /// One row per account, the worst first.
    pub(super) fn accounts(
        &mut self,
        mut accounts: Vec<&(Account, Facts)>,
    ) -> Result<(), XlsxError> {
        let language = self.report.language;
        let locale = language.as_str();
        self.heading(&t!("report.by_account", locale = locale))?;
        let count = |facts: &Facts, severity: Severity| {
            facts.open.get(&severity).copied().unwrap_or_default()
        };
        accounts.sort_by_key(|(_, facts)| {
            Reverse(Severity::ALL.map(|severity| count(facts, severity)))
        });
        let (header, of_numbers) = (self.style.header(), self.style.header_of_numbers());
        self.sheet.set_row_height(self.row, 20)?;
        let mut headers = vec![
            t!("report.account", locale = locale),
            t!("report.project", locale = locale),
            "".into(),
        ];
        headers.extend(
            TILES
                .iter()
                .take(4)
                .map(|tile| words::severity(*tile, language)),
        );
        headers.extend([
            t!("report.new", locale = locale),
            t!("report.resolved", locale = locale),
            t!("report.score_short", locale = locale),
        ]);
        for (column, text) in (0_u16..).zip(&headers) {
            if column != 2 {
                let last = column + u16::from(column == 1);
                let format = if column > 2 { &of_numbers } else { &header };
                self.merge(column, last, text, format)?;
            }
        }
        self.row += 1;
        let (text, number) = (self.style.text(), self.style.number());
        let mut writer = Writer::new(self.style, language);
        for (account, facts) in accounts {
            self.sheet.set_row_height(self.row, 20)?;
            let id = Cell::Text(account.account_id.to_string());
            let score = facts
                .percent()
                .map_or_else(|| "–".to_owned(), |n| format!("{n} %"));
            let counts = TILES.iter().take(4).map(|tile| count(facts, *tile));
            let numbers = counts.chain([facts.new, facts.resolved]).map(Cell::Number);
            writer.cell(self.sheet, self.row, 0, &id)?;
            self.merge(1, 2, &account.project, &text)?;
            for (column, cell) in (3_u16..).zip(numbers) {
                writer.cell(self.sheet, self.row, column, &cell)?;
            }
            self.merge(LAST, LAST, &score, &number)?;
            self.row += 1;
        }
        Ok(())
    }
}
