//! Which of the controls that prove a step are in which standard, and in which Regions they exist.

use std::collections::{BTreeMap, BTreeSet};

use hubward_protocol::Region;

use super::ProofStep;
use crate::account::Standard;

/// The controls that prove a step in every account and Region, whatever resources there are: Security Hub checks
/// them periodically and has one finding of each (Security Hub User Guide, "Config.1" and "GuardDuty.1").
pub const PROVING_CONTROLS: [&str; 2] = ["Config.1", "GuardDuty.1"];

/// Which controls Security Hub has, as far as it was read; AWS's documents answer for the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProvingControls(pub BTreeMap<(Region, Standard), BTreeSet<String>>);

impl ProvingControls {
    /// Whether a control of these standards can prove a step in a Region.
    pub fn can_prove(
        &self,
        region: Region,
        step: &ProofStep,
        standards: &BTreeSet<Standard>,
    ) -> bool {
        let control = match step {
            ProofStep::Config => "Config.1",
            ProofStep::GuardDuty => "GuardDuty.1",
            // Any of its own controls proves a standard; the listing proves the membership.
            ProofStep::SecurityHub | ProofStep::Standard(_) => return true,
        };
        standards
            .iter()
            .any(|standard| self.has(region, standard, control))
    }

    /// Whether a standard has one of [`PROVING_CONTROLS`] in a Region.
    pub fn has(&self, region: Region, standard: &Standard, control: &str) -> bool {
        match self.0.get(&(region, standard.clone())) {
            Some(controls) => controls.contains(control),
            None => is_documented(standard, control),
        }
    }
}

/// By the "Related requirements" of the two controls (Security Hub User Guide). A standard that is not known here is
/// taken to have them, until its controls are read.
fn is_documented(standard: &Standard, control: &str) -> bool {
    let without: &[&str] = match control {
        "Config.1" => &[
            "nist-800-171/",
            "pci-dss/v/4",
            "ai-security-best-practices/",
            "aws-resource-tagging-standard/",
        ],
        _ => &[
            "cis-aws-foundations-benchmark/",
            "ai-security-best-practices/",
            "aws-resource-tagging-standard/",
        ],
    };
    !without
        .iter()
        .any(|start| standard.as_str().starts_with(start))
}
