//! What is said of alerts that wait for a person.

use std::borrow::Cow;

use jiff::tz::TimeZone;
use rust_i18n::t;

use super::{Letter, clock, mark};
use crate::domain::alert::AlertState;
use crate::domain::notice::{AlertNotice, EscalatedNotice, StillOpenNotice};

/// Louder than the first time: that nobody has taken it comes first.
pub(super) fn title<'a>(escalated: &EscalatedNotice, locale: &str) -> Cow<'a, str> {
    t!(
        "channel.alert_escalated",
        locale = locale,
        mark = mark(escalated.alert.severity),
        severity = escalated.alert.severity,
        title = escalated.alert.title,
        level = escalated.level
    )
}

/// What is still open, the worst first.
pub(super) fn still_open(open: &StillOpenNotice, locale: &str, zone: &TimeZone) -> Letter {
    let mut lines: Vec<String> = open
        .alerts
        .iter()
        .map(|alert| line(alert, locale, zone))
        .collect();
    if let Some(more) = open
        .count
        .checked_sub(open.alerts.len())
        .filter(|more| *more > 0)
    {
        lines.push(t!("channel.still_open_more", locale = locale, more = more).into_owned());
    }
    Letter {
        title: t!(
            "channel.still_open",
            locale = locale,
            count = open.count,
            untaken = open.untaken
        )
        .into_owned(),
        lines,
        ..Letter::default()
    }
}

fn line(alert: &AlertNotice, locale: &str, zone: &TimeZone) -> String {
    let state = if alert.state == AlertState::Acknowledged {
        t!("alert.acknowledged", locale = locale)
    } else {
        t!("alert.open", locale = locale)
    };
    t!(
        "channel.still_open_line",
        locale = locale,
        mark = mark(alert.severity),
        severity = alert.severity,
        state = state,
        project = alert.project,
        account = alert.account_id,
        title = alert.title,
        since = clock(alert.first_seen, zone),
        id = alert.id
    )
    .into_owned()
}
