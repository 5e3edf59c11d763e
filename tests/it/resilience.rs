//! Whatever interrupts a setup, its account ends up as it should be: in this run, or in the next
//! one, which continues after observing the account.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::member::{MEMBER, Member, all_steps, step, words};
use crate::harness::program::Program;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED};

const SET_UP: &str = "setup --yes --json";

/// Starts a program and captures its output.
fn start(program: Program) -> Child {
    program
        .command()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("start the agent")
}

/// The result of a started program: its exit code, stdout and stderr.
fn end(mut child: Child) -> (Option<i32>, String, String) {
    let (mut data, mut talk) = (String::new(), String::new());
    let mut stderr = child.stderr.take().expect("its stderr");
    let listener = std::thread::spawn(move || {
        let _ = stderr.read_to_string(&mut talk);
        talk
    });
    child
        .stdout
        .take()
        .expect("its stdout")
        .read_to_string(&mut data)
        .expect("read");
    let status = child.wait().expect("its end");
    (status.code(), data, listener.join().expect("its talk"))
}

/// Ctrl-C, to this process only.
fn interrupt(child: &Child) {
    let status = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill");
    assert!(status.success());
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        sleep(Duration::from_millis(50));
    }
}

/// Sets an account up without any fault, for comparison.
fn undisturbed(member: &Member) -> String {
    let account = "222222222222";
    member.invite_as(ADMINISTRATOR, account);
    member.program_of(account, SET_UP).run().expect(0);
    member.state_of(account)
}

#[test]
fn with_every_fifth_call_failing_the_account_becomes_the_same() {
    let member = Member::invited();
    let expected = undisturbed(&member);
    let error = |code: &str, status: u16| json!({ "code": code, "status": status });
    // Each fault takes its share of the remaining calls: together a fifth of all calls.
    for fault in [
        json!({ "error": error("TooManyRequestsException", 429), "probability": 0.05 }),
        json!({ "error": error("ThrottlingException", 400), "probability": 0.03 }),
        json!({ "error": error("InternalServerErrorException", 500), "probability": 0.04 }),
        json!({ "error": error("ServiceUnavailable", 503), "probability": 0.02, "after": true }),
        json!({ "ending": "drop", "probability": 0.03 }),
        json!({ "ending": "drop", "probability": 0.02, "after": true }),
        json!({ "ending": "truncate", "probability": 0.03 }),
        json!({ "ending": "hang", "probability": 0.005 }),
    ] {
        member.cloud.fault(&fault);
    }
    member.cloud.forget_calls();
    let report = member.set_up(0);
    assert_eq!(report["complete"], true);
    let calls = member.cloud.calls();
    let failed = |service: &str| {
        let of_it = calls.iter().filter(|call| call["service"] == service);
        of_it.filter(|call| !call["error"].is_null()).count()
    };
    for service in ["config", "guardduty", "securityhub"] {
        assert!(failed(service) > 0, "{service} was never in trouble");
    }
    assert_eq!(member.state_of(MEMBER), expected);
}

/// Most error responses here are ordinary ones: "not subscribed", "no such entity", "there is no
/// policy".
#[test]
fn a_no_that_breaks_off_in_the_middle_is_asked_again() {
    let member = Member::invited();
    let expected = undisturbed(&member);
    member.cloud.forget_calls();
    for operation in ["GetEnabledStandards", "GetRole", "GetBucketPolicy"] {
        member.cloud.fault(&json!({
            "operation": operation, "account": MEMBER, "ending": "truncate", "times": 2,
        }));
    }
    assert_eq!(member.set_up(0)["complete"], true);
    let calls = member.cloud.calls();
    let cut = |call: &&Value| call["error"] == "truncate";
    let cut: Vec<_> = calls
        .iter()
        .filter(cut)
        .map(|call| &call["status"])
        .collect();
    assert!(cut.contains(&&json!(401)), "no refusal was cut: {cut:?}");
    assert_eq!(member.state_of(MEMBER), expected);
}

