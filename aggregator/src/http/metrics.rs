//! `GET /metrics`: the figures in OpenMetrics' text, which Prometheus reads. They name no account, no
//! project and no secret, for anybody may read them.

use axum::extract::State as Given;
use axum::http::header;
use axum::response::IntoResponse;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use super::State;
use super::caller::Admitted;
use super::problem::{Code, Refusal};
use crate::actions::figures::{Figures, figures};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) async fn metrics(
    _: Admitted,
    Given(state): Given<State>,
) -> Result<impl IntoResponse, Refusal> {
    let figures = figures(&state.app)
        .await
        .map_err(|_| Refusal::new(Code::Internal))?;
    let mut text = String::new();
    encode(&mut text, &registered(&figures)).map_err(|_| Refusal::new(Code::Internal))?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text))
}

/// Each figure with its name and what it means.
fn registered(figures: &Figures) -> Registry {
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
        figures
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
        figures
            .memberships
            .iter()
            .map(|(verdict, count)| (verdict.as_str(), *count)),
    );
    by(
        &mut registry,
        ("agent_runs", "Runs of agents that are kept"),
        "complete",
        [
            ("true", figures.runs.complete),
            ("false", figures.runs.incomplete),
        ],
    );
    // Absent before the first heartbeat: a zero would read as 1970.
    if let Some(at) = figures.runs.last_heartbeat {
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
        figures.audit_events,
    );
    by(
        &mut registry,
        ("alerts", "Alerts, by how far people are with them"),
        "state",
        figures
            .alerts
            .iter()
            .map(|(state, count)| (state.as_str(), *count)),
    );
    let deliveries: Family<[(&'static str, String); 2], Gauge> = Family::default();
    for ((channel, state), count) in &figures.deliveries {
        let labels = [("channel", channel.clone()), ("state", state.clone())];
        deliveries.get_or_create(&labels).set(*count);
    }
    registry.register("deliveries", "Messages in the outbox", deliveries);
    one(
        &mut registry,
        (
            "refused_messages",
            "Messages of the alert queue that nobody understood",
        ),
        figures.refused_messages,
    );
    registry
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
    use super::*;
    use crate::domain::run::RunCounts;

    fn text(figures: &Figures) -> String {
        let mut text = String::new();
        encode(&mut text, &registered(figures)).unwrap();
        text
    }

    #[test]
    fn each_figure_is_a_line_of_its_own() {
        let text = text(&Figures {
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
            refused_messages: 9,
        });
        for line in [
            "hubward_accounts{state=\"active\"} 2",
            "hubward_memberships{verdict=\"complete\"} 3",
            "hubward_agent_runs{complete=\"true\"} 4",
            "hubward_agent_runs{complete=\"false\"} 5",
            "hubward_agent_last_heartbeat_timestamp_seconds 1795478400",
            "hubward_audit_events 6",
            "hubward_alerts{state=\"open\"} 7",
            "hubward_deliveries{channel=\"soc\",state=\"pending\"} 8",
            "hubward_refused_messages 9",
            "# EOF",
        ] {
            assert!(text.lines().any(|told| told == line), "{line}: {text}");
        }
        assert!(text.contains("hubward_build_info{version="), "{text}");
    }

    #[test]
    fn before_the_first_heartbeat_there_is_no_time_of_it() {
        assert!(!text(&Figures::default()).contains("last_heartbeat"));
    }
}
