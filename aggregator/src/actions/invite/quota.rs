//! Tells operators when a Region comes near AWS's limits on membership: once at each step on the way up,
//! and again only after it was less.

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, Region};

use crate::actions::put_notice;
use crate::app::App;
use crate::domain::membership::MemberStatus;
use crate::domain::notice::{Notice, Trouble};
use crate::domain::quota::{LIMIT, Quota, level};
use crate::domain::routing::Subject;
use crate::store::StoreError;

/// Compares a Region's listing with the limits.
pub(super) async fn watch(
    app: &App,
    region: Region,
    listing: &BTreeMap<AccountId, MemberStatus>,
) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    for quota in Quota::ALL {
        let count = quota.used(listing.values());
        let now = i64::try_from(level(count)).unwrap_or(i64::MAX);
        let before = tx.replace_told_quota(region, quota, now).await?;
        if now > before {
            let notice = Notice::Operations(Trouble::QuotaNear {
                region,
                quota: quota.as_str().to_owned(),
                count,
                limit: LIMIT,
            });
            put_notice(app, &mut tx, &notice, Subject::default()).await?;
        }
    }
    tx.commit().await
}
