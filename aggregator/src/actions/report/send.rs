//! Sends the reports of the last period that is over: to the directory, the bucket, the contacts' mailboxes, and
//! a word of it to the `report` routes. Each account and period goes once to each destination.
//!
//! What was sent is recorded at once, so that a run that is cut off anywhere is gone on with by the next one; what
//! failed is tried again, some times. A mail that was handed over just before the cut is sent a second time, with
//! the same Message-ID.

mod destination;
mod one;
mod round;

use std::collections::{BTreeMap, BTreeSet};

use futures::FutureExt;
use futures::future::BoxFuture;
use hubward_protocol::AccountId;

use crate::actions::ActionError;
use crate::actions::ledger::select_accounts;
use crate::app::App;
use hubward_domain::account::Account;
use hubward_domain::audit::Actor;
use hubward_domain::mirror::MirrorSource;
use hubward_domain::report::Period;
use hubward_domain::report::sending::{Destination, due_period};
use hubward_domain::routing::RouteEvent;
use hubward_store::StoreError;
use round::Round;

/// Which reports.
#[derive(Clone, Debug, Default)]
pub struct SendRequest {
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
pub struct SendRow {
    /// The account; `None` for the overview.
    pub account_id: Option<AccountId>,
    /// The period.
    pub period: Period,
    /// Where it goes.
    pub destination: Destination,
    /// How it ended.
    pub outcome: SendOutcome,
}

/// How the sending of a report to a destination ended.
#[derive(Clone, Debug)]
pub enum SendOutcome {
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
    /// The mirror was never filled, and nobody knows what is open.
    #[error("findings were never read completely")]
    NeverSynced,
    /// There is no temporary directory to write them in.
    #[error("cannot make a directory for the reports")]
    Workplace(#[source] std::io::Error),
}

impl From<StoreError> for SendError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

impl SendRow {
    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        matches!(
            self.outcome,
            SendOutcome::Sent { .. } | SendOutcome::Already { .. }
        )
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
    request: &'a SendRequest,
) -> BoxFuture<'a, Result<Vec<SendRow>, SendError>> {
    async move {
        let destinations = destinations(app);
        if destinations.is_empty() {
            return Err(SendError::NoDestination);
        }
        // Of what was never read, a report would say that nothing is open.
        let home = app.config.hub.home_region;
        let read = app.store.checkpoints().await?;
        let is_read = |aggregated| {
            let source = MirrorSource {
                region: home,
                aggregated,
            };
            read.contains_key(&source.to_string())
        };
        if !is_read(true) && !is_read(false) {
            return Err(SendError::NeverSynced);
        }
        let accounts = select_accounts(app.store.accounts().await?, &request.accounts)?;
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
