//! A finding as AWS sent it, made ready for its row, and what the row said before.

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use hubward_domain::finding::{Finding, Life, RecordState, UnreadableFinding, read};
use hubward_domain::history::CountedFinding;

/// A finding that was seen.
#[derive(Clone, Debug)]
pub struct IncomingFinding {
    /// Its key.
    pub key: String,
    /// What is read of it.
    pub finding: Finding,
    /// By what its whole JSON is known again.
    pub digest: String,
}

/// A finding's row, as the mirror had it.
#[derive(Clone, Debug)]
pub struct StoredFinding {
    /// When it was open.
    pub life: Life,
    /// When its product last touched it.
    pub updated_at: Option<Timestamp>,
    /// Whether it was there.
    pub record: RecordState,
    /// By what its whole JSON is known again.
    pub digest: String,
    /// The control that it was of.
    pub control_id: String,
    /// What was counted of it.
    pub counted: Option<CountedFinding>,
    /// Which source last showed it.
    pub(super) seen_in: String,
    /// And when.
    pub(super) last_seen: String,
}

impl IncomingFinding {
    /// Takes a finding's JSON. It is some work: do it where it holds up nobody.
    ///
    /// # Errors
    /// Nobody could say whose or which it is.
    pub fn of(json: &str) -> Result<Self, UnreadableFinding> {
        // What is no JSON has no id.
        let asff: Value = serde_json::from_str(json).map_err(|_| UnreadableFinding::NoId)?;
        let finding = read(&asff)?;
        Ok(Self {
            key: finding.key(),
            finding,
            digest: hex::encode(Sha256::digest(json)),
        })
    }
}
