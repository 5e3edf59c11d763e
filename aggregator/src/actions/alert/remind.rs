//! Sends each channel of the alert routes a list of its open alerts on the morning of each working day;
//! nothing if none are open. Runs once per due time of the timetable.

use std::collections::BTreeMap;

use crate::actions::notify::Notifier;
use crate::app::App;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::alert::{AlertFilter, AlertState};
use hubward_domain::notice::{AlertNotice, Notice, StillOpenNotice};
use hubward_domain::routing::channels_of_alert;
use hubward_store::StoreError;

/// The most open alerts that are listed.
const MOST: i64 = 5_000;

/// Sends the reminders. Returns how many channels were notified: none on a holiday.
///
/// # Errors
/// The database failed; then no one was notified.
pub(crate) async fn remind_open(app: &App) -> Result<usize, StoreError> {
    let today = app.zone().to_datetime(app.clock.now()).date();
    if app.config.locale.holidays.contains(&today) {
        return Ok(0);
    }
    let mut by_channel: BTreeMap<&str, Vec<AlertNotice>> = BTreeMap::new();
    let mut alerts = Vec::new();
    for state in [AlertState::Open, AlertState::Acknowledged] {
        let filter = AlertFilter {
            state: Some(state),
            ..AlertFilter::default()
        };
        alerts.extend(
            app.store
                .alerts(&filter, PageWindow::page(1, MOST))
                .await?
                .0,
        );
    }
    let accounts: Vec<_> = alerts
        .iter()
        .map(|alert| alert.account_id.clone())
        .collect();
    let ledger = app.store.accounts_of(&accounts).await?;
    // Highest severity first, and within one severity the oldest first.
    alerts.sort_by(|a, b| (b.severity, a.first_seen).cmp(&(a.severity, b.first_seen)));
    for alert in &alerts {
        let account = ledger.get(&alert.account_id);
        let notice = AlertNotice::of(alert, vec![alert.finding_id.clone()], account);
        for channel in channels_of_alert(&app.config.routes, alert, account) {
            by_channel.entry(channel).or_default().push(notice.clone());
        }
    }
    let mut tx = app.store.begin().await?;
    for (channel, open) in &by_channel {
        let notice = Notice::AlertsStillOpen(StillOpenNotice::of(open));
        Notifier::new(app)
            .notify_channel(&mut tx, channel, &notice)
            .await?;
    }
    tx.commit().await?;
    Ok(by_channel.len())
}
