//! Empties the alert queue into the store, for as long as the server runs: several workers, so that one
//! call's way to AWS and back keeps no other waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{AFTER_FAILURE, JobContext, JobEvent};
use crate::actions::alert::ingest::batch::IngestHandle;
use crate::actions::alert::ingest::{IngestError, ingest_from_queue, note_trouble, open_queue};
use hubward_domain::notice::Trouble;

/// How many.
pub(super) const WORKERS: usize = 4;
/// How long a call waits for messages: below the SDK's time limit for an attempt.
const POLL: i32 = 10;

/// `failing` is what all workers know: what goes wrong is said once.
pub(super) async fn run_worker(
    mut bench: JobContext,
    intake: IngestHandle,
    failing: Arc<AtomicBool>,
) {
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
            if let IngestError::Queue(failure) = &error {
                let why = failure.to_string();
                // Where the database fails as well, others say so.
                let _ = note_trouble(&bench.app, Trouble::QueueFailing { why }).await;
            }
            bench.say(JobEvent::QueueFails(error));
        }
        bench.wait(AFTER_FAILURE).await;
    }
}

/// Takes messages until something fails.
async fn forever(
    bench: &JobContext,
    intake: &IngestHandle,
    failing: &AtomicBool,
) -> Result<(), IngestError> {
    let Some(queue) = open_queue(&bench.app).await? else {
        return Ok(());
    };
    loop {
        ingest_from_queue(&bench.app, &queue, Some(intake), POLL).await?;
        if failing.swap(false, Ordering::SeqCst) {
            bench.say(JobEvent::QueueWorks);
        }
    }
}
