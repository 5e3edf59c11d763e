//! Sends the reports of the last completed period: to the directory, the bucket and the contacts' mailboxes,
//! and a notice to the `report` routes. Each account and period is sent once to each destination.
//!
//! Each result is recorded immediately, so that the next run continues where an interrupted one stopped;
//! failures are retried a limited number of times. A mail that was handed to the server just before an
//! interruption is sent again with the same Message-ID.

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

/// Which reports to send.
#[derive(Clone, Debug, Default)]
pub(crate) struct SendRequest {
    /// The accounts, whatever their state or cadence; empty means all active ones that get reports, and the
    /// overview.
    pub accounts: Vec<AccountId>,
    /// The period; `None` means the last completed one of each account's cadence.
    pub period: Option<Period>,
    /// Also send what was already sent or given up.
    pub again: bool,
}

/// The result of one report at one destination.
#[derive(Clone, Debug)]
pub(crate) struct SendRow {
    /// The account; `None` for the overview.
    pub account_id: Option<AccountId>,
    pub period: Period,
    pub destination: Destination,
    pub outcome: SendOutcome,
}

/// The result of sending a report to a destination.
#[derive(Clone, Debug)]
pub(crate) enum SendOutcome {
    /// The report was delivered.
    Sent {
        /// Where it is, such as a path or an address.
        place: String,
    },
    /// It was delivered before.
    Already { place: String },
    /// Another process is sending it.
    Busy,
    /// It failed.
    Failed {
        why: String,
        /// Whether it is not retried.
        given_up: bool,
    },
}

/// Why nothing was sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SendError {
    /// The ledger, the database or AWS failed.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// No destination is configured.
    #[error("the configuration names no destination for reports")]
    NoDestination,
    /// The mirror of findings is empty, so that open findings are unknown.
    #[error("findings were never read completely")]
    NeverSynced,
    /// The temporary directory could not be created.
    #[error("cannot make a directory for the reports")]
    Workplace(#[source] std::io::Error),
}

impl From<StoreError> for SendError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

impl SendRow {
    /// Whether the report is at its destination.
    pub(crate) fn is_done(&self) -> bool {
        matches!(
            self.outcome,
            SendOutcome::Sent { .. } | SendOutcome::Already { .. }
        )
    }
}

/// The configured destinations. Empty if only channels are configured, because they only get a notice about
/// reports that are elsewhere.
pub(crate) fn destinations(app: &App) -> BTreeSet<Destination> {
    let reports = &app.config.reports;
    let has_route = app
        .config
        .routes
        .iter()
        .any(|route| route.event == RouteEvent::Report);
    let all: BTreeSet<Destination> = [
        (Destination::Directory, reports.directory.is_some()),
        (Destination::Bucket, reports.bucket.is_some()),
        (Destination::Mail, reports.mail),
        (Destination::Channels, has_route),
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
/// Sending was aborted: see [`SendError`]. A report that could not be sent is a row's outcome.
// Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
pub(crate) fn send_reports<'a>(
    app: &'a App,
    actor: &'a Actor,
    request: &'a SendRequest,
) -> BoxFuture<'a, Result<Vec<SendRow>, SendError>> {
    async move {
        let destinations = destinations(app);
        if destinations.is_empty() {
            return Err(SendError::NoDestination);
        }
        // Without a full read of the home Region, a report would claim that nothing is open.
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
