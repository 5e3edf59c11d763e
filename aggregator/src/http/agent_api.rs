//! The agent API: parse, call one action, answer. Who calls is settled by the extractors. The descriptions
//! are those of `/openapi.json`.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::StatusCode;
use hubward_protocol::api::{Challenge, Heartbeat, HeartbeatAccepted, Session, SessionRequest};
use serde::de::DeserializeOwned;
use utoipa::IntoResponses;

use super::problem::{ApiProblem, Code};
use super::rate_limit::Admitted;
use super::responses::{Responses, refusals};
use super::{AppState, responses};
use crate::actions::agent::heartbeat::{HeartbeatError, accept_heartbeat};
use crate::actions::agent::session::SessionError;
use crate::actions::invitation::send::{InviteOutcome, InviteRequest, invite};
use hubward_domain::bearer::Bearer;
use hubward_domain::membership::SkipReason;
use hubward_domain::proof::ProofRefused;

/// A proof is a few headers.
const LONGEST_PROOF: usize = 16 * 1024;
/// How long an agent is kept waiting; its own patience is 10 s.
const PATIENCE: Duration = Duration::from_secs(8);
/// 34 Regions of five wordy steps.
const LONGEST_HEARTBEAT: usize = 256 * 1024;
/// Where a body says nothing.
const LONGEST_NOTHING: usize = 1024;

/// Something for an agent to prove its account with.
///
/// The challenge is good once, for five minutes; nothing is kept of it until it is answered.
#[utoipa::path(
    post,
    path = "/v1/challenges",
    tag = "agent",
    responses(
        (status = 200, description = "A challenge", body = Challenge),
        ChallengeRefusals,
        responses::Anybody
    )
)]
pub(super) async fn challenge(
    _: Admitted,
    State(state): State<AppState>,
    body: Body,
) -> Result<Json<Challenge>, ApiProblem> {
    let _nothing = read(body, LONGEST_NOTHING).await?;
    Ok(Json(state.session_issuer.challenge(&state.app)))
}

/// Takes an agent's proof of its account.
///
/// The proof is a signed `sts:GetCallerIdentity`, of which only header values travel; the server rebuilds the
/// request from constants and takes it to the Region's STS.
#[utoipa::path(
    post,
    path = "/v1/sessions",
    tag = "agent",
    request_body(content = SessionRequest, description = "The proof, of at most 16 KiB"),
    responses(
        (status = 201, description = "Who the agent is, and what its account should be", body = Session),
        SessionRefusals,
        responses::Anybody
    )
)]
pub(super) async fn session(
    _: Admitted,
    State(state): State<AppState>,
    body: Body,
) -> Result<(StatusCode, Json<Session>), ApiProblem> {
    let request: SessionRequest<String> = parse(body, LONGEST_PROOF).await?;
    let session = state
        .session_issuer
        .issue(&state.app, request)
        .await
        .map_err(|error| match error {
            SessionError::Proof(ProofRefused::Malformed) => ApiProblem::new(Code::Malformed),
            SessionError::Proof(ProofRefused::Challenge) => ApiProblem::new(Code::ChallengeRefused),
            SessionError::Proof(ProofRefused::Signature) => ApiProblem::new(Code::SignatureRefused),
            SessionError::Proof(ProofRefused::Date) => ApiProblem::new(Code::DateRefused),
            SessionError::RegionUnknown => ApiProblem::new(Code::RegionUnknown),
            SessionError::StsUnavailable(why) => {
                ApiProblem::new(Code::StsUnavailable).with_detail(why)
            }
            SessionError::NotInLedger(account) => {
                ApiProblem::new(Code::AccountNotInLedger).with_detail(account.to_string())
            }
            SessionError::Left(account) => {
                ApiProblem::new(Code::AccountLeft).with_detail(account.to_string())
            }
            SessionError::Store(error) => ApiProblem::internal(error),
        })?;
    tracing::info!(account = %session.account, "agent session opened");
    Ok((StatusCode::CREATED, Json(session)))
}

