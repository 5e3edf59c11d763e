//! `stay`: a function in the member's account continues to report after CloudShell is closed. It is made by the same
//! steps as the set-up, found again, renewed, and taken back. What the function does is in `stay_function.rs`.

use std::fs::OpenOptions;
use std::io::Write;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::aws::{block_on, iam};
use crate::harness::lambda::{Installed, STAY};
use crate::harness::program::{Outcome, Program, program_at, small_agent};
use crate::harness::server::Server;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc};
use crate::harness::terminal::at_terminal;

pub(crate) const MEMBER: &str = "111111111111";
const LOG_GROUP: &str = "/aws/lambda/hubward-stay";

/// A member of a SOC whose server runs.
pub(crate) struct Stay {
    pub(crate) soc: Soc,
    pub(crate) server: Server,
    pub(crate) directory: TempDir,
}

impl Stay {
    pub(crate) fn new() -> Self {
        let soc = Soc::new();
        soc.import(&[(MEMBER, "A", "a@example.com")]);
        let server = soc.serve();
        soc.cloud.forget_calls();
        Self {
            soc,
            server,
            directory: TempDir::new().expect("a directory"),
        }
    }

    /// The agent in the member's shell, not started yet.
    pub(crate) fn program(&self, words: &str) -> Program {
        self.shell(small_agent(self.directory.path()), words)
    }

    /// The same with another file of the program.
    fn shell(&self, program: Program, words: &str) -> Program {
        program
            .at(&self.soc.cloud, &self.soc.cloud.credentials(MEMBER))
            .args(words.split(' '))
            .args(["--administrator", ADMINISTRATOR])
            .args(["--server", self.server.url()])
    }

    pub(crate) fn agent(&self, words: &str) -> Outcome {
        self.program(words).run()
    }

    /// Runs another version of the agent: a program with more bytes at its end is another one, and does the same.
    pub(crate) fn as_another_version(&self, words: &str) -> Outcome {
        let other = self.directory.path().join("another-version");
        if !other.exists() {
            let program = self.program("--version").command();
            std::fs::copy(program.get_program(), &other).expect("copy the program");
            let file = OpenOptions::new().append(true).open(&other);
            let appended = file.expect("open it").write_all(b"another version");
            appended.expect("append to it");
        }
        let other = other.to_str().expect("a path of this test");
        let program = program_at(other, self.directory.path());
        self.shell(program, words).run()
    }

    /// The calls of the member's shells that change something.
    fn changes(&self) -> Vec<Value> {
        let mut calls = self.soc.cloud.mutating_calls();
        calls.retain(|call| call["account"] == MEMBER && call["app"] == "hubward-agent");
        calls
    }

    /// What exists of `stay`.
    fn state(&self) -> Value {
        let state = self.soc.cloud.state(MEMBER);
        json!({
            "home": state["regions"][HOME],
            "linked": state["regions"][LINKED],
            "roles": state["roles"],
            "policies": state["policies"],
        })
    }
}

/// The states of the parts, in the order role, log group, function, schedule.
#[track_caller]
fn states(report: &Value) -> Vec<&str> {
    let parts = report["parts"].as_array().expect("parts").iter();
    parts.filter_map(|part| part["state"].as_str()).collect()
}

