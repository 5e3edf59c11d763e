//! A finding as AWS sent it, made ready for its row, and what the row said before.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compress, Compression, FlushCompress};
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
    /// Its whole JSON, packed.
    pub raw: String,
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
    pub fn of(json: &str, packer: &mut Compressor) -> Result<Self, UnreadableFinding> {
        // What is no JSON has no id.
        let asff: Value = serde_json::from_str(json).map_err(|_| UnreadableFinding::NoId)?;
        let finding = read(&asff)?;
        Ok(Self {
            key: finding.key(),
            finding,
            digest: hex::encode(Sha256::digest(json)),
            raw: packer.pack(json),
        })
    }
}

/// Packs whole JSON into gzip and base64, one after another with the same memory: fast rather than small,
/// because it is done for every finding that AWS sends.
#[derive(Debug)]
pub struct Compressor(Compress);

/// The largest window: a finding fits into it.
const WINDOW: u8 = 15;

impl Default for Compressor {
    fn default() -> Self {
        Self(Compress::new_gzip(Compression::fast(), WINDOW))
    }
}

impl Compressor {
    fn pack(&mut self, json: &str) -> String {
        let mut rest = json.as_bytes();
        let mut packed = Vec::with_capacity(json.len() / 2 + 64);
        self.0.reset();
        loop {
            let before = self.0.total_in();
            let status = self
                .0
                .compress_vec(rest, &mut packed, FlushCompress::Finish);
            let taken = usize::try_from(self.0.total_in() - before).unwrap_or(rest.len());
            rest = rest.get(taken..).unwrap_or_default();
            match status {
                Ok(flate2::Status::StreamEnd) | Err(_) => return STANDARD.encode(packed),
                Ok(_) => packed.reserve(packed.len() + 64),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn one_after_another_comes_out_as_it_went_in() {
        let mut packer = Compressor::default();
        let random: String = (0..50_000u32)
            .map(|n| char::from(33 + u8::try_from(n.wrapping_mul(2_654_435_761) >> 25).unwrap()))
            .collect();
        for json in ["{}", "", &"長い".repeat(40_000), &random, "{}"] {
            let packed = STANDARD.decode(packer.pack(json)).unwrap();
            let mut text = String::new();
            flate2::read::GzDecoder::new(packed.as_slice())
                .read_to_string(&mut text)
                .unwrap();
            assert!(text == json, "{} characters", json.len());
        }
    }
}
