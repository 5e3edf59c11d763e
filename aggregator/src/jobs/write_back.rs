//! Writes the workflow status of alerts to Security Hub for as long as the server runs.

use super::{AFTER_FAILURE, JobContext, JobEvent};
use crate::actions::alert::write_back::write_back;

pub(super) async fn work(mut context: JobContext) {
    let mut failing = false;
    let mut stopped = context.clone();
    while !context.is_to_stop() {
        context.due.mark_unchanged();
        // Can be interrupted at any point: what was not recorded is repeated.
        let written = tokio::select! {
            () = stopped.stopped() => return,
            written = write_back(&context.app) => written,
        };
        match written {
            Ok(_) => {
                failing = false;
                context.until_due(|due| due.write_backs).await;
            }
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    context.emit(JobEvent::WriteBackFails(error));
                }
                context.wait(AFTER_FAILURE).await;
            }
        }
    }
}
