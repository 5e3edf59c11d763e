//! Renders the notice that reports were delivered.

use super::{ROWS, RenderedMessage};
use crate::say::Say;
use hubward_domain::notice::{ReportNotice, SentReport};
use hubward_protocol::Region;

/// Lists the accounts without a report, which are not watched, and those with the worst results; the others are
/// counted.
pub(super) fn delivered(notice: &ReportNotice, say: Say) -> RenderedMessage {
    let mut lines = Vec::new();
    if notice.interim {
        lines.push(say.channel_reports_interim(&notice.period));
    }
    if notice.not_watched_count > 0 {
        let named = notice.not_watched.iter().take(ROWS);
        let named: Vec<String> = named
            .map(|it| format!("{} {}", it.project, it.account_id))
            .collect();
        let more = notice.not_watched_count.saturating_sub(named.len());
        lines.push(say.channel_reports_not_watched(named.join(", "), notice.not_watched_count));
        if more > 0 {
            lines.push(say.channel_more(more));
        }
    }
    let reports = notice.reports.iter().take(ROWS);
    lines.extend(reports.map(|report| line(report, say)));
    let more = notice.count.saturating_sub(notice.reports.len().min(ROWS));
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
    let line = say.channel_report_line(
        &report.account_id,
        or_dash(report.critical),
        or_dash(report.high),
        or_dash(report.new),
        or_dash(report.open),
        &report.project,
        or_dash(report.resolved),
        percent(report.score),
    );
    let mut parts = vec![line];
    parts.extend(uncovered(&report.not_watched, &report.unknown, say));
    parts.join(" | ")
}

/// A number, or a dash if it is not known: a zero would say that there is nothing.
pub(in crate::channel) fn or_dash(count: Option<u64>) -> String {
    count.map_or_else(|| "–".to_owned(), |count| count.to_string())
}

/// A score, or a dash if there is none.
pub(in crate::channel) fn percent(score: Option<u64>) -> String {
    score.map_or_else(|| "–".to_owned(), |score| format!("{score}%"))
}

/// The Regions that the numbers do not cover, each kind in a sentence.
pub(in crate::channel) fn uncovered(
    not_watched: &[Region],
    unknown: &[Region],
    say: Say,
) -> Vec<String> {
    let names = |regions: &[Region]| -> String {
        let names: Vec<String> = regions.iter().map(ToString::to_string).collect();
        names.join(", ")
    };
    let mut sentences = Vec::new();
    if !not_watched.is_empty() {
        sentences.push(say.channel_report_not_watched(names(not_watched)));
    }
    if !unknown.is_empty() {
        sentences.push(say.channel_report_unknown(names(unknown)));
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use hubward_domain::account::Language;
    use hubward_domain::notice::UnwatchedAccount;

    #[test]
    fn what_is_not_watched_is_said_first_and_has_no_zeros() {
        let notice = ReportNotice {
            period: "2026-W49".to_owned(),
            interim: true,
            count: 1,
            reports: vec![SentReport {
                account_id: "111111111111".parse().unwrap(),
                project: "Orders".to_owned(),
                open: None,
                critical: None,
                high: None,
                new: None,
                resolved: None,
                not_watched: vec!["us-east-1".parse().unwrap()],
                unknown: vec!["eu-west-1".parse().unwrap()],
                score: None,
            }],
            not_watched_count: 1,
            not_watched: vec![UnwatchedAccount {
                account_id: "222222222222".parse().unwrap(),
                project: "Never".to_owned(),
            }],
        };
        let text = |language| delivered(&notice, Say(language)).lines.join("\n");
        let english = text(Language::En);
        let japanese = text(Language::Ja);
        let lines = [
            "Interim report: 2026-W49 is not over. The numbers of the period are those so far.",
            "NOT WATCHED, so without a report: 1 account: Never 222222222222",
            "Orders 111111111111: – open (critical –, high –), – new, – resolved, score – \
             | NOT WATCHED: us-east-1. The numbers do not cover it. \
             | Unknown whether watched: eu-west-1. Findings may be missing.",
        ];
        assert_eq!(english, lines.join("\n"));
        for words in [
            "中間レポート",
            "未監視のためレポートなし: 1アカウント",
            "未対応 –件",
        ] {
            assert!(japanese.contains(words), "{words}: {japanese}");
        }
    }
}
