//! Records the `--json` output of an agent that cannot reach the server; the account's owners pass it on as a
//! file. It is advisory: it can add reasons to a check, but never makes a check complete. A second recording
//! replaces the first.

use hubward_protocol::{AccountId, Region, RunReport};
use serde_json::json;

use crate::app::App;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_store::StoreError;

/// Why a report was not recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecordError {
    /// The text is not the agent's output.
    #[error("this is not the agent's --json output: {0}")]
    Malformed(String),
    /// The report's account is not in the ledger.
    #[error("the account {0} is not in the ledger")]
    NotInLedger(AccountId),
    /// The report was made for another SOC.
    #[error("the run was made for the administrator {found}, not for {wanted}")]
    OtherAdministrator {
        /// The administrator account in the report.
        found: AccountId,
        /// Our administrator account.
        wanted: AccountId,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The largest text that is accepted as a report, in bytes. A report of 34 Regions with five steps each is
/// far smaller.
pub(crate) const LONGEST: usize = 1 << 20;

/// Records a run. Returns its account and the Regions that it covers.
///
/// # Errors
/// See [`RecordError`]; then nothing was recorded.
pub(crate) async fn record_run(
    app: &App,
    actor: &Actor,
    bytes: &[u8],
) -> Result<(AccountId, Vec<Region>), RecordError> {
    if bytes.len() > LONGEST {
        return Err(RecordError::Malformed(format!(
            "it is longer than {LONGEST} bytes"
        )));
    }
    let report: RunReport =
        serde_json::from_slice(bytes).map_err(|error| RecordError::Malformed(error.to_string()))?;
    let administrator = &app.config.hub.administrator;
    if report.administrator != *administrator {
        return Err(RecordError::OtherAdministrator {
            found: report.administrator,
            wanted: administrator.clone(),
        });
    }
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let known = tx.accounts().await?;
    if !known.iter().any(|row| row.account_id == report.account) {
        return Err(RecordError::NotInLedger(report.account));
    }
    for region in &report.regions {
        tx.put_run_report(&report.account, region, now, &actor.to_string())
            .await?;
    }
    let event = NewEvent {
        action: Action::RunRecorded,
        subject: report.account.to_string(),
        detail: json!({ "complete": report.complete, "changes": report.changes }),
    };
    tx.append_audit(now, actor, [event]).await?;
    tx.commit().await?;
    let regions = report.regions.iter().map(|region| region.region).collect();
    Ok((report.account, regions))
}