/// Takes how far an agent's run is.
///
/// Idempotent by run and sequence, in any order. The account is the session's, never the body's.
#[utoipa::path(
    post,
    path = "/v1/heartbeats",
    tag = "agent",
    request_body(content = Heartbeat, description = "How far the run is, in at most 256 KiB"),
    responses(
        (status = 202, description = "It is kept", body = HeartbeatAccepted),
        HeartbeatRefusals,
        responses::Always
    ),
    security(("agent_session" = []))
)]
pub(super) async fn heartbeat(
    bearer: Bearer,
    State(state): State<AppState>,
    body: Body,
) -> Result<(StatusCode, Json<HeartbeatAccepted>), ApiProblem> {
    let heartbeat: Heartbeat = parse(body, LONGEST_HEARTBEAT).await?;
    let accepted = accept_heartbeat(&state.app, &bearer, &heartbeat)
        .await
        .map_err(|error| match error {
            HeartbeatError::RunName => ApiProblem::new(Code::Malformed).with_detail("run"),
            HeartbeatError::NotInLedger => {
                ApiProblem::new(Code::AccountNotInLedger).with_detail(bearer.account.to_string())
            }
            HeartbeatError::Store(error) => ApiProblem::internal(error),
        })?;
    log_run(&bearer, &heartbeat);
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

/// Where a run begins and where nothing is missing any longer; between the two an agent reports every few seconds.
fn log_run(bearer: &Bearer, heartbeat: &Heartbeat) {
    let account = bearer.account.to_string();
    let (run, sequence) = (&heartbeat.run, heartbeat.sequence);
    if heartbeat.complete {
        tracing::info!(account, run, sequence, "agent run complete");
    } else if sequence <= 1 {
        tracing::info!(account, run, sequence, "agent run incomplete");
    } else {
        tracing::debug!(account, run, sequence, "agent run incomplete");
    }
}

/// Sends the invitations that the session's own account still lacks.
#[utoipa::path(
    post,
    path = "/v1/invitations",
    tag = "agent",
    responses(
        (status = 202, description = "They are sent, or are being sent"),
        InvitationRefusals,
        responses::Anybody
    ),
    security(("agent_session" = []))
)]
pub(super) async fn invitation(
    bearer: Bearer,
    State(state): State<AppState>,
    body: Body,
) -> Result<StatusCode, ApiProblem> {
    let _nothing = read(body, LONGEST_NOTHING).await?;
    state
        .limits
        .admit_invitation(&bearer.account)
        .map_err(|wait| {
            ApiProblem::new(Code::RateLimited).after(wait.as_secs().saturating_add(1))
        })?;
    // A task of its own: an agent that hangs up must not cut the work off between AWS and the store.
    let app = state.app.clone();
    let inviting = state.tasks.spawn(async move {
        let request = InviteRequest {
            accounts: vec![bearer.account.clone()],
            ..InviteRequest::default()
        };
        invite(&app, &bearer.actor(), &request).await
    });
    let rows = match tokio::time::timeout(PATIENCE, inviting).await {
        // Sending continues in the background; the agent looks for the invitation anyway.
        Err(_) => return Ok(StatusCode::ACCEPTED),
        Ok(Ok(Ok(rows))) => rows,
        Ok(Ok(Err(error))) => return Err(ApiProblem::with_cause(Code::AwsUnavailable, error)),
        Ok(Err(ended)) => return Err(ApiProblem::with_cause(Code::AwsUnavailable, ended)),
    };
    let any = |is_so: fn(&InviteOutcome) -> bool| rows.iter().any(|row| is_so(&row.outcome));
    let refused = any(|outcome| {
        matches!(
            outcome,
            InviteOutcome::Skipped(
                SkipReason::NotActive(_) | SkipReason::Ended(_) | SkipReason::Suspended
            )
        )
    });
    let invited = any(|outcome| matches!(outcome, InviteOutcome::Invited));
    if rows.is_empty() || (refused && !invited) {
        Err(ApiProblem::new(Code::NotInvitable))
    } else if any(|outcome| matches!(outcome.as_str(), "failed" | "unprocessed")) {
        Err(ApiProblem::new(Code::AwsUnavailable))
    } else {
        Ok(StatusCode::ACCEPTED)
    }
}

/// Why there is no challenge.
struct ChallengeRefusals;

impl IntoResponses for ChallengeRefusals {
    fn responses() -> Responses {
        refusals(&[Code::TooLarge])
    }
}

/// Why a proof is not taken.
struct SessionRefusals;

impl IntoResponses for SessionRefusals {
    fn responses() -> Responses {
        refusals(&[
            Code::Malformed,
            Code::RegionUnknown,
            Code::ChallengeRefused,
            Code::SignatureRefused,
            Code::DateRefused,
            Code::AccountNotInLedger,
            Code::AccountLeft,
            Code::TooLarge,
            Code::StsUnavailable,
        ])
    }
}

/// Why a heartbeat is not taken.
struct HeartbeatRefusals;

impl IntoResponses for HeartbeatRefusals {
    fn responses() -> Responses {
        refusals(&[
            Code::Malformed,
            Code::Unauthorized,
            Code::AccountNotInLedger,
            Code::TooLarge,
        ])
    }
}

/// Why nothing is sent.
struct InvitationRefusals;

impl IntoResponses for InvitationRefusals {
    fn responses() -> Responses {
        refusals(&[
            Code::Unauthorized,
            Code::NotInvitable,
            Code::TooLarge,
            Code::AwsUnavailable,
        ])
    }
}

/// Reads a bounded body to its end. One that is left unread costs the connection, and whatever is sent on it next.
async fn read(body: Body, longest: usize) -> Result<Bytes, ApiProblem> {
    to_bytes(body, longest)
        .await
        .map_err(|error| ApiProblem::with_cause(Code::TooLarge, error))
}

/// Reads a bounded body, strictly. Its content is not quoted back.
async fn parse<T: DeserializeOwned>(body: Body, longest: usize) -> Result<T, ApiProblem> {
    let bytes = read(body, longest).await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        ApiProblem::new(Code::Malformed).with_detail(format!(
            "line {}, column {}",
            error.line(),
            error.column()
        ))
    })
}
