//! Stores the received messages for as long as the server runs. If that fails or hangs, notifies operations
//! directly, and once more when it is over.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{JobContext, JobEvent};
use crate::actions::StoreError;
use crate::actions::alert::emergency_notify::DirectNotifier;
use crate::actions::alert::ingest::batch::{Batch, BatchReceiver};
use crate::actions::alert::ingest::note_trouble;
use crate::app::App;
use crate::say::Say;
use crate::text;
use hubward_domain::notice::Trouble;

/// How long storing may take before operations are notified.
const SLOW: Duration = Duration::from_secs(3);
/// How long after the stop signal open requests may still submit messages: as long as requests may last.
const GRACE: Duration = Duration::from_secs(12);

/// How often the end of a failure is retried to be announced.
const TRIES: usize = 30;

/// A failure that is not over.
struct Failing {
    since: Instant,
    why: String,
}

pub(super) async fn store(context: JobContext, mut batches: BatchReceiver, alarm: DirectNotifier) {
    let alarm = Arc::new(alarm);
    let mut failing: Option<Failing> = None;
    let mut stopped = context.clone();
    let closing = async move {
        stopped.stopped().await;
        tokio::time::sleep(GRACE).await;
    };
    let mut closing = std::pin::pin!(closing);
    loop {
        let batch = tokio::select! {
            batch = batches.next() => batch,
            () = &mut closing => None,
        };
        let Some(batch) = batch else { return };
        let began = Instant::now();
        if let Err(error) = watched(&context, batch, &alarm, &mut failing).await {
            let language = context.app.config.locale.language;
            let why = text::startup_error::store_error(&error, language).text;
            if failing.is_none() {
                context.emit(JobEvent::IntakeFails(error));
            }
            begin(&context, &alarm, &mut failing, began, why);
            continue;
        }
        let Some(Failing { since, why }) = failing.take() else {
            continue;
        };
        alarm.reset();
        context.emit(JobEvent::IntakeWorks);
        let seconds = i64::try_from(since.elapsed().as_secs()).unwrap_or(i64::MAX);
        tokio::spawn(notify_when_possible(
            context.app.clone(),
            Trouble::StoreWorks { seconds, why },
        ));
    }
}

/// Notifies operations. Retried, because the connection that the failure broke may fail once more.
async fn notify_when_possible(app: App, trouble: Trouble) {
    for _ in 0..TRIES {
        if note_trouble(&app, trouble.clone()).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Stores a batch, and reports if that takes too long.
async fn watched(
    context: &JobContext,
    batch: Batch,
    alarm: &Arc<DirectNotifier>,
    failing: &mut Option<Failing>,
) -> Result<(), Arc<StoreError>> {
    let began = Instant::now();
    let mut keeping = std::pin::pin!(batch.store_batch(&context.app));
    if let Ok(kept) = tokio::time::timeout(SLOW, &mut keeping).await {
        return kept;
    }
    let say = Say(context.app.config.locale.language);
    let why = say.alert_store_unresponsive().to_owned();
    begin(context, alarm, failing, began, why);
    keeping.await
}

/// Reports the beginning of a failure. Operations are notified once.
fn begin(
    context: &JobContext,
    alarm: &Arc<DirectNotifier>,
    failing: &mut Option<Failing>,
    since: Instant,
    why: String,
) {
    if failing.is_some() {
        return;
    }
    *failing = Some(Failing {
        since,
        why: why.clone(),
    });
    let (app, alarm) = (context.app.clone(), Arc::clone(alarm));
    // Not awaited: storing the next batch may succeed.
    tokio::spawn(async move {
        alarm.notify(&app, Trouble::StoreFailing { why }).await;
    });
}
