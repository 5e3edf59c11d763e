//! Asks the database, once for all workers, whether anything is due, and wakes those whose work it is.
//! The outbox's workers of this process do not wait for it: what is committed here wakes them at once.
//! It finds what other processes wrote, what is tried again, and leases that ended.

use std::time::Duration;

use tokio::sync::watch;

use super::{AFTER_FAILURE, JobContext};
use hubward_store::due_work::DueWork;

/// How often the database is asked: how late work may begin that this process did not write.
const LOOK: Duration = Duration::from_secs(1);

/// `None`: the database did not answer. Then everything may be due, and each worker finds out, and
/// reports, what is wrong.
pub(super) type Due = Option<DueWork>;

pub(super) async fn watch(mut context: JobContext, due: watch::Sender<Due>) {
    let outlets = context.app.config.outlets();
    let channels: Vec<String> = outlets.into_iter().map(|known| known.name).collect();
    while !context.is_to_stop() {
        let now = context.app.clock.now();
        let found = context.app.store.due_work(&channels, now).await.ok();
        let pause = if found.is_some() { LOOK } else { AFTER_FAILURE };
        if found.as_ref().is_none_or(|found| !found.is_empty()) {
            due.send_replace(found);
        }
        context.wait(pause).await;
    }
}
