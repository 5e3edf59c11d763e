//! Puts messages that were given up back into the outbox; `send` sends them. Run twice, the second finds
//! none.

use serde_json::json;

use crate::app::App;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_store::StoreError;

/// Requeues the given messages, or all that were given up. Returns the ids of the requeued ones.
///
/// # Errors
/// The database failed; then nothing was requeued.
pub(crate) async fn replay(
    app: &App,
    actor: &Actor,
    wanted: &[String],
) -> Result<Vec<String>, StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let given_up = tx.given_up().await?;
    let chosen: Vec<String> = given_up
        .into_iter()
        .filter(|id| wanted.is_empty() || wanted.contains(id))
        .collect();
    for id in &chosen {
        tx.replay_delivery(id, now).await?;
    }
    let events: Vec<NewEvent> = chosen
        .iter()
        .map(|id| NewEvent {
            action: Action::DeliveryReplayed,
            subject: id.clone(),
            detail: json!({}),
        })
        .collect();
    tx.append_audit(now, actor, events).await?;
    tx.commit().await?;
    Ok(chosen)
}
