//! A session with the server: the proof first, then what may be said in its name. The session may
//! end at any time; then the account is proved once more.

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use hubward_protocol::api::{
    Baseline, Challenge, Heartbeat, HeartbeatAccepted, Session, SessionRequest,
};
use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Fault, Transport, proof};
use crate::observed::plain;

/// This program's version, as it is told to the server.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a proof is made of, and what it must come to.
#[derive(Clone, Debug)]
pub(crate) struct Prover {
    /// The caller's credentials.
    pub(crate) credentials: SharedCredentialsProvider,
    /// The Region whose STS is to answer.
    pub(crate) region: Region,
    /// The account that STS already named to us.
    pub(crate) account: AccountId,
    /// The administrator that the command line pins.
    pub(crate) administrator: AccountId,
    /// The time.
    pub(crate) clock: fn() -> Timestamp,
}

/// A session that speaks for the account.
#[derive(Clone)]
pub(crate) struct Link {
    transport: Transport,
    prover: Prover,
    token: String,
}

impl Link {
    /// Proves the account to the server. Nothing is signed for a server that goes by another name.
    pub(crate) async fn prove(
        transport: Transport,
        prover: Prover,
    ) -> Result<(Self, Baseline), Fault> {
        let session = prove(&transport, &prover).await?;
        let link = Self {
            transport,
            prover,
            token: session.token,
        };
        Ok((link, session.baseline))
    }

    /// Tells how far a run is.
    pub(crate) async fn heartbeat(
        &mut self,
        run: &str,
        sequence: u32,
        regions: Vec<hubward_protocol::RegionReport>,
        complete: bool,
    ) -> Result<HeartbeatAccepted, Fault> {
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
        serde_json::from_slice(&answer).map_err(|_| Fault::Unreadable)
    }

    /// Asks for the invitations that this account still lacks.
    pub(crate) async fn ask_for_invitations(&mut self) -> Result<(), Fault> {
        let nothing: Value = json!({});
        self.post("v1/invitations", &nothing).await.map(|_| ())
    }

    async fn post(&mut self, route: &str, body: &impl Serialize) -> Result<Vec<u8>, Fault> {
        let answer = self
            .transport
            .post_blindly(route, Some(&self.token), body)
            .await;
        match answer {
            Err(fault) if fault.wants_proof() => {
                self.token = prove(&self.transport, &self.prover).await?.token;
                self.transport
                    .post_blindly(route, Some(&self.token), body)
                    .await
            }
            answer => answer,
        }
    }
}

async fn prove(transport: &Transport, prover: &Prover) -> Result<Session, Fault> {
    let challenge: Challenge = transport.post("v1/challenges", None, &json!({})).await?;
    if challenge.server_id != transport.address().origin() {
        return Err(Fault::OtherServer(plain(&challenge.server_id)));
    }
    let credentials = prover
        .credentials
        .provide_credentials()
        .await
        .map_err(|error| Fault::Unsigned(plain(&error.to_string())))?;
    let now = (prover.clock)();
    let request = SessionRequest {
        region: prover.region,
        headers: proof::sign(credentials, prover.region, &challenge, now)?,
        agent_version: VERSION.to_owned(),
    };
    let session: Session = transport.post("v1/sessions", None, &request).await?;
    if session.account != prover.account {
        return Err(Fault::OtherAccount(session.account));
    }
    if session.baseline.administrator != prover.administrator {
        return Err(Fault::OtherAdministrator(session.baseline.administrator));
    }
    Ok(session)
}
