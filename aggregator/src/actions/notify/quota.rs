//! Notifies operators when a Region approaches AWS's membership quotas: once at each step upwards, and again
//! only after the count was lower.

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, Region};
use strum::VariantArray;

use super::Notifier;
use crate::app::App;
use hubward_domain::membership::MemberStatus;
use hubward_domain::notice::{Notice, Trouble};
use hubward_domain::quota::{LIMIT, Quota, level};
use hubward_store::StoreError;

/// Compares a Region's whole listing with the quotas.
pub(crate) async fn watch_quotas(
    app: &App,
    region: Region,
    listing: &BTreeMap<AccountId, MemberStatus>,
) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    for &quota in Quota::VARIANTS {
        let count = quota.used(listing.values());
        let now = i64::try_from(level(count)).unwrap_or(i64::MAX);
        let before = tx.replace_quota_level(region, quota, now).await?;
        if now > before {
            let notice = Notice::Operations(Trouble::QuotaNear {
                region,
                quota: quota.as_str().to_owned(),
                count,
                limit: LIMIT,
            });
            Notifier::new(app).notify(&mut tx, &notice).await?;
        }
    }
    tx.commit().await
}
