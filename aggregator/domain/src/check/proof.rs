//! Whether AWS Config, GuardDuty and each wanted standard are proven to be on, in an account and Region that is
//! associated.
//!
//! AWS's findings are the proof, and they have an age. An agent's look is advisory: it refutes at any time, and it
//! proves only what AWS cannot have proven yet, or cannot prove at all.

use std::fmt;

use hubward_protocol::{State, Step, StepReport};
use jiff::{SignedDuration, Timestamp};

use super::sighting::{EvidenceKind, Sighting};
use super::{AgentReport, CheckFacts, Verdict};
use crate::account::Standard;

/// How long AWS may take to write the first finding after an account joined or a standard was wanted: checks run
/// within 24 hours of a standard being enabled, and the findings of a new standard that shares rules with another
/// one take up to 24 hours more (Security Hub User Guide, "Schedule for running security checks").
pub const FIRST_EVIDENCE: SignedDuration = SignedDuration::from_hours(48);

/// The longest time between two checks of a control (same source).
const CHECKED_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// What has to be proven.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProofStep {
    /// AWS Config records what Security Hub's controls need.
    Config,
    /// GuardDuty is on.
    GuardDuty,
    /// Security Hub is on. The member listing proves it.
    SecurityHub,
    /// This standard is enabled.
    Standard(Standard),
}

/// What is known about a wanted step in addition to the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedStep {
    pub step: ProofStep,
    pub history: StepHistory,
    /// Whether an exception of ours for its control has not expired.
    pub is_excepted: bool,
    /// Whether no control of the account's wanted standards can prove it in this Region, and whether the
    /// configuration accepts that.
    pub no_control: NoControl,
}

/// What a check remembers of a wanted step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepHistory {
    /// When a check first found it wanted of this account in this Region.
    pub wanted_since: Timestamp,
    /// When it was first proven since the account is associated.
    pub proven_at: Option<Timestamp>,
}

/// Whether a control can prove a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoControl {
    /// A control of a wanted standard can prove it.
    No,
    /// A control should be able to, and the configuration accepts that none does.
    Accepted,
    /// None can.
    Yes,
    /// None can, and the configuration accepts that.
    YesAccepted,
}

/// A step with its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepProof {
    pub step: ProofStep,
    pub state: ProofState,
    /// When what it is based on was seen; of evidence that is not read, when it last was. `None` if never.
    pub at: Option<Timestamp>,
    /// Who saw it; `None` if nothing was seen.
    pub source: Option<ProofSource>,
    pub code: ProofCode,
    /// AWS's reason code, or the agent's reason as a sentence; empty if there is none.
    pub detail: String,
    /// AWS's description, or the agent's hint; empty if there is none.
    pub hint: String,
    /// Whether people suppressed AWS's finding, which excuses nothing.
    pub is_suppressed: bool,
    /// Whether it was proven before, since the account is associated.
    pub was_proven: bool,
}

/// Whether a step is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ProofState {
    Proven,
    /// Nothing says that it is off, and nothing recent says that it is on.
    Unproven,
    /// Something recent says that it is off.
    Refuted,
    /// It is off or cannot be proven, and the SOC accepted that.
    Excepted,
}

/// What a proof is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ProofSource {
    /// The administrator's member listing.
    Listing,
    /// A finding of AWS.
    Finding,
    /// The agent in the account.
    Agent,
    /// A finding of AWS that is about a recorder of AWS's own: the new Security Hub (V2) brings one, and Config.1
    /// always passes there (Security Hub User Guide, "Enabling and configuring AWS Config").
    V2,
}

/// Why a step has its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ProofCode {
    /// Proven: the account is an associated member.
    Listed,
    /// Proven: a recent finding says so.
    Found,
    /// Proven: the agent saw it, and AWS has not written about it yet or cannot.
    AgentSawOn,
    /// Excepted: an exception for its control has not expired.
    Exception,
    /// Excepted: no control can prove it, and the configuration accepts that.
    AcceptedUnprovable,
    /// Refuted: its control's last finding is FAILED.
    ControlFailed,
    /// Refuted: the agent saw it off.
    AgentSawOff,
    /// Refuted: other controls are checked, but none of this standard any more.
    StandardGone,
    /// Unproven for longer than AWS needs for the first evidence: it counts as missing.
    NeverProven,
    /// Unproven: AWS still has time for the first evidence.
    AwaitingEvidence,
    /// Unproven: the evidence was last read too long ago.
    NotRead,
    /// Unproven: no control of the wanted standards can prove it in this Region.
    NoControl,
    /// Unproven: what proved it is too old, and nothing newer was written.
    Stale,
}

