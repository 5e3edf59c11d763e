//! Why a row of a check has its verdict, for programs: a code and its facts.

use std::collections::BTreeMap;

use super::{CheckRow, ProofCode, StepProof, Verdict};

/// A verdict's reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The verdict's word, or, of an account that is associated, the code of its worst step.
    pub code: &'static str,
    /// What the code is about: `step`, `standard`, `at`, `source`, `detail`, `since`, `what`, `status`.
    pub facts: BTreeMap<&'static str, String>,
}

impl CheckRow {
    /// Why the row has its verdict.
    pub fn reason(&self) -> Reason {
        let mut facts = BTreeMap::new();
        let code = match &self.verdict {
            Verdict::Incomplete(_) | Verdict::Drifted(_) | Verdict::Unproven(_) => {
                let Some(worst) = self.worst_step() else {
                    return Reason {
                        code: self.verdict.as_str(),
                        facts,
                    };
                };
                facts.insert("step", worst.step.word().to_owned());
                if let Some(standard) = worst.step.standard() {
                    facts.insert("standard", standard.as_str().to_owned());
                }
                if let Some(at) = worst.at {
                    facts.insert("at", at.to_string());
                }
                if let Some(source) = worst.source {
                    facts.insert("source", <&str>::from(source).to_owned());
                }
                if !worst.detail.is_empty() {
                    facts.insert("detail", worst.detail.clone());
                }
                if let Verdict::Unproven(steps) = &self.verdict {
                    let what: Vec<String> = steps.iter().map(ToString::to_string).collect();
                    facts.insert("what", what.join(", "));
                    facts.insert("since", self.unproven_since().to_string());
                }
                worst.code.into()
            }
            Verdict::Invited(_) | Verdict::ManagedElsewhere(_) => {
                if let Some(step) = self.verdict.obstacle() {
                    facts.insert("step", step.step.as_str().to_owned());
                    facts.insert("detail", step.detail.clone());
                }
                self.verdict.as_str()
            }
            Verdict::UnknownStatus(status) => {
                facts.insert("status", status.clone());
                "unknown_status"
            }
            Verdict::Unreadable(why) => {
                if !why.is_empty() {
                    facts.insert("detail", why.clone());
                }
                "unreadable"
            }
            verdict => verdict.as_str(),
        };
        Reason { code, facts }
    }

    /// The step that the verdict is about first: a missing one, otherwise one that is not proven.
    pub fn worst_step(&self) -> Option<&StepProof> {
        let is_drift = |step: &&StepProof| step.is_missing() && step.was_proven;
        let is_missing = |step: &&StepProof| step.is_missing();
        let is_unread = |step: &&StepProof| step.code == ProofCode::NotRead;
        let is_unproven = |step: &&StepProof| step.state == super::ProofState::Unproven;
        let mut steps = self.proof.iter();
        match &self.verdict {
            Verdict::Drifted(_) => steps.find(is_drift),
            Verdict::Incomplete(_) => steps.find(is_missing),
            Verdict::Unproven(_) => steps
                .find(is_unread)
                .or_else(|| self.proof.iter().find(is_unproven)),
            _ => None,
        }
    }

    /// Since when nothing proves the row: the oldest evidence of the steps that are not proven, or else since when
    /// it has its verdict.
    pub fn unproven_since(&self) -> jiff::Timestamp {
        self.proof
            .iter()
            .filter(|step| step.state == super::ProofState::Unproven)
            .filter_map(|step| step.at)
            .min()
            .unwrap_or(self.since)
    }
}
