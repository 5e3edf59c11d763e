//! Reads the alert queue for as long as the server runs. Several workers hide AWS's response time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{AFTER_FAILURE, JobContext, JobEvent};
use crate::actions::alert::ingest::batch::IngestHandle;
use crate::actions::alert::ingest::{IngestError, ingest_from_queue, note_trouble, open_queue};
use crate::text;
use hubward_domain::notice::Trouble;

/// How many.
pub(super) const WORKERS: usize = 4;
/// How long a call waits for messages: below the SDK's timeout of an attempt.
const POLL: i32 = 10;

/// `failing` is shared by all workers, so that a failure is reported once.
pub(super) async fn run_worker(
    mut context: JobContext,
    intake: IngestHandle,
    failing: Arc<AtomicBool>,
) {
    let mut stopped = context.clone();
    while !context.is_to_stop() {
        // Can be interrupted at any point: a message that is not deleted is delivered again.
        let taken = tokio::select! {
            () = stopped.stopped() => return,
            taken = poll_loop(&context, &intake, &failing) => taken,
        };
        if let Err(error) = taken
            && !failing.swap(true, Ordering::SeqCst)
        {
            if let IngestError::Queue(failure) = &error {
                let language = context.app.config.locale.language;
                let why = text::aws::failure(failure, language).text;
                // If the database fails too, that is reported elsewhere.
                let _ = note_trouble(&context.app, Trouble::QueueFailing { why }).await;
            }
            context.emit(JobEvent::QueueFails(error));
        }
        context.wait(AFTER_FAILURE).await;
    }
}

/// Ingests messages until something fails.
async fn poll_loop(
    context: &JobContext,
    intake: &IngestHandle,
    failing: &AtomicBool,
) -> Result<(), IngestError> {
    let Some(queue) = open_queue(&context.app).await? else {
        return Ok(());
    };
    loop {
        ingest_from_queue(&context.app, &queue, Some(intake), POLL).await?;
        if failing.swap(false, Ordering::SeqCst) {
            context.emit(JobEvent::QueueWorks);
        }
    }
}
