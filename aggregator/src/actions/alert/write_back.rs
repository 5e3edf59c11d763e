//! Sets the workflow status in Security Hub for alerts that were notified or handled. What is due is in the
//! database; run twice, the second finds nothing. Findings that AWS does not process are retried with growing
//! pauses.

use std::collections::BTreeMap;

use crate::actions::ActionError;
use crate::app::App;
use crate::aws::workflow::BATCH;
use hubward_domain::alert::write_back::{Named, WriteBack, WriteBackStatus, named, pause};

/// The most attempts: with growing pauses about half a day.
const PATIENCE: i64 = 30;
/// The AWS error code that is not retried.
const UNKNOWN: &str = "FindingNotFound";

/// Writes what is due. Returns how many alerts were updated in Security Hub.
///
/// # Errors
/// The database or AWS cannot be reached.
pub(crate) async fn write_back(app: &App) -> Result<usize, ActionError> {
    let mut updated = 0;
    loop {
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let due = app.store.due_write_backs(app.clock.now(), limit).await?;
        if due.is_empty() {
            return Ok(updated);
        }
        for status in [WriteBackStatus::Notified, WriteBackStatus::Resolved] {
            let of_status: Vec<&WriteBack> =
                due.iter().filter(|one| one.status == status).collect();
            if !of_status.is_empty() {
                updated += write(app, &of_status, status).await?;
            }
        }
    }
}

async fn write(
    app: &App,
    due: &[&WriteBack],
    status: WriteBackStatus,
) -> Result<usize, ActionError> {
    let ids: Vec<String> = due.iter().map(|one| one.alert_id.clone()).collect();
    let findings = app.store.alert_findings(&ids).await?;
    let all: Vec<Named> = findings
        .values()
        .flatten()
        .filter_map(|id| named(id))
        .collect();
    let hub = app.aws().await?.security_hub(app.config.hub.home_region);
    let mut refused = BTreeMap::new();
    for part in all.chunks(BATCH) {
        match hub.set_workflow(part, status).await {
            Ok(unprocessed) => refused.extend(unprocessed.into_iter().map(|one| (one.id, one.why))),
            Err(failure) => {
                let why = failure.to_string();
                refused.extend(part.iter().map(|one| (one.id.clone(), why.clone())));
            }
        }
    }
    let now = app.clock.now();
    let mut updated = 0;
    let mut tx = app.store.begin().await?;
    for one in due {
        let of_alert = findings.get(&one.alert_id).into_iter().flatten();
        let why = of_alert.filter_map(|id| refused.get(id)).next();
        let (state, due_at) = match why {
            None => ("done", now),
            Some(why) if why.starts_with(UNKNOWN) || one.attempts >= PATIENCE => ("given_up", now),
            Some(_) => {
                let again = now.checked_add(pause(one.attempts)).unwrap_or(now);
                ("pending", again)
            }
        };
        updated += usize::from(why.is_none());
        let why = why.map(String::as_str);
        tx.record_write_back(one, state, due_at, why).await?;
    }
    tx.commit().await?;
    Ok(updated)
}
