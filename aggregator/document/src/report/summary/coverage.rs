//! The first sheet's warnings, and what is watched, Region by Region. Without these, a report of an account that is not
//! watched would look as if all were well.

use std::collections::BTreeSet;

use hubward_protocol::Region;
use jiff::ToSpan;
use rust_xlsxwriter::XlsxError;

use super::{LAST, SummarySheet, percent};
use crate::report::Scope;
use crate::report::coverage::UNKNOWN;
use crate::report::words;
use crate::say::Say;
use hubward_domain::report::{Coverage, PeriodProgress, RegionWatch};

/// How many units of text a line of the widest cell has; an ideograph needs two.
const LINE: usize = 110;
/// How many units of text a line of a standard's cell has.
const STANDARD_LINE: usize = 22;

impl SummarySheet<'_> {
    /// That the report is an interim one, and what is not watched.
    pub(super) fn warnings(&mut self) -> Result<(), XlsxError> {
        let (frame, say) = (self.frame, Say(self.frame.language));
        let mut warnings = Vec::new();
        let (_, last) = frame.period.days();
        match frame.progress() {
            PeriodProgress::Over => {}
            PeriodProgress::Running => {
                let over = last.saturating_add(1.day());
                warnings.push(say.report_interim(over, frame.period));
            }
            PeriodProgress::Ahead => warnings.push(say.report_ahead(frame.period)),
        }
        match frame.scope {
            Scope::Account(..) => {
                let (unwatched, unknown) = (frame.unwatched_regions(), frame.unknown_regions());
                if !unwatched.is_empty() {
                    warnings.push(say.report_warn_not_watched(unwatched));
                }
                if !unknown.is_empty() {
                    warnings.push(say.report_warn_unknown(unknown));
                }
            }
            Scope::Overview(accounts) => {
                let count = |is: fn(&Coverage) -> bool| {
                    let coverages = accounts.values().map(|ranked| &ranked.coverage);
                    coverages.filter(|coverage| is(coverage)).count()
                };
                let none = count(Coverage::is_watched_nowhere);
                let part = count(|it| !it.is_watched_nowhere() && !it.is_whole());
                if none + part > 0 {
                    warnings.push(say.report_warn_accounts(accounts.len(), none, part));
                }
                let reasons = frame.reasons();
                if !reasons.is_empty() {
                    warnings.push(say.report_warn_unknown_accounts(reasons));
                }
            }
        }
        if self.closing.outdated > 0 {
            warnings.push(say.report_warn_outdated(self.closing.outdated));
        }
        let banner = self.style.banner();
        for warning in &warnings {
            self.wide(height(lines(warning, LINE)), warning, &banner)?;
        }
        self.row += u32::from(!warnings.is_empty());
        Ok(())
    }

    /// One row for each Region.
    pub(super) fn coverage(&mut self) -> Result<(), XlsxError> {
        let say = Say(self.frame.language);
        self.heading(say.report_coverage())?;
        let (header, of_numbers) = (self.style.header(), self.style.header_of_numbers());
        self.sheet.set_row_height(self.row, 20)?;
        for (first, last, text, format) in [
            (0, 1, say.report_region(), &header),
            (2, 4, say.report_watch(), &header),
            (5, 5, say.report_since(), &header),
            (6, 7, say.report_standards(), &header),
            (8, 8, say.report_open(), &of_numbers),
            (LAST, LAST, say.report_score_short(), &of_numbers),
        ] {
            self.merge(first, last, text, format)?;
        }
        self.row += 1;
        for region in self.frame.regions {
            self.region(*region)?;
        }
        self.row += 1;
        Ok(())
    }

    fn region(&mut self, region: Region) -> Result<(), XlsxError> {
        let (frame, facts) = (self.frame, self.closing.facts);
        let counts = frame.watch_in(region);
        let (watch, since) = match frame.scope {
            Scope::Account(_, coverage) => self.verdict(coverage, region),
            Scope::Overview(_) => (self.accounts_in(region), String::new()),
        };
        let standards = self.standards(region);
        let (text, number) = (self.style.text(), self.style.number());
        let is_whole = counts.not_watched + counts.unknown == 0;
        let of_watch = if is_whole {
            text.clone()
        } else {
            self.style.warning()
        };
        let high = standards
            .iter()
            .map(|name| lines(name, STANDARD_LINE))
            .sum::<usize>()
            .max(lines(&watch, STANDARD_LINE * 3 / 2))
            .max(lines(&since, 10));
        self.sheet.set_row_height(self.row, height(high))?;
        self.merge(0, 1, region.as_str(), &text)?;
        self.merge(2, 4, &watch, &of_watch)?;
        self.merge(5, 5, &since, &text)?;
        self.merge(6, 7, &standards.join("\n"), &text)?;
        let open = facts.open_in.get(region.as_str()).copied();
        let open = counts.count(open.unwrap_or_default());
        let open = open.filter(|open| *open > 0 || !frame.sources.is_empty());
        self.sheet_number(self.row, 8, open, &number)?;
        let score = percent(counts.score(facts.score_in(region.as_str())));
        self.merge(LAST, LAST, &score, &number)?;
        self.row += 1;
        Ok(())
    }

    /// Whether an account is watched in a Region, how it was judged, and since when.
    fn verdict(&self, coverage: &Coverage, region: Region) -> (String, String) {
        let language = self.frame.language;
        let Some(its) = coverage.of(region.as_str()) else {
            return (UNKNOWN.to_owned(), UNKNOWN.to_owned());
        };
        let watch = words::watch(&its.watch, language);
        let verdict = words::watch_verdict(&its.verdict, language);
        let words = Say(language).report_watch_and_verdict(verdict, watch);
        (words, self.frame.local(Some(its.since)))
    }

    /// How many accounts are watched in a Region.
    fn accounts_in(&self, region: Region) -> String {
        let say = Say(self.frame.language);
        let counts = self.frame.watch_in(region);
        let all = counts.watched + counts.not_watched + counts.unknown;
        say.report_watched_accounts(all, counts.watched)
    }

    /// The standards of which a control was evaluated in a Region, and those that are wanted without that.
    fn standards(&self, region: Region) -> Vec<String> {
        let nothing = BTreeSet::new();
        let found = self.closing.facts.standards_in.get(region.as_str());
        let found = found.unwrap_or(&nothing);
        if self.frame.watch_in(region).count(1).is_none() {
            return vec![UNKNOWN.to_owned()];
        }
        let missing = self
            .frame
            .standards
            .iter()
            .filter(|it| !found.contains(*it));
        let missing = missing.map(|it| format!("{}: {UNKNOWN}", words::standard(it)));
        let found = found.iter().map(|it| words::standard(it));
        found.chain(missing).collect()
    }

    /// In which Regions an account of the overview is not watched, in one line; `None` if it is watched in all.
    pub(super) fn unwatched(&self, coverage: &Coverage) -> Option<String> {
        if coverage.is_whole() {
            return None;
        }
        let language = self.frame.language;
        let say = Say(language);
        if coverage.is_watched_nowhere() {
            let verdicts: BTreeSet<&str> = coverage
                .regions
                .iter()
                .map(|its| words::watch_verdict(&its.verdict, language))
                .collect();
            let verdicts: Vec<&str> = verdicts.into_iter().collect();
            return Some(match verdicts.as_slice() {
                [] => say.report_not_watched().to_owned(),
                verdicts => {
                    say.report_watch_and_verdict(verdicts.join(", "), say.report_not_watched())
                }
            });
        }
        let names = |is: fn(&RegionWatch) -> bool| {
            let regions = coverage.regions.iter().filter(|its| is(&its.watch));
            let names: Vec<&str> = regions.map(|its| its.region.as_str()).collect();
            names.join(", ")
        };
        let parts = [
            (
                names(|it| *it == RegionWatch::NotWatched),
                say.report_not_watched(),
            ),
            (
                names(|it| matches!(it, RegionWatch::Unknown { .. })),
                say.report_watch_unknown(),
            ),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(names, _)| !names.is_empty())
            .map(|(names, word)| format!("{word}: {names}"))
            .collect();
        Some(parts.join("; "))
    }
}

/// How many lines a text needs where a line has so many units.
pub(super) fn lines(text: &str, units: usize) -> usize {
    let of_line = |line: &str| {
        let width: usize = line
            .chars()
            .map(|char| if char.is_ascii() { 1 } else { 2 })
            .sum();
        width.div_ceil(units).max(1)
    };
    text.lines().map(of_line).sum::<usize>().max(1)
}

/// The height of a row with so many lines, in points; Excel allows 409.
pub(super) fn height(lines: usize) -> f64 {
    let lines = u32::try_from(lines).map_or(f64::from(u16::MAX), f64::from);
    (8.0 + 13.0 * lines).clamp(20.0, 409.0)
}
