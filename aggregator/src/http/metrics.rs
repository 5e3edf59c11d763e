//! `GET /metrics`: the figures in OpenMetrics' text, which Prometheus reads. They name no account, no
//! project and no secret, for anybody may read them.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::problem::ApiProblem;
use super::rate_limit::Admitted;
use super::{AppState, responses};
use crate::queries::metrics::{MetricsSnapshot, metrics_snapshot};
use crate::telemetry::Telemetry;
use hubward_domain::schedule::JobRun;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the server has done and has to do, in figures that Prometheus reads.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "operations",
    responses(
        (status = 200, description = "The figures", body = String, content_type = "application/openmetrics-text"),
        responses::Anybody
    )
)]
pub(super) async fn metrics(
    _: Admitted,
    State(state): State<AppState>,
) -> Result<impl IntoResponse, ApiProblem> {
    let metrics_snapshot = metrics_snapshot(&state.app)
        .await
        .map_err(ApiProblem::internal)?;
    let mut text = String::new();
    encode(
        &mut text,
        &registered(&metrics_snapshot, &state.app.telemetry),
    )
    .map_err(ApiProblem::internal)?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text))
}

/// Each figure with its name and what it means.
fn registered(metrics_snapshot: &MetricsSnapshot, telemetry: &Telemetry) -> Registry {
    let mut registry = Registry::with_prefix("hubward");
    registry.register(
        "build",
        "The program that answers",
        Info::new([("version", env!("CARGO_PKG_VERSION"))]),
    );
    by(
        &mut registry,
        ("accounts", "Accounts in the ledger"),
        "state",
        metrics_snapshot
            .accounts
            .iter()
            .map(|(state, count)| (state.as_str(), *count)),
    );
    by(
        &mut registry,
        (
            "memberships",
            "Accounts and Regions, by the last check's verdict",
        ),
        "verdict",
        metrics_snapshot
            .memberships
            .iter()
            .map(|(verdict, count)| (verdict.as_str(), *count)),
    );
    by(
        &mut registry,
        ("agent_runs", "Runs of agents that are kept"),
        "complete",
        [
            ("true", metrics_snapshot.runs.complete),
            ("false", metrics_snapshot.runs.incomplete),
        ],
    );
    // Absent before the first heartbeat: a zero would read as 1970.
    if let Some(at) = metrics_snapshot.runs.last_heartbeat {
        one(
            &mut registry,
            (
                "agent_last_heartbeat_timestamp_seconds",
                "When the last heartbeat of any agent came",
            ),
            at.as_second(),
        );
    }
    one(
        &mut registry,
        ("audit_events", "Events in the audit log"),
        metrics_snapshot.audit_events,
    );
    by(
        &mut registry,
        ("alerts", "Alerts, by how far people are with them"),
        "state",
        metrics_snapshot
            .alerts
            .iter()
            .map(|(state, count)| (state.as_str(), *count)),
    );
    let deliveries: Family<[(&'static str, String); 2], Gauge> = Family::default();
    for ((channel, state), count) in &metrics_snapshot.deliveries {
        let labels = [("channel", channel.clone()), ("state", state.clone())];
        deliveries.get_or_create(&labels).set(*count);
    }
    registry.register("deliveries", "Messages in the outbox", deliveries);
    by(
        &mut registry,
        (
            "delivery_oldest_pending_seconds",
            "How long the oldest message has been waiting for its channel",
        ),
        "channel",
        metrics_snapshot
            .oldest_pending
            .iter()
            .map(|(channel, seconds)| (channel.as_str(), *seconds)),
    );
    // Absent before the first arrival: a zero would read as 1970.
    if let Some(at) = metrics_snapshot.last_canary {
        by(
            &mut registry,
            (
                "trial_last_arrival_timestamp_seconds",
                "When the newest event of our own that arrived was sent",
            ),
            "kind",
            [("canary", at.as_second())],
        );
    }
    by(
        &mut registry,
        (
            "channel_circuit_open",
            "Whether a channel is left alone because it failed: 1, or 0",
        ),
        "channel",
        metrics_snapshot
            .open_circuits
            .iter()
            .map(|(channel, open)| (channel.as_str(), i64::from(*open))),
    );
    jobs(&mut registry, &metrics_snapshot.jobs);
    let transactions: Counter = Counter::default();
    transactions.inc_by(metrics_snapshot.transactions);
    registry.register(
        "database_transactions",
        "Transactions, and statements outside any, that this process has run",
        transactions,
    );
    registry.register(
        "aws_calls",
        "Attempts of calls to AWS, by HTTP status",
        telemetry.aws_calls.clone(),
    );
    registry.register(
        "http_requests",
        "Requests that were answered",
        telemetry.requests.clone(),
    );
    registry.register(
        "http_request_duration_seconds",
        "How long answers took",
        telemetry.request_seconds.clone(),
    );
    registry.register(
        "alert_seconds",
        "How long alerts took for each part of their way",
        telemetry.alert_seconds.clone(),
    );
    one(
        &mut registry,
        (
            "refused_messages",
            "Messages of the alert queue that could not be understood",
        ),
        metrics_snapshot.refused_messages,
    );
    registry
}

fn jobs(registry: &mut Registry, jobs: &[JobRun]) {
    let succeeded: Family<[(&'static str, String); 1], Gauge> = Family::default();
    let took: Family<[(&'static str, String); 1], Gauge<f64, AtomicU64>> = Family::default();
    let failures: Family<[(&'static str, String); 1], Gauge> = Family::default();
    for run in jobs {
        let labels = [("job_name", run.job.clone())];
        // Absent before the first success: a zero would read as 1970.
        if let Some(at) = run.succeeded_at {
            succeeded.get_or_create(&labels).set(at.as_second());
        }
        if let Some(duration) = run.duration {
            took.get_or_create(&labels).set(duration.as_secs_f64());
        }
        failures.get_or_create(&labels).set(run.failures);
    }
    registry.register(
        "job_last_success_timestamp_seconds",
        "When each job of the timetable last succeeded",
        succeeded,
    );
    registry.register(
        "job_duration_seconds",
        "How long each job's last success took",
        took,
    );
    registry.register(
        "job_failures",
        "How often each job has failed since its last success",
        failures,
    );
}

fn one(registry: &mut Registry, (name, help): (&str, &str), value: i64) {
    let gauge: Gauge = Gauge::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

fn by<'a>(
    registry: &mut Registry,
    (name, help): (&str, &str),
    label: &'static str,
    values: impl IntoIterator<Item = (&'a str, i64)>,
) {
    let family: Family<[(&'static str, String); 1], Gauge> = Family::default();
    for (word, value) in values {
        family.get_or_create(&[(label, word.to_owned())]).set(value);
    }
    registry.register(name, help, family);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::telemetry::{Answered, AwsCall, RouteLabel};
    use hubward_domain::run::RunCounts;

    /// One of each kind.
    fn counted() -> Telemetry {
        let telemetry = Telemetry::default();
        let call = AwsCall {
            service: "SecurityHub".to_owned(),
            operation: "ListMembers".to_owned(),
            outcome: "429".to_owned(),
        };
        telemetry.aws_calls.get_or_create(&call).inc();
        let route = "/v1/heartbeats".to_owned();
        let answered = Answered {
            route: route.clone(),
            method: "POST".to_owned(),
            status: 202,
        };
        telemetry.requests.get_or_create(&answered).inc();
        let seconds = &telemetry.request_seconds;
        seconds.get_or_create(&RouteLabel { route }).observe(0.004);
        let (stored, delivered) = (Timestamp::UNIX_EPOCH, Timestamp::from_second(2).unwrap());
        telemetry.alert_took("stored_to_delivered", stored, delivered);
        telemetry
    }

    fn everything() -> MetricsSnapshot {
        MetricsSnapshot {
            accounts: [("active".to_owned(), 2)].into(),
            memberships: [("complete".to_owned(), 3)].into(),
            runs: RunCounts {
                complete: 4,
                incomplete: 5,
                last_heartbeat: "2026-11-24T00:00:00Z".parse().ok(),
            },
            audit_events: 6,
            alerts: [("open".to_owned(), 7)].into(),
            deliveries: [(("soc".to_owned(), "pending".to_owned()), 8)].into(),
            oldest_pending: [("soc".to_owned(), 90)].into(),
            open_circuits: [("soc".to_owned(), true)].into(),
            refused_messages: 9,
            last_canary: Timestamp::from_second(20).ok(),
            transactions: 11,
            jobs: vec![JobRun {
                job: "watch".to_owned(),
                due_at: Timestamp::UNIX_EPOCH,
                leased_until: Timestamp::UNIX_EPOCH,
                failures: 2,
                started_at: Timestamp::UNIX_EPOCH,
                ended_at: None,
                succeeded_at: Timestamp::from_second(10).ok(),
                duration: Some(SignedDuration::from_millis(1_500)),
                last_error: None,
            }],
        }
    }

    fn text(metrics_snapshot: &MetricsSnapshot) -> String {
        let mut text = String::new();
        encode(&mut text, &registered(metrics_snapshot, &counted())).unwrap();
        text
    }

    #[test]
    fn each_figure_is_a_line_of_its_own() {
        let text = text(&everything());
        for line in [
            "hubward_accounts{state=\"active\"} 2",
            "hubward_memberships{verdict=\"complete\"} 3",
            "hubward_agent_runs{complete=\"true\"} 4",
            "hubward_agent_runs{complete=\"false\"} 5",
            "hubward_agent_last_heartbeat_timestamp_seconds 1795478400",
            "hubward_audit_events 6",
            "hubward_alerts{state=\"open\"} 7",
            "hubward_deliveries{channel=\"soc\",state=\"pending\"} 8",
            "hubward_database_transactions_total 11",
            "hubward_delivery_oldest_pending_seconds{channel=\"soc\"} 90",
            "hubward_channel_circuit_open{channel=\"soc\"} 1",
            "hubward_refused_messages 9",
            "hubward_job_last_success_timestamp_seconds{job_name=\"watch\"} 10",
            "hubward_job_duration_seconds{job_name=\"watch\"} 1.5",
            "hubward_job_failures{job_name=\"watch\"} 2",
            "hubward_aws_calls_total{service=\"SecurityHub\",operation=\"ListMembers\",outcome=\"429\"} 1",
            "hubward_http_requests_total{route=\"/v1/heartbeats\",method=\"POST\",status=\"202\"} 1",
            "hubward_http_request_duration_seconds_bucket{le=\"0.005\",route=\"/v1/heartbeats\"} 1",
            "hubward_alert_seconds_bucket{le=\"2.5\",part=\"stored_to_delivered\"} 1",
            "hubward_trial_last_arrival_timestamp_seconds{kind=\"canary\"} 20",
            "# EOF",
        ] {
            assert!(
                text.lines().any(|exported| exported == line),
                "{line}: {text}"
            );
        }
        assert!(text.contains("hubward_build_info{version="), "{text}");
    }

    #[test]
    fn before_the_first_heartbeat_there_is_no_time_of_it() {
        assert!(!text(&MetricsSnapshot::default()).contains("last_heartbeat"));
    }

    /// The names that a rule or a panel asks for.
    fn asked_for(text: &str) -> BTreeSet<String> {
        text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .filter(|word| word.starts_with("hubward_"))
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn the_example_rules_and_panels_ask_only_for_what_is_told() {
        let exported = asked_for(&text(&everything()));
        for example in [
            include_str!("../../../packaging/monitoring/hubward.rules.yml"),
            include_str!("../../../packaging/monitoring/grafana.json"),
        ] {
            let asked = asked_for(example);
            assert!(asked.len() > 5);
            let unknown: Vec<_> = asked.difference(&exported).collect();
            assert!(unknown.is_empty(), "{unknown:?}");
        }
    }
}
