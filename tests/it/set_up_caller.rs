//! The caller of a setup: credentials, missing permissions, limits, and how few calls a second run
//! makes.

use serde_json::{Value, json};

use crate::harness::member::{MEMBER, Member, STEPS, step, words};
use crate::harness::misbehaving_server::{Answer, OddServer};
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED};

#[test]
fn the_credentials_of_cloudshell_are_found_where_it_has_them() {
    let member = Member::invited();
    let keys = member.cloud.credentials(MEMBER);
    let cloudshell = OddServer::start(move |asked| {
        if asked.header("authorization") != Some("of-this-shell") {
            return Answer::http("401 Unauthorized", &[], "");
        }
        let credentials = json!({
            "Code": "Success", "Type": "", "Expiration": "2099-01-01T00:00:00Z",
            "AccessKeyId": keys.access_key_id, "SecretAccessKey": keys.secret_access_key,
            "Token": keys.session_token,
        });
        Answer::json("200 OK", &credentials)
    });
    let place = cloudshell.url().replace("127.0.0.1", "localhost");
    let shell = |token: &str| {
        let place = format!("{place}/latest/meta-data/container/security-credentials");
        member
            .bare_shell()
            .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", place)
            .env("AWS_CONTAINER_AUTHORIZATION_TOKEN", token)
            .env("AWS_DEFAULT_REGION", HOME)
            .args(["setup", "--yes", "--json", "--administrator", ADMINISTRATOR])
            .run()
    };
    let report = shell("of-this-shell").expect(0).json();
    assert_eq!(report["account"], MEMBER);
    // The shell's Region, if neither a server nor the command line names any.
    assert_eq!(report["regions"][0]["region"], HOME);
    let refused = shell("of-another-shell").expect(1);
    assert!(refused.stderr.contains("CloudShell"), "{}", refused.stderr);
}

#[test]
fn a_region_that_rejects_the_caller_is_distinguished_from_one_that_is_off() {
    let member = Member::invited();
    member.cloud.fault(&json!({
        "account": MEMBER, "region": LINKED,
        "error": { "code": "UnrecognizedClientException", "status": 403, "message": "The security token included in the request is invalid." },
    }));
    let report = member.set_up(3);
    let unknown = step(&report, LINKED, "guardduty");
    assert_eq!(unknown["state"], "blocked");
    let hint = words(unknown, "hint");
    assert!(
        hint.contains(LINKED) && hint.contains("sign in again"),
        "{hint}"
    );
    assert_eq!(step(&report, HOME, "guardduty")["state"], "changed");
}

#[test]
fn a_centrally_configured_account_learns_whom_to_ask() {
    let central = "This account is currently associated with a central configuration policy, so only \
                   the administrator can access this operation";
    for operation in ["EnableSecurityHub", "BatchEnableStandards"] {
        let member = Member::invited();
        member.cloud.fault(&json!({
            "service": "securityhub", "operation": operation, "account": MEMBER,
            "error": { "code": "AccessDeniedException", "status": 403, "message": central },
        }));
        let report = member.set_up(3);
        let name = match operation {
            "EnableSecurityHub" => "security_hub",
            _ => "standards",
        };
        let kept = step(&report, HOME, name);
        assert_eq!(kept["state"], "managed_elsewhere", "{kept}");
        assert!(words(kept, "hint").contains("central"), "{kept}");
        assert_eq!(step(&report, HOME, "config")["state"], "changed");
    }
}

#[test]
fn a_limit_met_on_creating_is_said_at_once_and_one_met_on_reading_passes() {
    let limit = json!({ "code": "LimitExceededException", "status": 429, "message": "limit" });
    let member = Member::invited();
    member.cloud.fault(&json!({
        "service": "securityhub", "operation": "EnableSecurityHub", "region": HOME, "account": MEMBER,
        "error": limit,
    }));
    let report = member.set_up(3);
    let full = step(&report, HOME, "security_hub");
    assert_eq!(full["state"], "blocked");
    assert!(words(full, "hint").contains("quota"), "{full}");
    let tries = member.calls_of("EnableSecurityHub");
    let in_home = tries.iter().filter(|call| call["region"] == HOME).count();
    assert_eq!(in_home, 1);

    member.cloud.clear_faults();
    member.cloud.fault(&json!({
        "service": "securityhub", "operation": "GetEnabledStandards", "times": 3, "error": limit,
    }));
    member.set_up(0);
}

#[test]
fn a_power_user_learns_what_is_missing_and_who_can_help() {
    let member = Member::invited();
    let pass_role = "User: arn:aws:sts::111111111111:assumed-role/PowerUser/me is not authorized to \
                     perform: iam:PassRole on resource: role because no identity-based policy allows it";
    for (service, operation, message) in [
        ("iam", "GetRole", "not authorized"),
        ("config", "PutConfigurationRecorder", pass_role),
    ] {
        member.cloud.fault(&json!({
            "service": service, "operation": operation, "account": MEMBER,
            "error": { "code": "AccessDenied", "status": 403, "message": message },
        }));
    }
    let report = member.set_up(3);
    for region in [HOME, LINKED] {
        let denied = step(&report, region, "config");
        assert_eq!(denied["state"], "blocked");
        let hint = words(denied, "hint");
        assert!(
            hint.contains("iam:PassRole") && hint.contains("PowerUserAccess"),
            "{hint}"
        );
        for name in &STEPS[1..3] {
            assert_eq!(step(&report, region, name)["state"], "changed");
        }
    }
}

#[test]
fn a_second_run_changes_nothing_and_reads_little() {
    let member = Member::invited();
    member.set_up(0);
    member.cloud.forget_calls();
    member.set_up(0);
    let calls = member.cloud.calls();
    assert_eq!(member.mutating_calls(), Vec::<Value>::new());
    for region in [HOME, LINKED] {
        let reads: Vec<_> = calls
            .iter()
            .filter(|call| call["region"] == region)
            .map(|call| words(call, "operation"))
            .collect();
        // Calls that are made once for the account are counted in the Region where they are made.
        assert!(reads.len() <= 12, "{} in {region}: {reads:?}", reads.len());
    }
}
