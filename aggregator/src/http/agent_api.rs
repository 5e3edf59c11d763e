//! The agent API: parse, call one action, answer. Who calls is settled by the extractors.

use std::time::Duration;

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::State as Given;
use axum::http::StatusCode;
use hubward_protocol::api::{Challenge, Heartbeat, HeartbeatAccepted, Session, SessionRequest};
use serde::de::DeserializeOwned;

use super::State;
use super::caller::Admitted;
use super::problem::{Code, Refusal};
use crate::actions::accept_heartbeat::{HeartbeatError, accept_heartbeat};
use crate::actions::enrol::EnrolError;
use crate::actions::invite::{Outcome, Request, invite};
use crate::domain::bearer::Bearer;
use crate::domain::membership::SkipReason;
use crate::domain::proof::ProofRefused;

/// A proof is a few headers.
const LONGEST_PROOF: usize = 16 * 1024;
/// How long an agent is kept waiting; its own patience is 10 s.
const PATIENCE: Duration = Duration::from_secs(8);
/// 34 Regions of five wordy steps.
const LONGEST_HEARTBEAT: usize = 256 * 1024;

/// `POST /v1/challenges`
pub(super) async fn challenge(_: Admitted, Given(state): Given<State>) -> Json<Challenge> {
    Json(state.desk.challenge(&state.app))
}

/// `POST /v1/sessions`
pub(super) async fn session(
    _: Admitted,
    Given(state): Given<State>,
    body: Body,
) -> Result<(StatusCode, Json<Session>), Refusal> {
    let request: SessionRequest<String> = parse(body, LONGEST_PROOF).await?;
    let session = state
        .desk
        .enrol(&state.app, request)
        .await
        .map_err(|error| match error {
            EnrolError::Proof(ProofRefused::Malformed) => Refusal::new(Code::Malformed),
            EnrolError::Proof(ProofRefused::Challenge) => Refusal::new(Code::ChallengeRefused),
            EnrolError::Proof(ProofRefused::Signature) => Refusal::new(Code::SignatureRefused),
            EnrolError::Proof(ProofRefused::Date) => Refusal::new(Code::DateRefused),
            EnrolError::RegionUnknown => Refusal::new(Code::RegionUnknown),
            EnrolError::StsUnavailable(why) => Refusal::new(Code::StsUnavailable).with_detail(why),
            EnrolError::NotInLedger(account) => {
                Refusal::new(Code::AccountNotInLedger).with_detail(account.to_string())
            }
            EnrolError::Store(_) => Refusal::new(Code::Internal),
        })?;
    Ok((StatusCode::CREATED, Json(session)))
}

/// `POST /v1/heartbeats`
pub(super) async fn heartbeat(
    bearer: Bearer,
    Given(state): Given<State>,
    body: Body,
) -> Result<(StatusCode, Json<HeartbeatAccepted>), Refusal> {
    let heartbeat: Heartbeat = parse(body, LONGEST_HEARTBEAT).await?;
    let accepted = accept_heartbeat(&state.app, &bearer, &heartbeat)
        .await
        .map_err(|error| match error {
            HeartbeatError::RunName => Refusal::new(Code::Malformed).with_detail("run"),
            HeartbeatError::NotInLedger => {
                Refusal::new(Code::AccountNotInLedger).with_detail(bearer.account.to_string())
            }
            HeartbeatError::Store(_) => Refusal::new(Code::Internal),
        })?;
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

/// `POST /v1/invitations`
pub(super) async fn invitation(
    bearer: Bearer,
    Given(state): Given<State>,
) -> Result<StatusCode, Refusal> {
    state
        .limits
        .admit_invitation(&bearer.account)
        .map_err(|wait| Refusal::new(Code::RateLimited).after(wait.as_secs().saturating_add(1)))?;
    // A task of its own: an agent that hangs up must not cut the work off between AWS and the store.
    let app = state.app.clone();
    let inviting = state.tasks.spawn(async move {
        let request = Request {
            accounts: vec![bearer.account.clone()],
            ..Request::default()
        };
        invite(&app, &bearer.actor(), &request).await
    });
    let rows = match tokio::time::timeout(PATIENCE, inviting).await {
        // It goes on; the agent looks for the invitation anyway.
        Err(_) => return Ok(StatusCode::ACCEPTED),
        Ok(Ok(Ok(rows))) => rows,
        Ok(_) => return Err(Refusal::new(Code::AwsUnavailable)),
    };
    let any = |is_so: fn(&Outcome) -> bool| rows.iter().any(|row| is_so(&row.outcome));
    let refused = any(|outcome| {
        matches!(
            outcome,
            Outcome::Skipped(
                SkipReason::NotActive(_) | SkipReason::Ended(_) | SkipReason::Suspended
            )
        )
    });
    let invited = any(|outcome| matches!(outcome, Outcome::Invited));
    if rows.is_empty() || (refused && !invited) {
        Err(Refusal::new(Code::NotInvitable))
    } else if any(|outcome| matches!(outcome.as_str(), "failed" | "unprocessed")) {
        Err(Refusal::new(Code::AwsUnavailable))
    } else {
        Ok(StatusCode::ACCEPTED)
    }
}

/// Reads a bounded body, strictly. Its content is not quoted back.
async fn parse<T: DeserializeOwned>(body: Body, longest: usize) -> Result<T, Refusal> {
    let bytes = to_bytes(body, longest)
        .await
        .map_err(|_| Refusal::new(Code::TooLarge))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        Refusal::new(Code::Malformed).with_detail(format!(
            "line {}, column {}",
            error.line(),
            error.column()
        ))
    })
}
