//! Test events and GuardDuty samples with their progress. `actions::alert` sends them.

use jiff::Timestamp;

use crate::app::App;
use hubward_domain::alert::arrival::Arrival;
use hubward_domain::test_event::TestEvent;
use hubward_store::StoreError;

/// A test event with its progress so far.
///
/// # Errors
/// The database failed.
pub(crate) async fn test_event(app: &App, id: &str) -> Result<Option<TestEvent>, StoreError> {
    app.store.test_event(id).await
}

/// The alert of the SOC's own account that arrived since a moment, and how it arrived; `None` while there is
/// none.
///
/// # Errors
/// The database failed.
pub(crate) async fn sample_alert(
    app: &App,
    since: Timestamp,
) -> Result<Option<(String, Arrival)>, StoreError> {
    let account = app.config.hub.administrator.as_str();
    app.store.arrived_since(account, since).await
}