#[test]
fn one_line_makes_four_parts_and_the_next_changes_nothing() {
    let stay = Stay::new();
    let report = stay.agent("stay --yes --json").expect(0).json();
    assert_eq!(states(&report), ["changed"; 4], "{report}");
    assert_eq!(report["complete"], true);
    assert_eq!(report["region"], HOME);
    assert_eq!(report["every"], "1h");
    assert_eq!(report["changes"], 8, "{report}");
    assert_eq!(stay.changes().len(), 8);

    let tags = json!({ "hubward:created-by": "hubward-agent" });
    let state = stay.state();
    let function = &state["home"]["functions"][STAY];
    assert_eq!(function["runtime"], "provided.al2023");
    assert_eq!(function["handler"], "bootstrap");
    assert_eq!(function["architectures"], json!(["x86_64"]));
    assert_eq!(function["tags"], tags);
    // The server names Regions and standards at each look: they are not frozen in the function.
    let environment = json!({
        "HUBWARD_ADMINISTRATOR": ADMINISTRATOR,
        "HUBWARD_LANG": "en",
        "HUBWARD_SERVER": stay.server.url(),
    });
    assert_eq!(function["environment"], environment);
    let rule_arn = format!("arn:aws:events:{HOME}:{MEMBER}:rule/{STAY}");
    let permission = &function["policy"][0];
    assert_eq!(permission["Principal"]["Service"], "events.amazonaws.com");
    assert_eq!(
        permission["Condition"]["ArnLike"]["AWS:SourceArn"],
        rule_arn
    );

    let rule = &state["home"]["rules"][STAY];
    assert_eq!(rule["schedule"], "rate(1 hour)");
    assert_eq!(rule["tags"], tags);
    let function_arn = format!("arn:aws:lambda:{HOME}:{MEMBER}:function:{STAY}");
    assert_eq!(
        rule["targets"],
        json!([{ "Id": STAY, "Arn": function_arn }])
    );
    let log_group = json!({ "retention": 14, "tags": tags });
    assert_eq!(state["home"]["log_groups"][LOG_GROUP], log_group);
    assert_eq!(
        state["policies"][STAY]["tags"],
        json!({ "hubward:created-by": "hubward-agent", "hubward:region": HOME })
    );

    // The very program that made it.
    let installed = Installed::of(&stay.soc.cloud, MEMBER, HOME);
    let (bootstrap, executable) = installed.bootstrap();
    let program = stay.program("--version").command();
    let own = std::fs::read(program.get_program()).expect("the program");
    assert!(bootstrap == own && executable);

    stay.soc.cloud.forget_calls();
    // Another shell, in another Region: the role says where the function is.
    let again = stay.program("stay --yes --json").args(["--region", LINKED]);
    let again = again.run().expect(0).json();
    assert_eq!(again["region"], HOME);
    assert_eq!(again["parts"][2]["state"], "changed", "{again}");
    stay.soc.cloud.forget_calls();
    let again = stay.program("stay --yes --json").args(["--region", LINKED]);
    let again = again.run().expect(0).json();
    assert_eq!(states(&again), ["already"; 4], "{again}");
    assert_eq!(again["changes"], 0);
    assert_eq!(stay.changes(), Vec::<Value>::new());
    let calls = stay.soc.cloud.calls_from(MEMBER);
    let calls = calls.iter().filter(|call| call["app"] == "hubward-agent");
    assert!(calls.count() <= 12);
}

#[test]
fn looking_changes_nothing_and_an_answer_of_no_neither() {
    let stay = Stay::new();
    // Without a terminal and without --yes, it only shows.
    for words in ["stay --json", "stay --dry-run --json"] {
        let report = stay.agent(words).expect(3).json();
        assert_eq!(states(&report), ["planned"; 4], "{report}");
        assert_eq!(report["complete"], false);
    }
    let shown = stay.agent("stay");
    assert_eq!(shown.code, 3);
    assert!(shown.stdout.contains("USD a month"), "{}", shown.stdout);
    assert!(shown.stderr.contains("--yes"), "{}", shown.stderr);
    let (code, shown) = at_terminal(stay.program("stay"), "n");
    assert_eq!(code, 3, "{shown}");
    assert!(shown.contains("Nothing was changed"), "{shown}");
    assert_eq!(stay.changes(), Vec::<Value>::new());

    let (code, shown) = at_terminal(stay.program("stay"), "y");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("stay --remove"), "{shown}");
    assert_eq!(stay.changes().len(), 8);
}

#[test]
fn the_screen_of_the_question_fits_a_small_terminal() {
    let stay = Stay::new();
    for lang in ["en", "ja"] {
        let shown = stay.program("stay").args(["--lang", lang]).run();
        let lines: Vec<&str> = shown.stdout.lines().collect();
        // One line more for the question.
        assert!(lines.len() < 24, "{} lines:\n{}", lines.len(), shown.stdout);
    }
}

#[test]
fn a_server_that_does_not_accept_the_account_is_the_end_before_any_change() {
    let soc = Soc::new();
    let server = soc.serve();
    let directory = TempDir::new().expect("a directory");
    let run = |server: &str| {
        small_agent(directory.path())
            .at(&soc.cloud, &soc.cloud.credentials(MEMBER))
            .args(["stay", "--yes", "--administrator", ADMINISTRATOR])
            .args(["--server", server, "--region", HOME])
            .run()
    };
    let refused = run(server.url()).expect(1);
    assert!(
        refused.stderr.contains("account_not_in_ledger")
            && refused.stderr.contains("nothing was changed"),
        "{}",
        refused.stderr
    );
    run("http://127.0.0.1:1").expect(1);
    let without = small_agent(directory.path())
        .at(&soc.cloud, &soc.cloud.credentials(MEMBER))
        .args(["stay", "--yes", "--administrator", ADMINISTRATOR])
        .run();
    assert_eq!(without.code, 2, "{}", without.stderr);
    let state = soc.cloud.state(MEMBER);
    assert_eq!(state["roles"], json!([]));
}

