//! A notice in words, before a chat service's own form is put around it: a title, facts, lines, a link.
//!
//! Nothing is escaped here; each service escapes in its own way.

mod exception;
mod request;

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_i18n::t;

use crate::domain::account::Language;
use crate::domain::alert::{Severity, loss};
use crate::domain::notice::{
    AlertNotice, CheckNotice, CheckRow, ContactNotice, LeftNotice, Matter, Notice, TestNotice,
    Trouble,
};

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
            let title = if alert.kind == loss::TYPE {
                t!(
                    "channel.membership_lost",
                    locale = locale,
                    status = alert.description
                )
            } else {
                Cow::Borrowed(alert.title.as_str())
            };
            let title = t!(
                "channel.alert_opened",
                locale = locale,
                mark = mark(alert.severity),
                severity = alert.severity,
                title = title
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
        Notice::Contact(contact) => of_contact(contact, locale),
        Notice::AccountLeft(left) => of_left(left),
        Notice::RequestChanged(changed) => request::changed(changed, locale),
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
        .map(|row| of_row(row, locale))
        .collect();
    if let Some(more) = check.rows.len().checked_sub(ROWS).filter(|more| *more > 0) {
        lines.push(t!("channel.more", locale = locale, more = more).into_owned());
    }
    let (complete, all) = (check.complete, check.all);
    let Some(digest) = &check.digest else {
        let title = t!(
            "channel.check_changed",
            locale = locale,
            complete = complete,
            all = all
        );
        return Letter {
            title: title.into_owned(),
            lines,
            ..Letter::default()
        };
    };
    let mut facts: Vec<(String, String)> = digest
        .verdicts
        .iter()
        .map(|(verdict, count)| (verdict_text(verdict, locale), count.to_string()))
        .collect();
    facts.push((
        t!("channel.audit_head", locale = locale).into_owned(),
        format!("{} {}", digest.audit_sequence, digest.audit_hash),
    ));
    Letter {
        title: t!(
            "channel.check_digest",
            locale = locale,
            week = digest.week,
            complete = complete,
            all = all
        )
        .into_owned(),
        facts,
        lines,
        link: None,
    }
}

/// Who, where, how far, who acts; and for whom is reminded, whom to call and what to paste.
fn of_row(row: &CheckRow, locale: &str) -> String {
    let mut line = format!(
        "{} {} {}: {} {}",
        row.project, row.account_id, row.region, row.verdict_text, row.next_step
    )
    .trim()
    .to_owned();
    if let Some(pasted) = &row.line {
        let contact = format!("{} {}", row.contact, row.contact_emails.join("; "));
        line.push_str(&t!(
            "channel.waits",
            locale = locale,
            days = row.days,
            contact = contact.trim(),
            line = pasted
        ));
    }
    line
}

/// A verdict's word, for a person.
fn verdict_text(verdict: &str, locale: &str) -> String {
    let key = match verdict {
        "unknown" => "check.unknown_status".to_owned(),
        word => format!("check.{word}"),
    };
    t!(&key, locale = locale).into_owned()
}

fn of_contact(contact: &ContactNotice, locale: &str) -> Letter {
    let (count, places, line) = match &contact.matter {
        Matter::Reminder {
            count,
            places,
            line,
        } => (count, places, line),
        Matter::Request {
            request: id,
            kind,
            reporter,
            changes,
            ..
        } => return request::asked(contact, (id, *kind, reporter), changes, locale),
        Matter::Exception {
            control,
            resource,
            reason,
            until,
            over,
        } => {
            let end = exception::End {
                control,
                project: &contact.project,
                account: &contact.account_id,
                resource: resource.as_deref(),
                reason,
                until: *until,
                over: *over,
            };
            return end.letter(locale);
        }
    };
    let waiting = places.iter().map(|place| {
        let verdict = verdict_text(&place.verdict, locale);
        format!("- {}: {verdict}", place.region)
    });
    let mut lines = vec![t!("channel.reminder", locale = locale, count = count).into_owned()];
    lines.extend(waiting);
    lines.push(t!("channel.reminder_line", locale = locale).into_owned());
    lines.push(format!("    {line}"));
    Letter {
        title: t!(
            "channel.reminder_title",
            locale = locale,
            project = contact.project,
            account = contact.account_id
        )
        .into_owned(),
        lines,
        ..Letter::default()
    }
}

