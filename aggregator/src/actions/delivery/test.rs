//! Adds a test message to the outbox of channels, so that an operator can see whether messages arrive. They
//! are sent by `send`, like every other message. Run twice, it sends two.

use serde_json::json;

use crate::actions::notify::Notifier;
use crate::app::App;
use crate::config::outgoing::Channel;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::notice::{Notice, TestNotice};
use hubward_store::StoreError;

/// Why no test message was created.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TestError {
    /// No channel is configured.
    #[error("no channel is configured")]
    NoChannel,
    /// No channel has this name.
    #[error("no channel is called {0}")]
    UnknownChannel(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Adds a test message for the named channels, or for all.
///
/// # Errors
/// See [`TestError`]; then no message was added.
pub(crate) async fn test_channels(
    app: &App,
    actor: &Actor,
    names: &[String],
) -> Result<Vec<Channel>, TestError> {
    let configured = &app.config.channels;
    if configured.is_empty() {
        return Err(TestError::NoChannel);
    }
    let known = |name: &String| configured.iter().any(|channel| channel.name == *name);
    if let Some(unknown) = names.iter().find(|name| !known(name)) {
        return Err(TestError::UnknownChannel(unknown.clone()));
    }
    let chosen: Vec<Channel> = configured
        .iter()
        .filter(|channel| names.is_empty() || names.contains(&channel.name))
        .cloned()
        .collect();
    let mut tx = app.store.begin().await?;
    for channel in &chosen {
        let notice = Notice::Test(TestNotice {
            channel: channel.name.clone(),
            actor: actor.to_string(),
        });
        Notifier::new(app)
            .notify_channel(&mut tx, &channel.name, &notice)
            .await?;
        let circuit = tx.circuit(&channel.name).await?;
        let hurried = circuit.hurried(app.clock.now());
        if hurried != circuit {
            tx.put_circuit(&channel.name, &hurried).await?;
        }
        let event = NewEvent {
            action: Action::ChannelTested,
            subject: channel.name.clone(),
            detail: json!({}),
        };
        tx.append_audit(app.clock.now(), actor, [event]).await?;
    }
    tx.commit().await?;
    Ok(chosen)
}
