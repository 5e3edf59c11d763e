//! Tests of counting findings day by day.

use jiff::civil::date;

use super::*;

fn finding(resource: &str, status: HistoryStatus, standards: &[&str]) -> CountedFinding {
    CountedFinding {
        region: "us-east-1".to_owned(),
        kind: FindingKind::Control,
        resource: resource.to_owned(),
        severity: FindingSeverity::Medium,
        status,
        standards: standards.iter().map(ToString::to_string).collect(),
    }
}

fn count(findings: impl IntoIterator<Item = CountedFinding>) -> BTreeMap<HistoryLine, i64> {
    let mut count = Count::default();
    for finding in findings {
        count.add(finding);
    }
    count.lines()
}

fn of(lines: &BTreeMap<HistoryLine, i64>, standard: &str) -> Vec<(HistoryStatus, i64)> {
    let lines = lines.iter().filter(|(line, _)| line.standard == standard);
    lines.map(|(line, count)| (line.status, *count)).collect()
}

#[test]
fn a_consolidated_finding_and_one_for_each_standard_count_the_same() {
    let consolidated = count([finding("a", HistoryStatus::Open, &["fsbp", "cis"])]);
    let apart = count([
        finding("a", HistoryStatus::Open, &["fsbp"]),
        finding("a", HistoryStatus::Open, &["cis"]),
    ]);
    assert_eq!(consolidated, apart);
    for standard in ["", "fsbp", "cis"] {
        assert_eq!(
            of(&apart, standard),
            [(HistoryStatus::Open, 1)],
            "{standard}"
        );
    }
}

#[test]
fn of_two_that_differ_the_one_with_more_to_do_counts_and_in_its_standard_each() {
    let lines = count([
        finding("a", HistoryStatus::Suppressed, &["fsbp"]),
        finding("a", HistoryStatus::Open, &["cis"]),
        finding("b", HistoryStatus::Passed, &["cis"]),
    ]);
    assert_eq!(
        of(&lines, ""),
        [(HistoryStatus::Open, 1), (HistoryStatus::Passed, 1)]
    );
    assert_eq!(of(&lines, "fsbp"), [(HistoryStatus::Suppressed, 1)]);
    let threat = |id| CountedFinding {
        kind: FindingKind::Threat,
        ..finding(id, HistoryStatus::Open, &[])
    };
    let threats = count([threat("host"), threat("host")]);
    assert_eq!(
        of(&threats, ""),
        [(HistoryStatus::Open, 2)],
        "two threats to one host"
    );
}

#[test]
fn a_status_is_what_there_is_to_do() {
    let (active, failed) = (RecordState::Active, Some(Compliance::Failed));
    let of = |workflow, compliance| HistoryStatus::of(active, workflow, compliance).unwrap();
    assert_eq!(of(FindingWorkflow::New, None), HistoryStatus::Open);
    assert_eq!(of(FindingWorkflow::Notified, failed), HistoryStatus::Open);
    assert_eq!(
        of(FindingWorkflow::Suppressed, failed),
        HistoryStatus::Suppressed
    );
    assert_eq!(
        of(FindingWorkflow::Resolved, failed),
        HistoryStatus::Resolved
    );
    let passed = Some(Compliance::Passed);
    assert_eq!(of(FindingWorkflow::Resolved, passed), HistoryStatus::Passed);
    assert_eq!(
        of(FindingWorkflow::New, Some(Compliance::Unknown)),
        HistoryStatus::Unknown
    );
    assert_eq!(
        HistoryStatus::of(RecordState::Archived, FindingWorkflow::New, failed),
        None
    );
}

#[test]
fn a_day_costs_what_changed_on_it_and_its_last_count_wins() {
    let (monday, tuesday) = (date(2026, 11, 23), date(2026, 11, 24));
    let lines = count([finding("a", HistoryStatus::Open, &[])]);
    let first = changes(BTreeMap::new(), lines.clone(), monday);
    assert_eq!(first.begun.len(), 1);
    let line = first.begun[0].0.clone();
    let since = |from| BTreeMap::from([(line.clone(), Holding { from, count: 1 })]);
    assert_eq!(
        changes(since(monday), lines.clone(), tuesday),
        Changes::default()
    );

    let fixed = count([finding("a", HistoryStatus::Passed, &[])]);
    let next_day = changes(since(monday), fixed.clone(), tuesday);
    assert_eq!(next_day.ended, [(line.clone(), monday)]);
    assert_eq!(next_day.begun.len(), 1);
    let same_day = changes(since(tuesday), fixed, tuesday);
    assert_eq!(same_day.undone, std::slice::from_ref(&line));
    assert!(same_day.ended.is_empty());
    let gone = changes(since(monday), BTreeMap::new(), tuesday);
    assert_eq!(gone.ended, [(line, monday)]);
    assert!(gone.begun.is_empty());
}

#[test]
fn a_tally_is_of_the_end_of_its_day_and_nothing_is_said_of_days_before() {
    let span = |from, until, status, count| Span {
        from,
        until,
        region: "us-east-1".to_owned(),
        kind: FindingKind::Control,
        severity: FindingSeverity::High,
        status,
        count,
    };
    let (second, fourth) = (date(2026, 11, 2), date(2026, 11, 4));
    let spans = [
        span(second, fourth, HistoryStatus::Open, 5),
        span(fourth, STILL, HistoryStatus::Open, 2),
        span(fourth, STILL, HistoryStatus::Passed, 3),
    ];
    let days = [1, 2, 3, 4, 30].map(|day| date(2026, 11, day));
    let totals = tallies(&spans, &days);
    let open = |tally: &Option<Tally>| tally.as_ref().map(|tally| tally.failed);
    assert_eq!(
        totals.iter().map(open).collect::<Vec<_>>(),
        [None, Some(5), Some(5), Some(2), Some(2)]
    );
    let last = totals[4].as_ref().unwrap();
    assert_eq!(
        (last.passed, last.open.get(&FindingSeverity::High)),
        (3, Some(&2))
    );
    assert_eq!(tallies(&[], &days), [const { None }; 5]);
}
