//! A notice in words, before a chat service's own form is put around it: a title, facts, lines, a link.
//!
//! Nothing is escaped here; each service escapes in its own way.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_i18n::t;

use crate::domain::account::Language;
use crate::domain::alert::Severity;
use crate::domain::notice::{AlertNotice, CheckNotice, Notice, TestNotice, Trouble};
use crate::domain::request::{Kind, RequestView};

/// The most rows of a check that are listed; the rest is counted.
const ROWS: usize = 20;

/// What is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Letter {
    /// One line.
    pub(super) title: String,
    /// Names and values.
    pub(super) facts: Vec<(String, String)>,
    /// Further lines.
    pub(super) lines: Vec<String>,
    /// What to click on, and where it leads.
    pub(super) link: Option<(String, String)>,
}

/// Puts a notice into words; times are those of the zone.
pub(super) fn write(notice: &Notice, language: Language, zone: &TimeZone) -> Letter {
    let locale = language.as_str();
    match notice {
        Notice::AlertOpened(alert) => {
            let title = t!(
                "channel.alert_opened",
                locale = locale,
                mark = mark(alert.severity),
                severity = alert.severity,
                title = alert.title
            );
            of_alert(title, alert, locale, zone)
        }
        Notice::AlertUpdated(alert) => {
            let title = t!(
                "channel.alert_updated",
                locale = locale,
                mark = mark(alert.severity),
                severity = alert.severity,
                title = alert.title
            );
            of_alert(title, alert, locale, zone)
        }
        Notice::CheckChanged(check) => of_check(check, locale),
        Notice::RequestChanged(request) => of_request(request, locale),
        Notice::Operations(trouble) => of_trouble(trouble, locale),
        Notice::Test(TestNotice { channel, actor }) => Letter {
            title: t!("channel.test", locale = locale, channel = channel).into_owned(),
            lines: vec![t!("channel.test_by", locale = locale, actor = actor).into_owned()],
            ..Letter::default()
        },
    }
}

/// Seen before a word is read, and not by colour alone: the severity stands beside it.
fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "\u{1f6a8}",
        Severity::High => "\u{1f534}",
        Severity::Medium => "\u{1f7e0}",
        Severity::Low | Severity::Informational => "\u{1f535}",
    }
}

fn of_alert(title: Cow<'_, str>, alert: &AlertNotice, locale: &str, zone: &TimeZone) -> Letter {
    let project = if alert.project.is_empty() {
        t!("channel.not_in_ledger", locale = locale).into_owned()
    } else {
        format!("{} {}", alert.project, alert.environment)
    };
    let seen = t!(
        "channel.seen_times",
        locale = locale,
        count = alert.count,
        first = clock(alert.first_seen, zone),
        last = clock(alert.last_seen, zone)
    );
    let facts = [
        (t!("channel.project", locale = locale), project),
        (
            t!("channel.account", locale = locale),
            alert.account_id.to_string(),
        ),
        (
            t!("channel.region", locale = locale),
            alert.region.to_string(),
        ),
        (
            t!("channel.contact", locale = locale),
            format!("{} {}", alert.contact, alert.contact_emails.join("; ")),
        ),
        (t!("channel.type", locale = locale), alert.kind.clone()),
        (
            t!("channel.resource", locale = locale),
            alert.resource.clone(),
        ),
        (t!("channel.seen", locale = locale), seen.into_owned()),
        (t!("channel.alert", locale = locale), alert.id.clone()),
    ];
    Letter {
        title: title.into_owned(),
        facts: facts
            .into_iter()
            .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect(),
        lines: Some(alert.description.clone())
            .filter(|line| !line.is_empty())
            .into_iter()
            .collect(),
        link: alert
            .console
            .clone()
            .map(|url| (t!("channel.console", locale = locale).into_owned(), url)),
    }
}

/// Such as `2026-11-24 09:00 JST`.
fn clock(time: Timestamp, zone: &TimeZone) -> String {
    time.to_zoned_datetime(zone.clone())
        .strftime("%Y-%m-%d %H:%M %Z")
        .to_string()
}

