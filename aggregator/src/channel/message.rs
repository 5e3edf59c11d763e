//! Renders notices as title, lines, facts and links, which each chat service then puts into its own format.
//!
//! All foreign text is made harmless here by `hubward_domain::untrusted`; only our own links and the line to
//! paste are left as they are. Each service escapes on top of that.

mod alert;
mod exception;
pub(super) mod report;
mod request;
mod waiting;

use jiff::tz::TimeZone;

use crate::say::Say;
pub(super) use alert::FirstSteps;
use hubward_domain::account::Language;
use hubward_domain::notice::{
    CheckNotice, CheckNoticeRow, ContactNotice, DigestControl, LeftNotice, Matter, Notice,
    TestNotice, Trouble,
};
use hubward_domain::sanitize::sanitize;

/// The most rows of a check that are listed; the others are counted.
const ROWS: usize = 20;

/// A message, independent of the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RenderedMessage {
    /// One line.
    pub(super) title: String,
    /// Names and values.
    pub(super) facts: Vec<(String, String)>,
    /// Further lines.
    pub(super) lines: Vec<String>,
    /// Our own line to paste into a shell, which must not be changed.
    pub(super) pasted: Option<String>,
    /// Labels and URLs of links; only URLs that we made.
    pub(super) links: Vec<(String, String)>,
}

/// The reader of a message, and the data that is not in the notice.
#[derive(Clone, Debug)]
pub(super) struct MessageReader<'a> {
    /// The language.
    pub(super) language: Language,
    /// The time zone of all times.
    pub(super) zone: &'a TimeZone,
    /// The dashboard's address, without a slash at its end.
    pub(super) origin: &'a str,
    /// The guide's first steps for an alert.
    pub(super) advice: Option<FirstSteps>,
}

impl RenderedMessage {
    /// All lines below the title.
    pub(super) fn all_lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().chain(&self.pasted).map(String::as_str)
    }

    /// The message with all foreign text made harmless.
    fn sanitized(self) -> Self {
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

/// Renders a notice.
pub(super) fn write(notice: &Notice, reader: &MessageReader<'_>) -> RenderedMessage {
    render(notice, reader).sanitized()
}

fn render(notice: &Notice, reader: &MessageReader<'_>) -> RenderedMessage {
    let say = Say(reader.language);
    match notice {
        Notice::AlertOpened(alert) => alert::opened(alert, reader),
        Notice::AlertUpdated(alert) => alert::updated(alert, reader),
        Notice::AlertDigest(digest) => alert::digest(digest, reader),
        Notice::AlertEscalated(escalated) => waiting::escalated(escalated, reader),
        Notice::AlertsStillOpen(open) => waiting::still_open(open, reader),
        Notice::CheckChanged(check) => of_check(check, say),
        Notice::Contact(contact) => of_contact(contact, say),
        Notice::AccountLeft(left) => of_left(left),
        Notice::RequestChanged(changed) => request::changed(changed, say),
        Notice::ReportDelivered(delivered) => report::delivered(delivered, say),
        Notice::Operations(trouble) => of_trouble(trouble, say),
        Notice::Test(TestNotice { channel, actor }) => RenderedMessage {
            title: say.channel_test(channel),
            lines: vec![say.channel_test_by(actor)],
            ..RenderedMessage::default()
        },
    }
}

fn of_check(check: &CheckNotice, say: Say) -> RenderedMessage {
    let mut lines: Vec<String> = check
        .rows
        .iter()
        .take(ROWS)
        .map(|row| of_row(row, say))
        .collect();
    if let Some(more) = check.rows.len().checked_sub(ROWS).filter(|more| *more > 0) {
        lines.push(say.channel_more(more));
    }
    let (complete, all) = (check.complete, check.all);
    // The line is the same in all rows.
    let pasted = check.rows.iter().find_map(|row| row.line.clone());
    let Some(digest) = &check.digest else {
        let title = say.channel_check_changed(all, complete);
        return RenderedMessage {
            title,
            lines,
            pasted,
            ..RenderedMessage::default()
        };
    };
    let news = |controls: &[DigestControl], line: &dyn Fn(&DigestControl) -> String| {
        let listed: Vec<String> = controls.iter().map(line).collect();
        lines_of(&listed, 0, say)
    };
    lines.extend(news(&digest.new_controls, &|control| {
        say.channel_new_control(
            control.failing_accounts,
            &control.control_id,
            &control.title,
        )
    }));
    lines.extend(news(&digest.retired_controls, &|control| {
        say.channel_retired_control(&control.control_id, &control.title)
    }));
    let mut facts: Vec<(String, String)> = digest
        .verdicts
        .iter()
        .map(|(verdict, count)| (verdict_text(verdict, say), count.to_string()))
        .collect();
    facts.push((
        say.channel_audit_head().to_owned(),
        format!("{} {}", digest.audit_sequence, digest.audit_hash),
    ));
    RenderedMessage {
        title: say.channel_check_digest(all, complete, &digest.week),
        facts,
        lines,
        pasted,
        ..RenderedMessage::default()
    }
}

/// One row: account, Region, verdict, who acts next; and the contact if the account is reminded.
fn of_row(row: &CheckNoticeRow, say: Say) -> String {
    let mut line = format!(
        "{} {} {}: {} {}",
        row.project, row.account_id, row.region, row.verdict_text, row.next_step
    )
    .trim()
    .to_owned();
    if row.line.is_some() {
        let contact = format!("{} {}", row.contact, row.contact_emails.join("; "));
        line.push_str(&say.channel_waits(contact.trim(), row.days));
    }
    line
}

/// A verdict's text.
fn verdict_text(verdict: &str, say: Say) -> String {
    match verdict {
        "unknown" => say.check_unknown_status(),
        known => say.verdict(known).unwrap_or(known),
    }
    .to_owned()
}

fn of_contact(contact: &ContactNotice, say: Say) -> RenderedMessage {
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
        } => return request::asked(contact, (id, *kind, reporter), changes, say),
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
            return end.render(say);
        }
    };
    let waiting = places.iter().map(|place| {
        let verdict = verdict_text(&place.verdict, say);
        format!("- {}: {verdict}", place.region)
    });
    let mut lines = vec![say.channel_reminder(count)];
    lines.extend(waiting);
    lines.push(say.channel_reminder_line().to_owned());
    RenderedMessage {
        title: say.channel_reminder_title(&contact.account_id, &contact.project),
        lines,
        pasted: Some(line.clone()),
        ..RenderedMessage::default()
    }
}

