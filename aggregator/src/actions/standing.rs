//! What the last check said, in full: each account and Region with its verdict, what is missing, and
//! since when. From the store alone; `check` is what asks AWS.

use std::collections::BTreeMap;

use hubward_protocol::AccountId;

use crate::app::App;
use crate::domain::account::Account;
use crate::domain::check::{NOT_WANTED, Seen, Verdict, judge};
use crate::domain::membership::Membership;
use crate::domain::standing::Place;
use crate::store::StoreError;

/// What the last check said of the ledger's accounts, or of one, by account and Region.
///
/// # Errors
/// The database failed.
pub async fn standing(app: &App, account: Option<&AccountId>) -> Result<Vec<Place>, StoreError> {
    let ledger: BTreeMap<AccountId, Account> = app
        .store
        .accounts()
        .await?
        .into_iter()
        .map(|row| (row.account_id.clone(), row))
        .collect();
    let reports = app.store.run_reports().await?;
    Ok(app
        .store
        .memberships()
        .await?
        .into_iter()
        .filter(|seen| account.is_none_or(|account| seen.account_id == *account))
        .filter(|seen| seen.verdict != NOT_WANTED)
        .map(|seen| {
            let place = (seen.account_id.clone(), seen.region);
            Place {
                project: ledger
                    .get(&seen.account_id)
                    .map(|row| row.project.clone())
                    .unwrap_or_default(),
                region: seen.region,
                since: seen.since,
                verdict: verdict(&seen, reports.get(&place).map(Vec::as_slice)),
                account_id: seen.account_id,
            }
        })
        .collect())
}

/// The verdict with its facts, as the check came to it.
fn verdict(seen: &Membership, reported: Option<&[hubward_protocol::StepReport]>) -> Verdict {
    match seen.verdict.as_str() {
        "not_in_ledger" => Verdict::NotInLedger,
        "unreadable" => Verdict::Unreadable(String::new()),
        _ => judge(&Seen::Listed(seen.status.clone()), reported),
    }
}