fn of_check(check: &CheckNotice, locale: &str) -> Letter {
    let mut lines: Vec<String> = check
        .rows
        .iter()
        .take(ROWS)
        .map(|row| {
            format!(
                "{} {} {}: {} {}",
                row.project, row.account_id, row.region, row.verdict_text, row.next_step
            )
            .trim()
            .to_owned()
        })
        .collect();
    if let Some(more) = check.rows.len().checked_sub(ROWS).filter(|more| *more > 0) {
        lines.push(t!("channel.more", locale = locale, more = more).into_owned());
    }
    Letter {
        title: t!(
            "channel.check_changed",
            locale = locale,
            complete = check.complete,
            all = check.all
        )
        .into_owned(),
        lines,
        ..Letter::default()
    }
}

fn of_request(request: &RequestView, locale: &str) -> Letter {
    let kind = match request.kind {
        Some(Kind::Add) => t!("request.kind_add", locale = locale),
        Some(Kind::Change) => t!("request.kind_change", locale = locale),
        Some(Kind::Remove) => t!("request.kind_remove", locale = locale),
        None => t!("request.kind_unknown", locale = locale),
    };
    let state = match request.state.as_str() {
        "waiting" => t!("request.state_waiting", locale = locale),
        "stuck" => t!("request.state_stuck", locale = locale),
        "approved" => t!("request.state_approved", locale = locale),
        "complete" => t!("request.state_complete", locale = locale),
        "rejected" => t!("request.state_rejected", locale = locale),
        _ => t!("request.state_withdrawn", locale = locale),
    };
    let account = request.account_id.as_ref().map(ToString::to_string);
    let facts = [
        (
            t!("channel.project", locale = locale),
            request.project.clone(),
        ),
        (
            t!("channel.account", locale = locale),
            account.unwrap_or_default(),
        ),
        (
            t!("request.reporter", locale = locale),
            request.reporter.clone(),
        ),
        (
            t!("request.decided_by", locale = locale),
            request.decided_by.clone().unwrap_or_default(),
        ),
    ];
    let mut lines: Vec<String> = request
        .changes
        .iter()
        .map(|change| format!("{}: {} → {}", change.field, change.before, change.after))
        .collect();
    // Whoever reads this can call those whose account it is before anybody decides.
    if request.state == "waiting" && !request.contacts.is_empty() {
        let contacts = request.contacts.join("; ");
        lines.insert(
            0,
            t!(
                "request.tell_contacts",
                locale = locale,
                contacts = contacts
            )
            .into_owned(),
        );
    }
    Letter {
        title: t!(
            "channel.request_changed",
            locale = locale,
            id = request.id,
            kind = kind,
            state = state
        )
        .into_owned(),
        facts: facts
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.into_owned(), value))
            .collect(),
        lines,
        link: None,
    }
}

fn of_trouble(trouble: &Trouble, locale: &str) -> Letter {
    let (title, why) = match trouble {
        Trouble::MessageRefused { message_id, why } => (
            t!("channel.message_refused", locale = locale, id = message_id),
            why,
        ),
        Trouble::SuspiciousFinding { message_id, why } => (
            t!(
                "channel.suspicious_finding",
                locale = locale,
                id = message_id
            ),
            why,
        ),
        Trouble::ChannelFailing { channel, why } => (
            t!("channel.failing", locale = locale, channel = channel),
            why,
        ),
        Trouble::JobFailing { job, why } => {
            (t!("channel.job_failing", locale = locale, job = job), why)
        }
        Trouble::DeliveryGivenUp {
            channel,
            delivery,
            why,
        } => (
            t!(
                "channel.given_up",
                locale = locale,
                channel = channel,
                id = delivery
            ),
            why,
        ),
        Trouble::TicketNotAnswered { request, why } => (
            t!("channel.ticket_not_answered", locale = locale, id = request),
            why,
        ),
    };
    Letter {
        title: title.into_owned(),
        lines: vec![why.clone()],
        ..Letter::default()
    }
}
