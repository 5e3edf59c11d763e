//! Brings the mirror of findings up to date: from the home Region for all that are linked to it, and
//! from each other Region for itself; then counts what changed for the history.
//!
//! What is stored page by page may be stored again; a source's checkpoint is written only after all
//! of its window. Cut off at any point and run again, it goes on safely. A Region that fails does not
//! stop another, and its mirror stays as it was.

mod pages;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use hubward_protocol::Region;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::{self, Sender};

use crate::actions::ActionError;
use crate::app::App;
use crate::aws::AwsFailure;
use crate::aws::findings::{FindingsQuery, MOST_VALUES};
use crate::aws::security_hub::SecurityHub;
use hubward_domain::account::AccountState;
use hubward_domain::mirror::{
    Checkpoint, MirrorPart, MirrorSource, MirrorWindow, Sweep, advanced, next_window, sources,
};
use hubward_store::StoreError;
use pages::{AHEAD, ReadPage};

/// What became of one Region.
#[derive(Debug)]
pub struct SyncRow {
    /// The Region that was asked.
    pub region: Region,
    /// What was stored, or why it was not all.
    pub outcome: Result<SyncCounts, Failed>,
}

/// How many findings came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SyncCounts {
    /// Not seen before.
    pub new: u64,
    /// Seen, and different now; with those that are gone.
    pub changed: u64,
    /// Seen, and the same.
    pub unchanged: u64,
    /// Without an id or an account, and so not taken over.
    pub refused: u64,
}

/// Why a Region's mirror is not up to date.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// AWS refused or was not reached.
    #[error(transparent)]
    Aws(#[from] AwsFailure),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Syncs all Regions. One row per Region that was asked, home first.
///
/// # Errors
/// Nothing was asked: AWS or the database is out of reach.
pub async fn sync_findings(app: &App) -> Result<Vec<SyncRow>, ActionError> {
    let checkpoints = app.store.checkpoints().await?;
    let aws = app.aws().await?;
    let home = app.config.hub.home_region;
    let linking = aws.security_hub(home).linking().await;
    let wanted = sources(
        home,
        &app.config.hub.linked_regions,
        linking.as_ref().ok().and_then(Option::as_ref),
    );
    let known = linking.is_ok();
    let homeless = linking.err().map(|failure| SyncRow {
        region: home,
        outcome: Err(failure.into()),
    });
    let asked: Vec<MirrorSource> = wanted
        .into_iter()
        .filter(|source| known || source.region != home)
        .collect();
    let rows = join_all(asked.iter().map(|source| {
        let checkpoint = checkpoints.get(&source.to_string()).copied();
        sync_source(app, aws.security_hub(source.region), *source, checkpoint)
    }))
    .await;
    if known && rows.iter().all(|row| row.outcome.is_ok()) {
        forget_others(app, &asked, checkpoints.keys()).await?;
    }
    count(app).await?;
    Ok(homeless.into_iter().chain(rows).collect())
}

/// Forgets sources that are asked no more, or they would make the mirror look old for ever; and what only they
/// have shown is gone, once the others have shown everything.
async fn forget_others(
    app: &App,
    asked: &[MirrorSource],
    known: impl Iterator<Item = &String>,
) -> Result<(), StoreError> {
    let names: BTreeSet<String> = asked.iter().map(ToString::to_string).collect();
    // All of it, also what was seen within this second.
    let now = app.clock.now();
    let seen = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now);
    let mut tx = app.store.begin().await?;
    for name in known.filter(|name| !names.contains(*name)) {
        tx.forget_checkpoint(name).await?;
        tx.forget_swept(name).await?;
        let region = name.split(' ').next().and_then(|name| name.parse().ok());
        if let Some(region) = region.filter(|region| asked.iter().all(|one| one.region != *region))
        {
            tx.archive_unseen(region, seen).await?;
        }
    }
    tx.commit().await
}

/// Counts for the history what has changed, a little at a time: others want to write too.
async fn count(app: &App) -> Result<(), StoreError> {
    loop {
        let mut tx = app.store.begin().await?;
        let counted = tx.count_due(app.day()).await?;
        tx.commit().await?;
        if !counted {
            return Ok(());
        }
    }
}

// Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
fn sync_source(
    app: &App,
    hub: SecurityHub,
    source: MirrorSource,
    checkpoint: Option<Checkpoint>,
) -> BoxFuture<'_, SyncRow> {
    async move {
        let now = app.clock.now();
        let region = source.region;
        let reader = FindingsReader {
            app,
            hub,
            source,
            now,
        };
        let outcome = reader.follow(checkpoint).await;
        SyncRow { region, outcome }
    }
    .boxed()
}

