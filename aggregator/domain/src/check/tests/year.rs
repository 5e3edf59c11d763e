//! Properties over a year of a simulated clock: whatever happens to an account, and whenever, it is not called complete
//! for longer than the proof's age and one reading, and a healthy one is never called anything else.

use proptest::prelude::*;

use super::*;

/// AWS evaluates a control at most this many hours after the last time.
const EVALUATED_EVERY: i64 = 24;
/// The job reads the evidence this often, in hours.
const READ_EVERY: i64 = 6;
const YEAR: i64 = 365 * 24;

/// What happens to the account in its year.
#[derive(Clone, Copy, Debug)]
enum Event {
    RecorderStopped,
    DetectorDeleted,
    StandardOff,
    AllStandardsOff,
    AccountClosed,
    ReadingStopped,
    NewStandardWanted,
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::RecorderStopped),
        Just(Event::DetectorDeleted),
        Just(Event::StandardOff),
        Just(Event::AllStandardsOff),
        Just(Event::AccountClosed),
        Just(Event::ReadingStopped),
        Just(Event::NewStandardWanted),
    ]
}

/// Plays a year, and returns the verdict of each hour from the second day on.
fn year(event: Option<(Event, i64)>, phases: [i64; 4], reading_phase: i64) -> Vec<(i64, Verdict)> {
    let other = EvidenceKind::Standard("cis-aws-foundations-benchmark/v/5.0.0".parse().unwrap());
    let mut place = Place::new();
    let mut wanted_other = place.wanted[2].clone();
    wanted_other.step =
        ProofStep::Standard("cis-aws-foundations-benchmark/v/5.0.0".parse().unwrap());
    place.wanted.push(wanted_other);
    let mut written: BTreeMap<EvidenceKind, Sighting> = BTreeMap::new();
    let mut verdicts = Vec::new();
    for now in 0..YEAR {
        let has =
            |wanted: fn(Event) -> bool| event.is_some_and(|(event, at)| wanted(event) && now >= at);
        if has(|event| matches!(event, Event::NewStandardWanted)) && place.wanted.len() == 4 {
            let mut new = place.wanted[3].clone();
            new.step = ProofStep::Standard("nist-800-53/v/5.0.0".parse().unwrap());
            new.history = StepHistory {
                wanted_since: hour(now),
                proven_at: None,
            };
            place.wanted.push(new);
        }
        let off = has(|event| matches!(event, Event::AllStandardsOff | Event::AccountClosed));
        // Each control has its own hour, and is evaluated at least daily.
        let kinds = [
            EvidenceKind::Config,
            EvidenceKind::GuardDuty,
            standard(),
            other.clone(),
        ];
        for (kind, phase) in kinds.into_iter().zip(phases) {
            let is_off =
                off || (kind == standard() && has(|event| matches!(event, Event::StandardOff)));
            if is_off || now % EVALUATED_EVERY != phase {
                continue;
            }
            let passed = match kind {
                EvidenceKind::Config => !has(|event| matches!(event, Event::RecorderStopped)),
                EvidenceKind::GuardDuty => !has(|event| matches!(event, Event::DetectorDeleted)),
                _ => true,
            };
            written.insert(kind, seen(passed, hour(now)));
            written.insert(EvidenceKind::AnyControl, seen(true, hour(now)));
        }
        if now % READ_EVERY == reading_phase && !has(|event| matches!(event, Event::ReadingStopped))
        {
            place.evidence.clone_from(&written);
            place.read_to = Some(hour(now));
        }
        let judged = place.judge(hour(now));
        for wanted in &mut place.wanted {
            let is_proven = judged
                .proof
                .iter()
                .any(|step| step.step == wanted.step && step.state == ProofState::Proven);
            let proven_at = wanted.history.proven_at.or(is_proven.then(|| hour(now)));
            wanted.history.proven_at = proven_at;
        }
        if now >= 48 {
            verdicts.push((now, judged.verdict));
        }
    }
    verdicts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_healthy_account_is_complete_the_whole_year(
        phases in [0..EVALUATED_EVERY, 0..EVALUATED_EVERY, 0..EVALUATED_EVERY, 0..EVALUATED_EVERY],
        reading in 0..READ_EVERY,
    ) {
        for (now, verdict) in year(None, phases, reading) {
            prop_assert!(verdict.is_complete(), "hour {now}: {verdict:?}");
        }
    }

    #[test]
    fn what_ends_is_not_called_complete_for_longer_than_the_proof_lasts(
        event in events(),
        began in 72..YEAR - 200,
        phases in [0..EVALUATED_EVERY, 0..EVALUATED_EVERY, 0..EVALUATED_EVERY, 0..EVALUATED_EVERY],
        reading in 0..READ_EVERY,
    ) {
        for (now, verdict) in year(Some((event, began)), phases, reading) {
            if now < began {
                prop_assert!(verdict.is_complete(), "hour {now}: {verdict:?}");
            } else if now > began + 48 + READ_EVERY {
                prop_assert!(!verdict.is_complete(), "{event:?} of hour {began} at {now}");
            }
            let is_drift = matches!(verdict, Verdict::Drifted(_) | Verdict::Incomplete(_));
            if matches!(event, Event::AccountClosed | Event::AllStandardsOff | Event::ReadingStopped) {
                prop_assert!(!is_drift, "{event:?} at {now}: {verdict:?}");
            }
        }
    }
}
