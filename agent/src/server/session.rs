//! A session with the server: proves the account, then sends heartbeats and requests. A session may expire at
//! any time; the account is then proved again.

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use hubward_protocol::api::{
    Baseline, Challenge, Heartbeat, HeartbeatAccepted, Session, SessionRequest,
};
use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::{ServerError, Transport, proof};
use crate::observed::sanitize;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a proof is made of, and what the server must answer to it.
#[derive(Clone, Debug)]
pub(crate) struct Prover {
    pub(crate) credentials: SharedCredentialsProvider,
    /// The Region whose STS the server will call.
    pub(crate) region: Region,
    /// The account that STS has named to the agent.
    pub(crate) account: AccountId,
    /// The pinned administrator.
    pub(crate) administrator: AccountId,
    pub(crate) clock: fn() -> Timestamp,
}

/// An authenticated session of the account.
#[derive(Clone)]
pub(crate) struct ServerSession {
    transport: Transport,
    prover: Prover,
    token: String,
}

impl ServerSession {
    /// Proves the account to the server. Nothing is signed for a server that names itself differently.
    pub(crate) async fn open(
        transport: Transport,
        prover: Prover,
    ) -> Result<(Self, Baseline), ServerError> {
        let session = prove(&transport, &prover).await?;
        let opened = Self {
            transport,
            prover,
            token: session.token,
        };
        Ok((opened, session.baseline))
    }

    pub(crate) async fn heartbeat(
        &mut self,
        run: &str,
        sequence: u32,
        regions: Vec<hubward_protocol::RegionReport>,
        complete: bool,
    ) -> Result<HeartbeatAccepted, ServerError> {
        let heartbeat = Heartbeat {
            run: run.to_owned(),
            sequence,
            agent_version: VERSION.to_owned(),
            regions,
            complete,
        };
        let answer = self.post("v1/heartbeats", &heartbeat).await?;
        #[expect(
            clippy::map_err_ignore,
            reason = "a member can do nothing with the place where the JSON is wrong"
        )]
        serde_json::from_slice(&answer).map_err(|_| ServerError::InvalidResponse)
    }

    /// Requests the invitations that the account does not have yet.
    pub(crate) async fn request_invitations(&mut self) -> Result<(), ServerError> {
        let nothing: Value = json!({});
        self.post("v1/invitations", &nothing).await.map(|_| ())
    }

    async fn post(&mut self, route: &str, body: &impl Serialize) -> Result<Vec<u8>, ServerError> {
        let answer = self
            .transport
            .post_raw(route, Some(&self.token), body)
            .await;
        match answer {
            Err(error) if error.is_unauthorized() => {
                self.token = prove(&self.transport, &self.prover).await?.token;
                self.transport
                    .post_raw(route, Some(&self.token), body)
                    .await
            }
            answer => answer,
        }
    }
}

async fn prove(transport: &Transport, prover: &Prover) -> Result<Session, ServerError> {
    let challenge: Challenge = transport.post("v1/challenges", None, &json!({})).await?;
    if challenge.server_id != transport.address().origin() {
        return Err(ServerError::WrongServer(sanitize(&challenge.server_id)));
    }
    let credentials = prover
        .credentials
        .provide_credentials()
        .await
        .map_err(|error| ServerError::SigningFailed(sanitize(&error.to_string())))?;
    let now = (prover.clock)();
    let request = SessionRequest {
        region: prover.region,
        headers: proof::sign(credentials, prover.region, &challenge, now)?,
        agent_version: VERSION.to_owned(),
    };
    let session: Session = transport.post("v1/sessions", None, &request).await?;
    if session.account != prover.account {
        return Err(ServerError::WrongAccount(session.account));
    }
    if session.baseline.administrator != prover.administrator {
        return Err(ServerError::WrongAdministrator(
            session.baseline.administrator,
        ));
    }
    Ok(session)
}
