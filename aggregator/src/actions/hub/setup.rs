//! Makes the SOC's own side ready: Security Hub in every Region, aggregation, the queues and the rules
//! that fill them.
//!
//! [`plan`] looks and decides, and changes nothing. [`carry_out`] makes what was planned, each change with
//! its trace written before the call, and looks again: what counts is what the second look sees. Run
//! twice, the second finds nothing to change; what a kill cut off is what the next plan has left.

use std::time::Duration;

use serde_json::json;

use crate::actions::ActionError;
use crate::app::App;
use crate::aws::AwsFailure;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::hub::{self, HubChange, HubState};
use hubward_store::StoreError;

/// One thing, as it was seen.
pub type SetupItem = hub::HubItem<AwsFailure>;

/// What became of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupRow {
    /// As it was planned.
    pub item: SetupItem,
    /// What became of it.
    pub outcome: SetupOutcome,
}

/// What became of a planned change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetupOutcome {
    /// Nothing was to be done, or nothing that we do.
    Untouched,
    /// It is as it should be now.
    Changed,
    /// A call failed.
    Failed(AwsFailure),
    /// AWS took the calls, but does not show what they changed.
    NotSeen,
    /// The trace could not be written, so AWS was not called.
    NotRecorded(String),
}

/// Finds out what has to be changed. Changes nothing.
///
/// # Errors
/// AWS cannot be called at all. What cannot be seen is an item's state.
pub async fn plan(app: &App) -> Result<Vec<SetupItem>, ActionError> {
    let wanted = app.config.wanted_hub();
    let seen = app.aws().await?.see_hub(&wanted).await;
    Ok(hub::plan(&seen, &wanted))
}

/// The queue's address as AWS gives it, once there is one.
///
/// # Errors
/// AWS cannot be called at all.
pub async fn queue_url(app: &App) -> Result<Option<String>, ActionError> {
    let wanted = app.config.wanted_hub();
    let seen = app.aws().await?.see_hub(&wanted).await;
    Ok(seen.queue.ok().flatten().map(|queue| queue.url))
}

/// Makes what was planned.
///
/// # Errors
/// AWS cannot be called at all. What fails is an item's outcome.
pub async fn carry_out(
    app: &App,
    actor: &Actor,
    planned: Vec<SetupItem>,
) -> Result<Vec<SetupRow>, ActionError> {
    let mut rows = Vec::new();
    for item in planned {
        // In their order: a queue needs its dead-letter queue, and a rule's target its queue.
        let outcome = make(app, actor, &item).await?;
        rows.push(SetupRow { item, outcome });
    }
    // What SQS and EventBridge show may lag behind what they took.
    for look in 1..=3 {
        let now = plan(app).await?;
        for row in &mut rows {
            if row.outcome == SetupOutcome::NotSeen && is_there(&now, &row.item) {
                row.outcome = SetupOutcome::Changed;
            }
        }
        let is_open = |row: &SetupRow| row.outcome == SetupOutcome::NotSeen;
        if look == 3 || !rows.iter().any(is_open) {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(rows)
}

async fn make(app: &App, actor: &Actor, item: &SetupItem) -> Result<SetupOutcome, ActionError> {
    let HubState::Planned(changes) = &item.state else {
        return Ok(SetupOutcome::Untouched);
    };
    for change in changes {
        if let Err(error) = record(app, actor, item, change).await {
            return Ok(SetupOutcome::NotRecorded(error.to_string()));
        }
        if let Err(failure) = app.aws().await?.change_hub(item.region, change).await {
            return Ok(SetupOutcome::Failed(failure));
        }
    }
    Ok(SetupOutcome::NotSeen)
}

fn is_there(now: &[SetupItem], item: &SetupItem) -> bool {
    now.iter().any(|seen| {
        seen.part == item.part && seen.region == item.region && seen.state == HubState::Already
    })
}

async fn record(
    app: &App,
    actor: &Actor,
    item: &SetupItem,
    change: &HubChange,
) -> Result<(), StoreError> {
    let event = NewEvent {
        action: Action::HubChangeRequested,
        subject: app.config.hub.administrator.to_string(),
        detail: json!({ "part": item.part.as_str(), "region": item.region, "what": change }),
    };
    let mut tx = app.store.begin().await?;
    tx.append_audit(app.clock.now(), actor, [event]).await?;
    tx.commit().await
}
