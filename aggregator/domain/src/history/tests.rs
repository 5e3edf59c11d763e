//! Tests of counting findings day by day.

use jiff::civil::date;

use super::*;

fn finding(resource: &str, status: Status, standards: &[&str]) -> Counted {
    Counted {
        region: "us-east-1".to_owned(),
        kind: Kind::Control,
        resource: resource.to_owned(),
        severity: Severity::Medium,
        status,
        standards: standards.iter().map(ToString::to_string).collect(),
    }
}

fn count(findings: impl IntoIterator<Item = Counted>) -> BTreeMap<Line, i64> {
    let mut count = Count::default();
    for finding in findings {
        count.add(finding);
    }
    count.lines()
}

fn of(lines: &BTreeMap<Line, i64>, standard: &str) -> Vec<(Status, i64)> {
    let lines = lines.iter().filter(|(line, _)| line.standard == standard);
    lines.map(|(line, count)| (line.status, *count)).collect()
}

#[test]
fn a_consolidated_finding_and_one_for_each_standard_count_the_same() {
    let consolidated = count([finding("a", Status::Open, &["fsbp", "cis"])]);
    let apart = count([
        finding("a", Status::Open, &["fsbp"]),
        finding("a", Status::Open, &["cis"]),
    ]);
    assert_eq!(consolidated, apart);
    for standard in ["", "fsbp", "cis"] {
        assert_eq!(of(&apart, standard), [(Status::Open, 1)], "{standard}");
    }
}

#[test]
fn of_two_that_differ_the_one_with_more_to_do_counts_and_in_its_standard_each() {
    let lines = count([
        finding("a", Status::Suppressed, &["fsbp"]),
        finding("a", Status::Open, &["cis"]),
        finding("b", Status::Passed, &["cis"]),
    ]);
    assert_eq!(of(&lines, ""), [(Status::Open, 1), (Status::Passed, 1)]);
    assert_eq!(of(&lines, "fsbp"), [(Status::Suppressed, 1)]);
    let threat = |id| Counted {
        kind: Kind::Threat,
        ..finding(id, Status::Open, &[])
    };
    let threats = count([threat("host"), threat("host")]);
    assert_eq!(
        of(&threats, ""),
        [(Status::Open, 2)],
        "two threats to one host"
    );
}

#[test]
fn a_status_is_what_there_is_to_do() {
    let (active, failed) = (RecordState::Active, Some(Compliance::Failed));
    let of = |workflow, compliance| Status::of(active, workflow, compliance).unwrap();
    assert_eq!(of(Workflow::New, None), Status::Open);
    assert_eq!(of(Workflow::Notified, failed), Status::Open);
    assert_eq!(of(Workflow::Suppressed, failed), Status::Suppressed);
    assert_eq!(of(Workflow::Resolved, failed), Status::Resolved);
    let passed = Some(Compliance::Passed);
    assert_eq!(of(Workflow::Resolved, passed), Status::Passed);
    assert_eq!(
        of(Workflow::New, Some(Compliance::Unknown)),
        Status::Unknown
    );
    assert_eq!(
        Status::of(RecordState::Archived, Workflow::New, failed),
        None
    );
}

#[test]
fn a_day_costs_what_changed_on_it_and_its_last_count_wins() {
    let (monday, tuesday) = (date(2026, 11, 23), date(2026, 11, 24));
    let lines = count([finding("a", Status::Open, &[])]);
    let first = changes(BTreeMap::new(), lines.clone(), monday);
    assert_eq!(first.begun.len(), 1);
    let line = first.begun[0].0.clone();
    let since = |from| BTreeMap::from([(line.clone(), Holding { from, count: 1 })]);
    assert_eq!(
        changes(since(monday), lines.clone(), tuesday),
        Changes::default()
    );

    let fixed = count([finding("a", Status::Passed, &[])]);
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
        kind: Kind::Control,
        severity: Severity::High,
        status,
        count,
    };
    let (second, fourth) = (date(2026, 11, 2), date(2026, 11, 4));
    let spans = [
        span(second, fourth, Status::Open, 5),
        span(fourth, STILL, Status::Open, 2),
        span(fourth, STILL, Status::Passed, 3),
    ];
    let days = [1, 2, 3, 4, 30].map(|day| date(2026, 11, day));
    let told = tallies(&spans, &days);
    let open = |tally: &Option<Tally>| tally.as_ref().map(|tally| tally.failed);
    assert_eq!(
        told.iter().map(open).collect::<Vec<_>>(),
        [None, Some(5), Some(5), Some(2), Some(2)]
    );
    let last = told[4].as_ref().unwrap();
    assert_eq!((last.passed, last.open.get(&Severity::High)), (3, Some(&2)));
    assert_eq!(tallies(&[], &days), [const { None }; 5]);
}
