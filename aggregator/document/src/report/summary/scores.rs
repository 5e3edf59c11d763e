//! The first sheet's scores, one for each standard, and how long findings have been open.

use rust_xlsxwriter::{ConditionalFormatDataBar, ConditionalFormatType, XlsxError};

use super::{SummarySheet, percent};
use crate::report::style::BAR;
use crate::report::words;
use crate::say::Say;
use hubward_domain::report::{AGES, Score};

impl SummarySheet<'_> {
    /// The scores on the left, the ages on the right.
    pub(super) fn scores(&mut self) -> Result<(), XlsxError> {
        let say = Say(self.frame.language);
        let (style, facts) = (self.style, self.closing.facts);
        let heading = style.heading();
        self.sheet.set_row_height(self.row, 24)?;
        self.merge(0, 5, say.report_scores(), &heading)?;
        self.merge(7, 9, say.report_ages(), &heading)?;
        self.row += 1;
        let all = say.report_all_controls().to_owned();
        let mut scores = vec![(all, facts.score())];
        let standards = facts.standards();
        scores.extend(
            standards
                .iter()
                .map(|(id, score)| (words::standard(id), *score)),
        );
        let ages = self.ages();
        let begin = self.row;
        let rows = scores.len().max(ages.len());
        for at in 0..rows {
            self.sheet.set_row_height(self.row, 20)?;
            if let Some((name, score)) = scores.get(at) {
                self.score(name, *score)?;
            }
            if let Some((name, count)) = ages.get(at) {
                self.merge(7, 8, name, &style.text())?;
                let count = self.frame.count(*count);
                self.sheet_number(self.row, 9, count, &style.number())?;
            }
            self.row += 1;
        }
        let bar = ConditionalFormatDataBar::new()
            .set_minimum(ConditionalFormatType::Number, 0)
            .set_fill_color(BAR)
            .set_solid_fill(true)
            .set_border_off(true);
        let last = begin + u32::try_from(ages.len()).unwrap_or(1) - 1;
        self.sheet.add_conditional_format(begin, 9, last, 9, &bar)?;
        self.row += 1;
        Ok(())
    }

    fn score(&mut self, name: &str, score: Score) -> Result<(), XlsxError> {
        let say = Say(self.frame.language);
        let controls = if score.judged == 0 {
            say.report_no_data().to_owned()
        } else {
            say.report_score_controls(score.judged, score.passed)
        };
        let percent = percent(self.frame.watch().score(score));
        self.merge(0, 2, name, &self.style.text())?;
        self.merge(3, 4, &controls, &self.style.label())?;
        self.merge(5, 5, &percent, &self.style.number().set_bold())
    }

    fn ages(&self) -> Vec<(String, u64)> {
        let say = Say(self.frame.language);
        let counts = self.closing.facts.ages.iter().copied();
        let ends = AGES.iter().map(Some).chain([None]);
        let mut from = 0;
        let mut ages = Vec::new();
        for (end, count) in ends.zip(counts) {
            let name = match end {
                Some(end) => {
                    let to = end - 1;
                    let name = say.report_age_between(from, to);
                    from = *end;
                    name
                }
                None => say.report_age_from(from),
            };
            ages.push((name, count));
        }
        ages
    }
}
