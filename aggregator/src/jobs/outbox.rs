//! Sends the outbox to one channel for as long as the server runs. A slow or failing channel only blocks its
//! own workers.

use std::sync::Arc;
use std::time::Duration;

use super::{AFTER_FAILURE, JobContext, JobEvent};
use crate::actions::delivery::send::{Outbox, SendStep, give_up_lost_channels};
use crate::config::outgoing::Channel;
use crate::say::Say;

pub(super) async fn run_worker(mut context: JobContext, outbox: Arc<Outbox>, channel: Channel) {
    let mut failing = false;
    let mut posts = context.app.store.posts();
    while !context.is_to_stop() {
        // Marked before the step, so that a message added during the step is noticed.
        posts.borrow_and_update();
        context.due.mark_unchanged();
        let pause = match outbox.step(&context.app, &channel).await {
            Ok(step) => {
                if std::mem::take(&mut failing) {
                    context.emit(JobEvent::OutboxWorks);
                }
                match step {
                    SendStep::Idle => {
                        tokio::select! {
                            () = context.until_due(|due| due.channels.contains(&channel.name)) => {}
                            // The store lives as long as this.
                            _ = posts.changed() => {}
                        }
                        continue;
                    }
                    // The step itself keeps to the channel's rate limit.
                    SendStep::Tried { .. } => Duration::ZERO,
                }
            }
            Err(error) => {
                if !failing {
                    context.emit(JobEvent::OutboxFails(error));
                }
                failing = true;
                AFTER_FAILURE
            }
        };
        if !pause.is_zero() {
            context.wait(pause).await;
        }
    }
}

/// Once, at the start: gives up messages for channels that are no longer configured.
pub(super) async fn give_up_lost(mut context: JobContext) {
    let why = Say(context.app.config.locale.language).channel_error_not_configured();
    if let Err(error) = give_up_lost_channels(&context.app, why).await {
        context.emit(JobEvent::OutboxFails(error));
    }
    context.stopped().await;
}
