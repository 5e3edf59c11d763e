//! Takes in a heartbeat of an account that proved itself. Idempotent by run and sequence: the same
//! one twice, or an older one after a newer, changes nothing. Advisory, like everything an agent says.

use hubward_protocol::api::{Heartbeat, HeartbeatAccepted};

use crate::app::App;
use hubward_domain::bearer::Bearer;
use hubward_domain::run::Run;
use hubward_store::StoreError;

/// While something is missing, an agent is heard from every so many seconds.
const WHILE_WORKING: u32 = 10;
/// When nothing is missing, every so many.
const WHEN_COMPLETE: u32 = 300;

/// Why a heartbeat is not taken.
#[derive(Debug, thiserror::Error)]
pub enum HeartbeatError {
    /// The run's name is not 1 to 64 letters, digits and hyphens.
    #[error("the run's name is refused")]
    RunName,
    /// The account is not in the ledger any more.
    #[error("the account is not in the ledger")]
    NotInLedger,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a heartbeat.
///
/// # Errors
/// See [`HeartbeatError`]; nothing is kept of it then.
pub async fn accept_heartbeat(
    app: &App,
    bearer: &Bearer,
    heartbeat: &Heartbeat,
) -> Result<HeartbeatAccepted, HeartbeatError> {
    let is_name = (1..=64).contains(&heartbeat.run.len())
        && heartbeat
            .run
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !is_name {
        return Err(HeartbeatError::RunName);
    }
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    if !tx.has_account(&bearer.account).await? {
        return Err(HeartbeatError::NotInLedger);
    }
    let is_newest = tx
        .put_run(&Run {
            account_id: bearer.account.clone(),
            run: heartbeat.run.clone(),
            agent_version: version(&heartbeat.agent_version),
            caller: bearer.caller.clone(),
            sequence: heartbeat.sequence,
            complete: heartbeat.complete,
            started_at: now,
            last_heartbeat: now,
        })
        .await?;
    if is_newest {
        let by = bearer.actor().to_string();
        for region in &heartbeat.regions {
            tx.put_run_report(&bearer.account, region, now, &by).await?;
        }
    }
    tx.commit().await?;
    Ok(HeartbeatAccepted {
        next_heartbeat_s: if heartbeat.complete {
            WHEN_COMPLETE
        } else {
            WHILE_WORKING
        },
    })
}

/// What an agent calls its version, as one short line: not every database keeps every character.
fn version(told: &str) -> String {
    let plain = told.chars().filter(|char| !char.is_control());
    plain.take(64).collect()
}
