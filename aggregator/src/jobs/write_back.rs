//! Tells Security Hub what became of alerts, for as long as the server runs.

use super::{AFTER_FAILURE, JobContext, JobEvent};
use crate::actions::alert::write_back::write_back;

pub(super) async fn work(mut bench: JobContext) {
    let mut failing = false;
    let mut stopped = bench.clone();
    while !bench.is_to_stop() {
        bench.due.mark_unchanged();
        // Breaking off is safe: what was not recorded is done again.
        let written = tokio::select! {
            () = stopped.stopped() => return,
            written = write_back(&bench.app) => written,
        };
        match written {
            Ok(_) => {
                failing = false;
                bench.until_due(|due| due.write_backs).await;
            }
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    bench.say(JobEvent::WriteBackFails(error));
                }
                bench.wait(AFTER_FAILURE).await;
            }
        }
    }
}
