//! Creates a GuardDuty sample finding in the SOC's own account. It takes the same path as a real finding, and
//! GuardDuty marks it as a sample.

use jiff::Timestamp;
use serde_json::json;

use crate::actions::ActionError;
use crate::app::App;
use crate::aws::AwsFailure;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_store::StoreError;

/// A sample of HIGH severity, which passes the EventBridge rule and the configured minimum severity.
pub(crate) const SAMPLE: &str = "CryptoCurrency:EC2/BitcoinTool.B!DNS";

/// Why no sample was created.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DrillError {
    /// GuardDuty is off in the SOC's account.
    #[error("GuardDuty is not on in the SOC's own account")]
    NoDetector,
    /// The ledger or AWS is out of reach.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// GuardDuty rejected the call.
    #[error(transparent)]
    Refused(#[from] AwsFailure),
}

impl From<StoreError> for DrillError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// Creates a sample. Returns the time just before the call.
///
/// # Errors
/// See [`DrillError`].
pub(crate) async fn drill(app: &App, actor: &Actor) -> Result<Timestamp, DrillError> {
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