#[test]
fn another_version_is_outdated_shown_and_replaced() {
    let stay = Stay::new();
    stay.agent("stay --yes --every 30m").expect(0);
    let first = Installed::of(&stay.soc.cloud, MEMBER, HOME);
    stay.soc.cloud.forget_calls();

    let shown = stay
        .as_another_version("stay --dry-run --json")
        .expect(3)
        .json();
    assert_eq!(
        states(&shown),
        ["already", "already", "outdated", "already"],
        "{shown}"
    );
    // The interval is kept where none is given.
    assert_eq!(shown["every"], "30m");
    assert_eq!(stay.changes(), Vec::<Value>::new());

    let report = stay
        .as_another_version("stay --yes --json")
        .expect(0)
        .json();
    assert_eq!(
        states(&report),
        ["already", "already", "changed", "already"],
        "{report}"
    );
    let changes = stay.changes();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0]["operation"], "UpdateFunctionCode");
    let second = Installed::of(&stay.soc.cloud, MEMBER, HOME);
    assert!(second.code != first.code);

    // Another language and interval are settings.
    stay.soc.cloud.forget_calls();
    let report = stay
        .as_another_version("stay --yes --json --every 2h --lang ja")
        .expect(0)
        .json();
    assert_eq!(
        states(&report),
        ["already", "already", "changed", "changed"],
        "{report}"
    );
    let state = stay.state();
    let environment = &state["home"]["functions"][STAY]["environment"];
    assert_eq!(environment["HUBWARD_LANG"], "ja");
    assert_eq!(state["home"]["rules"][STAY]["schedule"], "rate(2 hours)");
}

#[test]
fn what_has_our_name_and_not_our_tag_is_not_touched() {
    let stay = Stay::new();
    let trust = json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "lambda.amazonaws.com" },
            "Action": "sts:AssumeRole",
        }],
    });
    let theirs = iam(&stay.soc.cloud, MEMBER).create_role();
    let theirs = theirs.role_name(STAY);
    block_on(theirs.assume_role_policy_document(trust.to_string()).send()).expect("someone's role");
    let report = stay.agent("stay --yes --json").expect(3).json();
    assert_eq!(
        states(&report),
        ["blocked", "planned", "planned", "planned"],
        "{report}"
    );
    let hint = report["parts"][0]["hint"].as_str().expect("a hint");
    assert!(hint.contains("nothing is changed"), "{hint}");
    let removed = stay.agent("stay --remove --yes --json").expect(0).json();
    assert_eq!(removed["changes"], 0);
    assert_eq!(stay.changes(), Vec::<Value>::new());
    assert_eq!(stay.state()["roles"].as_array().map(Vec::len), Some(1));
}

#[test]
fn what_was_made_is_taken_back_and_nothing_else() {
    let stay = Stay::new();
    let before = stay.soc.cloud.state(MEMBER);
    stay.agent("stay --yes").expect(0);
    stay.soc.cloud.forget_calls();

    let undo = stay.soc.member(MEMBER).args(["undo", "--region", HOME]);
    let undo = undo.run().expect(0).stdout;
    for command in [
        "aws events remove-targets --rule hubward-stay --ids hubward-stay --region ap-northeast-1",
        "aws events delete-rule --name hubward-stay --region ap-northeast-1",
        "aws lambda delete-function --function-name hubward-stay --region ap-northeast-1",
        "aws logs delete-log-group --log-group-name /aws/lambda/hubward-stay --region ap-northeast-1",
        "aws iam delete-role-policy --role-name hubward-stay --policy-name hubward-stay",
        "aws iam delete-role --role-name hubward-stay",
    ] {
        assert!(undo.lines().any(|line| line == command), "{undo}");
    }
    assert_eq!(stay.changes(), Vec::<Value>::new());

    // Removing needs neither the server nor its baseline; without --yes it only shows.
    let remove = |words: &str| {
        stay.soc
            .member(MEMBER)
            .args(words.split(' '))
            .args(["--region", LINKED])
            .run()
    };
    let shown = remove("stay --remove --json").expect(3).json();
    assert_eq!(states(&shown), ["planned"; 4], "{shown}");
    assert_eq!(stay.changes(), Vec::<Value>::new());
    let removed = remove("stay --remove --yes --json").expect(0).json();
    assert_eq!(states(&removed), ["removed"; 4], "{removed}");
    assert_eq!(stay.changes().len(), 6);
    assert_eq!(stay.soc.cloud.state(MEMBER), before);
    let again = remove("stay --remove --yes --json").expect(0).json();
    assert_eq!(states(&again), ["absent"; 4], "{again}");
}

