//! The baseline of the SOC that the server hands to the agent, and what is built by it.

use serde_json::json;

use super::server_agent::{MEMBER, Shell, baseline, step, trusting};
use crate::harness::misbehaving_server::OddServer;
use crate::harness::soc::{HOME, LINKED};

#[test]
fn the_baseline_of_the_server_is_what_is_built() {
    let shell = Shell::new();
    let mut said = baseline();
    said["recording_frequency"] = json!("daily");
    said["guardduty_features"] = json!(["S3_DATA_EVENTS"]);
    said["finding_publishing_frequency"] = json!("ONE_HOUR");
    let server = OddServer::start(move |asked| trusting(asked, &said));
    shell.agent("setup --yes --json", server.url()).expect(0);
    let state = shell.cloud.state(MEMBER);
    for region in [HOME, LINKED] {
        let region_state = &state["regions"][region];
        let group = &region_state["recorders"][0]["recordingGroup"];
        let types = group["resourceTypes"].as_array().expect("types");
        assert!(types.contains(&json!("AWS::S3::Bucket")));
        let has_roles = types.contains(&json!("AWS::IAM::Role"));
        assert_eq!(has_roles, region == HOME, "global types at home only");
        let features = region_state["detectors"][0]["Features"]
            .as_array()
            .expect("features");
        let on: Vec<_> = features
            .iter()
            .filter(|feature| feature["Status"] == "ENABLED")
            .map(|feature| feature["Name"].as_str().expect("a name"))
            .filter(|name| !["CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS"].contains(name))
            .collect();
        assert_eq!(on, ["S3_DATA_EVENTS"]);
    }
    let bodies: Vec<_> = shell
        .cloud
        .mutating_calls()
        .iter()
        .map(|call| (call["operation"].to_string(), call["body"].to_string()))
        .collect();
    for (operation, word) in [
        ("PutConfigurationRecorder", "DAILY"),
        ("CreateDetector", "ONE_HOUR"),
    ] {
        let said = bodies
            .iter()
            .filter(|(name, body)| name.contains(operation) && body.contains(word));
        assert_eq!(said.count(), 2, "{operation} {word}: {bodies:?}");
    }
}

#[test]
fn where_the_soc_adopts_recorders_none_is_made() {
    let shell = Shell::new();
    let mut said = baseline();
    said["config"] = json!("adopt");
    let server = OddServer::start(move |asked| trusting(asked, &said));
    let report = shell
        .agent("setup --yes --json", server.url())
        .expect(3)
        .json();
    for region in [HOME, LINKED] {
        let config = step(&report, region, "config");
        assert_eq!(config["state"], "insufficient", "{config}");
        assert!(config["hint"].is_string());
        // AWS says why a standard finds nothing, and so does the agent.
        let standards = step(&report, region, "standards");
        assert_eq!(standards["state"], "insufficient", "{standards}");
        let detail = standards["detail"].as_str().expect("a detail");
        assert!(detail.contains("NO_AVAILABLE_CONFIGURATION_RECORDER"));
        assert_eq!(step(&report, region, "invitation")["state"], "changed");
    }
    let made = shell
        .cloud
        .mutating_calls()
        .into_iter()
        .filter(|call| call["service"] == "config")
        .count();
    assert_eq!(made, 0);
}
