//! Renders the notice that reports were delivered.

use super::{ROWS, RenderedMessage};
use crate::say::Say;
use hubward_domain::notice::{ReportNotice, SentReport};

/// Lists the accounts with the worst results; the others are counted.
pub(super) fn delivered(notice: &ReportNotice, say: Say) -> RenderedMessage {
    let mut lines: Vec<String> = notice
        .reports
        .iter()
        .take(ROWS)
        .map(|report| line(report, say))
        .collect();
    let more = notice.count.saturating_sub(lines.len());
    if more > 0 {
        lines.push(say.channel_more(more));
    }
    RenderedMessage {
        title: say.channel_reports_delivered(notice.count, &notice.period),
        lines,
        ..RenderedMessage::default()
    }
}

fn line(report: &SentReport, say: Say) -> String {
    let score = report
        .score
        .map_or_else(|| "–".to_owned(), |score| format!("{score}%"));
    say.channel_report_line(
        &report.account_id,
        report.critical,
        report.high,
        report.new,
        report.open,
        &report.project,
        report.resolved,
        score,
    )
}
