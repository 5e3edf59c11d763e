//! A project member's shell and its cloud, and the actions of others around it: the SOC that
//! invites, strangers, and people who set something up before.

use aws_sdk_config::types::{ConfigurationRecorder, Tag};
use serde_json::Value;
use tempfile::TempDir;

use super::aws::{block_on, config, iam, security_hub};
use super::cloud::Cloud;
use super::program::{Outcome, Program, agent};
use super::soc::{ADMINISTRATOR, HOME, LINKED};

/// The account of all tests about a member.
pub(crate) const MEMBER: &str = "111111111111";
/// Another person's account.
pub(crate) const STRANGER: &str = "666666666666";
/// The steps of a Region, in order.
pub(crate) const STEPS: [&str; 5] = [
    "config",
    "guardduty",
    "security_hub",
    "standards",
    "invitation",
];

/// A member's shell and its cloud.
pub(crate) struct Member {
    /// Where it lives.
    pub(crate) cloud: Cloud,
    directory: TempDir,
}

impl Member {
    /// An account in which nothing is set up, and that has no invitation.
    pub(crate) fn new() -> Self {
        Self {
            cloud: Cloud::start(),
            directory: TempDir::new().expect("a directory"),
        }
    }

    /// An account that the SOC has invited in both Regions.
    pub(crate) fn invited() -> Self {
        let member = Self::new();
        member.invite_as(ADMINISTRATOR, MEMBER);
        member.cloud.forget_calls();
        member
    }

    /// The agent in an account's shell, not started yet.
    pub(crate) fn shell_of(&self, account: &str) -> Program {
        agent(self.directory.path()).at(&self.cloud, &self.cloud.credentials(account))
    }

    /// The agent in a shell without credentials, not started yet.
    pub(crate) fn bare_shell(&self) -> Program {
        agent(self.directory.path()).env("AWS_ENDPOINT_URL", self.cloud.url())
    }

    /// The agent with arguments, over both Regions, not started yet.
    pub(crate) fn program(&self, words: &str) -> Program {
        self.program_of(MEMBER, words)
    }

    /// The same in another account's shell.
    pub(crate) fn program_of(&self, account: &str, words: &str) -> Program {
        self.shell_of(account)
            .args(words.split(' '))
            .args(["--administrator", ADMINISTRATOR])
            .args(["--region", HOME, "--region", LINKED])
    }

    /// Runs the agent with arguments, over both Regions.
    pub(crate) fn agent(&self, words: &str) -> Outcome {
        self.program(words).run()
    }

    /// Runs the setup to its end, and parses its result.
    #[track_caller]
    pub(crate) fn set_up(&self, code: i32) -> Value {
        self.agent("setup --yes --json").expect(code).json()
    }

    /// Turns Security Hub on in another account and invites an account, in both Regions.
    pub(crate) fn invite_as(&self, inviter: &str, account: &str) {
        self.invite_in(&[HOME, LINKED], inviter, account);
    }

    /// The same in these Regions.
    pub(crate) fn invite_in(&self, regions: &[&str], inviter: &str, account: &str) {
        for region in regions {
            let hub = security_hub(&self.cloud, inviter, region);
            block_on(async {
                // Security Hub is already on if it has invited others.
                let _ = hub
                    .enable_security_hub()
                    .enable_default_standards(false)
                    .send()
                    .await;
                hub.create_members()
                    .account_details(
                        aws_sdk_securityhub::types::AccountDetails::builder()
                            .account_id(account)
                            .build(),
                    )
                    .send()
                    .await
                    .expect("create the member");
                hub.invite_members()
                    .account_ids(account)
                    .send()
                    .await
                    .expect("invite the member");
            });
        }
    }

    /// Creates a recorder in the linked Region that is not started.
    pub(crate) fn put_recorder(&self, name: &str, tag: Option<(&str, &str)>) {
        let recorder = ConfigurationRecorder::builder()
            .name(name)
            .role_arn(format!(
                "arn:aws:iam::{MEMBER}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
            ))
            .build();
        let tags = tag.map(|(key, value)| vec![Tag::builder().key(key).value(value).build()]);
        block_on(async {
            iam(&self.cloud, MEMBER)
                .create_service_linked_role()
                .aws_service_name("config.amazonaws.com")
                .send()
                .await
                .expect("create the role");
            config(&self.cloud, MEMBER, LINKED)
                .put_configuration_recorder()
                .configuration_recorder(recorder)
                .set_tags(tags)
                .send()
                .await
                .expect("put the recorder");
        });
    }

    /// The calls of the member's own shells that change something.
    pub(crate) fn mutating_calls(&self) -> Vec<Value> {
        let mut calls = self.cloud.mutating_calls();
        calls.retain(|call| call["account"] == MEMBER);
        calls
    }

    /// The calls of the member's own shells of one operation.
    pub(crate) fn calls_of(&self, operation: &str) -> Vec<Value> {
        let mut calls = self.cloud.calls();
        calls.retain(|call| call["account"] == MEMBER && call["operation"] == operation);
        calls
    }

    /// What exists in an account, without its id: to compare two accounts.
    pub(crate) fn state_of(&self, account: &str) -> String {
        let state = self.cloud.state(account);
        serde_json::to_string_pretty(&state)
            .expect("JSON")
            .replace(account, "ACCOUNT")
    }
}

/// A step of a Region in a result.
#[track_caller]
pub(crate) fn step<'a>(report: &'a Value, region: &str, step: &str) -> &'a Value {
    let regions = report["regions"].as_array().expect("regions");
    regions
        .iter()
        .find(|one| one["region"] == region)
        .and_then(|region| region["steps"].as_array())
        .and_then(|steps| steps.iter().find(|one| one["step"] == step))
        .unwrap_or_else(|| panic!("no {step} in {region}: {report}"))
}

/// All steps of all Regions.
pub(crate) fn all_steps(report: &Value) -> Vec<&Value> {
    let regions = report["regions"].as_array().expect("regions");
    regions
        .iter()
        .flat_map(|region| region["steps"].as_array().expect("steps"))
        .collect()
}

/// A text field of a step.
#[track_caller]
pub(crate) fn words<'a>(step: &'a Value, member: &str) -> &'a str {
    step[member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member} in {step}"))
}
