//! The findings of a report for other programs and own tables: csv and json, row by row.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use csv::{Terminator, WriterBuilder};
use rust_i18n::t;
use serde_json::json;

use super::cell::{ReportCell, fitting};
use super::{ReportFrame, tables, words};
use crate::guard;
use hubward_domain::finding::Mirrored;
use hubward_domain::report::{MonthlyChange, age_in_days, console_link};

/// The byte order mark. Without it, Excel assumes the computer's legacy encoding.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The rows of the sheet of findings, with their accounts.
pub(super) struct Csv(csv::Writer<File>);

/// The same rows with AWS's words and RFC 3339 times, as one array.
pub(super) struct Json {
    file: BufWriter<File>,
    any: bool,
}

/// Without the columns of the account: every csv has those, and adds them here.
fn without_owner<T>(frame: &ReportFrame<'_>, all: Vec<T>) -> impl Iterator<Item = T> {
    let own = if frame.is_overview() { 2 } else { 0 };
    all.into_iter().skip(own)
}

impl Csv {
    pub(super) fn begin(frame: &ReportFrame<'_>, file: &Path) -> Result<Self, csv::Error> {
        let locale = frame.language.as_str();
        let mut file = File::create(file)?;
        file.write_all(MARK)?;
        let mut writer = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .from_writer(file);
        let mut headers = vec![
            t!("report.account", locale = locale).into_owned(),
            t!("report.project", locale = locale).into_owned(),
        ];
        let columns = without_owner(frame, tables::findings_columns(frame));
        headers.extend(columns.map(|column| column.header));
        writer.write_record(headers)?;
        Ok(Self(writer))
    }

    pub(super) fn add(
        &mut self,
        frame: &ReportFrame<'_>,
        change: MonthlyChange,
        mirrored: &Mirrored,
    ) -> Result<(), csv::Error> {
        let account = &mirrored.finding.account_id;
        let owner = [account.as_str().into(), frame.project_of(account).into()];
        let cells = without_owner(frame, tables::finding(frame, change, mirrored));
        for cell in owner.into_iter().chain(cells) {
            let text = text_of(&cell, frame);
            self.0.write_field(guard::guarded(&text).as_bytes())?;
        }
        self.0.write_record(None::<&[u8]>)
    }

    pub(super) fn finish(mut self) -> Result<(), csv::Error> {
        Ok(self.0.flush()?)
    }
}

fn text_of(cell: &ReportCell<'_>, frame: &ReportFrame<'_>) -> String {
    match cell {
        ReportCell::Text(text) => fitting(text).into_owned(),
        ReportCell::Number(number) => number.to_string(),
        ReportCell::Severity(severity) => words::severity(*severity, frame.language).into_owned(),
        ReportCell::Empty => String::new(),
    }
}

impl Json {
    pub(super) fn begin(file: &Path) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create(file)?);
        file.write_all(b"[")?;
        Ok(Self { file, any: false })
    }

    pub(super) fn add(
        &mut self,
        frame: &ReportFrame<'_>,
        change: MonthlyChange,
        mirrored: &Mirrored,
    ) -> io::Result<()> {
        let Mirrored { finding, life } = mirrored;
        let row = json!({
            "account_id": finding.account_id,
            "project": frame.project_of(&finding.account_id),
            "change": change.as_str(),
            "severity": finding.severity.as_str(),
            "kind": finding.kind.as_str(),
            "control_id": finding.control_id,
            "type": finding.finding_type,
            "title": finding.title,
            "resource": finding.resource,
            "resource_type": finding.resource_type,
            "region": finding.region,
            "opened_at": life.opened_at,
            "age_days": age_in_days(mirrored, frame.built_at),
            "updated_at": finding.updated_at,
            "closed_at": life.closed_at.filter(|_| change == MonthlyChange::Resolved),
            "workflow": finding.workflow.as_str(),
            "standards": finding.standards,
            "link": finding.link,
            "console": console_link(finding),
            "finding_id": finding.id,
        });
        let between: &[u8] = if self.any { b",\n  " } else { b"\n  " };
        self.file.write_all(between)?;
        self.any = true;
        Ok(serde_json::to_writer(&mut self.file, &row)?)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.file
            .write_all(if self.any { b"\n]\n" } else { b"]\n" })?;
        self.file.flush()
    }
}
