//! Tests of verdicts and their proof, case by case; over a year of a simulated clock in `year`.

mod year;

use super::*;
use crate::finding;
use serde_json::{Value, json};

const FSBP: &str = "aws-foundational-security-best-practices/v/1.0.0";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The hour of a judgement, counted from the association.
fn hour(hours: i64) -> Timestamp {
    at("2026-11-23T09:00:00Z") + SignedDuration::from_hours(hours)
}

fn step(step: Step, state: State) -> StepReport {
    StepReport {
        step,
        state,
        detail: "the recorder is stopped".to_owned(),
        hint: Some("start it".to_owned()),
        on: None,
        code: None,
        facts: BTreeMap::new(),
    }
}

fn listed(status: MemberStatus) -> ListedStatus {
    ListedStatus::Listed(Some(status))
}

fn looked(at: Timestamp, changed: &[(Step, State)]) -> AgentReport {
    let state = |own: Step| {
        let found = changed.iter().find(|(step, _)| *step == own);
        found.map_or(State::Already, |(_, state)| *state)
    };
    AgentReport {
        at,
        steps: Step::ALL.map(|own| step(own, state(own))).to_vec(),
    }
}

fn seen(passed: bool, at: Timestamp) -> Sighting {
    Sighting {
        passed,
        at,
        reason_code: if passed {
            ""
        } else {
            "CONFIG_RECORDER_DISABLED"
        }
        .to_owned(),
        description: String::new(),
        is_suppressed: false,
    }
}

fn standard() -> EvidenceKind {
    EvidenceKind::Standard(FSBP.parse().unwrap())
}

/// An account in one Region, associated at hour 0 and judged by AWS's evidence and its agent's look.
#[derive(Clone)]
struct Place {
    listed: ListedStatus,
    report: Option<AgentReport>,
    evidence: BTreeMap<EvidenceKind, Sighting>,
    wanted: Vec<WantedStep>,
    read_to: Option<Timestamp>,
    associated_since: Option<Timestamp>,
}

impl Place {
    fn new() -> Self {
        let wanted = |step| WantedStep {
            step,
            history: StepHistory {
                wanted_since: hour(0),
                proven_at: None,
            },
            is_excepted: false,
            no_control: NoControl::No,
        };
        Self {
            listed: listed(MemberStatus::Enabled),
            report: None,
            evidence: BTreeMap::new(),
            wanted: vec![
                wanted(ProofStep::Config),
                wanted(ProofStep::GuardDuty),
                wanted(ProofStep::Standard(FSBP.parse().unwrap())),
            ],
            read_to: None,
            associated_since: Some(hour(0)),
        }
    }

    /// Everything passed at an hour, and was read an hour later.
    fn healthy(hours: i64) -> Self {
        let mut place = Self::new();
        for kind in [
            EvidenceKind::AnyControl,
            EvidenceKind::Config,
            EvidenceKind::GuardDuty,
            standard(),
        ] {
            place.evidence.insert(kind, seen(true, hour(hours)));
        }
        place.read_to = Some(hour(hours + 1));
        place
    }

    /// As [`Place::healthy`], and proven before.
    fn proven(hours: i64) -> Self {
        let mut place = Self::healthy(hours);
        for wanted in &mut place.wanted {
            wanted.history.proven_at = Some(hour(1));
        }
        place
    }

    fn judge(&self, now: Timestamp) -> Judgement {
        judge(&CheckFacts {
            now,
            listed: &self.listed,
            is_leaving: false,
            report: self.report.as_ref(),
            evidence: &self.evidence,
            wanted: &self.wanted,
            read_to: self.read_to,
            proof_within: SignedDuration::from_hours(48),
            associated_since: self.associated_since,
        })
    }

    /// The verdict's word, and the step and code of everything that is not proven.
    fn verdict(&self, now: Timestamp) -> (String, Vec<String>) {
        let judged = self.judge(now);
        let open = judged
            .proof
            .iter()
            .filter(|step| step.state != ProofState::Proven);
        let open = open.map(|step| format!("{} {}", step.step, <&str>::from(step.code)));
        (judged.verdict.as_str().to_owned(), open.collect())
    }
}

fn verdict(word: &str, open: &[&str]) -> (String, Vec<String>) {
    (
        word.to_owned(),
        open.iter().map(ToString::to_string).collect(),
    )
}

