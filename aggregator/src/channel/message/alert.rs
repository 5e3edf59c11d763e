//! Renders alerts: a single one, or a digest of many.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{MessageReader, RenderedMessage};
use crate::say::Say;
use hubward_domain::alert::{Severity, loss};
use hubward_domain::notice::{AlertDigest, AlertNews, AlertNotice};

/// The most steps that are listed; the guide has the others.
const STEPS: usize = 3;

/// The guide's first steps for a kind of threat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::channel) struct FirstSteps {
    /// What happened, in one sentence.
    pub(in crate::channel) happened: String,
    /// What to do, most urgent first.
    pub(in crate::channel) steps: Vec<String>,
    /// The guide's page with the rest.
    pub(in crate::channel) page: Option<String>,
}

/// A new alert.
pub(super) fn opened(alert: &AlertNotice, reader: &MessageReader<'_>) -> RenderedMessage {
    let say = Say(reader.language);
    let title = say.channel_alert_opened(
        severity_icon(alert.severity),
        alert.severity,
        title(alert, say),
    );
    with_alert(title, alert, reader)
}

/// A known alert with news, and why people are notified again.
pub(super) fn updated(alert: &AlertNotice, reader: &MessageReader<'_>) -> RenderedMessage {
    let say = Say(reader.language);
    let (icon, severity) = (severity_icon(alert.severity), alert.severity);
    let title = title(alert, say);
    let title = match alert.news {
        Some(AlertNews::Reopened) => say.channel_alert_reopened(icon, severity, title),
        Some(AlertNews::Again) => say.channel_alert_again(icon, severity, title),
        Some(AlertNews::Worse) | None => say.channel_alert_updated(icon, severity, title),
    };
    with_alert(title, alert, reader)
}

/// A digest of many alerts.
pub(super) fn digest(digest: &AlertDigest, reader: &MessageReader<'_>) -> RenderedMessage {
    let say = Say(reader.language);
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
                severity_icon(alert.severity),
                alert.severity,
                project(alert, say),
                alert.account_id,
                regions(alert),
                title(alert, say)
            )
        })
        .collect();
    let more = digest.count.saturating_sub(lines.len());
    if more > 0 {
        lines.push(say.channel_digest_more(more));
    }
    RenderedMessage {
        title: say.channel_alert_digest(digest.count, severities.join(", ")),
        lines,
        links: vec![(
            say.channel_dashboard().to_owned(),
            format!("{}/alerts", reader.origin),
        )],
        ..RenderedMessage::default()
    }
}

/// The parts that all messages about an alert share.
pub(super) fn with_alert(
    title: String,
    alert: &AlertNotice,
    reader: &MessageReader<'_>,
) -> RenderedMessage {
    let say = Say(reader.language);
    let seen = say.channel_detected_times(
        alert.count,
        clock(alert.first_seen, reader.zone),
        clock(alert.last_seen, reader.zone),
    );
    let facts = [
        (say.channel_severity(), alert.severity.to_string()),
        (say.channel_project(), project(alert, say)),
        (say.channel_account(), alert.account_id.to_string()),
        (say.channel_region(), regions(alert)),
        (
            say.channel_contact(),
            format!(
                "{} {} {}",
                alert.department,
                alert.contact,
                alert.contact_emails.join("; ")
            ),
        ),
        (say.channel_type(), alert.kind.clone()),
        (say.channel_resource(), alert.resource.clone()),
        (say.channel_detected(), seen),
        (say.channel_alert(), alert.id.clone()),
    ];
    RenderedMessage {
        title,
        facts: facts
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect(),
        lines: lines(alert, reader),
        links: links(alert, reader),
        ..RenderedMessage::default()
    }
}

/// What happened, in our words and in AWS's, and what to do first.
fn lines(alert: &AlertNotice, reader: &MessageReader<'_>) -> Vec<String> {
    let say = Say(reader.language);
    let advice = reader.advice.clone().unwrap_or_default();
    let mut lines = vec![advice.happened, alert.description.clone()];
    lines.retain(|line| !line.is_empty());
    if !advice.steps.is_empty() {
        lines.push(say.channel_first_steps().to_owned());
        let steps = advice.steps.iter().take(STEPS).enumerate();
        lines.extend(steps.map(|(index, step)| format!("{}. {step}", index + 1)));
    }
    lines
}

fn links(alert: &AlertNotice, reader: &MessageReader<'_>) -> Vec<(String, String)> {
    let say = Say(reader.language);
    let console = alert.console.clone().map(|url| {
        let name = say.channel_console();
        (name.to_owned(), url)
    });
    let dashboard = (
        say.channel_dashboard().to_owned(),
        format!("{}/alerts/{}", reader.origin, alert.id),
    );
    let guide = reader.advice.as_ref().and_then(|advice| {
        let name = say.channel_guide();
        Some((name.to_owned(), advice.page.clone()?))
    });
    console
        .into_iter()
        .chain([dashboard])
        .chain(guide)
        .collect()
}

pub(super) fn title<'a>(alert: &'a AlertNotice, say: Say) -> Cow<'a, str> {
    if alert.kind == loss::TYPE {
        say.channel_membership_lost(&alert.description).into()
    } else {
        Cow::Borrowed(alert.title.as_str())
    }
}

fn project(alert: &AlertNotice, say: Say) -> String {
    if alert.project.is_empty() {
        say.channel_not_in_ledger().to_owned()
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

/// A symbol for the severity, next to the word: readable without colors.
pub(super) fn severity_icon(severity: Severity) -> &'static str {
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
