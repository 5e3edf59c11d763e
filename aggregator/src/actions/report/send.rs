//! Sends the reports of the last completed period: to the directory, the bucket and the contacts' mailboxes,
//! and a notice to the `report` routes. Each account and period is sent once to each destination. An account that is
//! watched in no Region gets none.
//!
//! First comes a plan, which changes nothing, so that it can be shown. An interim report, of a period that is not over,
//! is sent whenever it is requested and not recorded.
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
use jiff::civil::Date;

use crate::actions::ActionError;
use crate::actions::ledger::select_accounts;
use crate::actions::report::coverage::{Coverages, read_coverages};
use crate::app::App;
use hubward_domain::account::{Account, AccountState};
use hubward_domain::audit::Actor;
use hubward_domain::mirror::MirrorSource;
use hubward_domain::report::Period;
use hubward_domain::report::sending::{Destination, PeriodRefused, admit, due_period};
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
    /// The period is not over: its reports are marked, and not recorded as sent.
    pub interim: bool,
}

/// What is to be sent, to show it and to send it.
#[derive(Clone, Debug)]
pub(crate) struct SendPlan {
    /// What is planned, was done before, or is skipped.
    pub rows: Vec<SendRow>,
    request: SendRequest,
    destinations: BTreeSet<Destination>,
    accounts: Vec<Account>,
    coverages: Coverages,
    /// Each period with the accounts whose report is due, also of those that are not watched.
    periods: Vec<(Period, Vec<AccountId>)>,
}

/// How many reports go where, for the question before sending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PlannedCounts {
    /// Reports of accounts, and the overview.
    pub reports: usize,
    /// How many of them go out by mail.
    pub mails: usize,
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
    /// It will be delivered, if the plan is carried out.
    Planned,
    /// There is none, because the account is watched in no Region.
    NotWatched,
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
    /// The period cannot be sent.
    #[error("{period}: {why}")]
    Period {
        period: Period,
        /// Its last day.
        last: Date,
        why: PeriodRefused,
    },
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
    /// Whether it is known that the report will not arrive, although it should.
    pub(crate) fn is_failed(&self) -> bool {
        matches!(self.outcome, SendOutcome::Busy | SendOutcome::Failed { .. })
    }
}

impl SendPlan {
    /// What is left to send.
    pub(crate) fn planned(&self) -> PlannedCounts {
        let planned = |row: &&SendRow| matches!(row.outcome, SendOutcome::Planned);
        let reports: BTreeSet<_> = self
            .rows
            .iter()
            .filter(planned)
            .map(|row| (&row.account_id, row.period.to_string()))
            .collect();
        let mails = self.rows.iter().filter(planned);
        PlannedCounts {
            reports: reports.len(),
            mails: mails
                .filter(|row| row.destination == Destination::Mail)
                .count(),
        }
    }

    fn rounds<'p>(&'p self, app: &'p App) -> impl Iterator<Item = (Round<'p>, Vec<&'p Account>)> {
        self.periods.iter().map(move |(period, due)| {
            let round = Round {
                app,
                request: &self.request,
                period: *period,
                destinations: &self.destinations,
                coverages: &self.coverages,
                holder: hex::encode(app.random::<16>()),
            };
            let accounts = self.accounts.iter();
            let due = accounts.filter(|account| due.contains(&account.account_id));
            (round, due.collect())
        })
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

/// Plans what is to be sent. Changes nothing.
///
/// # Errors
/// Nothing can be sent: see [`SendError`].
// Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
pub(crate) fn plan_reports<'a>(
    app: &'a App,
    request: &'a SendRequest,
) -> BoxFuture<'a, Result<SendPlan, SendError>> {
    async move {
        let destinations = destinations(app);
        if destinations.is_empty() {
            return Err(SendError::NoDestination);
        }
        let (now, zone) = (app.clock.now(), app.zone());
        if let Some(period) = request.period {
            let progress = period.bounds(&zone).progress(now);
            admit(progress, request.interim).map_err(|why| SendError::Period {
                period,
                last: period.days().1,
                why,
            })?;
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
        let mut accounts = select_accounts(app.store.accounts().await?, &request.accounts)?;
        if request.accounts.is_empty() {
            accounts.retain(|account| account.state == AccountState::Active);
        }
        let week = Period::last_week(now, &zone);
        let month = Period::last_month(now, &zone);
        let mut periods: BTreeMap<String, (Period, Vec<AccountId>)> = BTreeMap::new();
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
                let due = of_period.or_insert((period, Vec::new()));
                due.1.push(account.account_id.clone());
            }
        }
        let mut plan = SendPlan {
            rows: Vec::new(),
            request: request.clone(),
            destinations,
            coverages: read_coverages(app, &accounts).await?,
            accounts,
            periods: periods.into_values().collect(),
        };
        let mut rows = Vec::new();
        for (round, due) in plan.rounds(app) {
            round.plan(&due, &mut rows).await?;
        }
        plan.rows = rows;
        Ok(plan)
    }
    .boxed()
}

/// Sends what was planned.
///
/// # Errors
/// Sending was aborted: see [`SendError`]. A report that could not be sent is a row's outcome.
pub(crate) fn send_reports<'a>(
    app: &'a App,
    actor: &'a Actor,
    plan: &'a SendPlan,
) -> BoxFuture<'a, Result<Vec<SendRow>, SendError>> {
    async move {
        let mut rows = Vec::new();
        for (round, due) in plan.rounds(app) {
            round.send(actor, &plan.accounts, &due, &mut rows).await?;
        }
        Ok(rows)
    }
    .boxed()
}