#[test]
fn a_membership_alone_proves_nothing() {
    use MemberStatus as S;
    let place = Place::new();
    let open = [
        "config not_read",
        "guardduty not_read",
        &format!("standard:{FSBP} not_read"),
    ];
    assert_eq!(place.verdict(hour(1)), verdict("unproven", &open));
    for status in [
        S::Created,
        S::Invited,
        S::Removed,
        S::Resigned,
        S::Deleted,
        S::AccountSuspended,
        S::Unknown("x".to_owned()),
    ] {
        let mut place = Place::healthy(0);
        place.listed = listed(status);
        let judged = place.judge(hour(1));
        assert!(!judged.verdict.is_complete(), "{:?}", judged.verdict);
        assert!(judged.proof.is_empty());
    }
    let mut place = Place::healthy(0);
    place.listed = ListedStatus::Listed(None);
    assert_eq!(place.judge(hour(1)).verdict, Verdict::NotInvited);
    place.listed = ListedStatus::Unreadable("down".to_owned());
    assert_eq!(place.judge(hour(1)).verdict.as_str(), "unknown");
}

#[test]
fn fresh_findings_of_every_step_are_complete() {
    let place = Place::healthy(100);
    assert_eq!(place.verdict(hour(101)), verdict("complete", &[]));
    // Read again and again, without anything new.
    let mut place = Place::healthy(100);
    place.read_to = Some(hour(148));
    assert_eq!(place.verdict(hour(148)), verdict("complete", &[]));
    place.read_to = Some(hour(149));
    assert_eq!(place.verdict(hour(149)).0, "unproven");
}

#[test]
fn a_failed_control_is_a_drift_only_where_it_was_proven() {
    for (mut place, word) in [
        (Place::healthy(100), "incomplete"),
        (Place::proven(100), "drifted"),
    ] {
        place
            .evidence
            .insert(EvidenceKind::Config, seen(false, hour(101)));
        place.read_to = Some(hour(102));
        let judged = place.judge(hour(102));
        assert_eq!(judged.verdict.as_str(), word);
        assert_eq!(judged.verdict.missing(), ["config"]);
        assert_eq!(judged.proof[0].detail, "CONFIG_RECORDER_DISABLED");
    }
}

#[test]
fn one_standard_of_two_that_ends_is_missing_and_all_at_once_are_unproven() {
    let gone = [format!("standard:{FSBP} standard_gone")];
    let mut place = Place::proven(100);
    for kind in [
        EvidenceKind::AnyControl,
        EvidenceKind::Config,
        EvidenceKind::GuardDuty,
    ] {
        place.evidence.insert(kind, seen(true, hour(160)));
    }
    place.read_to = Some(hour(161));
    let open: Vec<&str> = gone.iter().map(String::as_str).collect();
    assert_eq!(place.verdict(hour(161)), verdict("drifted", &open));
    assert_eq!(
        place.judge(hour(161)).verdict.missing(),
        [format!("standard:{FSBP}")]
    );
    let mut place = Place::proven(100);
    place.read_to = Some(hour(161));
    let open = [
        "config stale",
        "guardduty stale",
        &format!("standard:{FSBP} stale"),
    ];
    assert_eq!(place.verdict(hour(161)), verdict("unproven", &open));
    assert!(place.judge(hour(161)).verdict.missing().is_empty());
}

#[test]
fn a_standard_that_is_wanted_anew_has_two_days_and_is_then_missing() {
    let mut place = Place::proven(300);
    let new = "nist-800-53/v/5.0.0";
    place.wanted.push(WantedStep {
        step: ProofStep::Standard(new.parse().unwrap()),
        history: StepHistory {
            wanted_since: hour(300),
            proven_at: None,
        },
        is_excepted: false,
        no_control: NoControl::No,
    });
    place.read_to = Some(hour(347));
    let open = [format!("standard:{new} awaiting_evidence")];
    let open: Vec<&str> = open.iter().map(String::as_str).collect();
    assert_eq!(place.verdict(hour(347)), verdict("unproven", &open));
    place.read_to = Some(hour(348));
    assert_eq!(
        place.judge(hour(348)).verdict.missing(),
        [format!("standard:{new}")]
    );
    assert_eq!(place.verdict(hour(348)).0, "incomplete");
}

#[test]
fn an_old_reading_makes_nothing_drift() {
    let mut place = Place::proven(100);
    place
        .evidence
        .insert(EvidenceKind::Config, seen(false, hour(100)));
    let now = hour(150);
    let judged = place.judge(now);
    assert_eq!(judged.verdict.as_str(), "unproven");
    assert!(
        judged
            .proof
            .iter()
            .all(|step| step.code == ProofCode::NotRead || step.step == ProofStep::SecurityHub)
    );
    assert_eq!(
        judged.proof[0].at,
        Some(hour(101)),
        "since when it is not read"
    );
}

