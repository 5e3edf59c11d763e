//! Sends the reports of the last period that is over: to the directory, the bucket, the contacts' mailboxes, and
//! a word of it to the `report` routes. Each account and period goes once to each destination.
//!
//! What was sent is recorded at once, so that a run that is cut off anywhere is gone on with by the next one; what
//! failed is tried again, some times. A mail that was handed over just before the cut is sent a second time, with
//! the same Message-ID.

mod delivery;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use hubward_protocol::AccountId;
use serde_json::json;

use super::report_desk::{Desk, DraftError};
use super::{ActionError, put_for_channel, select};
use crate::app::App;
use crate::document::report::Format;
use crate::domain::account::{Account, AccountState};
use crate::domain::audit::{Action, Actor, NewEvent};
use crate::domain::notice::{Notice, ReportNotice, SentReport, Trouble};
use crate::domain::report::sending::{Destination, OVERVIEW, Progress, due_period};
use crate::domain::report::{Period, Standing};
use crate::domain::routing::{RouteEvent, Subject, channels};
use crate::store::StoreError;
use crate::store::report_sendings::Sendings;
use delivery::{Parcel, deliver};

/// How often a report that is worked on is held: three times within its claim.
const HOLD: Duration = Duration::from_secs(5);
/// How long a report that somebody else has is waited for: longer than the claim of one who died.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which reports.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// These accounts, whatever their state or cadence; empty means all active ones that get reports, and
    /// the overview.
    pub accounts: Vec<AccountId>,
    /// This period; `None` means the last one that is over, of each account's cadence.
    pub period: Option<Period>,
    /// Also what was sent or given up already.
    pub again: bool,
}

/// What became of one report at one destination.
#[derive(Clone, Debug)]
pub struct Row {
    /// The account; `None` for the overview.
    pub account_id: Option<AccountId>,
    /// The period.
    pub period: Period,
    /// Where it goes.
    pub destination: Destination,
    /// How it ended.
    pub outcome: Outcome,
}

/// How the sending of a report to a destination ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is there.
    Sent {
        /// Where, such as a path or an address.
        place: String,
    },
    /// It was there already.
    Already {
        /// Where.
        place: String,
    },
    /// Somebody else is sending it just now.
    Busy,
    /// It failed; whether it is tried again.
    Failed {
        /// Why.
        why: String,
        /// Whether it is given up.
        given_up: bool,
    },
}

/// Why nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The ledger, the database or AWS.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// The configuration names no destination.
    #[error("the configuration names no destination for reports")]
    NoDestination,
    /// There is no temporary directory to write them in.
    #[error("cannot make a directory for the reports")]
    Workplace(#[source] std::io::Error),
}

impl From<StoreError> for SendError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

impl Row {
    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        matches!(self.outcome, Outcome::Sent { .. } | Outcome::Already { .. })
    }
}

/// Where reports of accounts go; empty where none does, for the channels are told of what went elsewhere.
pub fn destinations(app: &App) -> BTreeSet<Destination> {
    let reports = &app.config.reports;
    let told = app
        .config
        .routes
        .iter()
        .any(|route| route.event == RouteEvent::Report);
    let all: BTreeSet<Destination> = [
        (Destination::Directory, reports.directory.is_some()),
        (Destination::Bucket, reports.bucket.is_some()),
        (Destination::Mail, reports.mail),
        (Destination::Channels, told),
    ]
    .into_iter()
    .filter_map(|(destination, is_set)| is_set.then_some(destination))
    .collect();
    if all.iter().all(|it| *it == Destination::Channels) {
        return BTreeSet::new();
    }
    all
}