/// To the project, hence in its language.
fn of_left(left: &LeftNotice) -> Letter {
    let locale = left.language.as_str();
    let regions: Vec<String> = left.regions.iter().map(ToString::to_string).collect();
    let account = &left.account_id;
    let project = &left.project;
    let text = t!(
        "unlink.farewell",
        locale = locale,
        account = account,
        regions = regions.join(", ")
    );
    Letter {
        title: t!(
            "unlink.farewell_title",
            locale = locale,
            account = account,
            project = project
        )
        .into_owned(),
        lines: text.lines().map(str::to_owned).collect(),
        ..Letter::default()
    }
}

fn of_trouble(trouble: &Trouble, locale: &str) -> Letter {
    let one = |why: &String| vec![why.clone()];
    let (title, lines) = match trouble {
        Trouble::ExceptionEnds {
            control,
            account_id,
            project,
            until,
            over,
            why,
            ..
        } => {
            let end = exception::End {
                control,
                project,
                account: account_id,
                resource: None,
                reason: why,
                until: *until,
                over: *over,
            };
            return end.letter(locale);
        }
        Trouble::MessageRefused { message_id, why } => (
            t!("channel.message_refused", locale = locale, id = message_id),
            one(why),
        ),
        Trouble::SuspiciousFinding { message_id, why } => (
            t!(
                "channel.suspicious_finding",
                locale = locale,
                id = message_id
            ),
            one(why),
        ),
        Trouble::LedgerRefused {
            file,
            version,
            why,
            more,
        } => (
            t!(
                "channel.ledger_refused",
                locale = locale,
                file = file,
                version = version
            ),
            lines_of(why, *more, locale),
        ),
        Trouble::LedgerIncomplete {
            file,
            version,
            why,
            more,
        } => (
            t!(
                "channel.ledger_incomplete",
                locale = locale,
                file = file,
                version = version
            ),
            lines_of(why, *more, locale),
        ),
        Trouble::QuotaNear {
            region,
            quota,
            count,
            limit,
        } => (
            t!(
                "channel.quota_near",
                locale = locale,
                region = region,
                quota = quota,
                count = count,
                limit = limit
            ),
            vec![t!("channel.quota_near_hint", locale = locale).into_owned()],
        ),
        Trouble::ChannelFailing { channel, why } => (
            t!("channel.failing", locale = locale, channel = channel),
            one(why),
        ),
        Trouble::JobFailing { job, why } => (
            t!("channel.job_failing", locale = locale, job = job),
            one(why),
        ),
        Trouble::MemberSilent {
            account_id,
            project,
            reminders,
            why,
        } => (
            t!(
                "channel.member_silent",
                locale = locale,
                project = project,
                account = account_id,
                reminders = reminders
            ),
            one(why),
        ),
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
            one(why),
        ),
        Trouble::TicketNotAnswered { request, why } => (
            t!("channel.ticket_not_answered", locale = locale, id = request),
            one(why),
        ),
    };
    Letter {
        title: title.into_owned(),
        lines,
        ..Letter::default()
    }
}

/// The first lines, and how many more there are.
fn lines_of(why: &[String], more: usize, locale: &str) -> Vec<String> {
    let mut lines: Vec<String> = why.iter().take(ROWS).cloned().collect();
    let more = more + why.len().saturating_sub(ROWS);
    if more > 0 {
        lines.push(t!("channel.ledger_more", locale = locale, more = more).into_owned());
    }
    lines
}
