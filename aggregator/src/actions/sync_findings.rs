//! Brings the mirror of findings up to date: from the home Region for all that are linked to it, and
//! from each other Region for itself.
//!
//! What is stored page by page may be stored again; a source's checkpoint is written only after all
//! of its window. Cut off at any point and run again, it goes on safely. A Region that fails does not
//! stop another, and its mirror stays as it was.

use std::collections::BTreeSet;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde_json::Value;

use super::ActionError;
use crate::app::App;
use crate::aws::AwsFailure;
use crate::aws::findings::{MOST_VALUES, Query};
use crate::aws::security_hub::SecurityHub;
use crate::domain::account::AccountState;
use crate::domain::finding::{Life, Mirrored, read};
use crate::domain::mirror::{Checkpoint, Source, Window, advanced, next_window, sources};
use crate::store::StoreError;
use crate::store::findings::packed;

/// What became of one Region.
#[derive(Debug)]
pub struct Row {
    /// The Region that was asked.
    pub region: Region,
    /// What was stored, or why it was not all.
    pub outcome: Result<Counts, Failed>,
}

/// How many findings came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
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
pub async fn sync_findings(app: &App) -> Result<Vec<Row>, ActionError> {
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
    let homeless = linking.err().map(|failure| Row {
        region: home,
        outcome: Err(failure.into()),
    });
    let asked: Vec<Source> = wanted
        .into_iter()
        .filter(|source| known || source.region != home)
        .collect();
    let rows = join_all(asked.iter().map(|source| {
        let checkpoint = checkpoints.get(&source.to_string()).copied();
        sync_source(app, aws.security_hub(source.region), *source, checkpoint)
    }))
    .await;
    if known {
        // Or a Region that is asked no more would make the mirror look old for ever.
        let names: BTreeSet<String> = asked.iter().map(ToString::to_string).collect();
        let mut tx = app.store.begin().await?;
        for name in checkpoints.keys().filter(|name| !names.contains(*name)) {
            tx.forget_checkpoint(name).await?;
        }
        tx.commit().await?;
    }
    Ok(homeless.into_iter().chain(rows).collect())
}

// Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
fn sync_source(
    app: &App,
    hub: SecurityHub,
    source: Source,
    checkpoint: Option<Checkpoint>,
) -> BoxFuture<'_, Row> {
    async move {
        let mut reader = Reader {
            app,
            hub,
            now: app.clock.now(),
            seen: BTreeSet::new(),
            counts: Counts::default(),
        };
        let outcome = reader.follow(source, checkpoint).await;
        Row {
            region: source.region,
            outcome: outcome.map(|()| reader.counts),
        }
    }
    .boxed()
}

/// Reads one source.
struct Reader<'a> {
    app: &'a App,
    hub: SecurityHub,
    now: Timestamp,
    /// What came already: one finding may answer several of a window's questions. Not told by the clock,
    /// which may show one second for two syncs.
    seen: BTreeSet<String>,
    counts: Counts,
}

impl Reader<'_> {
    async fn follow(
        &mut self,
        source: Source,
        checkpoint: Option<Checkpoint>,
    ) -> Result<(), Failed> {
        let window = next_window(checkpoint, self.now);
        match window {
            Window::Everything => self.read(&Query::Active).await?,
            Window::Changes { from, to } => {
                // Whoever has just joined brings findings along that nobody touches any more.
                for accounts in self.newcomers().await?.chunks(MOST_VALUES) {
                    self.read(&Query::OfAccounts(accounts.to_vec())).await?;
                }
                self.read(&Query::Updated { from, to }).await?;
                // What people decide leaves no touch.
                self.read(&Query::ToldOrSuppressed).await?;
                self.read(&Query::ResolvedByHand).await?;
                self.reread_decided().await?;
            }
        }
        let mut tx = self.app.store.begin().await?;
        if window == Window::Everything {
            self.counts.changed += tx.archive_unseen(source.region, self.now).await?;
        }
        let checkpoint = advanced(checkpoint, window, self.now);
        tx.put_checkpoint(&source.to_string(), checkpoint).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Active accounts of which this source has shown nothing yet.
    async fn newcomers(&self) -> Result<Vec<AccountId>, StoreError> {
        let store = &self.app.store;
        let known = store.accounts_with_findings(self.hub.region()).await?;
        let accounts = store.accounts().await?.into_iter();
        Ok(accounts
            .filter(|account| account.state == AccountState::Active)
            .map(|account| account.account_id)
            .filter(|account| !known.contains(account.as_str()))
            .collect())
    }

    /// A decision that was taken back is in none of the queries; its finding is asked for by id.
    async fn reread_decided(&mut self) -> Result<(), Failed> {
        let region = self.hub.region();
        let store = &self.app.store;
        let mut ids: Vec<String> = store
            .decided(region)
            .await?
            .into_iter()
            .filter(|(key, _)| !self.seen.contains(key))
            .map(|(_, id)| id)
            .collect();
        ids.dedup();
        for ids in ids.chunks(MOST_VALUES) {
            self.read(&Query::Ids(ids.to_vec())).await?;
        }
        Ok(())
    }

    async fn read(&mut self, query: &Query) -> Result<(), Failed> {
        let mut next_token = None;
        loop {
            let page = self.hub.findings(query, next_token).await?;
            self.keep(&page.findings).await?;
            next_token = page.next_token;
            if next_token.is_none() {
                return Ok(());
            }
        }
    }

    /// Stores one page, all of it or nothing.
    async fn keep(&mut self, page: &[Value]) -> Result<(), StoreError> {
        let mut counts = self.counts;
        let mut readable = Vec::new();
        for asff in page {
            match read(asff) {
                Ok(finding) => readable.push((finding.key(), finding, packed(&asff.to_string()))),
                Err(_) => counts.refused += 1,
            }
        }
        let keys: Vec<String> = readable.iter().map(|(key, ..)| key.clone()).collect();
        let region = self.hub.region();
        let mut tx = self.app.store.begin().await?;
        let before = tx.findings_before(&keys).await?;
        let mut same = Vec::new();
        for (key, finding, raw) in readable {
            let known = before.get(&key);
            match known {
                None => counts.new += 1,
                Some(known) if known.raw == raw && known.record == finding.record => {
                    counts.unchanged += u64::from(!self.seen.contains(&key));
                    same.push(key);
                    continue;
                }
                Some(_) => counts.changed += 1,
            }
            let so_far = known.map(|known| (known.life, known.updated_at));
            let life = Life::next(so_far, &finding, self.now);
            let mirrored = Mirrored { finding, life };
            tx.put_finding(&key, &mirrored, &raw, region, self.now)
                .await?;
        }
        tx.saw_findings(&same, region, self.now).await?;
        tx.commit().await?;
        self.seen.extend(keys);
        self.counts = counts;
        Ok(())
    }
}