/// Sends the reports.
///
/// # Errors
/// Nothing more was sent: see [`SendError`]. A report that could not be sent is a row's outcome.
// Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
pub fn send_reports<'a>(
    app: &'a App,
    actor: &'a Actor,
    request: &'a Request,
) -> BoxFuture<'a, Result<Vec<Row>, SendError>> {
    async move {
        let destinations = destinations(app);
        if destinations.is_empty() {
            return Err(SendError::NoDestination);
        }
        let accounts = select(app.store.accounts().await?, &request.accounts)?;
        let (now, zone) = (app.clock.now(), app.zone());
        let week = Period::last_week(now, &zone);
        let month = Period::last_month(now, &zone);
        let mut periods: BTreeMap<String, (Period, Vec<&Account>)> = BTreeMap::new();
        for account in &accounts {
            let period = match (request.accounts.is_empty(), request.period) {
                (true, None) => due_period(account, week, month),
                (true, Some(period)) => due_period(account, period, period),
                (false, period) => Some(
                    period
                        .or_else(|| due_period(account, week, month))
                        .unwrap_or(week),
                ),
            };
            if let Some(period) = period {
                let of_period = periods.entry(period.to_string());
                of_period.or_insert((period, Vec::new())).1.push(account);
            }
        }
        let mut rows = Vec::new();
        for (period, due) in periods.into_values() {
            let round = Round {
                app,
                actor,
                request,
                period,
                destinations: &destinations,
                holder: hex::encode(app.random::<16>()),
            };
            round.send(&accounts, &due, &mut rows).await?;
        }
        Ok(rows)
    }
    .boxed()
}

/// The sending of one period's reports.
struct Round<'a> {
    app: &'a App,
    actor: &'a Actor,
    request: &'a Request,
    period: Period,
    destinations: &'a BTreeSet<Destination>,
    holder: String,
}