/// The agent's last word about a step.
enum Look<'a> {
    On,
    Off(&'a StepReport),
    /// AWS or the SOC has to finish something: neither on nor off.
    Pending,
}

/// Proves each wanted step, and the membership by the listing.
pub(super) fn prove(facts: &CheckFacts<'_>) -> Vec<StepProof> {
    let report = facts.report.filter(|report| !is_outdated(report));
    let mut proof: Vec<StepProof> = facts
        .wanted
        .iter()
        .map(|wanted| {
            Prover {
                facts,
                report,
                wanted,
            }
            .prove()
        })
        .collect();
    proof.push(prove_membership(facts, report));
    proof.sort_by(|a, b| a.step.cmp(&b.step));
    proof
}

/// The verdict on an associated account.
pub(super) fn verdict(proof: &[StepProof]) -> Verdict {
    let steps = |has: fn(&StepProof) -> bool| -> Vec<ProofStep> {
        let matching = proof.iter().filter(|step| has(step));
        matching.map(|step| step.step.clone()).collect()
    };
    let missing = steps(StepProof::is_missing);
    let unproven = steps(|step| step.state == ProofState::Unproven);
    let has_drifted = proof
        .iter()
        .any(|step| step.state == ProofState::Refuted && step.was_proven);
    if has_drifted {
        Verdict::Drifted(missing)
    } else if !missing.is_empty() {
        Verdict::Incomplete(missing)
    } else if unproven.is_empty() {
        Verdict::Complete
    } else {
        Verdict::Unproven(unproven)
    }
}

/// A report that says that the invitation is not accepted is from before the association, which the listing shows.
fn is_outdated(report: &AgentReport) -> bool {
    let invitation = |step: &&StepReport| step.step == Step::Invitation;
    report
        .steps
        .iter()
        .find(invitation)
        .is_some_and(|step| !step.is_complete())
}

fn prove_membership(facts: &CheckFacts<'_>, report: Option<&AgentReport>) -> StepProof {
    let step = StepProof {
        step: ProofStep::SecurityHub,
        state: ProofState::Proven,
        at: Some(facts.now),
        source: Some(ProofSource::Listing),
        code: ProofCode::Listed,
        detail: String::new(),
        hint: String::new(),
        is_suppressed: false,
        was_proven: true,
    };
    match (report, look(report, Step::SecurityHub)) {
        // The agent looked after the account was associated, and found Security Hub off.
        (Some(report), Some(Look::Off(off)))
            if facts
                .associated_since
                .is_some_and(|since| report.at > since) =>
        {
            step.seen_off(off, report.at)
        }
        _ => step,
    }
}

fn look(report: Option<&AgentReport>, step: Step) -> Option<Look<'_>> {
    let found = report?.steps.iter().find(|report| report.step == step)?;
    Some(if found.is_complete() {
        Look::On
    } else if found.state == State::Waiting {
        Look::Pending
    } else {
        Look::Off(found)
    })
}

/// Whether the new Security Hub records, as far as the report says so: older agents do not tell it from AWS Control
/// Tower, whose recorder Config.1 looks at like at any other.
fn is_recorded_by_aws(step: &StepReport) -> bool {
    let code = step.code.as_deref();
    step.step == Step::Config
        && step.state == State::ManagedElsewhere
        && code.is_none_or(|code| code == "config_security_hub_records")
}

/// Whether no control checks what the agent found: GuardDuty.1 asks for a detector, not for its features.
fn is_beyond_controls(off: &StepReport) -> bool {
    off.code.as_deref() == Some("guardduty_features_missing")
}

/// Proves one step.
struct Prover<'a> {
    facts: &'a CheckFacts<'a>,
    report: Option<&'a AgentReport>,
    wanted: &'a WantedStep,
}

