//! Tells Security Hub what became of alerts, for as long as the server runs.

use std::time::Duration;

use super::{AFTER_FAILURE, JobContext, JobEvent};
use crate::actions::alert::write_back::write_back;

/// How often it is looked whether anything is due.
const LOOK: Duration = Duration::from_secs(2);

pub(super) async fn work(mut bench: JobContext) {
    let mut failing = false;
    let mut stopped = bench.clone();
    while !bench.is_to_stop() {
        // Breaking off is safe: what was not recorded is done again.
        let written = tokio::select! {
            () = stopped.stopped() => return,
            written = write_back(&bench.app) => written,
        };
        let pause = match written {
            Ok(_) => {
                failing = false;
                LOOK
            }
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    bench.say(JobEvent::WriteBackFails(error));
                }
                AFTER_FAILURE
            }
        };
        bench.wait(pause).await;
    }
}
