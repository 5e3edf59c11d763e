//! `hubward alert list` and `show`.

use serde::Serialize;

use super::super::failure::CommandFailure;
use super::super::screen::Screen;
use super::super::{CommandResult, Exit};
use super::{pipeline_test, unknown};
use crate::app::App;
use crate::queries;
use crate::queries::alert_timeline::timeline;
use crate::say::Say;
use crate::text;
use hubward_domain::alert::AlertState;
use hubward_domain::alert::arrival::TimelineMoment;

/// One alert with its timeline.
#[derive(Serialize)]
struct AlertDetail<'a> {
    #[serde(flatten)]
    row: &'a queries::alert::AlertRow,
    timeline: &'a [TimelineMoment],
}

pub(super) async fn list(app: &App, state: Option<AlertState>, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let rows = queries::alert::alerts(app, state)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?;
    if screen.is_json() {
        screen.data(&rows)?;
        return Ok(Exit::Done);
    }
    let headers = [
        say.table_alert(),
        say.table_severity(),
        say.table_account(),
        say.table_project(),
        say.table_region(),
        say.table_title(),
        say.table_last_seen(),
        say.table_state(),
        say.table_notified(),
    ]
    .map(String::from);
    let table = rows.iter().map(|row| {
        vec![
            row.alert.id.clone(),
            row.alert.severity.to_string(),
            row.alert.account_id.to_string(),
            row.alert.project.clone(),
            row.alert.region.to_string(),
            row.alert.title.clone(),
            row.alert.last_seen.to_string(),
            row.alert.state.as_str().to_owned(),
            text::alert::notified(row, language),
        ]
    });
    screen.table(&headers, table.collect())?;
    screen.say(&text::alert::summary(&rows, language));
    Ok(Exit::Done)
}

pub(super) async fn show(app: &App, id: &str, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let row = queries::alert::alert(app, id)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?
        .ok_or_else(|| unknown(id, language))?;
    let pipeline_test = timeline(app, &row.alert.account_id, &row.alert.id)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?;
    if screen.is_json() {
        screen.data(&[AlertDetail {
            row: &row,
            timeline: &pipeline_test,
        }])?;
        return Ok(Exit::Done);
    }
    let headers = [say.table_column(), say.table_value()].map(String::from);
    screen.table(&headers, text::alert::facts(&row, language))?;
    let headers = [
        say.table_channel(),
        say.table_state(),
        say.table_attempts(),
        say.table_last_error(),
    ]
    .map(String::from);
    let deliveries = row.deliveries.iter().map(|delivery| {
        vec![
            delivery.channel.clone(),
            text::alert::delivery_state(delivery.state, language),
            delivery.attempts.to_string(),
            delivery.last_error.clone().unwrap_or_default(),
        ]
    });
    screen.table(&headers, deliveries.collect())?;
    pipeline_test::table(&pipeline_test, screen)?;
    Ok(Exit::Done)
}
