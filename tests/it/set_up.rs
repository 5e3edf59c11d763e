//! A project member pastes one line: the account is set up in all its Regions, whatever was there.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::aws::{block_on, security_hub};
use crate::harness::cloud::Cloud;
use crate::harness::program::{Outcome, agent};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED};

const MEMBER: &str = "111111111111";
const STRANGER: &str = "666666666666";
const SCP: &str = "User: arn:aws:sts::111111111111:assumed-role/dev/me is not authorized to perform: \
                   guardduty:CreateDetector on resource: * with an explicit deny in a service control policy";

/// A member's shell beside its cloud.
struct Shell {
    cloud: Cloud,
    directory: TempDir,
}

impl Shell {
    fn new() -> Self {
        Self {
            cloud: Cloud::start(),
            directory: TempDir::new().expect("a directory"),
        }
    }

    /// Runs the agent over both Regions.
    fn agent(&self, words: &str) -> Outcome {
        agent(self.directory.path())
            .at(&self.cloud, &self.cloud.credentials(MEMBER))
            .args(words.split(' '))
            .args([
                "--administrator",
                ADMINISTRATOR,
                "--region",
                HOME,
                "--region",
                LINKED,
            ])
            .run()
    }

    /// Somebody's console: Security Hub on, and an invitation to the member, in both Regions.
    fn invite_as(&self, account: &str) {
        for region in [HOME, LINKED] {
            let hub = security_hub(&self.cloud, account, region);
            block_on(async {
                hub.enable_security_hub()
                    .enable_default_standards(false)
                    .send()
                    .await
                    .expect("enable the inviter's Security Hub");
                hub.create_members()
                    .account_details(
                        aws_sdk_securityhub::types::AccountDetails::builder()
                            .account_id(MEMBER)
                            .build(),
                    )
                    .send()
                    .await
                    .expect("create the member");
                hub.invite_members()
                    .account_ids(MEMBER)
                    .send()
                    .await
                    .expect("invite the member");
            });
        }
    }

    /// A recorder that somebody set up by hand in the linked Region, and never started.
    fn put_foreign_recorder(&self) {
        let keys = self.cloud.credentials(MEMBER);
        let credentials = aws_sdk_config::config::Credentials::new(
            keys.access_key_id,
            keys.secret_access_key,
            Some(keys.session_token),
            None,
            "story",
        );
        let sdk = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new(LINKED))
            .endpoint_url(self.cloud.url())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(aws_sdk_config::config::SharedCredentialsProvider::new(
                credentials,
            ))
            .build();
        let recorder = aws_sdk_config::types::ConfigurationRecorder::builder()
            .name("default")
            .role_arn(format!(
                "arn:aws:iam::{MEMBER}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
            ))
            .build();
        block_on(async {
            aws_sdk_iam::Client::new(&sdk)
                .create_service_linked_role()
                .aws_service_name("config.amazonaws.com")
                .send()
                .await
                .expect("create the role");
            aws_sdk_config::Client::new(&sdk)
                .put_configuration_recorder()
                .configuration_recorder(recorder)
                .send()
                .await
                .expect("put the recorder");
        });
    }

    fn mutating_calls(&self) -> Vec<Value> {
        let mut calls = self.cloud.mutating_calls();
        calls.retain(|call| call["account"] == MEMBER);
        calls
    }
}

/// The step of a Region in a result.
fn step<'a>(report: &'a Value, region: &str, step: &str) -> &'a Value {
    let regions = report["regions"].as_array().expect("regions");
    let region = regions
        .iter()
        .find(|one| one["region"] == region)
        .expect("the Region");
    let steps = region["steps"].as_array().expect("steps");
    steps
        .iter()
        .find(|one| one["step"] == step)
        .expect("the step")
}

fn all_steps(report: &Value) -> Vec<&Value> {
    let regions = report["regions"].as_array().expect("regions");
    regions
        .iter()
        .flat_map(|region| region["steps"].as_array().expect("steps"))
        .collect()
}