#[test]
fn killed_at_any_moment_and_run_again_the_account_becomes_the_same() {
    let member = Member::new();
    let expected = undisturbed(&member);
    let whole = member.cloud.calls_from("222222222222").len();
    let mut killed = 0;
    // A run that ends before its moment comes does not count as killed: another one follows.
    for number in 0..60_u32 {
        if killed == 20 {
            break;
        }
        let account = format!("3333333333{number:02}");
        member.invite_as(ADMINISTRATOR, &account);
        let before = member.cloud.calls_from(&account).len();
        // A moment is a number of calls: at each of them something else is half done.
        let moment = random(whole - 1);
        let mut child = start(member.program_of(&account, SET_UP));
        let mut ended = false;
        while !ended && member.cloud.calls_from(&account).len() < before + moment {
            ended = child.try_wait().expect("ask for its end").is_some();
        }
        child.kill().expect("kill the agent");
        let status = child.wait().expect("its end");
        killed += u32::from(status.code().is_none());
        let again = member.program_of(&account, SET_UP).run().expect(0).json();
        let said = format!("killed after {moment} of {whole} calls: {again}");
        assert_eq!(again["complete"], true, "{said}");
        assert_eq!(member.state_of(&account), expected, "{said}");
    }
    assert_eq!(killed, 20, "only these were killed before their end");
}

/// A pseudorandom number below a limit.
fn random(limit: usize) -> usize {
    use std::hash::{BuildHasher, RandomState};
    let number = RandomState::new().hash_one(limit);
    usize::try_from(number % limit as u64).expect("a small number")
}

#[test]
fn an_interrupted_run_ends_between_two_changes_and_the_next_continues() {
    let member = Member::invited();
    let expected = undisturbed(&member);
    member.cloud.fault(&json!({
        "service": "config", "operation": "PutConfigurationRecorder", "account": MEMBER,
        "latency_ms": 2000,
    }));
    let child = start(member.program(SET_UP));
    wait_until("the first change", || {
        !member.calls_of("CreateServiceLinkedRole").is_empty()
    });
    interrupt(&child);
    let (code, data, talk) = end(child);
    assert_eq!(code, Some(3), "{talk}");
    assert!(talk.contains("Stopping after the current change"), "{talk}");
    let report: Value = serde_json::from_str(&data).expect("a result nevertheless");
    // The call in progress was completed, and nothing was started after it.
    let state = member.cloud.state(MEMBER);
    for region in [HOME, LINKED] {
        let recorders = state["regions"][region]["recorders"].as_array();
        assert_eq!(recorders.map(Vec::len), Some(1));
        assert_eq!(step(&report, region, "guardduty")["state"], "planned");
    }
    assert_eq!(state["buckets"], json!({}));
    assert_eq!(member.calls_of("CreateDetector"), Vec::<Value>::new());

    member.cloud.clear_faults();
    member.set_up(0);
    assert_eq!(member.state_of(MEMBER), expected);
}

#[test]
fn two_agents_at_once_in_one_account_do_no_harm() {
    let member = Member::invited();
    let expected = undisturbed(&member);
    let agents = [0, 1].map(|_| start(member.program(SET_UP)));
    for agent in agents {
        let (code, data, talk) = end(agent);
        assert_eq!(code, Some(0), "{data}\n{talk}");
    }
    assert_eq!(member.state_of(MEMBER), expected);
}

#[test]
fn a_hanging_call_is_cut_and_blocks_no_other() {
    let member = Member::invited();
    // Once, it is a temporary error; permanently, it is a problem of one Region.
    member.cloud.fault(&json!({
        "service": "securityhub", "operation": "GetEnabledStandards", "account": MEMBER,
        "region": HOME, "ending": "hang", "times": 1,
    }));
    member.cloud.fault(&json!({
        "service": "guardduty", "account": MEMBER, "region": LINKED, "ending": "hang",
    }));
    let report = member.set_up(1);
    let hung = step(&report, LINKED, "guardduty");
    assert_eq!(hung["state"], "failed");
    assert!(words(hung, "detail").contains("got no response"), "{hung}");
    let others = all_steps(&report)
        .into_iter()
        .filter(|step| step["state"] == "changed")
        .count();
    assert_eq!(others, 9, "{report}");
}

#[test]
fn credentials_that_expire_on_the_way_are_said_and_the_next_run_continues() {
    let member = Member::invited();
    let expected = undisturbed(&member);
    member.cloud.fault(&json!({
        "service": "config", "operation": "PutConfigurationRecorder", "account": MEMBER,
        "latency_ms": 12_000,
    }));
    let keys = member.cloud.credentials_for(MEMBER, 8);
    let outcome = member
        .program(SET_UP)
        .at(&member.cloud, &keys)
        .run()
        .expect(1);
    let report = outcome.json();
    let expired: Vec<_> = all_steps(&report)
        .into_iter()
        .filter(|step| step["state"] == "failed")
        .collect();
    assert!(!expired.is_empty(), "{report}");
    for step in expired {
        assert!(words(step, "detail").contains("ExpiredToken"), "{step}");
        assert!(words(step, "hint").contains("CloudShell"), "{step}");
    }
    member.cloud.clear_faults();
    member.set_up(0);
    assert_eq!(member.state_of(MEMBER), expected);
}
