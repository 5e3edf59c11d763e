//! The requests and responses of the agent API. The aggregator's router has the routes.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::proof::ProofHeaders;
use crate::{AccountId, Region, RegionReport};

/// `POST /v1/challenges`: what a proof must answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Challenge {
    /// Opaque, and valid once.
    pub challenge: String,
    /// The server's own canonical origin. An agent accepts only the origin that it called, so that a proof for
    /// one server cannot be relayed to another.
    pub server_id: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// `POST /v1/sessions`: a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SessionRequest))]
#[serde(deny_unknown_fields)]
pub struct SessionRequest<R = Region> {
    /// The Region whose STS the request was signed for. The aggregator reads it as text, so that an unknown
    /// Region gets an error code of its own.
    pub region: R,
    /// The signed header values.
    pub headers: ProofHeaders,
    /// The agent's version.
    pub agent_version: String,
}

/// The response to a proof: the caller's account, and its baseline.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// The bearer token for heartbeats and invitations.
    pub token: String,
    /// When the token expires.
    pub expires_at: Timestamp,
    /// The account that STS named.
    pub account: AccountId,
    /// What the account should be.
    pub baseline: Baseline,
}

/// What an account should be, according to the SOC's configuration and ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Baseline {
    /// The SOC's account. An agent with another pinned administrator does not use this baseline.
    pub administrator: AccountId,
    /// The Regions to set up; if the home Region is one of them, it is the first.
    pub regions: Vec<Region>,
    /// Security Hub's home Region, where global resource types are recorded.
    pub home_region: Region,
    /// Standards, as `NAME/v/VERSION`.
    pub standards: Vec<String>,
    /// Whether to create a configuration recorder if there is none.
    pub config: RecorderMode,
    /// What a recorder that the agent created records.
    pub recording: Recording,
    /// How often it records.
    pub recording_frequency: RecordingFrequency,
    /// The optional GuardDuty plans to enable.
    pub guardduty_features: Vec<String>,
    /// How often GuardDuty publishes updates of a finding.
    pub finding_publishing_frequency: PublishingFrequency,
}

/// Whether the agent creates a configuration recorder if there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RecorderMode {
    /// Create one.
    #[default]
    CustomerRecorder,
    /// Only use an existing one.
    Adopt,
}

/// What a recorder that the agent created records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Recording {
    /// The types that Security Hub's controls need.
    #[default]
    SecurityHubTypes,
    /// All supported types.
    All,
}

/// How often a recorder that the agent created records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum RecordingFrequency {
    /// At every change of a resource.
    #[default]
    Continuous,
    /// Once a day.
    Daily,
}

/// GuardDuty's `FindingPublishingFrequency`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PublishingFrequency {
    /// Every 15 minutes.
    #[default]
    FifteenMinutes,
    /// Every hour.
    OneHour,
    /// Every six hours.
    SixHours,
}

/// `POST /v1/heartbeats`: the progress of a run. Idempotent by run and sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// The run's name, chosen by the agent: 1 to 64 letters, digits and hyphens.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Za-z0-9-]{1,64}$"))]
    pub run: String,
    /// The heartbeat's number within the run, from 1.
    #[cfg_attr(feature = "openapi", schema(value_type = u64, maximum = 4_294_967_295u32))]
    pub sequence: u32,
    /// The agent's version.
    pub agent_version: String,
    /// The state of each Region.
    pub regions: Vec<RegionReport>,
    /// Whether nothing is missing.
    pub complete: bool,
}

/// The response to a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeartbeatAccepted {
    /// When to send the next heartbeat, in seconds from now.
    pub next_heartbeat_s: u32,
}

/// Every error response: RFC 9457 problem details, with a stable code and a hint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// The stable code, such as `challenge_refused`.
    pub error: String,
    /// What the code means.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened in this case.
    #[serde(default)]
    pub detail: String,
    /// What to do.
    #[serde(default)]
    pub hint: String,
    /// What the server's log calls the request; only where the server itself failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// Without the token, which must not appear in a log.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("account", &self.account)
            .field("expires_at", &self.expires_at)
            .field("baseline", &self.baseline)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A released format never changes: agents and aggregators of different ages use it.
    const API_V1: &str = include_str!("../golden/api.v1.json");

    #[derive(Serialize, Deserialize)]
    struct Golden {
        challenge: Challenge,
        session_request: SessionRequest,
        session: Session,
        heartbeat: Heartbeat,
        heartbeat_accepted: HeartbeatAccepted,
        problem: Problem,
    }

    #[test]
    fn the_released_formats_of_the_api_are_read_and_written_unchanged() {
        let golden: Golden = serde_json::from_str(API_V1).unwrap();
        assert_eq!(
            serde_json::to_string_pretty(&golden).unwrap() + "\n",
            API_V1
        );
    }

    #[test]
    fn a_proof_with_any_other_header_is_refused() {
        let headers = |more: &str| {
            let text = format!(
                r#"{{"authorization":"a","x-amz-date":"d","x-hubward-challenge":"c","x-hubward-server-id":"s"{more}}}"#
            );
            serde_json::from_str::<ProofHeaders>(&text).is_ok()
        };
        assert!(headers(""));
        assert!(headers(r#","x-amz-security-token":"t""#));
        assert!(!headers(r#","Authorization":"b""#));
        assert!(!headers(r#","authorization":"b""#));
        assert!(!headers(r#","host":"sts.evil.example""#));
    }

    #[test]
    fn debug_shows_no_credentials() {
        let golden: Golden = serde_json::from_str(&API_V1.replace('…', "hunter2")).unwrap();
        let shown = format!("{:?} {:?}", golden.session, golden.session_request);
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
