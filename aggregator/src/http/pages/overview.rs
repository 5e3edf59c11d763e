//! `/`: everything at a glance.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use strum::VariantArray;

use super::super::AppState;
use super::super::auth::CurrentUser;
use super::super::shell::{Shell, page};
use super::{PageAnswer, failed};
use crate::queries::overview::{Day, Overview, overview};
use crate::text::dashboard::{Chip, TimelineEntry, Words};
use hubward_domain::account_matrix::{Outstanding, VerdictGroup};
use hubward_domain::alert::Severity;
use hubward_domain::delivery::DeliveryState;

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    shell: Shell,
    figures: Vec<Figure>,
    severities: Vec<(Chip, String)>,
    regions: Vec<RegionRow>,
    seen_at: Option<TimelineEntry>,
    drifted: Vec<OverviewRegion>,
    waiting: Vec<OverviewRegion>,
    alerts: Vec<OverviewAlertRow>,
    open_alerts: String,
    pending: String,
    given_up: Option<String>,
    runs_complete: String,
    runs_incomplete: String,
    last_heartbeat: Option<TimelineEntry>,
    trend: Trend,
}

/// One of the large numbers.
struct Figure {
    chip: Chip,
    number: String,
    share: String,
    address: String,
}

struct RegionRow {
    region: String,
    share: String,
    complete: String,
    all: String,
    parts: Vec<OverviewShare>,
    address: String,
}

/// A part of a bar, in thousandths of its length.
struct OverviewShare {
    tone: &'static str,
    x: i64,
    width: i64,
}

struct OverviewRegion {
    account_id: String,
    project: String,
    region: String,
    verdict: Chip,
    since: TimelineEntry,
}

struct OverviewAlertRow {
    id: String,
    severity: Chip,
    title: String,
    project: String,
    account_id: String,
    seen: TimelineEntry,
}

/// Bars from the left to the right, oldest first, each a hundred high.
struct Trend {
    alt: String,
    bars: Vec<Bar>,
    first: String,
    last: String,
    width: i64,
}

struct Bar {
    title: String,
    parts: Vec<Slice>,
}

struct Slice {
    tone: &'static str,
    x: i64,
    y: i64,
    height: i64,
}

/// `GET /`
pub(in super::super) async fn show(by: CurrentUser, State(state): State<AppState>) -> PageAnswer {
    let facts = overview(&state.app).await.map_err(failed(&state, &by))?;
    let words = &by.reader.words;
    let shell = Shell::new(
        &state,
        &by.reader,
        by.on_page(),
        "overview",
        words.say.dashboard_overview(),
    );
    let template = present(&shell, words, &facts);
    Ok(page(&template, &shell, StatusCode::OK))
}

