//! Alerts in a letter: one of them, or many at once.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_i18n::t;

use super::{MessageReader, RenderedMessage};
use hubward_domain::alert::{Severity, loss};
use hubward_domain::notice::{AlertDigest, AlertNews, AlertNotice};

/// How many steps are told; the guide has the rest.
const STEPS: usize = 3;

/// What the guide says of a kind of threat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::channel) struct FirstSteps {
    /// What happened, in a plain sentence.
    pub(in crate::channel) happened: String,
    /// What to do, first things first.
    pub(in crate::channel) steps: Vec<String>,
    /// Where the rest stands.
    pub(in crate::channel) page: Option<String>,
}

/// A new alert.
pub(super) fn opened(alert: &AlertNotice, reader: &MessageReader<'_>) -> RenderedMessage {
    let locale = reader.language.as_str();
    let title = t!(
        "channel.alert_opened",
        locale = locale,
        mark = mark(alert.severity),
        severity = alert.severity,
        title = title(alert, locale)
    );
    letter(title, alert, reader)
}

/// A known alert that people are told of again, and why.
pub(super) fn updated(alert: &AlertNotice, reader: &MessageReader<'_>) -> RenderedMessage {
    let locale = reader.language.as_str();
    let (mark, severity) = (mark(alert.severity), alert.severity);
    let title = title(alert, locale);
    let title = match alert.news {
        Some(AlertNews::Reopened) => t!(
            "channel.alert_reopened",
            locale = locale,
            mark = mark,
            severity = severity,
            title = title
        ),
        Some(AlertNews::Again) => t!(
            "channel.alert_again",
            locale = locale,
            mark = mark,
            severity = severity,
            title = title
        ),
        Some(AlertNews::Worse) | None => t!(
            "channel.alert_updated",
            locale = locale,
            mark = mark,
            severity = severity,
            title = title
        ),
    };
    letter(title, alert, reader)
}

/// Many alerts at once.
pub(super) fn digest(digest: &AlertDigest, reader: &MessageReader<'_>) -> RenderedMessage {
    let locale = reader.language.as_str();
    let severities: Vec<String> = digest
        .severities
        .iter()
        .map(|(severity, count)| format!("{severity} {count}"))
        .collect();
    let mut lines: Vec<String> = digest
        .alerts
        .iter()
        .map(|alert| {
            format!(
                "{} {}: {} {} {}: {}",
                mark(alert.severity),
                alert.severity,
                project(alert, locale),
                alert.account_id,
                regions(alert),
                title(alert, locale)
            )
        })
        .collect();
    let more = digest.count.saturating_sub(lines.len());
    if more > 0 {
        lines.push(t!("channel.digest_more", locale = locale, more = more).into_owned());
    }
    RenderedMessage {
        title: t!(
            "channel.alert_digest",
            locale = locale,
            count = digest.count,
            severities = severities.join(", ")
        )
        .into_owned(),
        lines,
        links: vec![(
            t!("channel.dashboard", locale = locale).into_owned(),
            format!("{}/alerts", reader.origin),
        )],
        ..RenderedMessage::default()
    }
}

/// What is said of an alert whatever the occasion.
pub(super) fn letter(
    title: Cow<'_, str>,
    alert: &AlertNotice,
    reader: &MessageReader<'_>,
) -> RenderedMessage {
    let locale = reader.language.as_str();
    let seen = t!(
        "channel.seen_times",
        locale = locale,
        count = alert.count,
        first = clock(alert.first_seen, reader.zone),
        last = clock(alert.last_seen, reader.zone)
    );
    let facts = [
        (
            t!("channel.severity", locale = locale),
            alert.severity.to_string(),
        ),
        (
            t!("channel.project", locale = locale),
            project(alert, locale),
        ),
        (
            t!("channel.account", locale = locale),
            alert.account_id.to_string(),
        ),
        (t!("channel.region", locale = locale), regions(alert)),
        (
            t!("channel.contact", locale = locale),
            format!(
                "{} {} {}",
                alert.department,
                alert.contact,
                alert.contact_emails.join("; ")
            ),
        ),
        (t!("channel.type", locale = locale), alert.kind.clone()),
        (
            t!("channel.resource", locale = locale),
            alert.resource.clone(),
        ),
        (t!("channel.seen", locale = locale), seen.into_owned()),
        (t!("channel.alert", locale = locale), alert.id.clone()),
    ];
    RenderedMessage {
        title: title.into_owned(),
        facts: facts
            .into_iter()
            .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect(),
        lines: lines(alert, reader),
        links: links(alert, reader),
        ..RenderedMessage::default()
    }
}

/// What happened, in our words and in AWS's, and what to do first.
fn lines(alert: &AlertNotice, reader: &MessageReader<'_>) -> Vec<String> {
    let locale = reader.language.as_str();
    let advice = reader.advice.clone().unwrap_or_default();
    let mut lines = vec![advice.happened, alert.description.clone()];
    lines.retain(|line| !line.is_empty());
    if !advice.steps.is_empty() {
        lines.push(t!("channel.first_steps", locale = locale).into_owned());
        let steps = advice.steps.iter().take(STEPS).enumerate();
        lines.extend(steps.map(|(index, step)| format!("{}. {step}", index + 1)));
    }
    lines
}

fn links(alert: &AlertNotice, reader: &MessageReader<'_>) -> Vec<(String, String)> {
    let locale = reader.language.as_str();
    let console = alert.console.clone().map(|url| {
        let name = t!("channel.console", locale = locale);
        (name.into_owned(), url)
    });
    let dashboard = (
        t!("channel.dashboard", locale = locale).into_owned(),
        format!("{}/alerts/{}", reader.origin, alert.id),
    );
    let guide = reader.advice.as_ref().and_then(|advice| {
        let name = t!("channel.guide", locale = locale);
        Some((name.into_owned(), advice.page.clone()?))
    });
    console
        .into_iter()
        .chain([dashboard])
        .chain(guide)
        .collect()
}

pub(super) fn title<'a>(alert: &'a AlertNotice, locale: &str) -> Cow<'a, str> {
    if alert.kind == loss::TYPE {
        t!(
            "channel.membership_lost",
            locale = locale,
            status = alert.description
        )
    } else {
        Cow::Borrowed(alert.title.as_str())
    }
}

fn project(alert: &AlertNotice, locale: &str) -> String {
    if alert.project.is_empty() {
        t!("channel.not_in_ledger", locale = locale).into_owned()
    } else {
        format!("{} {}", alert.project, alert.environment)
            .trim()
            .to_owned()
    }
}

fn regions(alert: &AlertNotice) -> String {
    if alert.regions.is_empty() {
        return alert.region.to_string();
    }
    let regions: Vec<&str> = alert.regions.iter().map(|region| region.as_str()).collect();
    regions.join(", ")
}

/// Seen before a word is read, and not by colour alone: the severity stands beside it.
pub(super) fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "\u{1f6a8}",
        Severity::High => "\u{1f534}",
        Severity::Medium => "\u{1f7e0}",
        Severity::Low | Severity::Informational => "\u{1f535}",
    }
}

/// Such as `2026-11-24 09:00 JST`.
pub(super) fn clock(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned_datetime(zone.clone())
        .strftime("%Y-%m-%d %H:%M %Z")
        .to_string()
}
