//! Tests of verdicts, case by case.

use super::*;

fn step(step: Step, state: State) -> StepReport {
    StepReport {
        step,
        state,
        detail: String::new(),
        hint: None,
        on: None,
        code: None,
        facts: BTreeMap::new(),
    }
}

fn listed(status: MemberStatus) -> ListedStatus {
    ListedStatus::Listed(Some(status))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const MONDAY: &str = "2026-11-23T09:00:00Z";
const TUESDAY: &str = "2026-11-24T09:00:00Z";

fn reported(steps: &[StepReport]) -> AgentReport {
    AgentReport {
        at: at(MONDAY),
        steps: steps.to_vec(),
    }
}

fn facts<'a>(listing: &'a ListedStatus, report: Option<&'a AgentReport>) -> CheckFacts<'a> {
    CheckFacts {
        listed: listing,
        report,
        controls: &[],
        silent_until: None,
        associated_since: None,
        was_complete: false,
    }
}

fn judged(listing: &ListedStatus, report: Option<&AgentReport>) -> Verdict {
    judge(&facts(listing, report))
}

fn all_done() -> AgentReport {
    reported(&Step::ALL.map(|s| step(s, State::Already)))
}

#[test]
fn an_association_alone_is_complete_and_nothing_else_is() {
    use MemberStatus as S;
    assert_eq!(judged(&listed(S::Enabled), None), Verdict::Complete);
    for status in [
        S::Created,
        S::Invited,
        S::Removed,
        S::Resigned,
        S::Deleted,
        S::AccountSuspended,
        S::Unknown("x".to_owned()),
    ] {
        let verdict = judged(&listed(status), Some(&all_done()));
        assert!(!verdict.is_complete(), "{verdict:?}");
    }
    assert_eq!(
        judged(&ListedStatus::Listed(None), None),
        Verdict::NotInvited
    );
    let unreadable = judged(
        &ListedStatus::Unreadable("down".to_owned()),
        Some(&all_done()),
    );
    assert!(!unreadable.is_complete());
}

#[test]
fn a_report_says_what_is_in_the_way_of_an_invited_account() {
    let report = reported(&[
        step(Step::Config, State::Changed),
        step(Step::GuardDuty, State::Blocked),
        step(Step::SecurityHub, State::Blocked),
        step(Step::Invitation, State::Waiting),
    ]);
    let verdict = judged(&listed(MemberStatus::Invited), Some(&report));
    assert_eq!(verdict.as_str(), "invited");
    assert_eq!(
        verdict.missing(),
        [Step::GuardDuty, Step::SecurityHub, Step::Invitation]
    );
    assert_eq!(verdict.obstacle().unwrap().step, Step::GuardDuty);
}

#[test]
fn without_a_report_the_acceptance_is_missing() {
    let verdict = judged(&listed(MemberStatus::Invited), None);
    assert_eq!(verdict.as_str(), "invited");
    assert_eq!(verdict.missing(), [Step::Invitation]);
}

#[test]
fn an_associated_account_whose_recorder_is_off_is_incomplete_or_has_drifted() {
    let report = reported(&[
        step(Step::Config, State::Insufficient),
        step(Step::Invitation, State::Already),
    ]);
    let listing = listed(MemberStatus::Enabled);
    let mut facts = facts(&listing, Some(&report));
    assert_eq!(judge(&facts).as_str(), "incomplete");
    facts.was_complete = true;
    let verdict = judge(&facts);
    assert_eq!(verdict.as_str(), "drifted");
    assert_eq!(verdict.missing(), [Step::Config]);
}

#[test]
fn what_is_managed_elsewhere_counts_only_where_it_is_seen_on() {
    let report = |on| {
        reported(&[
            StepReport {
                on,
                ..step(Step::Config, State::ManagedElsewhere)
            },
            step(Step::Invitation, State::Already),
        ])
    };
    let of = |on| judged(&listed(MemberStatus::Enabled), Some(&report(on)));
    assert!(of(Some(true)).is_complete());
    assert_eq!(of(Some(false)).missing(), [Step::Config]);
    assert_eq!(of(None).missing(), [Step::Config]);
}

#[test]
fn whom_another_administrator_has_can_accept_nothing_of_ours() {
    let report = reported(&[step(Step::Invitation, State::ManagedElsewhere)]);
    for listing in [listed(MemberStatus::Invited), ListedStatus::Listed(None)] {
        assert_eq!(
            judged(&listing, Some(&report)).as_str(),
            "managed_elsewhere"
        );
    }
}

#[test]
fn the_listing_overrules_a_report_from_before_the_association() {
    let before = reported(&[
        step(Step::Config, State::Insufficient),
        step(Step::Standards, State::Planned),
        step(Step::Invitation, State::Waiting),
    ]);
    let listing = listed(MemberStatus::Enabled);
    assert_eq!(judged(&listing, Some(&before)), Verdict::Complete);
}

fn control(step: Step, passed: bool, when: &str) -> ControlEvidence {
    ControlEvidence {
        step,
        passed,
        at: at(when),
    }
}

#[test]
fn of_a_report_and_a_finding_the_newer_one_is_believed() {
    let listing = listed(MemberStatus::Enabled);
    let (good, bad) = (
        all_done(),
        reported(&[
            step(Step::GuardDuty, State::Failed),
            step(Step::Invitation, State::Already),
        ]),
    );
    for (report, passed, when, complete) in [
        (&good, false, "2026-11-23T08:59:59Z", true),
        (&good, false, MONDAY, true),
        (&good, false, TUESDAY, false),
        (&bad, true, "2026-11-23T08:59:59Z", false),
        (&bad, true, TUESDAY, true),
    ] {
        let controls = [control(Step::GuardDuty, passed, when)];
        let verdict = judge(&CheckFacts {
            controls: &controls,
            ..facts(&listing, Some(report))
        });
        assert_eq!(verdict.is_complete(), complete, "{passed} {when}");
    }
}

#[test]
fn what_was_found_before_the_association_says_nothing() {
    let listing = listed(MemberStatus::Enabled);
    let controls = [control(Step::Config, false, MONDAY)];
    let mut facts = CheckFacts {
        controls: &controls,
        associated_since: Some(at(TUESDAY)),
        ..facts(&listing, None)
    };
    assert!(judge(&facts).is_complete());
    facts.associated_since = Some(at("2026-11-22T09:00:00Z"));
    assert_eq!(judge(&facts).missing(), [Step::Config]);
}

#[test]
fn config_1_is_no_evidence_where_the_recorder_is_not_ours() {
    let report = reported(&[
        StepReport {
            on: Some(false),
            ..step(Step::Config, State::ManagedElsewhere)
        },
        step(Step::Invitation, State::Already),
    ]);
    let listing = listed(MemberStatus::Enabled);
    let controls = [control(Step::Config, true, TUESDAY)];
    let verdict = judge(&CheckFacts {
        controls: &controls,
        ..facts(&listing, Some(&report))
    });
    assert_eq!(verdict.missing(), [Step::Config]);
}

#[test]
fn silence_counts_only_two_days_after_the_association() {
    let listing = listed(MemberStatus::Enabled);
    let mut facts = CheckFacts {
        associated_since: Some(at(MONDAY)),
        silent_until: Some(at("2026-11-25T08:59:59Z")),
        was_complete: true,
        ..facts(&listing, None)
    };
    assert!(judge(&facts).is_complete());
    facts.silent_until = Some(at("2026-11-25T09:00:00Z"));
    let verdict = judge(&facts);
    assert_eq!(
        (verdict.as_str(), verdict.missing()),
        ("drifted", vec![Step::Standards])
    );
    facts.silent_until = None;
    assert!(judge(&facts).is_complete());
}
