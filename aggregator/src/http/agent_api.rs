//! The agent API: parse, call one action, answer. Who calls is settled by the extractors.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::State as Given;
use axum::http::StatusCode;
use hubward_protocol::api::{Challenge, Heartbeat, HeartbeatAccepted, Session, SessionRequest};
use serde::de::DeserializeOwned;

use super::State;
use super::caller::{Admitted, Reader};
use super::problem::{Code, Refusal};
use crate::actions::accept_heartbeat::{HeartbeatError, accept_heartbeat};
use crate::actions::enrol::EnrolError;
use crate::actions::invite::{Outcome, Request, invite};
use crate::domain::bearer::Bearer;
use crate::domain::membership::SkipReason;
use crate::domain::proof::ProofRefused;

/// A proof is a few headers.
const LONGEST_PROOF: usize = 16 * 1024;
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
    Reader(language): Reader,
    body: Body,
) -> Result<(StatusCode, Json<Session>), Refusal> {
    let refuse = |refusal: Refusal| refusal.in_language(language);
    let request: SessionRequest<String> = parse(body, LONGEST_PROOF).await.map_err(refuse)?;
    let session = state
        .desk
        .enrol(&state.app, request)
        .await
        .map_err(|error| {
            refuse(match error {
                EnrolError::Proof(ProofRefused::Malformed) => Refusal::new(Code::Malformed),
                EnrolError::Proof(ProofRefused::Challenge) => Refusal::new(Code::ChallengeRefused),
                EnrolError::Proof(ProofRefused::Signature) => Refusal::new(Code::SignatureRefused),
                EnrolError::Proof(ProofRefused::Date) => Refusal::new(Code::DateRefused),
                EnrolError::RegionUnknown => Refusal::new(Code::RegionUnknown),
                EnrolError::StsUnavailable(why) => {
                    Refusal::new(Code::StsUnavailable).with_detail(why)
                }
                EnrolError::NotInLedger(account) => {
                    Refusal::new(Code::AccountNotInLedger).with_detail(account.to_string())
                }
                EnrolError::Store(_) => Refusal::new(Code::Internal),
            })
        })?;
    Ok((StatusCode::CREATED, Json(session)))
}

/// `POST /v1/heartbeats`
pub(super) async fn heartbeat(
    bearer: Bearer,
    Given(state): Given<State>,
    Reader(language): Reader,
    body: Body,
) -> Result<(StatusCode, Json<HeartbeatAccepted>), Refusal> {
    let refuse = |refusal: Refusal| refusal.in_language(language);
    let heartbeat: Heartbeat = parse(body, LONGEST_HEARTBEAT).await.map_err(refuse)?;
    let accepted = accept_heartbeat(&state.app, &bearer, &heartbeat)
        .await
        .map_err(|error| {
            refuse(match error {
                HeartbeatError::RunName => Refusal::new(Code::Malformed).with_detail("run"),
                HeartbeatError::NotInLedger => {
                    Refusal::new(Code::AccountNotInLedger).with_detail(bearer.account.to_string())
                }
                HeartbeatError::Store(_) => Refusal::new(Code::Internal),
            })
        })?;
    Ok((StatusCode::ACCEPTED, Json(accepted)))
}

/// `POST /v1/invitations`
pub(super) async fn invitation(
    bearer: Bearer,
    Given(state): Given<State>,
    Reader(language): Reader,
) -> Result<StatusCode, Refusal> {
    let refuse = |refusal: Refusal| refusal.in_language(language);
    let request = Request {
        accounts: vec![bearer.account.clone()],
        ..Request::default()
    };
    let rows = invite(&state.app, &bearer.actor(), &request)
        .await
        .map_err(|_| refuse(Refusal::new(Code::AwsUnavailable)))?;
    let is_refused = |row: &crate::actions::invite::Row| {
        matches!(
            row.outcome,
            Outcome::Skipped(SkipReason::NotActive(_) | SkipReason::Ended(_))
        )
    };
    let failed = rows
        .iter()
        .any(|row| matches!(row.outcome.as_str(), "failed" | "unprocessed"));
    if !rows.is_empty() && rows.iter().all(is_refused) {
        Err(refuse(Refusal::new(Code::NotInvitable)))
    } else if failed {
        Err(refuse(Refusal::new(Code::AwsUnavailable)))
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