#[test]
fn a_fresh_account_is_complete_after_one_line_and_unchanged_by_the_next() {
    let shell = Shell::new();
    shell.invite_as(ADMINISTRATOR);

    let first = shell.agent("setup --yes --json").expect(0).json();
    assert_eq!(first["complete"], true);
    assert_eq!(first["account"], MEMBER);
    assert!(
        all_steps(&first)
            .iter()
            .all(|step| step["state"] == "changed"),
        "{first}"
    );
    assert_eq!(first["changes"], shell.mutating_calls().len());

    let state = shell.cloud.state(MEMBER);
    for (region, global_types) in [(HOME, true), (LINKED, false)] {
        let region = &state["regions"][region];
        assert_eq!(region["recorders"][0]["recording"], true);
        let recorded = region["recorders"][0]["recordingGroup"]["resourceTypes"]
            .as_array()
            .expect("the types that Security Hub needs");
        assert!(recorded.contains(&json!("AWS::S3::Bucket")));
        assert_eq!(recorded.contains(&json!("AWS::IAM::User")), global_types);
        let features = region["detectors"][0]["Features"]
            .as_array()
            .expect("features");
        let paid_and_on = features.iter().filter(|feature| {
            let foundational = ["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"];
            !foundational.iter().any(|name| feature["Name"] == *name)
                && feature["Status"] == "ENABLED"
        });
        assert_eq!(paid_and_on.count(), 0, "{features:?}");
        assert_eq!(region["standards"].as_object().expect("standards").len(), 1);
    }
    assert_eq!(state["buckets"].as_object().expect("buckets").len(), 1);

    shell.cloud.forget_calls();
    let second = shell.agent("setup --yes --json").expect(0).json();
    assert_eq!(second["changes"], 0);
    assert!(
        all_steps(&second)
            .iter()
            .all(|step| step["state"] == "already"),
        "{second}"
    );
    assert_eq!(shell.mutating_calls(), Vec::<Value>::new());
    shell.agent("status").expect(0);
}

#[test]
fn looking_changes_nothing() {
    let shell = Shell::new();
    shell.invite_as(ADMINISTRATOR);
    // Without a terminal and without --yes, setup only shows.
    for words in [
        "plan --json",
        "setup --dry-run --json",
        "setup --json",
        "status --json",
    ] {
        let report = shell.agent(words).expect(3).json();
        assert!(
            all_steps(&report)
                .iter()
                .all(|step| step["state"] == "planned"),
            "{report}"
        );
        assert_eq!(report["complete"], false);
    }
    shell.agent("observe").expect(0);
    assert_eq!(shell.mutating_calls(), Vec::<Value>::new());
}

#[test]
fn a_denial_in_one_region_leaves_the_other_done_and_says_who_can_help() {
    let shell = Shell::new();
    shell.invite_as(ADMINISTRATOR);
    shell.cloud.fault(&json!({
        "service": "guardduty", "operation": "CreateDetector", "account": MEMBER, "region": LINKED,
        "error": { "code": "AccessDeniedException", "status": 403, "message": SCP },
    }));

    let report = shell.agent("setup --yes --json").expect(3).json();
    for name in [
        "config",
        "guardduty",
        "security_hub",
        "standards",
        "invitation",
    ] {
        assert_eq!(step(&report, HOME, name)["state"], "changed");
    }
    for name in ["config", "security_hub", "standards", "invitation"] {
        assert_eq!(step(&report, LINKED, name)["state"], "changed");
    }
    let denied = step(&report, LINKED, "guardduty");
    assert_eq!(denied["state"], "blocked");
    let detail = denied["detail"].as_str().expect("a detail");
    assert!(
        detail.contains("AccessDeniedException") && detail.contains(LINKED),
        "{detail}"
    );
    assert!(detail.contains("guardduty:CreateDetector"), "{detail}");
    assert!(
        denied["hint"].as_str().expect("a hint").contains("SCP"),
        "{denied}"
    );
}

