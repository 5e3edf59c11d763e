//! Asks GuardDuty for a sample finding in the SOC's own account: it takes the way that a real one takes,
//! and is marked as a sample by GuardDuty itself.

use jiff::Timestamp;
use serde_json::json;

use crate::actions::ActionError;
use crate::app::App;
use crate::aws::AwsFailure;
use hubward_domain::alert::arrival::Arrival;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_store::StoreError;

/// Of HIGH severity, so that it passes the rule and the configuration's minimum.
pub const SAMPLE: &str = "CryptoCurrency:EC2/BitcoinTool.B!DNS";

/// Why there is no sample.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    /// GuardDuty is not on in the SOC's account.
    #[error("GuardDuty is not on in the SOC's own account")]
    NoDetector,
    /// The ledger or AWS is out of reach.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// GuardDuty did not make one.
    #[error(transparent)]
    Refused(#[from] AwsFailure),
}

impl From<StoreError> for DrillError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// Asks for a sample, and returns when that was.
///
/// # Errors
/// See [`DrillError`].
pub async fn drill(app: &App, actor: &Actor) -> Result<Timestamp, DrillError> {
    let home = app.config.hub.home_region;
    let event = NewEvent {
        action: Action::WayTried,
        subject: app.config.hub.administrator.to_string(),
        detail: json!({ "samples": SAMPLE, "region": home }),
    };
    let mut tx = app.store.begin().await?;
    tx.append_audit(app.clock.now(), actor, [event]).await?;
    tx.commit().await?;
    let aws = app.aws().await.map_err(ActionError::from)?;
    let began = app.clock.exactly();
    if aws.create_sample(home, SAMPLE).await? {
        Ok(began)
    } else {
        Err(DrillError::NoDetector)
    }
}

/// The alert of the SOC's own account that came since a moment, and how; `None`: none yet.
///
/// # Errors
/// The database failed.
pub async fn sample(app: &App, since: Timestamp) -> Result<Option<(String, Arrival)>, StoreError> {
    let account = app.config.hub.administrator.as_str();
    app.store.arrived_since(account, since).await
}