#[test]
fn an_agent_proves_in_the_first_two_days_and_not_after() {
    let mut place = Place::new();
    place.report = Some(looked(hour(1), &[]));
    assert_eq!(place.verdict(hour(2)), verdict("complete", &[]));
    assert_eq!(place.verdict(hour(48)).0, "complete");
    assert_eq!(place.verdict(hour(49)).0, "unproven");
    place.report = Some(looked(hour(60), &[]));
    place.read_to = Some(hour(60));
    let never = [
        "config never_proven",
        "guardduty never_proven",
        &format!("standard:{FSBP} never_proven"),
    ];
    assert_eq!(place.verdict(hour(61)), verdict("incomplete", &never));
}

#[test]
fn a_new_member_that_fixed_what_aws_found_before_is_not_called_incomplete() {
    let mut place = Place::healthy(-5);
    place
        .evidence
        .insert(EvidenceKind::Config, seen(false, hour(-5)));
    place.report = Some(looked(hour(0), &[(Step::Config, State::Changed)]));
    place.read_to = Some(hour(1));
    assert_eq!(place.verdict(hour(1)), verdict("complete", &[]));
    // AWS looked again, and still finds it off: two judges of one truth, and AWS's is the newer word.
    place
        .evidence
        .insert(EvidenceKind::Config, seen(false, hour(2)));
    place.read_to = Some(hour(3));
    assert_eq!(
        place.verdict(hour(3)),
        verdict("incomplete", &["config control_failed"])
    );
}

#[test]
fn an_agents_look_never_outweighs_a_failed_control_of_an_old_member() {
    let mut place = Place::proven(300);
    place
        .evidence
        .insert(EvidenceKind::Config, seen(false, hour(300)));
    place.report = Some(looked(hour(305), &[]));
    assert_eq!(
        place.verdict(hour(306)),
        verdict("drifted", &["config control_failed"])
    );
}

#[test]
fn an_agent_refutes_at_any_time_until_aws_says_otherwise() {
    let mut place = Place::proven(300);
    place.report = Some(looked(hour(301), &[(Step::GuardDuty, State::Insufficient)]));
    let judged = place.judge(hour(302));
    assert_eq!(judged.verdict.as_str(), "drifted");
    assert_eq!(judged.verdict.missing(), ["guardduty"]);
    place
        .evidence
        .insert(EvidenceKind::GuardDuty, seen(true, hour(310)));
    place.read_to = Some(hour(311));
    assert_eq!(place.verdict(hour(311)), verdict("complete", &[]));
}

#[test]
fn features_that_only_the_agent_sees_are_missing_until_it_sees_them() {
    let mut place = Place::proven(300);
    let mut report = looked(hour(200), &[(Step::GuardDuty, State::Insufficient)]);
    report.steps[1].code = Some("guardduty_features_missing".to_owned());
    place.report = Some(report);
    assert_eq!(place.judge(hour(302)).verdict.missing(), ["guardduty"]);
    place.report = Some(looked(hour(301), &[]));
    assert_eq!(place.verdict(hour(302)), verdict("complete", &[]));
}

#[test]
fn a_report_from_before_the_association_says_nothing() {
    let mut place = Place::new();
    let off = [
        (Step::Config, State::Insufficient),
        (Step::Invitation, State::Waiting),
    ];
    place.report = Some(looked(hour(0), &off));
    assert_eq!(place.verdict(hour(1)).0, "unproven");
}

#[test]
fn what_waits_for_aws_is_neither_on_nor_off() {
    let mut place = Place::new();
    place.report = Some(looked(hour(0), &[(Step::Standards, State::Waiting)]));
    place.read_to = Some(hour(0));
    let open = [format!("standard:{FSBP} awaiting_evidence")];
    let open: Vec<&str> = open.iter().map(String::as_str).collect();
    assert_eq!(place.verdict(hour(1)), verdict("unproven", &open));
}

#[test]
fn an_exception_of_ours_counts_and_a_suppression_does_not() {
    let mut place = Place::proven(100);
    let mut failed = seen(false, hour(101));
    failed.is_suppressed = true;
    place.evidence.insert(EvidenceKind::Config, failed);
    place.read_to = Some(hour(102));
    let judged = place.judge(hour(102));
    assert_eq!(judged.verdict.as_str(), "drifted");
    assert!(judged.proof[0].is_suppressed);
    place.wanted[0].is_excepted = true;
    assert_eq!(
        place.verdict(hour(102)),
        verdict("complete", &["config exception"])
    );
    place.report = Some(looked(hour(103), &[(Step::Config, State::Insufficient)]));
    assert_eq!(
        place.verdict(hour(104)),
        verdict("complete", &["config exception"])
    );
    // An exception is for what is off, not for an account that is silent.
    place.report = None;
    place.read_to = Some(hour(200));
    assert_eq!(place.verdict(hour(200)).0, "unproven");
}

