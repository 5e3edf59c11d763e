//! Empties the alert queue into the store, for as long as the server runs: several workers, so that one
//! call's way to AWS and back keeps no other waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{AFTER_FAILURE, Bench, News};
use crate::actions::alert::ingest::batch::Intake;
use crate::actions::alert::ingest::{TakeError, note_trouble, open_queue, take_alerts};
use hubward_domain::notice::Trouble;

/// How many.
pub(super) const WORKERS: usize = 4;
/// How long a call waits for messages: below the SDK's time limit for an attempt.
const POLL: i32 = 10;

/// `failing` is what all workers know: what goes wrong is said once.
pub(super) async fn empty(mut bench: Bench, intake: Intake, failing: Arc<AtomicBool>) {
    let mut stopped = bench.clone();
    while !bench.is_to_stop() {
        // Breaking off is safe at any point: what was not deleted comes again.
        let taken = tokio::select! {
            () = stopped.stopped() => return,
            taken = forever(&bench, &intake, &failing) => taken,
        };
        if let Err(error) = taken
            && !failing.swap(true, Ordering::SeqCst)
        {
            if let TakeError::Queue(failure) = &error {
                let why = failure.to_string();
                // Where the database fails as well, others say so.
                let _ = note_trouble(&bench.app, Trouble::QueueFailing { why }).await;
            }
            bench.say(News::QueueFails(error));
        }
        bench.wait(AFTER_FAILURE).await;
    }
}

/// Takes messages until something fails.
async fn forever(bench: &Bench, intake: &Intake, failing: &AtomicBool) -> Result<(), TakeError> {
    let Some(queue) = open_queue(&bench.app).await? else {
        return Ok(());
    };
    loop {
        take_alerts(&bench.app, &queue, Some(intake), POLL).await?;
        if failing.swap(false, Ordering::SeqCst) {
            bench.say(News::QueueWorks);
        }
    }
}
