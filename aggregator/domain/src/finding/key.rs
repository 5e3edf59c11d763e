//! The key of a finding in the mirror: a hash of its account, Region, product and id.

use hubward_protocol::{AccountId, Region};
use sha2::{Digest, Sha256};

/// The mirror's key of a GuardDuty finding, as Security Hub identifies it
/// (guardduty/latest/ug/securityhub-integration.html).
pub(crate) fn key_of_threat(account: &AccountId, region: Region, arn: &str) -> String {
    let product = format!("arn:aws:securityhub:{region}::product/aws/guardduty");
    key([account.as_str(), region.as_str(), &product, arn])
}

pub(super) fn key(parts: [&str; 4]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    hex::encode(hash.finalize())
}
