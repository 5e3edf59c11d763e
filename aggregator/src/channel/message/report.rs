//! That reports were delivered, in words.

use rust_i18n::t;

use super::{ROWS, RenderedMessage};
use hubward_domain::notice::{ReportNotice, SentReport};

/// The worst accounts first, the rest is counted.
pub(super) fn delivered(notice: &ReportNotice, locale: &str) -> RenderedMessage {
    let mut lines: Vec<String> = notice
        .reports
        .iter()
        .take(ROWS)
        .map(|report| line(report, locale))
        .collect();
    let more = notice.count.saturating_sub(lines.len());
    if more > 0 {
        lines.push(t!("channel.more", locale = locale, more = more).into_owned());
    }
    RenderedMessage {
        title: t!(
            "channel.reports_delivered",
            locale = locale,
            period = notice.period,
            count = notice.count
        )
        .into_owned(),
        lines,
        ..RenderedMessage::default()
    }
}

fn line(report: &SentReport, locale: &str) -> String {
    let score = report
        .score
        .map_or_else(|| "–".to_owned(), |score| format!("{score}%"));
    t!(
        "channel.report_line",
        locale = locale,
        project = report.project,
        account = report.account_id,
        open = report.open,
        critical = report.critical,
        high = report.high,
        new = report.new,
        resolved = report.resolved,
        score = score
    )
    .into_owned()
}
