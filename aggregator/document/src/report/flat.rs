//! The findings of a report for other programs and own tables: csv and json, row by row.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use csv::{Terminator, WriterBuilder};
use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::cell::{ReportCell, fitting};
use super::coverage::UNKNOWN;
use super::{ReportFrame, tables, words};
use crate::guard;
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::finding::Mirrored;
use hubward_domain::report::{MonthlyChange, RegionWatch, age_in_days, console_link};

/// The byte order mark. Without it, Excel assumes the computer's legacy encoding.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// The rows of the sheet of findings, with their accounts.
pub(super) struct Csv(csv::Writer<File>);

/// The same rows with AWS's words and RFC 3339 times, as one array.
pub(super) struct Json {
    file: BufWriter<File>,
    any: bool,
}

/// An account and Region of which the rows say nothing, because its findings do not arrive. These come first: a file
/// without rows would say that there is nothing.
struct Unwatched<'a> {
    account_id: &'a AccountId,
    project: &'a str,
    region: Region,
    watch: &'a RegionWatch,
    verdict: &'a str,
    since: Timestamp,
}

impl<'a> Unwatched<'a> {
    fn of(frame: &'a ReportFrame<'_>) -> Vec<Self> {
        let mut coverages = frame.coverages();
        coverages.sort_by_key(|(_, coverage)| !coverage.is_watched_nowhere());
        let regions = coverages.into_iter().flat_map(|(account_id, coverage)| {
            let project = frame.project_of(account_id);
            let regions = coverage.regions.iter();
            regions.map(move |its| Self {
                account_id,
                project,
                region: its.region,
                watch: &its.watch,
                verdict: &its.verdict,
                since: its.since,
            })
        });
        regions
            .filter(|its| *its.watch != RegionWatch::Watched)
            .collect()
    }

    fn state(&self, language: Language) -> &'static str {
        words::watch(self.watch, language)
    }
}

/// Without the columns of the account: every csv has those, and adds them here.
fn without_owner<T>(frame: &ReportFrame<'_>, all: Vec<T>) -> impl Iterator<Item = T> {
    let own = if frame.is_overview() { 2 } else { 0 };
    all.into_iter().skip(own)
}

impl Csv {
    pub(super) fn begin(frame: &ReportFrame<'_>, file: &Path) -> Result<Self, csv::Error> {
        let say = Say(frame.language);
        let mut file = File::create(file)?;
        file.write_all(MARK)?;
        let mut writer = WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .from_writer(file);
        let mut headers = vec![
            say.report_account().to_owned(),
            say.report_project().to_owned(),
        ];
        let columns = without_owner(frame, tables::findings_columns(frame));
        headers.extend(columns.map(|column| column.header));
        writer.write_record(&headers)?;
        for unwatched in Unwatched::of(frame) {
            let region = unwatched.region.to_string();
            let mut row = vec![UNKNOWN.to_owned(); headers.len()];
            for (header, text) in [
                (say.report_account(), unwatched.account_id.to_string()),
                (say.report_project(), unwatched.project.to_owned()),
                (
                    say.report_change(),
                    unwatched.state(frame.language).to_owned(),
                ),
                (
                    say.report_title(),
                    words::watch_verdict(unwatched.verdict, frame.language).to_owned(),
                ),
                (say.report_region(), region),
            ] {
                let at = headers.iter().position(|name| name == header);
                if let Some(cell) = at.and_then(|at| row.get_mut(at)) {
                    *cell = guard::guarded(&fitting(&text)).into_owned();
                }
            }
            writer.write_record(row)?;
        }
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
        ReportCell::Severity(severity) => words::severity(*severity, frame.language).to_owned(),
        ReportCell::Empty => String::new(),
    }
}

impl Json {
    pub(super) fn begin(frame: &ReportFrame<'_>, file: &Path) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create(file)?);
        file.write_all(b"[")?;
        let mut json = Self { file, any: false };
        for unwatched in Unwatched::of(frame) {
            json.write(&json!({
                "account_id": unwatched.account_id,
                "project": unwatched.project,
                "change": unwatched.watch.as_str(),
                "severity": null,
                "kind": null,
                "control_id": null,
                "type": null,
                "title": null,
                "resource": null,
                "resource_type": null,
                "region": unwatched.region,
                "opened_at": null,
                "age_days": null,
                "updated_at": null,
                "closed_at": null,
                "workflow": null,
                "standards": null,
                "link": null,
                "console": null,
                "finding_id": null,
                "verdict": unwatched.verdict,
                "since": unwatched.since,
            }))?;
        }
        Ok(json)
    }

    pub(super) fn add(
        &mut self,
        frame: &ReportFrame<'_>,
        change: MonthlyChange,
        mirrored: &Mirrored,
    ) -> io::Result<()> {
        let Mirrored { finding, life } = mirrored;
        self.write(&json!({
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
        }))
    }

    fn write(&mut self, row: &Value) -> io::Result<()> {
        let between: &[u8] = if self.any { b",\n  " } else { b"\n  " };
        self.file.write_all(between)?;
        self.any = true;
        Ok(serde_json::to_writer(&mut self.file, row)?)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.file
            .write_all(if self.any { b"\n]\n" } else { b"]\n" })?;
        self.file.flush()
    }
}
