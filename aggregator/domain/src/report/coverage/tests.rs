//! Tests of what a report may say of Regions that are watched, not watched, or unknown.

use jiff::SignedDuration;

use super::*;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
}

fn region() -> Region {
    "us-east-1".parse().unwrap()
}

fn seen(status: Option<MemberStatus>, verdict: &str) -> Membership {
    Membership {
        account_id: "111111111111".parse().unwrap(),
        region: region(),
        status,
        verdict: verdict.to_owned(),
        since: at(-60),
        seen_at: at(0),
        associated_since: None,
        completed_at: None,
    }
}

fn coverage(sightings: &[Sighting]) -> Coverage {
    Coverage {
        regions: sightings
            .iter()
            .map(|sighting| RegionCoverage::of(region(), sighting.clone(), None, None, at(0)))
            .collect(),
    }
}

fn listed(status: MemberStatus) -> Sighting {
    Sighting::Listed(Some(status))
}

#[test]
fn only_a_recent_record_of_a_member_is_enough() {
    let within = SignedDuration::from_mins(15);
    let member = seen(Some(MemberStatus::Enabled), "complete");
    assert!(is_on_record(Some(&member), at(15), within));
    assert!(!is_on_record(Some(&member), at(16), within));
    assert!(!is_on_record(None, at(0), within));
    for other in [
        seen(Some(MemberStatus::Invited), "invited"),
        seen(None, "not_invited"),
        seen(Some(MemberStatus::Enabled), "unknown"),
    ] {
        assert!(!is_on_record(Some(&other), at(1), within), "{other:?}");
    }
}

#[test]
fn the_check_judges_as_long_as_the_membership_is_what_it_saw() {
    let member = seen(Some(MemberStatus::Enabled), "complete");
    let of =
        |sighting, judged| RegionCoverage::of(region(), sighting, Some(&member), judged, at(9));
    let judged = Some(("drifted", at(-5)));
    for sighting in [Sighting::Recorded, listed(MemberStatus::Enabled)] {
        let its = of(sighting, judged);
        assert_eq!((its.verdict.as_str(), its.since), ("drifted", at(-5)));
        assert_eq!(its.watch, RegionWatch::Watched);
    }
    let left = of(listed(MemberStatus::Resigned), judged);
    assert_eq!((left.verdict.as_str(), left.since), ("resigned", at(9)));
    assert_eq!(left.watch, RegionWatch::NotWatched);
    let unreadable = of(Sighting::Unreadable("denied".to_owned()), judged);
    assert_eq!(
        (unreadable.verdict.as_str(), unreadable.since),
        ("unknown", at(9))
    );
    let why = "denied".to_owned();
    assert_eq!(unreadable.watch, RegionWatch::Unknown { why });
}

#[test]
fn a_member_without_a_check_is_unproven_and_no_other_status_is_watched() {
    use MemberStatus as S;
    for (status, word) in [
        (None, "not_invited"),
        (Some(S::Created), "not_invited"),
        (Some(S::Invited), "invited"),
        (Some(S::Resigned), "resigned"),
        (Some(S::Removed), "removed"),
        (Some(S::Deleted), "removed"),
        (Some(S::AccountSuspended), "suspended"),
    ] {
        let its = RegionCoverage::of(region(), Sighting::Listed(status), None, None, at(0));
        assert_eq!(its.watch, RegionWatch::NotWatched, "{word}");
        assert_eq!(its.verdict, word);
    }
    let its = RegionCoverage::of(region(), listed(S::Enabled), None, None, at(0));
    assert_eq!(
        (its.watch, its.verdict.as_str()),
        (RegionWatch::Watched, "unproven")
    );
    let new = listed(S::Unknown("Paused".to_owned()));
    let its = RegionCoverage::of(region(), new, None, None, at(0));
    assert_eq!(its.watch.is_watched(), None);
}

#[test]
fn nothing_counts_as_none_only_where_something_is_watched() {
    let none = coverage(&[Sighting::Listed(None), listed(MemberStatus::Invited)]);
    assert!(none.is_watched_nowhere() && !none.is_whole());
    assert_eq!((none.count(0), none.count(3)), (None, None));
    let unknown = coverage(&[Sighting::Unreadable(String::new()), Sighting::Listed(None)]);
    assert!(!unknown.is_watched_nowhere());
    assert_eq!((unknown.count(0), unknown.count(3)), (None, Some(3)));
    let one = coverage(&[listed(MemberStatus::Enabled), Sighting::Listed(None)]);
    assert!(!one.is_watched_nowhere() && !one.is_whole());
    assert_eq!((one.count(0), one.count(3)), (Some(0), Some(3)));
    assert!(coverage(&[listed(MemberStatus::Enabled)]).is_whole());
    let nowhere = Coverage::default();
    assert!(nowhere.is_watched_nowhere() && !nowhere.is_whole());
}

#[test]
fn a_score_over_nothing_is_none() {
    let watched = coverage(&[listed(MemberStatus::Enabled)]).counts();
    assert_eq!(watched.score(Score::default()), None);
    let all = Score {
        passed: 2,
        judged: 2,
    };
    assert_eq!(watched.score(all), Some(100));
    assert_eq!(
        coverage(&[Sighting::Listed(None)]).counts().score(all),
        None
    );
}

#[test]
fn only_a_region_that_is_not_watched_leaves_findings_out() {
    let unknown = coverage(&[Sighting::Unreadable(String::new())]);
    let left = coverage(&[listed(MemberStatus::Resigned)]);
    assert!(!unknown.leaves_out("us-east-1"));
    assert!(left.leaves_out("us-east-1") && !left.leaves_out("eu-west-1"));
}
