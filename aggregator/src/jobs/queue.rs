//! Empties the alert queue into the store, for as long as the server runs.

use super::{AFTER_FAILURE, Bench, News};
use crate::actions::take_alerts::{TakeError, open_queue, take_alerts};

/// How long a call waits for messages: below the SDK's time limit for an attempt.
const POLL: i32 = 10;

pub(super) async fn empty(mut bench: Bench) {
    let mut failing = false;
    let mut stopped = bench.clone();
    while !bench.is_to_stop() {
        // Breaking off is safe at any point: what was not deleted comes again.
        let taken = tokio::select! {
            () = stopped.stopped() => return,
            taken = forever(&bench, &mut failing) => taken,
        };
        if let Err(error) = taken {
            if !failing {
                bench.say(News::QueueFails(error));
            }
            failing = true;
        }
        bench.wait(AFTER_FAILURE).await;
    }
}

/// Takes messages until something fails.
async fn forever(bench: &Bench, failing: &mut bool) -> Result<(), TakeError> {
    let Some(queue) = open_queue(&bench.app).await? else {
        return Ok(());
    };
    loop {
        take_alerts(&bench.app, &queue, POLL).await?;
        if std::mem::take(failing) {
            bench.say(News::QueueWorks);
        }
    }
}
