//! A notice in words, before a chat service's own form is put around it: a title, lines, facts, links.
//!
//! Whatever is said is harmless when it leaves here, whoever wrote it: `domain::untrusted` went over all of
//! it but our own links and the line to be pasted. Each service escapes in its own way on top of that.

mod alert;
mod exception;
mod report;
mod request;
mod waiting;

use jiff::tz::TimeZone;
use rust_i18n::t;

pub(super) use alert::FirstSteps;
use hubward_domain::account::Language;
use hubward_domain::notice::{
    CheckNotice, CheckRow, ContactNotice, LeftNotice, Matter, Notice, TestNotice, Trouble,
};
use hubward_domain::sanitize::sanitize;

/// The most rows of a check that are listed; the rest is counted.
const ROWS: usize = 20;

/// What is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RenderedMessage {
    /// One line.
    pub(super) title: String,
    /// Names and values.
    pub(super) facts: Vec<(String, String)>,
    /// Further lines.
    pub(super) lines: Vec<String>,
    /// A line of our own that is to be pasted somewhere, and stays as it is.
    pub(super) pasted: Option<String>,
    /// What to click on, and where it leads; only addresses that we made.
    pub(super) links: Vec<(String, String)>,
}

/// Who reads a letter, and what is known beside the notice.
#[derive(Clone, Debug)]
pub(super) struct MessageReader<'a> {
    /// The language.
    pub(super) language: Language,
    /// The zone of all times.
    pub(super) zone: &'a TimeZone,
    /// Where our dashboard is, without a slash at its end.
    pub(super) origin: &'a str,
    /// What the guide says of an alert.
    pub(super) advice: Option<FirstSteps>,
}

impl RenderedMessage {
    /// Every line below the title.
    pub(super) fn all_lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().chain(&self.pasted).map(String::as_str)
    }

    /// The letter, with everything made harmless that somebody else may have written.
    fn tamed(self) -> Self {
        Self {
            title: sanitize(&self.title),
            facts: self
                .facts
                .into_iter()
                .map(|(name, value)| (name, sanitize(&value)))
                .collect(),
            lines: self.lines.iter().map(|line| sanitize(line)).collect(),
            ..self
        }
    }
}

/// Puts a notice into words.
pub(super) fn write(notice: &Notice, reader: &MessageReader<'_>) -> RenderedMessage {
    said(notice, reader).tamed()
}

fn said(notice: &Notice, reader: &MessageReader<'_>) -> RenderedMessage {
    let locale = reader.language.as_str();
    match notice {
        Notice::AlertOpened(alert) => alert::opened(alert, reader),
        Notice::AlertUpdated(alert) => alert::updated(alert, reader),
        Notice::AlertDigest(digest) => alert::digest(digest, reader),
        Notice::AlertEscalated(escalated) => waiting::escalated(escalated, reader),
        Notice::AlertsStillOpen(open) => waiting::still_open(open, reader),
        Notice::CheckChanged(check) => of_check(check, locale),
        Notice::Contact(contact) => of_contact(contact, locale),
        Notice::AccountLeft(left) => of_left(left),
        Notice::RequestChanged(changed) => request::changed(changed, locale),
        Notice::ReportDelivered(delivered) => report::delivered(delivered, locale),
        Notice::Operations(trouble) => of_trouble(trouble, locale),
        Notice::Test(TestNotice { channel, actor }) => RenderedMessage {
            title: t!("channel.test", locale = locale, channel = channel).into_owned(),
            lines: vec![t!("channel.test_by", locale = locale, actor = actor).into_owned()],
            ..RenderedMessage::default()
        },
    }
}

fn of_check(check: &CheckNotice, locale: &str) -> RenderedMessage {
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
    // It is the same line for everybody.
    let pasted = check.rows.iter().find_map(|row| row.line.clone());
    let Some(digest) = &check.digest else {
        let title = t!(
            "channel.check_changed",
            locale = locale,
            complete = complete,
            all = all
        );
        return RenderedMessage {
            title: title.into_owned(),
            lines,
            pasted,
            ..RenderedMessage::default()
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
    RenderedMessage {
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
        pasted,
        ..RenderedMessage::default()
    }
}

/// Who, where, how far, who acts; and for whom is reminded, whom to call.
fn of_row(row: &CheckRow, locale: &str) -> String {
    let mut line = format!(
        "{} {} {}: {} {}",
        row.project, row.account_id, row.region, row.verdict_text, row.next_step
    )
    .trim()
    .to_owned();
    if row.line.is_some() {
        let contact = format!("{} {}", row.contact, row.contact_emails.join("; "));
        line.push_str(&t!(
            "channel.waits",
            locale = locale,
            days = row.days,
            contact = contact.trim()
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

fn of_contact(contact: &ContactNotice, locale: &str) -> RenderedMessage {
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
    RenderedMessage {
        title: t!(
            "channel.reminder_title",
            locale = locale,
            project = contact.project,
            account = contact.account_id
        )
        .into_owned(),
        lines,
        pasted: Some(line.clone()),
        ..RenderedMessage::default()
    }
}

/// To the project, hence in its language.
fn of_left(left: &LeftNotice) -> RenderedMessage {
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
    RenderedMessage {
        title: t!(
            "unlink.farewell_title",
            locale = locale,
            account = account,
            project = project
        )
        .into_owned(),
        lines: text.lines().map(str::to_owned).collect(),
        ..RenderedMessage::default()
    }
}

fn of_trouble(trouble: &Trouble, locale: &str) -> RenderedMessage {
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
        Trouble::StoreFailing { why } => (t!("channel.store_failing", locale = locale), one(why)),
        Trouble::StoreWorks { seconds, why } => (
            t!("channel.store_works", locale = locale, seconds = seconds),
            one(why),
        ),
        Trouble::QueueFailing { why } => (t!("channel.queue_failing", locale = locale), one(why)),
        Trouble::CanaryMissing { sent_at, .. } => (
            t!("channel.canary_missing", locale = locale, at = sent_at),
            vec![t!("channel.canary_missing_hint", locale = locale).into_owned()],
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
        Trouble::ReportNotSent {
            report,
            project,
            period,
            destination,
            why,
        } => (
            t!(
                "channel.report_not_sent",
                locale = locale,
                report = report,
                project = project,
                period = period,
                destination = destination
            ),
            one(why),
        ),
        Trouble::TicketNotAnswered { request, why } => (
            t!("channel.ticket_not_answered", locale = locale, id = request),
            one(why),
        ),
    };
    RenderedMessage {
        title: title.into_owned(),
        lines,
        ..RenderedMessage::default()
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
