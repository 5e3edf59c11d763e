//! Stores what the doors take in, for as long as the server runs. Where that fails or hangs, operations
//! hears of it past the outbox, and once more when it is over.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{JobContext, JobEvent};
use crate::actions::StoreError;
use crate::actions::alert::emergency_notify::DirectNotifier;
use crate::actions::alert::ingest::batch::{Batch, BatchReceiver};
use crate::actions::alert::ingest::note_trouble;
use crate::app::App;
use crate::text;
use hubward_domain::notice::Trouble;

/// How long storing may take before it is a trouble.
const SLOW: Duration = Duration::from_secs(3);
/// How long after the server is to stop open requests may still bring something: as long as they may last.
const GRACE: Duration = Duration::from_secs(12);

/// How often it is tried to say that a trouble is over.
const TRIES: usize = 30;

/// A trouble that goes on.
struct Failing {
    since: Instant,
    why: String,
}

pub(super) async fn store(bench: JobContext, mut hopper: BatchReceiver, alarm: DirectNotifier) {
    let alarm = Arc::new(alarm);
    let mut failing: Option<Failing> = None;
    let mut stopped = bench.clone();
    let closing = async move {
        stopped.stopped().await;
        tokio::time::sleep(GRACE).await;
    };
    let mut closing = std::pin::pin!(closing);
    loop {
        let batch = tokio::select! {
            batch = hopper.next() => batch,
            () = &mut closing => None,
        };
        let Some(batch) = batch else { return };
        let began = Instant::now();
        if let Err(error) = watched(&bench, batch, &alarm, &mut failing).await {
            let language = bench.app.config.locale.language;
            let why = text::startup_error::store_error(&error, language).text;
            if failing.is_none() {
                bench.say(JobEvent::IntakeFails(error));
            }
            begin(&bench, &alarm, &mut failing, began, why);
            continue;
        }
        let Some(Failing { since, why }) = failing.take() else {
            continue;
        };
        alarm.reset();
        bench.say(JobEvent::IntakeWorks);
        let seconds = i64::try_from(since.elapsed().as_secs()).unwrap_or(i64::MAX);
        tokio::spawn(say_when_possible(
            bench.app.clone(),
            Trouble::StoreWorks { seconds, why },
        ));
    }
}

/// Tells operations; a connection that the trouble has broken may fail once more.
async fn say_when_possible(app: App, trouble: Trouble) {
    for _ in 0..TRIES {
        if note_trouble(&app, trouble.clone()).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Stores a batch, and says so when that takes too long.
async fn watched(
    bench: &JobContext,
    batch: Batch,
    alarm: &Arc<DirectNotifier>,
    failing: &mut Option<Failing>,
) -> Result<(), Arc<StoreError>> {
    let began = Instant::now();
    let mut keeping = std::pin::pin!(batch.store_batch(&bench.app));
    if let Ok(kept) = tokio::time::timeout(SLOW, &mut keeping).await {
        return kept;
    }
    let why = "the database does not answer".to_owned();
    begin(bench, alarm, failing, began, why);
    keeping.await
}

/// A trouble begins, or goes on: the first time, operations hears of it.
fn begin(
    bench: &JobContext,
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
    let (app, alarm) = (bench.app.clone(), Arc::clone(alarm));
    // Not waited for: the next batch may be stored again.
    tokio::spawn(async move {
        alarm.notify(&app, Trouble::StoreFailing { why }).await;
    });
}