#[test]
fn a_foreign_recorder_is_adopted_untouched() {
    let shell = Shell::new();
    shell.invite_as(ADMINISTRATOR);
    shell.put_foreign_recorder();
    shell.cloud.forget_calls();

    let report = shell.agent("setup --yes --json").expect(3).json();
    // It is stopped, and not ours to start.
    let config = step(&report, LINKED, "config");
    assert_eq!(config["state"], "insufficient", "{config}");
    assert!(
        config["hint"]
            .as_str()
            .expect("a hint")
            .contains("start-configuration-recorder")
    );
    let touched = shell
        .mutating_calls()
        .into_iter()
        .filter(|call| call["service"] == "config" && call["region"] == LINKED)
        .count();
    assert_eq!(touched, 0);
    assert_eq!(step(&report, HOME, "config")["state"], "changed");
    assert_eq!(step(&report, LINKED, "invitation")["state"], "changed");
}

#[test]
fn a_strangers_invitation_is_never_accepted() {
    let shell = Shell::new();
    shell.invite_as(STRANGER);
    let report = shell.agent("setup --yes --json").expect(3).json();
    for region in [HOME, LINKED] {
        let invitation = step(&report, region, "invitation");
        assert_eq!(invitation["state"], "waiting");
        assert!(
            invitation["detail"]
                .as_str()
                .expect("a detail")
                .contains(STRANGER)
        );
    }
    let accepted = shell.mutating_calls().into_iter().filter(|call| {
        call["operation"]
            .as_str()
            .is_some_and(|name| name.starts_with("Accept"))
    });
    assert_eq!(accepted.count(), 0);
}

#[test]
fn an_unknown_standard_is_refused_before_any_change() {
    let shell = Shell::new();
    let report = shell
        .agent("setup --yes --json --standard no-such-standard/v/1.0.0")
        .expect(1)
        .json();
    for region in [HOME, LINKED] {
        assert_eq!(step(&report, region, "standards")["state"], "failed");
    }
    assert_eq!(report["changes"], 0);
    assert_eq!(shell.mutating_calls(), Vec::<Value>::new());
}

#[test]
fn it_speaks_japanese() {
    let shell = Shell::new();
    let shown = shell.agent("plan --lang ja").expect(3);
    assert!(shown.stdout.contains("変更予定"), "{}", shown.stdout);
    assert!(shown.stdout.contains("未完了"), "{}", shown.stdout);
    let report = shell.agent("plan --lang ja --json").expect(3).json();
    let detail = step(&report, HOME, "guardduty")["detail"]
        .as_str()
        .expect("a detail");
    assert!(detail.contains("有効化"), "{detail}");
}

#[test]
fn a_region_that_the_account_has_not_enabled_is_not_asked() {
    let shell = Shell::new();
    let opt_in = "ap-east-1";
    let report = agent(shell.directory.path())
        .at(&shell.cloud, &shell.cloud.credentials(MEMBER))
        .args(["plan", "--json", "--administrator", ADMINISTRATOR])
        .args(["--region", opt_in, "--region", LINKED])
        .run()
        .expect(3)
        .json();
    assert_eq!(step(&report, opt_in, "config")["state"], "blocked");
    assert_eq!(step(&report, LINKED, "config")["state"], "planned");
    let asked = shell.cloud.calls();
    assert!(
        !asked.iter().any(|call| call["region"] == opt_in),
        "{asked:?}"
    );
}

#[test]
fn the_administrator_cannot_be_its_own_member() {
    let shell = Shell::new();
    let refused = agent(shell.directory.path())
        .at(&shell.cloud, &shell.cloud.credentials(ADMINISTRATOR))
        .args([
            "setup",
            "--yes",
            "--administrator",
            ADMINISTRATOR,
            "--region",
            HOME,
        ])
        .run()
        .expect(1);
    assert!(refused.stderr.contains("hint:"), "{}", refused.stderr);
    assert!(refused.stdout.is_empty());
}