/// Reads one source.
struct FindingsReader<'a> {
    app: &'a App,
    hub: SecurityHub,
    source: MirrorSource,
    now: Timestamp,
}

/// Several at once make up for how long AWS takes to answer; all wait for one pace.
const LANES: usize = 3;

impl FindingsReader<'_> {
    async fn follow(&self, checkpoint: Option<Checkpoint>) -> Result<SyncCounts, Failed> {
        let window = next_window(checkpoint, self.now);
        let name = self.source.to_string();
        let (mut counts, read_to) = match window {
            MirrorWindow::Everything => self.everything(&name).await?,
            MirrorWindow::Changes { from, to } => (self.changes(from, to).await?, self.now),
        };
        let mut tx = self.app.store.begin().await?;
        if window == MirrorWindow::Everything {
            counts.changed += tx.archive_unseen(self.source.region, read_to).await?;
            tx.forget_swept(&name).await?;
        }
        let checkpoint = advanced(checkpoint, window, read_to);
        tx.put_checkpoint(&name, checkpoint).await?;
        tx.commit().await?;
        Ok(counts)
    }

    /// Reads everything, or what is left of it, and says since when.
    async fn everything(&self, name: &str) -> Result<(SyncCounts, Timestamp), Failed> {
        let store = &self.app.store;
        let accounts = store.accounts().await?;
        let watched = accounts
            .iter()
            .filter(|account| account.state == AccountState::Active)
            .count();
        let before = store.sweep(name).await?;
        let (since, left) = Sweep::next(before, MirrorPart::all(watched), self.now);
        if since == self.now {
            let mut tx = store.begin().await?;
            tx.forget_swept(name).await?;
            tx.commit().await?;
        }
        let (sender, sent) = mpsc::channel(AHEAD);
        let left = Mutex::new(left);
        let lanes: Vec<_> = (0..LANES)
            .map(|_| self.lane(&left, sender.clone()))
            .collect();
        drop(sender);
        let sweep = Some((name, since));
        // A lane that fails does not stop the others: what they read need not be read again.
        let (stored, lanes) = tokio::join!(self.store(sent, None, sweep), join_all(lanes));
        let counts = stored?;
        lanes.into_iter().collect::<Result<(), Failed>>()?;
        Ok((counts, since))
    }

    /// Reads one part after another.
    async fn lane(
        &self,
        left: &Mutex<Vec<MirrorPart>>,
        sender: Sender<ReadPage>,
    ) -> Result<(), Failed> {
        loop {
            let part = left.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(part) = part else { return Ok(()) };
            self.fetch(&FindingsQuery::Active(part), &sender).await?;
            // Behind its pages. Nobody stores any more: then storing has failed, and says why.
            if sender.send(ReadPage::Whole(part)).await.is_err() {
                return Ok(());
            }
        }
    }

    /// Reads what changed.
    async fn changes(&self, from: Timestamp, to: Timestamp) -> Result<SyncCounts, Failed> {
        let region = self.hub.region();
        // What came already: one finding may answer several questions. Not told by the clock, which may show
        // one second for two syncs.
        let mut seen = BTreeSet::new();
        let mut counts = SyncCounts::default();
        // Whoever has just joined brings findings along that nobody touches any more.
        let newcomers = self.app.store.accounts_without_findings(region).await?;
        let newcomers = newcomers.chunks(MOST_VALUES);
        let queries = newcomers
            .map(|accounts| FindingsQuery::OfAccounts(accounts.to_vec()))
            // What people decide leaves no touch.
            .chain([
                FindingsQuery::Updated { from, to },
                FindingsQuery::ToldOrSuppressed,
                FindingsQuery::ResolvedByHand,
            ]);
        for query in queries {
            counts.add(self.read(&query, &mut seen).await?);
        }
        // A decision that was taken back is in none of them; its finding is asked for by id.
        let mut ids: Vec<String> = self
            .app
            .store
            .decided(region)
            .await?
            .into_iter()
            .filter(|(key, _)| !seen.contains(key))
            .map(|(_, id)| id)
            .collect();
        ids.dedup();
        for ids in ids.chunks(MOST_VALUES) {
            let query = FindingsQuery::Ids(ids.to_vec());
            counts.add(self.read(&query, &mut seen).await?);
        }
        Ok(counts)
    }
}

impl SyncCounts {
    fn add(&mut self, more: Self) {
        self.new += more.new;
        self.changed += more.changed;
        self.unchanged += more.unchanged;
        self.refused += more.refused;
    }
}