impl Prover<'_> {
    fn prove(&self) -> StepProof {
        let seen = self.facts.evidence.get(&self.kind());
        let looked_at = self.report.map(|report| report.at);
        let look = look(self.report, self.agent_step());
        // The agent saw it off after AWS last looked, or saw what AWS does not look at.
        if let (Some(Look::Off(off)), Some(at)) = (&look, looked_at)
            && (seen.is_none_or(|seen| seen.at <= at) || is_beyond_controls(off))
        {
            return self.or_excepted(self.proof(ProofState::Refuted).seen_off(off, at));
        }
        let saw_on = looked_at.filter(|_| matches!(look, Some(Look::On)));
        if let Some(seen) = seen.filter(|seen| self.is_fresh(seen.at)) {
            return match saw_on.filter(|at| *at > seen.at) {
                // Set up after AWS last looked, in a membership that is younger than AWS's next look.
                Some(at) if !seen.passed && self.agent_may_prove(at) => self.seen_on(at),
                _ if seen.passed => self.found(seen),
                _ => self.or_excepted(self.failed(seen)),
            };
        }
        if let Some(at) = saw_on.filter(|at| self.agent_may_prove(*at)) {
            return self.seen_on(at);
        }
        let code = self.why_unproven(seen);
        let state = match code {
            ProofCode::AcceptedUnprovable => ProofState::Excepted,
            ProofCode::StandardGone => ProofState::Refuted,
            _ => ProofState::Unproven,
        };
        // Of what was not read, the reading is what is old.
        let is_unread = code == ProofCode::NotRead;
        StepProof {
            at: if is_unread {
                self.facts.read_to
            } else {
                seen.map(|seen| seen.at)
            },
            source: seen.filter(|_| !is_unread).map(|_| ProofSource::Finding),
            code,
            ..self.proof(state)
        }
    }

    /// Why a step without recent evidence has none.
    fn why_unproven(&self, seen: Option<&Sighting>) -> ProofCode {
        let was_proven = self.wanted.history.proven_at.is_some();
        // Evidence can only be missed where it was looked for.
        if !self.is_read() {
            return ProofCode::NotRead;
        }
        match self.wanted.no_control {
            NoControl::YesAccepted => return ProofCode::AcceptedUnprovable,
            NoControl::Yes => return ProofCode::NoControl,
            // Disabled on purpose: the account's other checks go on, and this one never ran.
            NoControl::Accepted if seen.is_none() && self.is_checked() => {
                return ProofCode::AcceptedUnprovable;
            }
            NoControl::Accepted | NoControl::No => {}
        }
        let is_standard = matches!(self.wanted.step, ProofStep::Standard(_));
        if is_standard && (seen.is_some() || was_proven) && self.is_checked_after(seen) {
            return ProofCode::StandardGone;
        }
        if seen.is_some() || was_proven {
            return ProofCode::Stale;
        }
        let wanted_since = self.wanted.history.wanted_since;
        let began = self
            .facts
            .associated_since
            .map_or(self.facts.now, |since| since.max(wanted_since));
        if self.facts.now.duration_since(began) >= FIRST_EVIDENCE {
            ProofCode::NeverProven
        } else {
            ProofCode::AwaitingEvidence
        }
    }

    fn kind(&self) -> EvidenceKind {
        match &self.wanted.step {
            ProofStep::Config => EvidenceKind::Config,
            ProofStep::GuardDuty => EvidenceKind::GuardDuty,
            ProofStep::SecurityHub => EvidenceKind::AnyControl,
            ProofStep::Standard(standard) => EvidenceKind::Standard(standard.clone()),
        }
    }

    fn agent_step(&self) -> Step {
        match self.wanted.step {
            ProofStep::Config => Step::Config,
            ProofStep::GuardDuty => Step::GuardDuty,
            ProofStep::SecurityHub => Step::SecurityHub,
            ProofStep::Standard(_) => Step::Standards,
        }
    }

    /// Whether the Region's evidence was read lately.
    fn is_read(&self) -> bool {
        self.facts.read_to.is_some_and(|read_to| {
            self.facts.now.duration_since(read_to) <= self.facts.proof_within
        })
    }

    /// Whether evidence of this time counts: its age is counted to the last reading, which must be recent itself.
    fn is_fresh(&self, at: Timestamp) -> bool {
        self.is_read()
            && self
                .facts
                .read_to
                .is_some_and(|read_to| read_to.duration_since(at) <= self.facts.proof_within)
    }

    /// Whether other controls are still checked more than a day after a standard's last finding: where everything ended
    /// at once, the last findings are at most the time between two checks apart.
    fn is_checked_after(&self, seen: Option<&Sighting>) -> bool {
        let newest = self.facts.evidence.get(&EvidenceKind::AnyControl);
        let is_later = newest.is_some_and(|newest| {
            seen.is_none_or(|seen| newest.at.duration_since(seen.at) > CHECKED_EVERY)
        });
        is_later && self.is_checked()
    }

    /// Whether any control is still checked in this account and Region.
    fn is_checked(&self) -> bool {
        self.facts
            .evidence
            .get(&EvidenceKind::AnyControl)
            .is_some_and(|seen| self.is_fresh(seen.at))
    }

    /// Whether the agent's look at this time can prove the step: before AWS's first evidence can be there, or where
    /// AWS writes none.
    fn agent_may_prove(&self, looked_at: Timestamp) -> bool {
        let now = self.facts.now;
        let is_young = self
            .facts
            .associated_since
            .is_none_or(|since| now.duration_since(since) <= FIRST_EVIDENCE);
        if is_young {
            return now.duration_since(looked_at) <= FIRST_EVIDENCE;
        }
        matches!(
            self.wanted.no_control,
            NoControl::Yes | NoControl::YesAccepted
        ) && now.duration_since(looked_at) <= self.facts.proof_within
    }

    fn proof(&self, state: ProofState) -> StepProof {
        StepProof {
            step: self.wanted.step.clone(),
            state,
            at: None,
            source: None,
            code: ProofCode::Found,
            detail: String::new(),
            hint: String::new(),
            is_suppressed: false,
            was_proven: self.wanted.history.proven_at.is_some(),
        }
    }

    fn seen_on(&self, at: Timestamp) -> StepProof {
        StepProof {
            at: Some(at),
            source: Some(ProofSource::Agent),
            code: ProofCode::AgentSawOn,
            ..self.proof(ProofState::Proven)
        }
    }

    fn found(&self, seen: &Sighting) -> StepProof {
        let is_aws_recorder = self.wanted.step == ProofStep::Config
            && self
                .report
                .is_some_and(|report| report.steps.iter().any(is_recorded_by_aws));
        StepProof {
            at: Some(seen.at),
            source: Some(if is_aws_recorder {
                ProofSource::V2
            } else {
                ProofSource::Finding
            }),
            ..self.proof(ProofState::Proven)
        }
    }

    fn failed(&self, seen: &Sighting) -> StepProof {
        StepProof {
            at: Some(seen.at),
            source: Some(ProofSource::Finding),
            code: ProofCode::ControlFailed,
            detail: seen.reason_code.clone(),
            hint: seen.description.clone(),
            is_suppressed: seen.is_suppressed,
            ..self.proof(ProofState::Refuted)
        }
    }

    fn or_excepted(&self, proof: StepProof) -> StepProof {
        if !self.wanted.is_excepted {
            return proof;
        }
        StepProof {
            state: ProofState::Excepted,
            code: ProofCode::Exception,
            ..proof
        }
    }
}

