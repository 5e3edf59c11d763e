//! The timeline of one alert: created, received, stored, notified, acknowledged.

use crate::app::App;
use hubward_domain::alert::arrival::{TimelineMoment, TimelineStep, Tried};
use hubward_protocol::AccountId;
use hubward_store::StoreError;

/// How many of the account's latest events are searched.
const LATELY: i64 = 1_000;

/// The moments of an alert, in order.
///
/// # Errors
/// The database failed.
pub(crate) async fn timeline(
    app: &App,
    account: &AccountId,
    alert: &str,
) -> Result<Vec<TimelineMoment>, StoreError> {
    let arrival = app.store.arrival(alert).await?;
    // The arrival keeps its own order: EventBridge's times have whole seconds and can seem earlier than the
    // moment before.
    let mut timeline = arrival.map(|arrival| arrival.moments()).unwrap_or_default();
    let mut moments = Vec::new();
    moments.extend(attempts(app, &format!("alert:{alert}")).await?);
    let events = app.store.newest_events(account.as_str(), LATELY).await?;
    for event in events {
        if event.detail.get("alert").and_then(|id| id.as_str()) != Some(alert) {
            continue;
        }
        let step = match event.action.as_str() {
            "alert.escalated" => TimelineStep::Escalated,
            "alert.handled" => TimelineStep::Handled,
            _ => continue,
        };
        let act = event.detail.get("act").and_then(|act| act.as_str());
        moments.push(TimelineMoment {
            at: event.at,
            step,
            detail: format!("{} {}", event.actor, act.unwrap_or_default())
                .trim_end()
                .to_owned(),
        });
    }
    moments.sort_by_key(|moment| (moment.at, moment.step));
    timeline.extend(moments);
    Ok(timeline)
}

/// The attempts to deliver messages about a subject.
///
/// # Errors
/// The database failed.
pub(crate) async fn attempts(app: &App, subject: &str) -> Result<Vec<TimelineMoment>, StoreError> {
    let tried = app.store.attempts_about(subject).await?;
    let moment = |(channel, tried): (String, Tried)| {
        let why = tried.why.unwrap_or_default();
        TimelineMoment {
            at: tried.at,
            step: match tried.outcome.as_str() {
                "delivered" => TimelineStep::Delivered,
                "given_up" => TimelineStep::GivenUp,
                _ => TimelineStep::Refused,
            },
            detail: format!("{channel} #{} {why}", tried.attempt)
                .trim_end()
                .to_owned(),
        }
    };
    Ok(tried.into_iter().map(moment).collect())
}
