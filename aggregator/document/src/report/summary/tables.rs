//! The first sheet's tables: what to do first, and the numbers of each account.

use hubward_protocol::AccountId;
use rust_xlsxwriter::XlsxError;

use super::coverage::{height, lines};
use super::{LAST, SummarySheet, TILES, percent};
use crate::report::Ranked;
use crate::report::words;
use crate::say::Say;
use hubward_domain::finding::FindingSeverity;
use hubward_domain::report::{Coverage, PeriodProgress};

/// The number of rows of what to do first.
const FIRST: usize = 10;

/// How many units of text a line of a project's cell has.
const NAME_LINE: usize = 22;

impl SummarySheet<'_> {
    pub(super) fn first(&mut self) -> Result<(), XlsxError> {
        let language = self.frame.language;
        let say = Say(language);
        self.heading(say.report_fix_first())?;
        let groups = self.closing.facts.first(FIRST);
        if groups.is_empty() {
            let nothing = self.frame.about_watched(say.report_nothing_open());
            self.wide(22.0, &nothing, &self.style.remark())?;
            self.row += 1;
            return Ok(());
        }
        let header = self.style.header();
        let of_numbers = self.style.header_of_numbers();
        let headers = [
            (0, 0, say.report_rank(), &of_numbers),
            (1, 1, say.report_severity(), &of_numbers),
            (2, 2, say.report_control(), &header),
            (3, 8, say.report_title(), &header),
            (9, 9, say.report_count(), &of_numbers),
        ];
        self.sheet.set_row_height(self.row, 20)?;
        for (first, last, text, format) in headers {
            self.merge(first, last, text, format)?;
        }
        self.row += 1;
        let text = self.style.text();
        for (rank, group) in (1_u64..).zip(groups) {
            self.sheet.set_row_height(self.row, 30)?;
            let what = if group.control_id.is_empty() {
                words::kind(group.kind, language).to_owned()
            } else {
                group.control_id.clone()
            };
            self.number(0, rank)?;
            self.severity(1, group.severity)?;
            self.merge(2, 2, &what, &text)?;
            self.merge(3, 8, &group.title, &text)?;
            self.number(9, group.count)?;
            self.row += 1;
        }
        self.row += 1;
        Ok(())
    }

    /// One row per account: those that are not watched first, then those that are only in part, then the worst.
    pub(super) fn accounts(
        &mut self,
        mut accounts: Vec<(&AccountId, &Ranked)>,
    ) -> Result<(), XlsxError> {
        let language = self.frame.language;
        let say = Say(language);
        self.heading(say.report_by_account())?;
        accounts.sort_by_cached_key(|(_, ranked)| {
            let coverage = &ranked.coverage;
            let watched = (!coverage.is_watched_nowhere(), coverage.is_whole());
            (watched, ranked.standing.rank())
        });
        let (header, of_numbers) = (self.style.header(), self.style.header_of_numbers());
        self.sheet.set_row_height(self.row, 30)?;
        let mut headers = vec![
            (0, 0, say.report_account(), &header),
            (1, 2, say.report_project(), &header),
        ];
        let severities = TILES.into_iter().take(4);
        headers.extend((3_u16..).zip(severities).map(|(column, severity)| {
            let word = words::severity(severity, language);
            (column, column, word, &of_numbers)
        }));
        headers.extend([
            (7, 7, say.report_new(), &of_numbers),
            (8, 8, say.report_resolved(), &of_numbers),
            (LAST, LAST, say.report_score_short(), &of_numbers),
        ]);
        for (first, last, text, format) in headers {
            self.merge(first, last, text, format)?;
        }
        self.row += 1;
        let (text, number) = (self.style.text(), self.style.number());
        let has_begun = self.frame.progress() != PeriodProgress::Ahead;
        for (id, ranked) in accounts {
            let Ranked {
                project,
                coverage,
                standing,
            } = ranked;
            let unwatched = self.unwatched(coverage);
            let (name, format) = match unwatched {
                None => (project.clone(), text.clone()),
                Some(words) => (format!("{project}\n{words}"), self.style.warning()),
            };
            let high = height(lines(&name, NAME_LINE));
            self.sheet.set_row_height(self.row, high)?;
            self.merge(0, 0, id.as_str(), &text.clone().set_font_size(9))?;
            self.merge(1, 2, &name, &format)?;
            for (column, severity) in (3_u16..).zip(TILES.into_iter().take(4)) {
                let count = standing.open_with(severity);
                let format = if count > 0 && severity >= FindingSeverity::High {
                    number.clone().set_bold()
                } else {
                    number.clone()
                };
                self.sheet_number(self.row, column, self.count_of(coverage, count), &format)?;
            }
            let of_period = [
                (7, standing.new + standing.reopened),
                (8, standing.resolved),
            ];
            for (column, count) in of_period {
                let count = self.count_of(coverage, count);
                let count = count.filter(|_| has_begun);
                self.sheet_number(self.row, column, count, &number)?;
            }
            let score = percent(coverage.counts().score(standing.score));
            self.merge(LAST, LAST, &score, &number)?;
            self.row += 1;
        }
        Ok(())
    }

    /// A number of an account's findings, if it says anything.
    fn count_of(&self, coverage: &Coverage, count: u64) -> Option<u64> {
        let count = coverage.count(count)?;
        (count > 0 || !self.frame.sources.is_empty()).then_some(count)
    }

    fn number(&mut self, column: u16, number: u64) -> Result<(), XlsxError> {
        self.sheet_number(self.row, column, Some(number), &self.style.number())
    }

    fn severity(&mut self, column: u16, severity: FindingSeverity) -> Result<(), XlsxError> {
        let word = words::severity(severity, self.frame.language);
        let format = self.style.severity(severity);
        self.merge(column, column, word, &format)
    }
}
