//! Authenticates agents: an agent gets a challenge, answers it with a proof, and gets a token and its
//! account's baseline. A challenge is stateless until it is used, and nothing is created for an account that
//! is not in the ledger.

use hubward_protocol::api::{Baseline, Challenge, Session, SessionRequest};
use hubward_protocol::{AccountId, Region};
use jiff::SignedDuration;
use serde_json::json;

use crate::app::App;
use crate::aws::identity::{Caller, Identity, NotIdentified};
use crate::aws::{AwsUnavailable, refuse_unsafe_endpoints};
use hubward_domain::account::{Account, AccountState};
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::bearer::Bearer;
use hubward_domain::membership::wanted_regions;
use hubward_domain::proof::{self, ProofRefused};
use hubward_domain::signed_token::Signer;
use hubward_store::StoreError;

/// Issues challenges and sessions for the agent API.
#[derive(Clone, Debug)]
pub(crate) struct SessionIssuer {
    seal: Signer,
    server_id: String,
    identity: Identity,
}

/// Why the session issuer cannot start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionIssuerError {
    /// The configured STS endpoint is not safe to send proofs to.
    #[error(transparent)]
    Endpoint(#[from] AwsUnavailable),
    /// The HTTP client for STS could not be set up.
    #[error("cannot make a TLS client: {0}")]
    Client(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why no session was issued.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    /// The proof was rejected.
    #[error(transparent)]
    Proof(#[from] ProofRefused),
    /// The Region is unknown.
    #[error("the Region is unknown")]
    RegionUnknown,
    /// STS did not answer.
    #[error("STS could not be asked: {0}")]
    StsUnavailable(&'static str),
    /// The authenticated account is not in the ledger.
    #[error("the account {0} is not in the ledger")]
    NotInLedger(AccountId),
    /// The authenticated account has left: nothing is expected of it any longer.
    #[error("the account {0} has left")]
    Left(AccountId),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SessionIssuer {
    /// Sets the issuer up for a server with this canonical origin. The signing key is created once per
    /// database, so that all servers share it.
    ///
    /// # Errors
    /// See [`SessionIssuerError`].
    pub(crate) async fn open(app: &App, server_id: String) -> Result<Self, SessionIssuerError> {
        refuse_unsafe_endpoints(app.environment())?;
        let identity = Identity::new(app.environment())
            .map_err(|error| SessionIssuerError::Client(error.to_string()))?;
        let seal = app.signing_key("agent_api_key").await?;
        Ok(Self {
            seal,
            server_id,
            identity,
        })
    }

    /// Issues a challenge.
    pub(crate) fn challenge(&self, app: &App) -> Challenge {
        let (challenge, expires_at) = proof::challenge(&self.seal, app.random(), app.clock.now());
        Challenge {
            challenge,
            server_id: self.server_id.clone(),
            expires_at,
        }
    }

    /// Exchanges a proof for a session.
    ///
    /// # Errors
    /// See [`SessionError`]. A valid challenge with a well-formed proof is used up even then.
    pub(crate) async fn issue(
        &self,
        app: &App,
        request: SessionRequest<String>,
    ) -> Result<Session, SessionError> {
        let region: Region = request
            .region
            .parse()
            .ok()
            .ok_or(SessionError::RegionUnknown)?;
        let now = app.clock.now();
        let headers = &request.headers;
        let expires_at = proof::verify(&self.seal, &self.server_id, region, headers, now)?;
        // Marked as used before STS is asked: of two concurrent requests with one challenge, only one may
        // pass.
        let mut tx = app.store.begin().await?;
        let fresh = tx
            .spend_challenge(&headers.x_hubward_challenge, expires_at, now)
            .await?;
        tx.commit().await?;
        if !fresh {
            return Err(ProofRefused::Challenge.into());
        }
        let caller =
            self.identity
                .identify(region, headers)
                .await
                .map_err(|error| match error {
                    NotIdentified::Refused => ProofRefused::Signature.into(),
                    NotIdentified::Unavailable(why) => SessionError::StsUnavailable(why),
                })?;
        let accounts = app.store.accounts().await?;
        let Some(account) = accounts
            .iter()
            .find(|account| account.account_id == caller.account)
        else {
            record_stranger(app, &caller).await?;
            return Err(SessionError::NotInLedger(caller.account));
        };
        if account.state == AccountState::Left {
            return Err(SessionError::Left(caller.account));
        }
        let bearer = Bearer::new(caller.account.clone(), caller.arn, now);
        Ok(Session {
            token: bearer.token(&self.seal),
            expires_at: bearer.expires_at(),
            account: caller.account,
            baseline: baseline(app, account),
        })
    }

    /// The holder of a token; `None` unless we issued it and it is still valid.
    pub(crate) fn bearer(&self, app: &App, token: &str) -> Option<Bearer> {
        Bearer::of_token(&self.seal, token, app.clock.now())
    }
}

/// The account's baseline, from the configuration and its row of the ledger.
fn baseline(app: &App, account: &Account) -> Baseline {
    let hub: Vec<Region> = app.config.hub.regions().collect();
    let baseline = &app.config.baseline;
    let standards = if account.standards.is_empty() {
        &baseline.standards
    } else {
        &account.standards
    };
    Baseline {
        administrator: app.config.hub.administrator.clone(),
        regions: wanted_regions(account, &hub),
        home_region: app.config.hub.home_region,
        standards: standards.iter().map(ToString::to_string).collect(),
        config: baseline.config,
        recording: baseline.recording,
        recording_frequency: baseline.recording_frequency,
        guardduty_features: baseline.guardduty_features.clone(),
        finding_publishing_frequency: baseline.finding_publishing_frequency,
    }
}

/// Writes one audit event per day for an authenticated account that is not in the ledger, however often it
/// tries.
async fn record_stranger(app: &App, caller: &Caller) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let subject = caller.account.to_string();
    let last = tx
        .last_audit(Action::ProofRefused.as_str(), &subject)
        .await?;
    let is_new = last.is_none_or(|last| now.duration_since(last) >= SignedDuration::from_hours(24));
    if is_new {
        let event = NewEvent {
            action: Action::ProofRefused,
            subject,
            detail: json!({ "reason": "account_not_in_ledger" }),
        };
        let actor = Actor::Member {
            account: caller.account.clone(),
            caller: caller.arn.clone(),
        };
        tx.append_audit(now, &actor, [event]).await?;
    }
    tx.commit().await
}