#[test]
fn what_no_control_can_prove_is_unproven_unless_the_agent_looks_or_it_is_accepted() {
    let mut place = Place::proven(300);
    place.evidence.remove(&EvidenceKind::GuardDuty);
    place.wanted[1].history.proven_at = None;
    place.wanted[1].no_control = NoControl::Yes;
    assert_eq!(
        place.verdict(hour(301)),
        verdict("unproven", &["guardduty no_control"])
    );
    place.report = Some(looked(hour(300), &[]));
    assert_eq!(place.verdict(hour(301)), verdict("complete", &[]));
    place.report = Some(looked(hour(200), &[]));
    assert_eq!(
        place.verdict(hour(301)),
        verdict("unproven", &["guardduty no_control"])
    );
    place.wanted[1].no_control = NoControl::YesAccepted;
    assert_eq!(
        place.verdict(hour(301)),
        verdict("complete", &["guardduty accepted_unprovable"])
    );
    // Accepted, though a control could prove it: only where the account's other controls are checked.
    place.wanted[1].no_control = NoControl::Accepted;
    assert_eq!(
        place.verdict(hour(301)),
        verdict("complete", &["guardduty accepted_unprovable"])
    );
    place
        .evidence
        .insert(EvidenceKind::GuardDuty, seen(false, hour(300)));
    assert_eq!(
        place.verdict(hour(301)),
        verdict("incomplete", &["guardduty control_failed"])
    );
}

#[test]
fn a_recorder_of_aws_is_evidence_that_says_so() {
    let mut place = Place::healthy(300);
    let mut report = looked(hour(299), &[(Step::Config, State::ManagedElsewhere)]);
    report.steps[0].code = Some("config_security_hub_records".to_owned());
    place.report = Some(report);
    let judged = place.judge(hour(301));
    assert!(judged.verdict.is_complete());
    assert_eq!(judged.proof[0].source, Some(ProofSource::V2));
}

#[test]
fn a_report_says_what_is_in_the_way_of_an_invited_account() {
    let mut place = Place::new();
    place.listed = listed(MemberStatus::Invited);
    place.report = Some(looked(
        hour(0),
        &[
            (Step::GuardDuty, State::Blocked),
            (Step::SecurityHub, State::Blocked),
            (Step::Invitation, State::Waiting),
        ],
    ));
    let judged = place.judge(hour(1));
    assert_eq!(judged.verdict.as_str(), "invited");
    assert_eq!(
        judged.verdict.missing(),
        ["guardduty", "security_hub", "invitation"]
    );
    assert_eq!(judged.verdict.obstacle().unwrap().step, Step::GuardDuty);
    place.report = None;
    assert_eq!(place.judge(hour(1)).verdict.missing(), ["invitation"]);
}

#[test]
fn an_account_of_another_administrator_can_accept_nothing_of_ours() {
    let mut place = Place::new();
    place.report = Some(looked(
        hour(0),
        &[(Step::Invitation, State::ManagedElsewhere)],
    ));
    for listing in [listed(MemberStatus::Invited), ListedStatus::Listed(None)] {
        place.listed = listing;
        assert_eq!(place.judge(hour(1)).verdict.as_str(), "managed_elsewhere");
    }
}

fn asff(changes: &Value) -> Value {
    let mut finding = json!({
        "Id": "arn:aws:securityhub:us-east-1:111111111111:security-control/Config.1/finding/1",
        "AwsAccountId": "111111111111",
        "Region": "us-east-1",
        "ProductArn": "arn:aws:securityhub:us-east-1::product/aws/securityhub",
        "GeneratorId": "security-control/Config.1",
        "UpdatedAt": "2026-11-23T09:00:00.123Z",
        "RecordState": "ACTIVE",
        "Compliance": {
            "Status": "FAILED",
            "SecurityControlId": "Config.1",
            "StatusReasons": [{ "ReasonCode": "CONFIG_RECORDER_CUSTOM_ROLE", "Description": "its own\nrole" }],
            "AssociatedStandards": [
                { "StandardsId": format!("standards/{FSBP}") },
                { "StandardsId": "ruleset/cis-aws-foundations-benchmark/v/1.2.0" },
            ],
        },
    });
    for (pointer, value) in changes.as_object().unwrap() {
        if let Some(place) = finding.pointer_mut(pointer) {
            *place = value.clone();
        }
    }
    finding
}

