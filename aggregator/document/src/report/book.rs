//! The workbook: always the same six sheets, in this order; a table that is longer than a sheet
//! continues on the next one.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use super::sheet::SheetTable;
use super::style::Style;
use super::{Closing, ReportFrame, Scope, about, summary, tables};
use crate::say::Say;
use hubward_domain::alert::AlertState;
use hubward_domain::finding::{FindingKind, Mirrored};
use hubward_domain::report::ShownFinding;

/// Fast rather than small: the files of tests/bench/report are an eighth larger than at level 3.
const COMPRESSION: u8 = 2;

pub(super) struct Book<'a> {
    frame: &'a ReportFrame<'a>,
    file: PathBuf,
    workbook: Workbook,
    style: Style,
    findings: SheetTable,
    threats: SheetTable,
    suppressed: SheetTable,
}

impl<'a> Book<'a> {
    pub(super) fn begin(frame: &'a ReportFrame<'a>, file: &Path) -> Result<Self, XlsxError> {
        let say = Say(frame.language);
        let style = Style::new(frame.language);
        let mut workbook = Workbook::new();
        workbook.set_zip_compression_level(COMPRESSION);
        workbook.set_properties(&properties(frame)?);
        let how = (frame.language, frame.sheet_rows);
        let findings = SheetTable::begin(
            &mut workbook,
            &style,
            say.report_sheet_findings(),
            tables::findings_columns(frame),
            &frame.about_watched(say.report_no_findings()),
            how,
        )?;
        let threats = SheetTable::begin(
            &mut workbook,
            &style,
            say.report_sheet_threats(),
            tables::threats_columns(frame),
            &frame.about_watched(say.report_no_threats()),
            how,
        )?;
        let suppressed = SheetTable::begin(
            &mut workbook,
            &style,
            say.report_sheet_suppressed(),
            tables::suppressed_columns(frame),
            &frame.about_watched(say.report_no_suppressed()),
            how,
        )?
        .with_high_rows();
        Ok(Self {
            frame,
            file: file.to_owned(),
            workbook,
            style,
            findings,
            threats,
            suppressed,
        })
    }

    pub(super) fn add(
        &mut self,
        shown: ShownFinding,
        mirrored: &Mirrored,
        alert: Option<AlertState>,
    ) -> Result<(), XlsxError> {
        let (frame, book, style) = (self.frame, &mut self.workbook, &self.style);
        let change = match shown {
            ShownFinding::News(change) => change,
            ShownFinding::Suppressed => {
                let row = tables::suppressed(frame, mirrored);
                return self.suppressed.push(book, style, row);
            }
        };
        self.findings
            .push(book, style, tables::finding(frame, change, mirrored))?;
        if mirrored.finding.kind == FindingKind::Threat {
            let row = tables::threat(frame, change, mirrored, alert);
            self.threats.push(book, style, row)?;
        }
        Ok(())
    }

    pub(super) fn finish(self, closing: Closing<'_>) -> Result<(), XlsxError> {
        let (frame, style, mut workbook) = (self.frame, &self.style, self.workbook);
        let say = Say(frame.language);
        let mut sheet = Worksheet::new();
        sheet.set_name(say.report_sheet_summary())?;
        summary::write(&mut sheet, frame, closing, style)?;
        workbook.push_worksheet(sheet);

        let mut controls = SheetTable::begin(
            &mut workbook,
            style,
            say.report_sheet_controls(),
            tables::controls_columns(frame),
            &frame.about_watched(say.report_no_controls()),
            (frame.language, frame.sheet_rows),
        )?
        .with_high_rows();
        let silent = frame.silent_regions();
        for (id, control) in closing.facts.worst_first() {
            let row = tables::control(frame, &silent, id, control);
            controls.push(&mut workbook, style, row)?;
        }
        for table in [controls, self.findings, self.threats, self.suppressed] {
            table.finish(&mut workbook, style)?;
        }

        let mut sheet = Worksheet::new();
        sheet.set_name(say.report_sheet_about())?;
        about::write(&mut sheet, frame, closing, style)?;
        workbook.push_worksheet(sheet);
        workbook.save(&self.file)
    }
}

fn properties(frame: &ReportFrame<'_>) -> Result<DocProperties, XlsxError> {
    let say = Say(frame.language);
    let title = match frame.scope {
        Scope::Account(..) => say.report_headline(),
        Scope::Overview(_) => say.report_headline_overview(),
    };
    let built = ExcelDateTime::from_timestamp(frame.built_at.as_second())?;
    Ok(DocProperties::new()
        .set_title(format!("{title} {}", frame.period))
        .set_author("Hubward")
        .set_creation_datetime(&built))
}
