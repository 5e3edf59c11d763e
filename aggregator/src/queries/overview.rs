//! The overview: accounts by state, who waits, what drifted, what is open. Counted by the database; AWS is
//! not called.

use std::collections::BTreeMap;

use hubward_protocol::Region;
use jiff::{SignedDuration, Timestamp};
use strum::VariantArray;

use crate::app::App;
use hubward_domain::account_matrix::{Outstanding, PageWindow, VerdictGroup};
use hubward_domain::alert::{Alert, AlertFilter, AlertState};
use hubward_domain::delivery::DeliveryState;
use hubward_domain::run::RunCounts;
use hubward_store::StoreError;

/// The figures and lists of the overview.
#[derive(Clone, Debug)]
pub(crate) struct Overview {
    /// Number of accounts by the group of their worst Region.
    pub accounts: BTreeMap<VerdictGroup, i64>,
    /// Number of accounts in each Region and group, in the hub's order.
    pub regions: Vec<(Region, BTreeMap<VerdictGroup, i64>)>,
    /// When a listing was last read.
    pub seen_at: Option<Timestamp>,
    /// Accounts that drifted, longest first.
    pub drifted: Vec<Outstanding>,
    /// Accounts that wait for their owners, longest first.
    pub waiting: Vec<Outstanding>,
    /// Number of open alerts by severity.
    pub open_alerts: BTreeMap<String, i64>,
    /// Open alerts, newest first.
    pub alerts: Vec<(Alert, String)>,
    /// Number of messages in each state.
    pub deliveries: BTreeMap<String, i64>,
    pub runs: RunCounts,
    /// Number of account and Region pairs in each group, by day.
    pub trend: Vec<Day>,
}

/// One day of the trend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    /// The day, such as `2026-11-24`.
    pub day: String,
    /// Number of account and Region pairs in each group.
    pub places: BTreeMap<VerdictGroup, i64>,
}

/// Rows in each list of the overview.
const ROWS: i64 = 6;
/// The time span of the trend.
const TREND: SignedDuration = SignedDuration::from_hours(24 * 59);

/// Reads the overview.
///
/// # Errors
/// The database failed.
pub(crate) async fn overview(app: &App) -> Result<Overview, StoreError> {
    let store = &app.store;
    let mut by_region: BTreeMap<String, BTreeMap<VerdictGroup, i64>> = BTreeMap::new();
    for (region, verdict, count) in store.count_places().await? {
        if let Some(group) = VerdictGroup::of(&verdict) {
            *by_region
                .entry(region)
                .or_default()
                .entry(group)
                .or_default() += count;
        }
    }
    let regions = app
        .config
        .hub
        .regions()
        .map(|region| {
            (
                region,
                by_region.remove(region.as_str()).unwrap_or_default(),
            )
        })
        .collect();
    let open = AlertFilter {
        state: Some(AlertState::Open),
        ..AlertFilter::default()
    };
    let (alerts, _) = store.alerts(&open, PageWindow::page(1, ROWS)).await?;
    let ids: Vec<_> = alerts
        .iter()
        .map(|alert| alert.account_id.clone())
        .collect();
    let projects = store.projects(&ids).await?;
    let alerts = alerts
        .into_iter()
        .map(|alert| {
            let project = projects.get(&alert.account_id).cloned();
            (alert, project.unwrap_or_default())
        })
        .collect();
    let mut deliveries: BTreeMap<String, i64> = DeliveryState::VARIANTS
        .iter()
        .map(|state| (state.as_str().to_owned(), 0))
        .collect();
    for ((_, state), count) in store.count_deliveries().await? {
        *deliveries.entry(state).or_default() += count;
    }
    Ok(Overview {
        accounts: store.count_by_worst().await?,
        regions,
        seen_at: store.last_seen().await?,
        drifted: store.outstanding(VerdictGroup::Drifted, ROWS).await?,
        waiting: store.outstanding(VerdictGroup::Waiting, ROWS).await?,
        open_alerts: store.count_open_alerts().await?,
        alerts,
        deliveries,
        runs: store.count_runs().await?,
        trend: trend(app).await?,
    })
}

async fn trend(app: &App) -> Result<Vec<Day>, StoreError> {
    let first = app.clock.now().saturating_sub(TREND);
    let from = app
        .zone()
        .to_datetime(first.unwrap_or(Timestamp::UNIX_EPOCH))
        .date()
        .to_string();
    let mut days: Vec<Day> = Vec::new();
    for (day, verdict, count) in app.store.trend(&from).await? {
        let Some(group) = VerdictGroup::of(&verdict) else {
            continue;
        };
        if days.last().is_none_or(|last| last.day != day) {
            days.push(Day {
                day,
                places: BTreeMap::new(),
            });
        }
        if let Some(last) = days.last_mut() {
            *last.places.entry(group).or_default() += count;
        }
    }
    Ok(days)
}
