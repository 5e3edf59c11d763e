//! What is said of alerts that wait for a person.

use rust_i18n::t;

use super::alert::{clock, letter, mark, title};
use super::{MessageReader, RenderedMessage};
use hubward_domain::alert::AlertState;
use hubward_domain::notice::{AlertNotice, EscalatedNotice, StillOpenNotice};

/// Louder than the first time: that nobody has taken it comes first.
pub(super) fn escalated(
    escalated: &EscalatedNotice,
    reader: &MessageReader<'_>,
) -> RenderedMessage {
    let (alert, locale) = (&escalated.alert, reader.language.as_str());
    let title = t!(
        "channel.alert_escalated",
        locale = locale,
        mark = mark(alert.severity),
        severity = alert.severity,
        title = title(alert, locale),
        level = escalated.level
    );
    letter(title, alert, reader)
}

/// What is still open, the worst first.
pub(super) fn still_open(open: &StillOpenNotice, reader: &MessageReader<'_>) -> RenderedMessage {
    let locale = reader.language.as_str();
    let mut lines: Vec<String> = open
        .alerts
        .iter()
        .map(|alert| line(alert, reader))
        .collect();
    let more = open.count.saturating_sub(open.alerts.len());
    if more > 0 {
        lines.push(t!("channel.still_open_more", locale = locale, more = more).into_owned());
    }
    RenderedMessage {
        title: t!(
            "channel.still_open",
            locale = locale,
            count = open.count,
            untaken = open.untaken
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

fn line(alert: &AlertNotice, reader: &MessageReader<'_>) -> String {
    let locale = reader.language.as_str();
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
        title = title(alert, locale),
        since = clock(alert.first_seen, reader.zone),
        id = alert.id
    )
    .into_owned()
}
