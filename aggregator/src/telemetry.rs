//! What this process has done since it began, counted: calls to AWS, and requests that it answered.
//! Values like any other, handed to whoever counts; what is shown of them is `http::metrics`'s.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

/// The counters; a clone counts into the same.
#[derive(Clone, Debug)]
pub struct Telemetry {
    /// Attempts of calls to AWS.
    pub aws_calls: Family<AwsCall, Counter>,
    /// Requests that were answered.
    pub requests: Family<Answered, Counter>,
    /// How long answers took, in seconds.
    pub request_seconds: Family<Route, Histogram, fn() -> Histogram>,
}

/// One kind of call and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct AwsCall {
    /// Such as `SecurityHub`.
    pub service: String,
    /// Such as `ListMembers`.
    pub operation: String,
    /// The HTTP status, or `no_answer`.
    pub outcome: String,
}

/// One kind of request and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Answered {
    /// The route as the table has it, never the path that a caller made up.
    pub route: String,
    /// The method.
    pub method: String,
    /// The HTTP status.
    pub status: u16,
}

/// A route as the table has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Route {
    /// Such as `/v1/heartbeats`.
    pub route: String,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self {
            aws_calls: Family::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
        }
    }
}

/// From a millisecond to the ten seconds after which nobody waits.
fn seconds() -> Histogram {
    Histogram::new([
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
    ])
}