#[test]
fn a_role_that_cannot_be_assumed_yet_is_waited_for() {
    let stay = Stay::new();
    stay.soc.cloud.fault(&json!({
        "service": "lambda", "operation": "CreateFunction", "times": 2,
        "error": {
            "code": "InvalidParameterValueException", "status": 400,
            "message": "The role defined for the function cannot be assumed by Lambda.",
        },
    }));
    // AWS throttles, and answers of which one gets lost.
    stay.soc.cloud.fault(&json!({
        "service": "events", "operation": "PutTargets", "times": 2,
        "error": { "code": "ThrottlingException", "status": 400 },
    }));
    stay.soc.cloud.fault(&json!({
        "service": "logs", "operation": "CreateLogGroup", "times": 1, "after": true,
        "error": { "code": "ServiceUnavailableException", "status": 503 },
    }));
    let report = stay.agent("stay --yes --json").expect(0).json();
    assert_eq!(report["complete"], true, "{report}");
}

#[test]
fn a_denial_says_which_action_is_missing_and_what_is_made_stays_known() {
    let stay = Stay::new();
    stay.soc.cloud.fault(&json!({
        "service": "iam", "operation": "CreateRole",
        "error": {
            "code": "AccessDenied", "status": 403,
            "message": "User: x is not authorized to perform: iam:CreateRole on resource: y",
        },
    }));
    let report = stay.agent("stay --yes --json").expect(3).json();
    assert_eq!(report["parts"][0]["state"], "blocked", "{report}");
    let hint = report["parts"][0]["hint"].as_str().expect("a hint");
    assert!(hint.contains("iam:CreateRole"), "{hint}");
    assert_eq!(report["changes"], 0);
    stay.soc.cloud.clear_faults();

    // In the middle: the next run continues.
    stay.soc.cloud.fault(&json!({
        "service": "events", "operation": "PutRule",
        "error": { "code": "AccessDeniedException", "status": 400, "message": "no" },
    }));
    let report = stay.agent("stay --yes --json").expect(3).json();
    assert_eq!(
        states(&report),
        ["changed", "changed", "changed", "blocked"],
        "{report}"
    );
    stay.soc.cloud.clear_faults();
    let report = stay.agent("stay --yes --json").expect(0).json();
    assert_eq!(
        states(&report),
        ["already", "already", "already", "changed"],
        "{report}"
    );
}

#[test]
fn killed_at_any_change_the_next_run_continues() {
    let stay = Stay::new();
    stay.agent("stay --yes").expect(0);
    let expected = stay.state();
    for operation in ["CreateRole", "CreateFunction", "PutTargets"] {
        stay.agent("stay --remove --yes").expect(0);
        stay.soc.cloud.forget_calls();
        stay.soc
            .cloud
            .fault(&json!({ "operation": operation, "latency_ms": 1500, "times": 1 }));
        let mut command = stay.program("stay --yes").command();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut running = command.spawn().expect("start the agent");
        // Killed while the call is under way: AWS carries it out, and the answer reaches no one.
        while stay.soc.cloud.faults()[0]["times"] != 0 {
            let ended = running.try_wait().expect("its state");
            assert!(ended.is_none(), "it ended before {operation}");
            std::thread::sleep(Duration::from_millis(5));
        }
        running.kill().expect("kill it");
        running.wait().expect("its end");
        stay.soc.cloud.settle();
        stay.soc.cloud.clear_faults();
        let report = stay.agent("stay --yes --json").expect(0).json();
        assert_eq!(report["complete"], true, "{operation}: {report}");
        assert_eq!(stay.state(), expected, "killed at {operation}");
    }
}