fn present(shell: &Shell, words: &Words, facts: &Overview) -> OverviewPage {
    let all: i64 = facts.accounts.values().sum();
    let figures = [
        VerdictGroup::Complete,
        VerdictGroup::Waiting,
        VerdictGroup::Drifted,
        VerdictGroup::Unclear,
    ]
    .map(|group| {
        let count = facts.accounts.get(&group).copied().unwrap_or(0);
        Figure {
            chip: words.group(group),
            number: words.number(count),
            share: words.share(count, all),
            address: format!("/accounts?state={}", group.as_str()),
        }
    });
    let regions = facts.regions.iter().map(|(region, counts)| {
        let all: i64 = counts.values().sum();
        let complete = counts.get(&VerdictGroup::Complete).copied().unwrap_or(0);
        let order = [
            VerdictGroup::Complete,
            VerdictGroup::Waiting,
            VerdictGroup::Unclear,
            VerdictGroup::Drifted,
        ];
        let mut x = 0;
        let parts = order
            .into_iter()
            .filter_map(|group| {
                let count = counts.get(&group).copied().filter(|count| *count > 0)?;
                // What is there is seen, however little it is.
                let width = (count.saturating_mul(1000) / all.max(1)).max(8);
                let part = OverviewShare {
                    tone: group.as_str(),
                    x,
                    width,
                };
                x += width;
                Some(part)
            })
            .collect();
        RegionRow {
            region: region.to_string(),
            share: words.share(complete, all),
            complete: words.number(complete),
            all: words.number(all),
            parts,
            address: format!("/accounts?region={region}"),
        }
    });
    let open: i64 = facts.open_alerts.values().sum();
    let count_of = |state: DeliveryState| {
        facts
            .deliveries
            .get(state.as_str())
            .copied()
            .unwrap_or_default()
    };
    let given_up = count_of(DeliveryState::GivenUp);
    OverviewPage {
        figures: figures.into(),
        severities: Severity::VARIANTS
            .iter()
            .rev()
            .filter_map(|severity| {
                let count = facts.open_alerts.get(severity.as_str())?;
                Some((words.severity(severity.as_str()), words.number(*count)))
            })
            .collect(),
        regions: regions.collect(),
        seen_at: facts.seen_at.map(|at| words.moment(at)),
        drifted: places(words, &facts.drifted),
        waiting: places(words, &facts.waiting),
        alerts: facts
            .alerts
            .iter()
            .map(|(alert, project)| OverviewAlertRow {
                id: alert.id.clone(),
                severity: words.severity(alert.severity.as_str()),
                title: alert.title.clone(),
                project: project.clone(),
                account_id: alert.account_id.to_string(),
                seen: words.moment(alert.last_seen),
            })
            .collect(),
        open_alerts: words.number(open),
        pending: words.number(count_of(DeliveryState::Pending)),
        given_up: (given_up > 0).then(|| words.number(given_up)),
        runs_complete: words.number(facts.runs.complete),
        runs_incomplete: words.number(facts.runs.incomplete),
        last_heartbeat: facts.runs.last_heartbeat.map(|at| words.moment(at)),
        trend: trend(words, &facts.trend),
        shell: shell.clone(),
    }
}

fn places(words: &Words, places: &[Outstanding]) -> Vec<OverviewRegion> {
    places
        .iter()
        .map(|place| OverviewRegion {
            account_id: place.account_id.to_string(),
            project: place.project.clone(),
            region: place.region.to_string(),
            verdict: words.verdict(&place.verdict),
            since: words.moment(place.since),
        })
        .collect()
}

fn trend(words: &Words, days: &[Day]) -> Trend {
    const STEP: i64 = 10;
    let share = |day: &Day| {
        let all: i64 = day.places.values().sum();
        let complete = day
            .places
            .get(&VerdictGroup::Complete)
            .copied()
            .unwrap_or(0);
        words.share(complete, all)
    };
    let most = days
        .iter()
        .map(|day| day.places.values().sum::<i64>())
        .max()
        .unwrap_or(0)
        .max(1);
    let order = [
        VerdictGroup::Complete,
        VerdictGroup::Waiting,
        VerdictGroup::Unclear,
        VerdictGroup::Drifted,
    ];
    let bars = days.iter().zip(0_i64..).map(|(day, index)| {
        let mut below = 0;
        let parts = order
            .into_iter()
            .filter_map(|group| {
                let count = day.places.get(&group).copied().filter(|count| *count > 0)?;
                let height = (count.saturating_mul(1000) / most).max(8);
                below += height;
                Some(Slice {
                    tone: group.as_str(),
                    x: index * STEP,
                    y: 1000 - below,
                    height,
                })
            })
            .collect();
        Bar {
            title: format!("{} {}", day.day, share(day)),
            parts,
        }
    });
    let (first, last) = (days.first(), days.last());
    let named = |day: Option<&Day>| day.map(|day| day.day.clone()).unwrap_or_default();
    Trend {
        alt: words.trend(
            days.len(),
            &first.map(share).unwrap_or_default(),
            &last.map(share).unwrap_or_default(),
        ),
        bars: bars.collect(),
        first: named(first),
        last: named(last),
        width: STEP * i64::try_from(days.len()).unwrap_or(0).max(30),
    }
}