fn kinds(changes: &Value) -> Vec<String> {
    let asff = asff(changes);
    let finding = finding::read(&asff).unwrap();
    sightings(&finding, &asff, hour(24))
        .iter()
        .map(|seen| format!("{} {}", seen.kind, seen.sighting.passed))
        .collect()
}

#[test]
fn a_finding_proves_its_control_and_its_standards() {
    let all = [
        "any_control true",
        &format!("standard:{FSBP} true"),
        "standard:cis-aws-foundations-benchmark/v/1.2.0 true",
        "config false",
    ];
    assert_eq!(kinds(&json!({})), all);
    let asff = asff(&json!({}));
    let seen = sightings(&finding::read(&asff).unwrap(), &asff, hour(24))
        .pop()
        .unwrap();
    assert_eq!(seen.sighting.reason_code, "CONFIG_RECORDER_CUSTOM_ROLE");
    assert_eq!(seen.sighting.description, "its ownrole");
    assert_eq!(seen.sighting.at, hour(0));
}

#[test]
fn a_finding_without_consolidation_names_its_standard_in_its_generator() {
    for (generator, standard) in [
        (format!("{FSBP}/Config.1"), FSBP),
        (
            "nist-800-53/v/5.0.0/Config.1".to_owned(),
            "nist-800-53/v/5.0.0",
        ),
        (
            "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0/rule/2.5"
                .to_owned(),
            "cis-aws-foundations-benchmark/v/1.2.0",
        ),
    ] {
        let found =
            kinds(&json!({ "/Compliance/AssociatedStandards": [], "/GeneratorId": generator }));
        assert_eq!(found[1], format!("standard:{standard} true"));
    }
}

#[test]
fn archived_findings_and_those_of_others_prove_nothing() {
    for changes in [
        json!({ "/RecordState": "ARCHIVED" }),
        json!({ "/ProductArn": "arn:aws:securityhub:us-east-1:111111111111:product/111111111111/default" }),
        json!({ "/UpdatedAt": null }),
        json!({ "/Region": "nowhere" }),
    ] {
        assert_eq!(kinds(&changes), [""; 0], "{changes}");
    }
    // A check that could not be made proves that the standard is on, and nothing about the service.
    let unclear = kinds(&json!({ "/Compliance/Status": "NOT_AVAILABLE" }));
    assert!(
        unclear.iter().all(|kind| !kind.starts_with("config")),
        "{unclear:?}"
    );
    assert_eq!(unclear.len(), 3);
    let threat =
        kinds(&json!({ "/ProductArn": "arn:aws:securityhub:us-east-1::product/aws/guardduty" }));
    assert_eq!(threat, ["guardduty true"]);
}

#[test]
fn a_time_in_the_far_future_is_not_believed() {
    let asff = asff(&json!({ "/UpdatedAt": "2099-01-01T00:00:00Z" }));
    let seen = sightings(&finding::read(&asff).unwrap(), &asff, hour(24));
    assert!(seen.iter().all(|seen| seen.sighting.at == hour(48)));
}

#[test]
fn words_are_read_back() {
    for kind in [
        EvidenceKind::AnyControl,
        EvidenceKind::Config,
        EvidenceKind::GuardDuty,
        standard(),
    ] {
        assert_eq!(kind.to_string().parse(), Ok(kind));
    }
    for step in [
        ProofStep::Config,
        ProofStep::GuardDuty,
        ProofStep::SecurityHub,
        ProofStep::Standard(FSBP.parse().unwrap()),
    ] {
        assert_eq!(step.to_string().parse(), Ok(step));
    }
    assert!("standard:x".parse::<ProofStep>().is_err());
    assert!("standards".parse::<EvidenceKind>().is_err());
}

#[test]
fn cis_alone_proves_no_guardduty() {
    let controls = ProvingControls::default();
    let region = "us-east-1".parse().unwrap();
    let only = |standard: &str| [standard.parse().unwrap()].into();
    for (standard, config, guardduty) in [
        (FSBP, true, true),
        ("cis-aws-foundations-benchmark/v/5.0.0", true, false),
        ("nist-800-171/v/2.0.0", false, true),
        ("pci-dss/v/3.2.1", true, true),
        ("pci-dss/v/4.0.1", false, true),
        ("aws-resource-tagging-standard/v/1.0.0", false, false),
    ] {
        let can = |step| controls.can_prove(region, &step, &only(standard));
        assert_eq!(
            (can(ProofStep::Config), can(ProofStep::GuardDuty)),
            (config, guardduty),
            "{standard}"
        );
    }
}