/// In the project's language, because the project is the reader.
fn of_left(left: &LeftNotice) -> RenderedMessage {
    let say = Say(left.language);
    let regions: Vec<String> = left.regions.iter().map(ToString::to_string).collect();
    let account = &left.account_id;
    let project = &left.project;
    let text = say.unlink_left_notice(account, regions.join(", "));
    RenderedMessage {
        title: say.unlink_left_notice_title(account, project),
        lines: text.lines().map(str::to_owned).collect(),
        ..RenderedMessage::default()
    }
}

fn of_trouble(trouble: &Trouble, say: Say) -> RenderedMessage {
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
            return end.render(say);
        }
        Trouble::MessageRefused { message_id, why } => {
            (say.channel_message_refused(message_id), one(why))
        }
        Trouble::SuspiciousFinding { message_id, why } => {
            (say.channel_suspicious_finding(message_id), one(why))
        }
        Trouble::LedgerRefused {
            file,
            version,
            why,
            more,
        } => (
            say.channel_ledger_refused(file, version),
            lines_of(why, *more, say),
        ),
        Trouble::LedgerIncomplete {
            file,
            version,
            why,
            more,
        } => (
            say.channel_ledger_incomplete(file, version),
            lines_of(why, *more, say),
        ),
        Trouble::QuotaNear {
            region,
            quota,
            count,
            limit,
        } => (
            say.channel_quota_near(count, limit, quota, region),
            vec![say.channel_quota_near_hint().to_owned()],
        ),
        Trouble::StoreFailing { why } => (say.channel_store_failing().to_owned(), one(why)),
        Trouble::StoreWorks { seconds, why } => (say.channel_store_works(*seconds), one(why)),
        Trouble::QueueFailing { why } => (say.channel_queue_failing().to_owned(), one(why)),
        Trouble::CanaryMissing { sent_at, .. } => (
            say.channel_canary_missing(sent_at),
            vec![say.channel_canary_missing_hint().to_owned()],
        ),
        Trouble::ChannelFailing { channel, why } => (say.channel_failing(channel), one(why)),
        Trouble::JobFailing { job, why } => (say.channel_job_failing(job), one(why)),
        Trouble::MemberSilent {
            account_id,
            project,
            reminders,
            why,
        } => (
            say.channel_member_silent(account_id, project, *reminders),
            one(why),
        ),
        Trouble::AccountsLeaving { accounts } => {
            let lines: Vec<String> = accounts
                .iter()
                .map(|leaving| {
                    let since = leaving.since.to_string();
                    say.channel_leaving_line(&leaving.account_id, &leaving.project, since)
                })
                .collect();
            (
                say.channel_leaving(accounts.len()),
                lines_of(&lines, 0, say),
            )
        }
        Trouble::DeliveryGivenUp {
            channel,
            delivery,
            why,
        } => (say.channel_given_up(channel, delivery), one(why)),
        Trouble::ReportNotSent {
            report,
            project,
            period,
            destination,
            why,
        } => (
            say.channel_report_not_sent(destination, period, project, report),
            one(why),
        ),
        Trouble::TicketNotAnswered { request, why } => {
            (say.channel_ticket_not_answered(request), one(why))
        }
    };
    RenderedMessage {
        title,
        lines,
        ..RenderedMessage::default()
    }
}

/// The first lines, and the number of further ones.
fn lines_of(why: &[String], more: usize, say: Say) -> Vec<String> {
    let mut lines: Vec<String> = why.iter().take(ROWS).cloned().collect();
    let more = more + why.len().saturating_sub(ROWS);
    if more > 0 {
        lines.push(say.channel_ledger_more(more));
    }
    lines
}
