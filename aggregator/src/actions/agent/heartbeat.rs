//! Records a heartbeat of an authenticated account. Idempotent by run and sequence number: a repeated or
//! outdated heartbeat changes nothing. Advisory, like everything that an agent reports.

use hubward_protocol::api::{Heartbeat, HeartbeatAccepted};

use crate::app::App;
use hubward_domain::bearer::Bearer;
use hubward_domain::run::{Run, within_bounds};
use hubward_store::StoreError;

/// Seconds between heartbeats while something is missing.
const WHILE_WORKING: u32 = 10;
/// Seconds between heartbeats when nothing is missing.
const WHEN_COMPLETE: u32 = 300;

/// Why a heartbeat was rejected.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HeartbeatError {
    /// The run's name is not 1 to 64 letters, digits and hyphens.
    #[error("the run's name is refused")]
    RunName,
    /// The account is no longer in the ledger.
    #[error("the account is not in the ledger")]
    NotInLedger,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Records a heartbeat and returns when the next one is expected.
///
/// # Errors
/// See [`HeartbeatError`]; then nothing was recorded.
pub(crate) async fn accept_heartbeat(
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
            let report = within_bounds(region.clone());
            tx.put_run_report(&bearer.account, &report, now, &by)
                .await?;
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

/// The version that the agent reports, as one short line. Control characters are removed: PostgreSQL rejects
/// NUL in texts.
fn version(reported: &str) -> String {
    let plain = reported.chars().filter(|char| !char.is_control());
    plain.take(64).collect()
}
