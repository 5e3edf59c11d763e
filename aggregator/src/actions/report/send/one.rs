//! Sends one report: claims it, writes it, delivers it to each destination, and records the results.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use super::destination::{ReportParcel, deliver};
use super::round::Round;
use super::{SendError, SendOutcome, SendRow};
use crate::actions::notify::Notifier;
use crate::actions::report::writer::{DraftError, ReportWriter};
use hubward_domain::account::Account;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::notice::{Notice, SentReport, Trouble};
use hubward_domain::report::sending::{Destination, OVERVIEW, SendingProgress};
use hubward_store::StoreError;
use hubward_store::report_sendings::Sendings;

/// Interval of renewing a report's claim: three times within its duration.
const HOLD: Duration = Duration::from_secs(5);
/// How long to wait for a report that another process has claimed: longer than the claim of a process that
/// died.
const PATIENCE: Duration = Duration::from_secs(20);

impl Round<'_> {
    /// Writes one report and delivers it to the remaining destinations. Returns its summary if the channels
    /// are to be notified.
    pub(super) async fn one(
        &self,
        actor: &Actor,
        writer: &ReportWriter,
        account: Option<&Account>,
        workplace: &Path,
        rows: &mut Vec<SendRow>,
    ) -> Result<Option<SentReport>, SendError> {
        let name = account.map_or(OVERVIEW, |account| account.account_id.as_str());
        if !self.claim(name).await? {
            rows.extend(self.destinations.iter().map(|destination| SendRow {
                account_id: account.map(|account| account.account_id.clone()),
                period: self.period,
                destination: *destination,
                outcome: SendOutcome::Busy,
            }));
            return Ok(None);
        }
        // Another process may have sent it while this one waited.
        let known = self.known(Some(name)).await?.remove(name);
        let sendings = known.unwrap_or_default();
        let work = self.carry(actor, (writer, account), &sendings, workplace, rows);
        let summary = self.holding(name, work).await?;
        let mut tx = self.app.store.begin().await?;
        tx.leave_report(name, self.period, &self.holder).await?;
        tx.commit().await?;
        Ok(summary)
    }

    async fn carry(
        &self,
        actor: &Actor,
        (writer, account): (&ReportWriter, Option<&Account>),
        sendings: &Sendings,
        workplace: &Path,
        rows: &mut Vec<SendRow>,
    ) -> Result<Option<SentReport>, SendError> {
        let name = account.map_or(OVERVIEW, |account| account.account_id.as_str());
        self.add_known(account, sendings, rows);
        let written = match account {
            Some(account) => writer.account(account, workplace).await,
            None => writer.overview(workplace).await,
        };
        let written = match written {
            Err(DraftError::Store(error)) => return Err(error.into()),
            written => written.map_err(|error| innermost(&error)),
        };
        let mut places: BTreeMap<Destination, String> = sendings
            .iter()
            .filter_map(|(destination, progress)| match progress {
                SendingProgress::Sent { place } => Some((*destination, place.clone())),
                _ => None,
            })
            .collect();
        let round = self.app.store.report_round(name, self.period).await?;
        let mut all_there = true;
        for destination in self.open(sendings, account.is_some()) {
            if destination == Destination::Channels {
                continue;
            }
            let attempt = match &written {
                Ok(draft) => {
                    let parcel = ReportParcel {
                        account,
                        draft,
                        period: self.period,
                        interim: self.request.interim,
                        places: &places,
                        round,
                    };
                    deliver(self.app, destination, &parcel).await
                }
                Err(why) => Err(why.clone()),
            };
            let progress = match attempt {
                Ok(place) => SendingProgress::Sent { place },
                Err(why) => SendingProgress::after_failure(sendings.get(&destination), why),
            };
            self.record(actor, account, destination, &progress).await?;
            let outcome = match progress {
                SendingProgress::Sent { place } => {
                    places.insert(destination, place.clone());
                    SendOutcome::Sent { place }
                }
                SendingProgress::Failed { why, .. } => SendOutcome::Failed {
                    why,
                    given_up: false,
                },
                SendingProgress::GivenUp { why } => SendOutcome::Failed {
                    why,
                    given_up: true,
                },
            };
            all_there &= matches!(outcome, SendOutcome::Sent { .. });
            rows.push(SendRow {
                account_id: account.map(|account| account.account_id.clone()),
                period: self.period,
                destination,
                outcome,
            });
        }
        if let Ok(draft) = &written {
            // The destinations have their own copies.
            let _ = std::fs::remove_file(&draft.file);
        }
        let is_notified =
            account.is_some() && self.open(sendings, true).contains(&Destination::Channels);
        let written = written.ok().filter(|_| is_notified && all_there);
        Ok(written
            .zip(account)
            .map(|(draft, account)| SentReport::of(account, &draft.standing, &draft.coverage)))
    }

    /// Claims a report for this process. Waits if another process has claimed it: if that one died, its claim
    /// expires soon.
    async fn claim(&self, name: &str) -> Result<bool, StoreError> {
        for _ in 0..PATIENCE.as_secs() {
            let mut tx = self.app.store.begin().await?;
            let now = self.app.clock.now();
            let claimed = tx
                .claim_report(name, self.period, &self.holder, now)
                .await?;
            tx.commit().await?;
            if claimed {
                return Ok(true);
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Ok(false)
    }

    /// Runs `work` while the claim is renewed.
    async fn holding<T>(&self, name: &str, work: impl Future<Output = T>) -> T {
        let renew = move || async move {
            // If the database fails, the work fails by itself.
            if let Ok(mut tx) = self.app.store.begin().await {
                let now = self.app.clock.now();
                let held = tx.claim_report(name, self.period, &self.holder, now);
                if held.await.is_ok() {
                    let _ = tx.commit().await;
                }
            }
        };
        while_renewing(work, HOLD, renew).await
    }

    /// Records the progress of a report. Mails and repeated sendings are audit events; operators are notified
    /// of a report that was given up. Of an interim report, only the audit event is recorded.
    async fn record(
        &self,
        actor: &Actor,
        account: Option<&Account>,
        destination: Destination,
        progress: &SendingProgress,
    ) -> Result<(), StoreError> {
        let name = account.map_or(OVERVIEW, |account| account.account_id.as_str());
        let now = self.app.clock.now();
        let interim = self.request.interim;
        let mut tx = self.app.store.begin().await?;
        if !interim {
            tx.put_report_sending(name, self.period, destination, progress, now)
                .await?;
        }
        match progress {
            SendingProgress::Sent { place } => {
                let event = NewEvent {
                    action: Action::ReportSent,
                    subject: name.to_owned(),
                    detail: json!({
                        "period": self.period.to_string(),
                        "destination": destination.as_str(),
                        "place": place,
                        "interim": interim,
                    }),
                };
                tx.append_audit(now, actor, [event]).await?;
            }
            SendingProgress::GivenUp { why } => {
                let notice = Notice::Operations(Trouble::ReportNotSent {
                    report: name.to_owned(),
                    project: account.map(|it| it.project.clone()).unwrap_or_default(),
                    period: self.period.to_string(),
                    destination: destination.as_str().to_owned(),
                    why: why.clone(),
                });
                Notifier::new(self.app).notify(&mut tx, &notice).await?;
            }
            SendingProgress::Failed { .. } => {}
        }
        tx.commit().await
    }
}

/// Runs `work`, and `renew` after each interval until it ends. The work goes on while it is renewed: it may hold what
/// renewing waits for, such as the turn of SQLite's only writer.
async fn while_renewing<T, R: Future<Output = ()>>(
    work: impl Future<Output = T>,
    every: Duration,
    mut renew: impl FnMut() -> R,
) -> T {
    let renewing = async {
        loop {
            tokio::time::sleep(every).await;
            renew().await;
        }
    };
    tokio::select! {
        biased;
        done = work => done,
        never = renewing => never,
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => innermost(source),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::Semaphore;

    use super::*;

    #[tokio::test]
    async fn work_that_holds_what_renewing_waits_for_goes_on() {
        let writer = Semaphore::new(1);
        let short = Duration::from_millis(10);
        let renewed = AtomicUsize::new(0);
        let work = async {
            for _ in 0..3 {
                let turn = writer.acquire().await.unwrap();
                // Meanwhile it is time to renew.
                tokio::time::sleep(3 * short).await;
                drop(turn);
                tokio::time::sleep(3 * short).await;
            }
            "done"
        };
        let renew = || async {
            let _turn = writer.acquire().await.unwrap();
            renewed.fetch_add(1, Ordering::Relaxed);
        };
        let ended =
            tokio::time::timeout(Duration::from_secs(30), while_renewing(work, short, renew));
        assert_eq!(ended.await, Ok("done"));
        assert!(renewed.into_inner() > 0, "it was renewed too");
    }
}
