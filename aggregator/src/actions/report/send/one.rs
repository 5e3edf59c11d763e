//! One report on its way: claimed, written, taken to each of its destinations, and what came of it recorded.

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
use hubward_domain::audit::{Action, NewEvent};
use hubward_domain::notice::{Notice, Trouble};
use hubward_domain::report::AccountSummary;
use hubward_domain::report::sending::{Destination, OVERVIEW, SendingProgress};
use hubward_store::StoreError;
use hubward_store::report_sendings::Sendings;

/// How often a report that is worked on is held: three times within its claim.
const HOLD: Duration = Duration::from_secs(5);
/// How long a report that somebody else has is waited for: longer than the claim of one who died.
const PATIENCE: Duration = Duration::from_secs(20);

impl Round<'_> {
    /// Writes one report and takes it where it is still to go. Returns its numbers when the channels are
    /// to hear of it.
    pub(super) async fn one(
        &self,
        desk: &ReportWriter,
        account: Option<&Account>,
        workplace: &Path,
        rows: &mut Vec<SendRow>,
    ) -> Result<Option<AccountSummary>, SendError> {
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
        // Whoever had it may have sent it meanwhile.
        let known = self.app.store.report_sendings(self.period, Some(name));
        let sendings = known.await?.remove(name).unwrap_or_default();
        let work = self.carry(desk, account, &sendings, workplace, rows);
        let standing = self.holding(name, work).await?;
        let mut tx = self.app.store.begin().await?;
        tx.leave_report(name, self.period, &self.holder).await?;
        tx.commit().await?;
        Ok(standing)
    }

    async fn carry(
        &self,
        desk: &ReportWriter,
        account: Option<&Account>,
        sendings: &Sendings,
        workplace: &Path,
        rows: &mut Vec<SendRow>,
    ) -> Result<Option<AccountSummary>, SendError> {
        let name = account.map_or(OVERVIEW, |account| account.account_id.as_str());
        self.say_known(account, sendings, rows);
        let written = match account {
            Some(account) => desk.account(account, workplace).await,
            None => desk.overview(workplace).await,
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
            self.record(account, name, destination, &progress).await?;
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
            // Copies of it are where it was sent to.
            let _ = std::fs::remove_file(&draft.file);
        }
        let hears = account.is_some() && self.open(sendings, true).contains(&Destination::Channels);
        Ok(written
            .ok()
            .filter(|_| hears && all_there)
            .map(|draft| draft.standing))
    }

    /// Takes a report for this process. One that another has is waited for: where that one died, its claim is
    /// over soon.
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

    /// Works on a report and holds it meanwhile.
    async fn holding<T>(&self, name: &str, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        let mut next_hold = tokio::time::interval(HOLD);
        next_hold.tick().await;
        loop {
            tokio::select! {
                done = &mut work => return done,
                _ = next_hold.tick() => {
                    // Where the database fails, the work fails by itself.
                    if let Ok(mut tx) = self.app.store.begin().await {
                        let now = self.app.clock.now();
                        let held = tx.claim_report(name, self.period, &self.holder, now).await;
                        if held.is_ok() {
                            let _ = tx.commit().await;
                        }
                    }
                }
            }
        }
    }

    /// Keeps how far a report is; a mail and what was sent again are part of the audit log, and what is given
    /// up is news for operators.
    async fn record(
        &self,
        account: Option<&Account>,
        name: &str,
        destination: Destination,
        progress: &SendingProgress,
    ) -> Result<(), StoreError> {
        let now = self.app.clock.now();
        let mut tx = self.app.store.begin().await?;
        tx.put_report_sending(name, self.period, destination, progress, now)
            .await?;
        match progress {
            SendingProgress::Sent { place } => {
                let event = NewEvent {
                    action: Action::ReportSent,
                    subject: name.to_owned(),
                    detail: json!({
                        "period": self.period.to_string(),
                        "destination": destination.as_str(),
                        "place": place,
                    }),
                };
                tx.append_audit(now, self.actor, [event]).await?;
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

fn innermost(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => innermost(source),
        None => error.to_string(),
    }
}
