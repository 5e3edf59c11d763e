//! Reads pages and stores them: while some are stored, the next are requested and parsed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::value::RawValue;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{Failed, FindingsReader, SyncCounts};
use crate::aws::findings::FindingsQuery;
use hubward_domain::finding::{Life, UnreadableFinding};
use hubward_domain::mirror::MirrorPart;
use hubward_store::StoreError;
use hubward_store::findings::IncomingFinding;

/// The most pages that wait to be stored, and are stored together. Rows of a batch share index pages, so that
/// fewer are written; a larger batch would only take more memory.
pub(super) const AHEAD: usize = 10;

/// A message from the readers to the writer.
pub(super) enum ReadPage {
    /// A page that is being parsed.
    Page(StoredPage),
    /// All pages of this part were sent before.
    Whole(MirrorPart),
}

type StoredPage = JoinHandle<Vec<Result<IncomingFinding, UnreadableFinding>>>;

impl FindingsReader<'_> {
    /// Reads all findings of a query. Those in `seen` (by key) are not counted again.
    pub(super) async fn read(
        &self,
        query: &FindingsQuery,
        seen: &mut BTreeSet<String>,
    ) -> Result<SyncCounts, Failed> {
        let (sender, sent) = mpsc::channel(AHEAD);
        // Dropping the sender ends the writer's loop.
        let fetching = async move { self.fetch(query, &sender).await };
        let (counts, ()) = tokio::try_join!(self.store(sent, Some(seen), None), fetching)?;
        Ok(counts)
    }

    /// Requests one page after another and sends them to the writer.
    pub(super) async fn fetch(
        &self,
        query: &FindingsQuery,
        sender: &Sender<ReadPage>,
    ) -> Result<(), Failed> {
        let mut next_token = None;
        loop {
            let page = self.hub.findings(query, next_token).await?;
            let now = self.now;
            let taken = ReadPage::Page(spawn_blocking(move || take(&page.findings, now)));
            // If the receiver is gone, storing has failed and reports the error.
            if sender.send(taken).await.is_err() || page.next_token.is_none() {
                return Ok(());
            }
            next_token = page.next_token;
        }
    }

    /// Stores the pages until the senders are dropped. In a full read, also records the completed parts.
    pub(super) async fn store(
        &self,
        mut sent: Receiver<ReadPage>,
        mut seen: Option<&mut BTreeSet<String>>,
        sweep: Option<(&str, Timestamp)>,
    ) -> Result<SyncCounts, Failed> {
        let mut counts = SyncCounts::default();
        let mut waiting = Vec::with_capacity(AHEAD);
        while sent.recv_many(&mut waiting, AHEAD).await > 0 {
            // A finding can appear on two pages if others move while the list is read.
            let mut together = BTreeMap::new();
            let mut whole = Vec::new();
            for sent in waiting.drain(..) {
                let page = match sent {
                    ReadPage::Page(page) => taken(page).await,
                    ReadPage::Whole(part) => {
                        whole.push(part);
                        continue;
                    }
                };
                for finding in page {
                    match finding {
                        Ok(finding) => {
                            together.insert(finding.key.clone(), finding);
                        }
                        Err(_) => counts.refused += 1,
                    }
                }
            }
            let together: Vec<IncomingFinding> = together.into_values().collect();
            counts.add(self.keep(&together, seen.as_deref()).await?);
            if let Some(seen) = &mut seen {
                seen.extend(together.into_iter().map(|finding| finding.key));
            }
            if let Some((name, since)) = sweep.filter(|_| !whole.is_empty()) {
                let mut tx = self.app.store.begin().await?;
                for part in whole {
                    tx.put_swept(name, &part.prefix(), since).await?;
                }
                tx.commit().await?;
            }
        }
        Ok(counts)
    }

    /// Stores some findings, all or none.
    async fn keep(
        &self,
        findings: &[IncomingFinding],
        seen: Option<&BTreeSet<String>>,
    ) -> Result<SyncCounts, StoreError> {
        let mut counts = SyncCounts::default();
        let keys: Vec<&str> = findings.iter().map(|seen| seen.key.as_str()).collect();
        let region = self.hub.region();
        let mut tx = self.app.store.begin().await?;
        let known = tx.findings_before(&keys).await?;
        let (mut same, mut different) = (Vec::new(), Vec::new());
        for finding in findings {
            let before = known.get(&finding.key);
            match before {
                None => counts.new += 1,
                Some(before)
                    if before.digest == finding.digest
                        && before.record == finding.finding.record =>
                {
                    let is_first = seen.is_none_or(|seen| !seen.contains(&finding.key));
                    counts.unchanged += u64::from(is_first);
                    same.push(finding.key.as_str());
                    continue;
                }
                Some(_) => counts.changed += 1,
            }
            let so_far = before.map(|before| (before.life, before.updated_at));
            let life = Life::next(so_far, &finding.finding, self.now);
            different.push((finding, life));
        }
        tx.put_findings(&different, &known, region, self.now)
            .await?;
        tx.saw_findings(&same, region, self.now).await?;
        let sightings: Vec<_> = findings.iter().flat_map(|seen| &seen.sightings).collect();
        tx.put_sightings(&sightings).await?;
        tx.commit().await?;
        Ok(counts)
    }
}

fn take(page: &[Box<RawValue>], now: Timestamp) -> Vec<Result<IncomingFinding, UnreadableFinding>> {
    page.iter()
        .map(|json| IncomingFinding::of(json.get(), now))
        .collect()
}

async fn taken(page: StoredPage) -> Vec<Result<IncomingFinding, UnreadableFinding>> {
    match page.await {
        Ok(findings) => findings,
        // The task is never cancelled: it panicked, so this does too.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
