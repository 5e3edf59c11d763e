//! Renders alerts that wait for a person.

use super::alert::{clock, severity_icon, title, with_alert};
use super::{MessageReader, RenderedMessage};
use crate::say::Say;
use hubward_domain::alert::AlertState;
use hubward_domain::notice::{AlertNotice, EscalatedNotice, StillOpenNotice};

/// An escalated alert: that it is unacknowledged comes first.
pub(super) fn escalated(
    escalated: &EscalatedNotice,
    reader: &MessageReader<'_>,
) -> RenderedMessage {
    let (alert, say) = (&escalated.alert, Say(reader.language));
    let title = say.channel_alert_escalated(
        escalated.level,
        severity_icon(alert.severity),
        alert.severity,
        title(alert, say),
    );
    with_alert(title, alert, reader)
}

/// The alerts that are still open, highest severity first.
pub(super) fn still_open(open: &StillOpenNotice, reader: &MessageReader<'_>) -> RenderedMessage {
    let say = Say(reader.language);
    let mut lines: Vec<String> = open
        .alerts
        .iter()
        .map(|alert| line(alert, reader))
        .collect();
    let more = open.count.saturating_sub(open.alerts.len());
    if more > 0 {
        lines.push(say.channel_still_open_more(more));
    }
    RenderedMessage {
        title: say.channel_still_open(open.count, open.untaken),
        lines,
        links: vec![(
            say.channel_dashboard().to_owned(),
            format!("{}/alerts", reader.origin),
        )],
        ..RenderedMessage::default()
    }
}

fn line(alert: &AlertNotice, reader: &MessageReader<'_>) -> String {
    let say = Say(reader.language);
    let state = if alert.state == AlertState::Acknowledged {
        say.alert_acknowledged()
    } else {
        say.alert_open()
    };
    say.channel_still_open_line(
        &alert.account_id,
        &alert.id,
        severity_icon(alert.severity),
        &alert.project,
        alert.severity,
        clock(alert.first_seen, reader.zone),
        state,
        title(alert, say),
    )
}
