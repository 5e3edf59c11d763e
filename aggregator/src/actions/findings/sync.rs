//! Updates the local mirror of findings: through the home Region for all Regions linked to it, and from each
//! other Region directly. Then updates the counts of open findings per day.
//!
//! Pages are stored as they come and may be stored again; a source's checkpoint is written only after its
//! whole window. The sync can be interrupted at any point and run again. A failing Region does not stop the
//! others, and its mirror stays as it was.

mod pages;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use hubward_protocol::Region;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::{self, Sender};

use crate::actions::ActionError;
use crate::actions::evidence::read::answers_for;
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

/// The result of one Region.
#[derive(Debug)]
pub(crate) struct SyncRow {
    /// The Region that was read.
    pub region: Region,
    /// What was stored, or why the sync is incomplete.
    pub outcome: Result<SyncCounts, Failed>,
}

/// Number of findings that were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SyncCounts {
    /// New findings.
    pub new: u64,
    /// Changed findings, including those that no longer exist.
    pub changed: u64,
    /// Unchanged findings.
    pub unchanged: u64,
    /// Findings without an id or account, which cannot be stored.
    pub refused: u64,
}

/// Why a Region's mirror is not up to date.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    /// AWS refused or was not reached.
    #[error(transparent)]
    Aws(#[from] AwsFailure),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Syncs all Regions. Returns one row per Region that was read, home Region first.
///
/// # Errors
/// AWS or the database could not be reached; nothing was read.
pub(crate) async fn sync_findings(app: &App) -> Result<Vec<SyncRow>, ActionError> {
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
    let (linking, homeless) = match linking {
        Ok(linking) => (linking, None),
        Err(failure) => {
            let outcome = Err(failure.into());
            let region = home;
            (None, Some(SyncRow { region, outcome }))
        }
    };
    let asked: Vec<MirrorSource> = wanted
        .into_iter()
        .filter(|source| known || source.region != home)
        .collect();
    let rows = join_all(asked.iter().map(|source| {
        let answered: Vec<Region> = app
            .config
            .hub
            .regions()
            .filter(|region| answers_for(source, *region, linking.as_ref()))
            .collect();
        let checkpoint = checkpoints.get(&source.to_string()).copied();
        let hub = aws.security_hub(source.region);
        sync_source(app, hub, *source, answered, checkpoint)
    }))
    .await;
    if known && rows.iter().all(|row| row.outcome.is_ok()) {
        forget_others(app, &asked, checkpoints.keys()).await?;
    }
    count(app).await?;
    Ok(homeless.into_iter().chain(rows).collect())
}

/// Removes the checkpoints of sources that are no longer read, which would make the mirror look outdated
/// forever. Findings that only they reported are archived once the other sources were read completely.
async fn forget_others(
    app: &App,
    asked: &[MirrorSource],
    known: impl Iterator<Item = &String>,
) -> Result<(), StoreError> {
    let names: BTreeSet<String> = asked.iter().map(ToString::to_string).collect();
    // One second later, so that findings seen within the current second are included.
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

/// Updates the daily counts in small transactions, so that other writers are not blocked.
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
    regions: Vec<Region>,
    checkpoint: Option<Checkpoint>,
) -> BoxFuture<'_, SyncRow> {
    async move {
        let now = app.clock.now();
        let region = source.region;
        let reader = FindingsReader {
            app,
            hub,
            source,
            regions,
            now,
        };
        let outcome = reader.follow(checkpoint).await;
        SyncRow { region, outcome }
    }
    .boxed()
}

/// Reads one source of findings.
struct FindingsReader<'a> {
    app: &'a App,
    hub: SecurityHub,
    source: MirrorSource,
    /// The Regions whose findings the source returns.
    regions: Vec<Region>,
    now: Timestamp,
}

/// Concurrent readers hide AWS's response time; all share one rate limit.
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
        for region in &self.regions {
            tx.put_evidence_reading(*region, read_to).await?;
        }
        tx.commit().await?;
        Ok(counts)
    }

    /// Reads all findings, or the rest of an interrupted full read. Returns when that read began.
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
        // A failing lane does not stop the others: the parts that they read need not be read again.
        let (stored, lanes) = tokio::join!(self.store(sent, None, sweep), join_all(lanes));
        let counts = stored?;
        lanes.into_iter().collect::<Result<(), Failed>>()?;
        Ok((counts, since))
    }

    /// Reads parts until none are left.
    async fn lane(
        &self,
        left: &Mutex<Vec<MirrorPart>>,
        sender: Sender<ReadPage>,
    ) -> Result<(), Failed> {
        loop {
            let part = left.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(part) = part else { return Ok(()) };
            self.fetch(&FindingsQuery::Active(part), &sender).await?;
            // Sent after the part's pages. If the receiver is gone, storing has failed and reports the error.
            if sender.send(ReadPage::Whole(part)).await.is_err() {
                return Ok(());
            }
        }
    }

    /// Reads the findings that changed.
    async fn changes(&self, from: Timestamp, to: Timestamp) -> Result<SyncCounts, Failed> {
        let region = self.hub.region();
        // Findings that were read already, because one can match several queries. Identified by key, not by
        // time: two syncs can happen within one second.
        let mut seen = BTreeSet::new();
        let mut counts = SyncCounts::default();
        // A new member's findings are older than the window and may never be updated again.
        let newcomers = self.app.store.accounts_without_findings(region).await?;
        let newcomers = newcomers.chunks(MOST_VALUES);
        let queries = newcomers
            .map(|accounts| FindingsQuery::OfAccounts(accounts.to_vec()))
            // A change of workflow status does not change `UpdatedAt`.
            .chain([
                FindingsQuery::Updated { from, to },
                FindingsQuery::NotifiedOrSuppressed,
                FindingsQuery::ResolvedByHand,
            ]);
        for query in queries {
            counts.add(self.read(&query, &mut seen).await?);
        }
        // A decision that was reverted matches none of these queries, so its finding is read by id.
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