impl StepProof {
    fn seen_off(self, off: &StepReport, at: Timestamp) -> Self {
        Self {
            state: ProofState::Refuted,
            at: Some(at),
            source: Some(ProofSource::Agent),
            code: ProofCode::AgentSawOff,
            detail: off.detail.clone(),
            hint: off.hint.clone().unwrap_or_default(),
            ..self
        }
    }

    /// Whether nothing proves it, and nothing excepts it.
    pub fn is_open(&self) -> bool {
        matches!(self.state, ProofState::Unproven | ProofState::Refuted)
    }

    /// Whether the step counts as missing.
    pub fn is_missing(&self) -> bool {
        self.state == ProofState::Refuted || self.code == ProofCode::NeverProven
    }
}

impl ProofStep {
    /// The word without the standard's name.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::GuardDuty => "guardduty",
            Self::SecurityHub => "security_hub",
            Self::Standard(_) => "standard",
        }
    }

    /// The standard, of a step that is one.
    pub fn standard(&self) -> Option<&Standard> {
        match self {
            Self::Standard(standard) => Some(standard),
            _ => None,
        }
    }
}

/// `config`, `guardduty`, `security_hub` or `standard:SUFFIX`.
impl fmt::Display for ProofStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.standard() {
            None => f.write_str(self.word()),
            Some(standard) => write!(f, "{}:{}", self.word(), standard.as_str()),
        }
    }
}

impl std::str::FromStr for ProofStep {
    type Err = InvalidProofStep;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let standard = || {
            text.strip_prefix("standard:")?
                .parse()
                .ok()
                .map(Self::Standard)
        };
        match text {
            "config" => Some(Self::Config),
            "guardduty" => Some(Self::GuardDuty),
            "security_hub" => Some(Self::SecurityHub),
            _ => standard(),
        }
        .ok_or_else(|| InvalidProofStep(text.to_owned()))
    }
}

/// The text is not a step.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a step that can be proven")]
pub struct InvalidProofStep(String);
