//! The agent API's requests and answers. Which route takes which is in the aggregator's router.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::proof::ProofHeaders;
use crate::{AccountId, Region, RegionReport};

/// `POST /v1/challenges`: what a proof must answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Challenge {
    /// Opaque; good once.
    pub challenge: String,
    /// The canonical origin that the server goes by. An agent refuses any but the one it called, so
    /// that a proof made for one server cannot be relayed to another.
    pub server_id: String,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
}

/// `POST /v1/sessions`: a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = SessionRequest))]
#[serde(deny_unknown_fields)]
pub struct SessionRequest<R = Region> {
    /// The Region whose STS was signed for. The aggregator reads it as text, to refuse an unknown one
    /// by its own code.
    pub region: R,
    /// The signed header values.
    pub headers: ProofHeaders,
    /// The agent's version.
    pub agent_version: String,
}

/// The answer to a proof: who the caller is, and what its account should be.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Authorises heartbeats and invitations, as `Bearer`.
    pub token: String,
    /// Until when.
    pub expires_at: Timestamp,
    /// The account that STS named.
    pub account: AccountId,
    /// What the account should be.
    pub baseline: Baseline,
}

/// What an account should be, as the SOC's configuration and ledger say it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Baseline {
    /// The SOC's account. An agent that was pinned to another takes nothing from this baseline.
    pub administrator: AccountId,
    /// The Regions to set up, the home Region first where it is among them.
    pub regions: Vec<Region>,
    /// The hub's home Region: where global resource types are recorded.
    pub home_region: Region,
    /// Standards, as `NAME/v/VERSION`.
    pub standards: Vec<String>,
    /// Whether a recorder is made where none is.
    pub config: RecorderMode,
    /// What a recorder of ours records.
    pub recording: Recording,
    /// How often it records.
    pub recording_frequency: RecordingFrequency,
    /// Optional GuardDuty plans to switch on.
    pub guardduty_features: Vec<String>,
    /// How often GuardDuty sends updates of a finding.
    pub finding_publishing_frequency: PublishingFrequency,
}

/// Whether the agent makes a configuration recorder where none is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RecorderMode {
    /// Make one.
    #[default]
    CustomerRecorder,
    /// Only use one that is there.
    Adopt,
}

/// What a recorder of ours records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Recording {
    /// What Security Hub's controls need.
    #[default]
    SecurityHubTypes,
    /// Every supported type.
    All,
}

/// How often a recorder of ours records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum RecordingFrequency {
    /// At every change.
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

/// `POST /v1/heartbeats`: how far a run is. Idempotent by run and sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// Names the run: 1 to 64 letters, digits and hyphens, chosen by the agent.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Za-z0-9-]{1,64}$"))]
    pub run: String,
    /// Counts up within the run, from 1.
    #[cfg_attr(feature = "openapi", schema(maximum = 4_294_967_295u32))]
    pub sequence: u32,
    /// The agent's version.
    pub agent_version: String,
    /// How far each Region is.
    pub regions: Vec<RegionReport>,
    /// Whether nothing is missing.
    pub complete: bool,
}

/// The answer to a heartbeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeartbeatAccepted {
    /// When to send the next one, in seconds.
    pub next_heartbeat_s: u32,
}

/// Every refusal: RFC 9457 problem details, with a stable code and a hint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// The stable code, such as `challenge_refused`.
    pub error: String,
    /// What it means.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time.
    #[serde(default)]
    pub detail: String,
    /// What helps.
    #[serde(default)]
    pub hint: String,
    /// What the server's log calls the request; only where the server itself failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

/// It holds a bearer token.
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

    /// A released shape never changes: agents in the field and aggregators of any age speak it.
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
    fn the_released_shapes_of_the_api_are_read_and_written_unchanged() {
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
    fn nothing_that_authorises_is_shown_by_debug() {
        let golden: Golden = serde_json::from_str(&API_V1.replace('…', "hunter2")).unwrap();
        let shown = format!("{:?} {:?}", golden.session, golden.session_request);
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
