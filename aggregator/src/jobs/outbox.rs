//! Empties the outbox into one channel, for as long as the server runs. A channel that is slow or
//! out of order holds only its own workers.

use std::sync::Arc;
use std::time::Duration;

use super::{AFTER_FAILURE, JobContext, JobEvent};
use crate::actions::delivery::send::{Outbox, SendStep, give_up_lost_channels};
use crate::config::outgoing::Channel;

pub(super) async fn run_worker(mut bench: JobContext, outbox: Arc<Outbox>, channel: Channel) {
    let mut failing = false;
    let mut posts = bench.app.store.posts();
    while !bench.is_to_stop() {
        // What is put into the outbox from here on is not overlooked.
        posts.borrow_and_update();
        bench.due.mark_unchanged();
        let pause = match outbox.step(&bench.app, &channel).await {
            Ok(step) => {
                if std::mem::take(&mut failing) {
                    bench.say(JobEvent::OutboxWorks);
                }
                match step {
                    SendStep::Idle => {
                        tokio::select! {
                            () = bench.until_due(|due| due.channels.contains(&channel.name)) => {}
                            // The store lives as long as this.
                            _ = posts.changed() => {}
                        }
                        continue;
                    }
                    // The step itself keeps the channel's pace.
                    SendStep::Tried { .. } => Duration::ZERO,
                }
            }
            Err(error) => {
                if !failing {
                    bench.say(JobEvent::OutboxFails(error));
                }
                failing = true;
                AFTER_FAILURE
            }
        };
        if !pause.is_zero() {
            bench.wait(pause).await;
        }
    }
}

/// Once, at the start: what waits for channels that are gone.
pub(super) async fn give_up_lost(mut bench: JobContext) {
    if let Err(error) = give_up_lost_channels(&bench.app).await {
        bench.say(JobEvent::OutboxFails(error));
    }
    bench.stopped().await;
}
