//! Sets the SOC's own side up: Security Hub in every Region, aggregation, the queues and the rules that fill
//! them.
//!
//! [`plan`] reads and decides, and changes nothing. [`carry_out`] makes the planned changes, writes an audit
//! event before each call, and reads again: an item counts as changed only if AWS shows it. Run twice, the
//! second finds nothing to change; after an interruption, the next plan has the rest.

use std::time::Duration;

use serde_json::json;

use crate::actions::ActionError;
use crate::app::App;
use crate::aws::AwsFailure;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::hub::{self, HubChange, HubState};
use hubward_store::StoreError;

/// One resource with its observed state.
pub(crate) type SetupItem = hub::HubItem<AwsFailure>;

/// The result for one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetupRow {
    /// The item as planned.
    pub item: SetupItem,
    pub outcome: SetupOutcome,
}

/// The result of a planned change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SetupOutcome {
    /// Nothing had to be done, or it is not ours to do.
    Untouched,
    /// The resource is as it should be now.
    Changed,
    Failed(AwsFailure),
    /// AWS accepted the calls, but does not show the change.
    NotConfirmed,
    /// The audit event could not be written, so AWS was not called.
    NotRecorded(String),
}

/// Computes the necessary changes. Changes nothing.
///
/// # Errors
/// AWS cannot be called at all. A resource that cannot be read is an item's state.
pub(crate) async fn plan(app: &App) -> Result<Vec<SetupItem>, ActionError> {
    let wanted = app.config.wanted_hub();
    let observed = app.aws().await?.see_hub(&wanted).await;
    Ok(hub::plan(&observed, &wanted))
}

/// The alert queue's URL as AWS returns it; `None` until the queue exists.
///
/// # Errors
/// AWS cannot be called at all.
pub(crate) async fn queue_url(app: &App) -> Result<Option<String>, ActionError> {
    let wanted = app.config.wanted_hub();
    let observed = app.aws().await?.see_hub(&wanted).await;
    Ok(observed.queue.ok().flatten().map(|queue| queue.url))
}

/// Makes the planned changes.
///
/// # Errors
/// AWS cannot be called at all. A failed change is an item's outcome.
pub(crate) async fn carry_out(
    app: &App,
    actor: &Actor,
    planned: Vec<SetupItem>,
) -> Result<Vec<SetupRow>, ActionError> {
    let mut rows = Vec::new();
    for item in planned {
        // The order matters: a queue needs its dead-letter queue, and a rule's target needs the queue.
        let outcome = make(app, actor, &item).await?;
        rows.push(SetupRow { item, outcome });
    }
    // SQS and EventBridge are eventually consistent: reads can lag behind writes.
    for attempt in 1..=3 {
        let now = plan(app).await?;
        for row in &mut rows {
            if row.outcome == SetupOutcome::NotConfirmed && is_there(&now, &row.item) {
                row.outcome = SetupOutcome::Changed;
            }
        }
        let is_open = |row: &SetupRow| row.outcome == SetupOutcome::NotConfirmed;
        if attempt == 3 || !rows.iter().any(is_open) {
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
            return Ok(SetupOutcome::NotRecorded(error.with_causes()));
        }
        if let Err(failure) = app.aws().await?.change_hub(item.region, change).await {
            return Ok(SetupOutcome::Failed(failure));
        }
    }
    Ok(SetupOutcome::NotConfirmed)
}

fn is_there(now: &[SetupItem], item: &SetupItem) -> bool {
    now.iter().any(|observed| {
        observed.part == item.part
            && observed.region == item.region
            && observed.state == HubState::Already
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
