//! Records the attempt to deliver a message. Shared by the actions that send.

use crate::app::App;
use hubward_domain::alert::write_back::named;
use hubward_domain::delivery::{Delivery, DeliveryNext};
use hubward_domain::notice::Notice;
use hubward_store::{StoreError, Tx};

/// Stores the result of an attempt with millisecond precision. If it delivered an alert's first message,
/// measures the latency and schedules the write-back to Security Hub.
pub(super) async fn record_attempt(
    app: &App,
    tx: &mut Tx,
    delivery: &Delivery,
    next: &DeliveryNext,
) -> Result<(), StoreError> {
    let at = app.clock.exactly();
    tx.keep_attempt(&delivery.id, next, at).await?;
    if *next != DeliveryNext::Delivered {
        return Ok(());
    }
    let alert = match &delivery.notice {
        Notice::AlertOpened(alert) => alert,
        Notice::AlertDigest(digest) if app.config.alerts.write_back => {
            for finding in digest.finding_ids.iter().filter(|id| named(id).is_some()) {
                if let Some(alert) = tx.alert_of_finding(finding).await? {
                    tx.put_first_write_back(&alert.id, app.clock.now()).await?;
                }
            }
            return Ok(());
        }
        _ => return Ok(()),
    };
    if let Some(arrival) = tx.arrival(&alert.id).await? {
        let telemetry = &app.telemetry;
        telemetry.alert_took("stored_to_delivered", arrival.stored_at, at);
        if let Some(created) = arrival.aws_created_at {
            telemetry.alert_took("created_to_delivered", created, at);
        }
    }
    if app.config.alerts.write_back && named(&alert.finding_id).is_some() {
        tx.put_first_write_back(&alert.id, app.clock.now()).await?;
    }
    Ok(())
}
