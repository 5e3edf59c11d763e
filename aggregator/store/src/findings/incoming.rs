//! A finding as AWS sent it, prepared for its row; and the row's previous content.

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest, Sha256};

use hubward_domain::check::{ControlSighting, sightings};
use hubward_domain::finding::{Finding, Life, RecordState, UnreadableFinding, read};
use hubward_domain::history::CountedFinding;

/// A received finding.
#[derive(Clone, Debug)]
pub struct IncomingFinding {
    /// Its key.
    pub key: String,
    /// Its parsed fields.
    pub finding: Finding,
    /// A hash of its whole JSON, to detect changes.
    pub digest: String,
    /// What it proves about the monitoring of its account and Region.
    pub sightings: Vec<ControlSighting>,
}

/// A finding's previous row in the mirror.
#[derive(Clone, Debug)]
pub struct StoredFinding {
    /// When it was open.
    pub life: Life,
    /// When its product last updated it.
    pub updated_at: Option<Timestamp>,
    /// Whether it was active.
    pub record: RecordState,
    /// A hash of its whole JSON, to detect changes.
    pub digest: String,
    /// The control that it was about.
    pub control_id: String,
    /// The facts that the history counted.
    pub counted: Option<CountedFinding>,
    /// The source that last returned it.
    pub(super) seen_in: String,
    /// When that was.
    pub(super) last_seen: String,
}

impl IncomingFinding {
    /// Parses a finding's JSON, read at `now`. This takes CPU time: call it where it does not block others.
    ///
    /// # Errors
    /// Its identity is missing.
    pub fn of(json: &str, now: Timestamp) -> Result<Self, UnreadableFinding> {
        // Text that is not JSON has no id.
        let asff: Value = serde_json::from_str(json)
            .ok()
            .ok_or(UnreadableFinding::NoId)?;
        let finding = read(&asff)?;
        Ok(Self {
            sightings: sightings(&finding, &asff, now),
            key: finding.key(),
            finding,
            digest: hex::encode(Sha256::digest(json)),
        })
    }
}
