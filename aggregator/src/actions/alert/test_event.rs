//! Sends a test event through EventBridge's second rule and the whole alert pipeline, and detects canaries
//! that do not arrive. Arrivals are recorded by `ingest`.

use serde_json::json;

use crate::actions::ActionError;
use crate::actions::notify::Notifier;
use crate::app::App;
use crate::aws::AwsFailure;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::hub::TEST_SOURCE;
use hubward_domain::notice::Trouble;
use hubward_domain::test_event::{PATIENCE, TestEvent, TestEventKind};
use hubward_store::StoreError;

/// Why no event was sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TestEventError {
    /// The ledger or AWS is out of reach.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// EventBridge rejected the event.
    #[error(transparent)]
    Refused(#[from] AwsFailure),
}

impl From<StoreError> for TestEventError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// Sends a test event and returns its id. The event is stored before it is sent, because it can arrive before
/// EventBridge's answer.
///
/// # Errors
/// See [`TestEventError`]. An event that was stored but not sent is later reported as missing, as it should
/// be.
pub(crate) async fn send_test_event(
    app: &App,
    actor: &Actor,
    kind: TestEventKind,
) -> Result<String, TestEventError> {
    let id = hex::encode(app.random::<16>());
    let event = TestEvent {
        id: id.clone(),
        kind,
        actor: actor.to_string(),
        sent_at: app.clock.exactly(),
        event_at: None,
        door: None,
        received_at: None,
        stored_at: None,
    };
    let mut tx = app.store.begin().await?;
    tx.put_test_event(&event).await?;
    let event = NewEvent {
        action: Action::WayTried,
        subject: app.config.hub.administrator.to_string(),
        detail: json!({ "trial": id, "kind": kind }),
    };
    tx.append_audit(app.clock.now(), actor, [event]).await?;
    tx.commit().await?;
    let aws = app.aws().await.map_err(ActionError::from)?;
    let detail = json!({ "id": id }).to_string();
    aws.put_event(app.config.hub.home_region, TEST_SOURCE, detail)
        .await?;
    Ok(id)
}

/// Finds canaries that did not arrive in time, and notifies operations. Returns how many.
///
/// # Errors
/// The database failed.
pub(crate) async fn detect_missing_canary(app: &App) -> Result<usize, StoreError> {
    let now = app.clock.now();
    let before = now.checked_sub(PATIENCE).unwrap_or(now);
    let mut tx = app.store.begin().await?;
    let missed = tx
        .mark_missing_test_events(TestEventKind::Canary, before, now)
        .await?;
    for canary in &missed {
        let trouble = Trouble::CanaryMissing {
            trial: canary.id.clone(),
            sent_at: canary.sent_at,
        };
        Notifier::new(app)
            .notify_operations(&mut tx, trouble)
            .await?;
    }
    tx.commit().await?;
    Ok(missed.len())
}