impl Round<'_> {
    async fn send(
        &self,
        all: &[Account],
        due: &[&Account],
        rows: &mut Vec<Row>,
    ) -> Result<(), SendError> {
        if self.request.again {
            self.forget(due).await?;
        }
        let known = self.app.store.report_sendings(self.period, None).await?;
        let nothing = Sendings::new();
        let of = |name: &str| known.get(name).unwrap_or(&nothing);
        let workplace = tempfile::tempdir().map_err(SendError::Workplace)?;
        let mut desk = Desk::open(self.app, self.period, Format::Xlsx).await?;
        let mut told = Vec::new();
        for account in due {
            let sendings = of(account.account_id.as_str());
            if self.open(sendings, true).is_empty() {
                self.say_known(Some(account), sendings, rows);
                continue;
            }
            let standing = self
                .one(&mut desk, Some(account), workplace.path(), rows)
                .await?;
            told.extend(standing.map(|standing| (*account, standing)));
        }
        if self.request.accounts.is_empty() {
            // One that is sent already stays as it is, even where an account's report follows later.
            let sendings = of(OVERVIEW);
            if self.open(sendings, false).is_empty() {
                self.say_known(None, sendings, rows);
            } else {
                self.count_others(&mut desk, all).await?;
                self.one(&mut desk, None, workplace.path(), rows).await?;
            }
        }
        self.tell(told, rows).await?;
        Ok(())
    }

    /// Accounts whose report was not written in this run, and which the overview is about all the same.
    async fn count_others(&self, desk: &mut Desk<'_>, all: &[Account]) -> Result<(), SendError> {
        for account in all {
            if account.state == AccountState::Active && !desk.has(&account.account_id) {
                match desk.count(account).await {
                    Err(DraftError::Store(error)) => return Err(error.into()),
                    // Counting writes nothing.
                    Ok(()) | Err(DraftError::Format(_) | DraftError::Disk(_)) => {}
                }
            }
        }
        Ok(())
    }

    /// Where a report is still to go; the overview goes to no mailbox, and the channels hear of accounts.
    fn open(&self, sendings: &Sendings, is_account: bool) -> Vec<Destination> {
        self.destinations
            .iter()
            .filter(|it| is_account || matches!(it, Destination::Directory | Destination::Bucket))
            .filter(|it| sendings.get(it).is_none_or(|progress| !progress.is_over()))
            .copied()
            .collect()
    }

    /// Writes one report and takes it where it is still to go. Returns its numbers when the channels are
    /// to hear of it.
    async fn one(
        &self,
        desk: &mut Desk<'_>,
        account: Option<&Account>,
        workplace: &Path,
        rows: &mut Vec<Row>,
    ) -> Result<Option<Standing>, SendError> {
        let name = account.map_or(OVERVIEW, |account| account.account_id.as_str());
        if !self.claim(name).await? {
            rows.extend(self.destinations.iter().map(|destination| Row {
                account_id: account.map(|account| account.account_id.clone()),
                period: self.period,
                destination: *destination,
                outcome: Outcome::Busy,
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
        desk: &mut Desk<'_>,
        account: Option<&Account>,
        sendings: &Sendings,
        workplace: &Path,
        rows: &mut Vec<Row>,
    ) -> Result<Option<Standing>, SendError> {
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
                Progress::Sent { place } => Some((*destination, place.clone())),
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
                    let parcel = Parcel {
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
                Ok(place) => Progress::Sent { place },
                Err(why) => Progress::after_failure(sendings.get(&destination), why),
            };
            self.record(account, name, destination, &progress).await?;
            let outcome = match progress {
                Progress::Sent { place } => {
                    places.insert(destination, place.clone());
                    Outcome::Sent { place }
                }
                Progress::Failed { why, .. } => Outcome::Failed {
                    why,
                    given_up: false,
                },
                Progress::GivenUp { why } => Outcome::Failed {
                    why,
                    given_up: true,
                },
            };
            all_there &= matches!(outcome, Outcome::Sent { .. });
            rows.push(Row {
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
        progress: &Progress,
    ) -> Result<(), StoreError> {
        let now = self.app.clock.now();
        let mut tx = self.app.store.begin().await?;
        tx.put_report_sending(name, self.period, destination, progress, now)
            .await?;
        match progress {
            Progress::Sent { place } => {
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
            Progress::GivenUp { why } => {
                let notice = Notice::Operations(Trouble::ReportNotSent {
                    report: name.to_owned(),
                    project: account.map(|it| it.project.clone()).unwrap_or_default(),
                    period: self.period.to_string(),
                    destination: destination.as_str().to_owned(),
                    why: why.clone(),
                });
                super::put_notice(self.app, &mut tx, &notice, Subject::default()).await?;
            }
            Progress::Failed { .. } => {}
        }
        tx.commit().await
    }

    /// Tells each channel of the `report` routes once of all the reports that it hears of.
    async fn tell(
        &self,
        told: Vec<(&Account, Standing)>,
        rows: &mut Vec<Row>,
    ) -> Result<(), StoreError> {
        if told.is_empty() {
            return Ok(());
        }
        let now = self.app.clock.now();
        let mut by_channel: BTreeMap<&str, Vec<SentReport>> = BTreeMap::new();
        for (account, standing) in &told {
            let subject = Subject {
                project: Some(account.project.as_str()),
                account: Some(&account.account_id),
                environment: Some(account.environment.as_str()),
                ..Subject::default()
            };
            for channel in channels(&self.app.config.routes, RouteEvent::Report, subject) {
                let report = SentReport::of(account, standing);
                by_channel.entry(channel).or_default().push(report);
            }
        }
        let mut tx = self.app.store.begin().await?;
        for (channel, reports) in by_channel {
            let notice = Notice::ReportDelivered(Box::new(ReportNotice::of(self.period, reports)));
            put_for_channel(self.app, &mut tx, channel, &notice).await?;
        }
        for (account, _) in told {
            let progress = Progress::Sent {
                place: String::new(),
            };
            let id = &account.account_id;
            tx.put_report_sending(
                id.as_str(),
                self.period,
                Destination::Channels,
                &progress,
                now,
            )
            .await?;
            rows.push(Row {
                account_id: Some(id.clone()),
                period: self.period,
                destination: Destination::Channels,
                outcome: Outcome::Sent {
                    place: String::new(),
                },
            });
        }
        tx.commit().await
    }

    /// What needs nothing more to be done about it.
    fn say_known(&self, account: Option<&Account>, sendings: &Sendings, rows: &mut Vec<Row>) {
        for (destination, progress) in sendings {
            if !self.destinations.contains(destination) || !progress.is_over() {
                continue;
            }
            let outcome = match progress {
                Progress::Sent { place } => Outcome::Already {
                    place: place.clone(),
                },
                Progress::Failed { why, .. } | Progress::GivenUp { why } => Outcome::Failed {
                    why: why.clone(),
                    given_up: true,
                },
            };
            rows.push(Row {
                account_id: account.map(|account| account.account_id.clone()),
                period: self.period,
                destination: *destination,
                outcome,
            });
        }
    }

    async fn forget(&self, due: &[&Account]) -> Result<(), StoreError> {
        let now = self.app.clock.now();
        let mut names: Vec<&str> = due.iter().map(|it| it.account_id.as_str()).collect();
        if self.request.accounts.is_empty() {
            names.push(OVERVIEW);
        }
        let mut tx = self.app.store.begin().await?;
        for name in names {
            tx.send_report_again(name, self.period, now).await?;
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
