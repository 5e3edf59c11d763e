//! Metrics that this process counts since its start: calls to AWS, answered requests, and the latency of
//! alerts.

pub(crate) mod log;

use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

/// The counters; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Telemetry {
    /// Attempts of calls to AWS.
    pub aws_calls: Family<AwsCall, Counter>,
    pub requests: Family<Answered, Counter>,
    /// Duration of responses in seconds.
    pub request_seconds: Family<RouteLabel, Histogram, fn() -> Histogram>,
    /// Latency of alerts by stage, in seconds.
    pub alert_seconds: Family<AlertLatencyStage, Histogram, fn() -> Histogram>,
}

/// A stage of an alert's path.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct AlertLatencyStage {
    /// `received_to_stored`, `stored_to_delivered` or `created_to_delivered`.
    pub part: &'static str,
}

/// A kind of call with its result.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct AwsCall {
    /// Such as `SecurityHub`.
    pub service: String,
    /// Such as `ListMembers`.
    pub operation: String,
    /// The HTTP status, or `no_answer`.
    pub outcome: String,
}

/// A kind of request with its result.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Answered {
    /// The route's template, never the caller's path: its cardinality is bounded.
    pub route: String,
    pub method: String,
    pub status: u16,
}

/// A route's template.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct RouteLabel {
    /// Such as `/v1/heartbeats`.
    pub route: String,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self {
            aws_calls: Family::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
            alert_seconds: Family::new_with_constructor(until_a_day),
        }
    }
}

impl Telemetry {
    /// Records the duration of one stage.
    pub(crate) fn alert_took(&self, part: &'static str, from: Timestamp, to: Timestamp) {
        let seconds = to.duration_since(from).as_secs_f64().max(0.0);
        let histogram = self
            .alert_seconds
            .get_or_create(&AlertLatencyStage { part });
        histogram.observe(seconds);
    }
}

/// Buckets from a millisecond to ten seconds, the longest that anyone waits.
fn seconds() -> Histogram {
    Histogram::new([
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
    ])
}

/// Buckets from a millisecond, over the minutes that GuardDuty may take, to a day.
fn until_a_day() -> Histogram {
    Histogram::new([
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0, 300.0,
        900.0, 3_600.0, 86_400.0,
    ])
}
