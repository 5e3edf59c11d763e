//! Requests to add, change or remove accounts, from receipt to answer.

pub mod answer;
pub mod decide;
pub mod follow_up;
pub mod receive;

use jiff::Timestamp;

use crate::actions::StoreError;
use crate::app::App;
use hubward_domain::delivery::DeliveryState;
use hubward_domain::notice::contacts_of_request;
use hubward_domain::request::{Request, RequestState};

/// When the account's contacts were notified of the request's current revision: by a delivered mail, or as
/// confirmed by an operator.
async fn contacts_notified_at(
    app: &App,
    request: &Request,
) -> Result<Option<Timestamp>, StoreError> {
    if request.contacts_told.is_some() || request.state != RequestState::Open {
        return Ok(request.contacts_told);
    }
    let subject = contacts_of_request(&request.id, request.revision);
    let mails = app.store.deliveries_of(&subject).await?;
    Ok(mails
        .iter()
        .find(|mail| mail.state == DeliveryState::Delivered)
        .map(|mail| mail.created_at))
}
