//! The whole flow in one test, over two Regions: ledger, invitation, agent, check, alert, report,
//! unlink.

use serde_json::{Value, json};

use super::report::inside;
use crate::harness::alerts::{AlertQueue, finding};
use crate::harness::aws::{block_on, security_hub};
use crate::harness::findings::import;
use crate::harness::receiver::Receiver;
use crate::harness::server::Server;
use crate::harness::soc::{ADMINISTRATOR, HOME, LINKED, Soc, path_str};

const ORDERS: &str = "111111111111";
const PAYMENTS: &str = "222222222222";

#[test]
fn a_project_is_listed_invited_set_up_watched_alerted_reported_and_unlinked() {
    let soc = Soc::new();
    let home = security_hub(&soc.cloud, ADMINISTRATOR, HOME);
    block_on(
        home.create_finding_aggregator()
            .region_linking_mode("ALL_REGIONS")
            .send(),
    )
    .unwrap();
    let queue = AlertQueue::new(&soc);
    queue.fill_by_rule();
    let chat = Receiver::start();
    soc.configure(&format!(
        "[[channels]]\nname = \"soc\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = true\n\
         [[routes]]\nevent = \"alert\"\nchannel = \"soc\"\n\
         [[routes]]\nevent = \"check\"\nchannel = \"soc\"",
        chat.url()
    ));

    // The ledger, and its invitations.
    soc.import(&[
        (ORDERS, "受注", "sato@example.com"),
        (PAYMENTS, "Payments", "alex@example.com"),
    ]);
    soc.hubward(["invite"]).expect(0);
    soc.hubward(["check", "--notify"]).expect(3);

    // Both projects run the agent; the SOC's own listing says that they are monitored.
    soc.set_up(ORDERS).expect(0);
    soc.set_up(PAYMENTS).expect(0);
    soc.prove();
    soc.hubward(["check", "--notify"]).expect(0);

    // A threat is notified, and so are the two checks.
    let server = Server::start(soc.program().env("HUBWARD_ALERTS__QUEUE_URL", &queue.url));
    let threat = finding(PAYMENTS, LINKED, 7);
    import(&soc.cloud, PAYMENTS, LINKED, std::slice::from_ref(&threat));
    chat.wait_for("the checks and the alert", |chat| chat.asked().len() >= 3);
    let messages: Vec<Value> = chat.bodies();
    let alert = messages
        .iter()
        .find(|body| body["type"] == "alert.opened")
        .unwrap();
    assert_eq!(alert["data"]["project"], "Payments");
    assert_eq!(alert["data"]["finding_id"], threat["Id"]);
    server.kill();

    // Each project's workbook has its own threats, and no others.
    soc.hubward(["findings", "sync"]).expect(0);
    let reports = soc.path("reports");
    let built = soc
        .hubward([
            "report",
            "build",
            "--out",
            path_str(&reports),
            "--period",
            "2026-11",
            "--json",
        ])
        .expect(0);
    assert!(built.stdout.contains(ORDERS) && built.stdout.contains(PAYMENTS));
    let has_threat = |account: &str| {
        inside(&reports.join(format!("{account}_2026-11.xlsx")))
            .contains("Password guessing number 7")
    };
    assert!(has_threat(PAYMENTS) && !has_threat(ORDERS));

    // One leaves: removed from both Regions, and nothing is missing afterwards.
    let rows = soc
        .hubward(["unlink", PAYMENTS, "--yes", "--json"])
        .expect(0)
        .json();
    assert_eq!(
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| (row["region"].clone(), row["outcome"].clone()))
            .collect::<Vec<_>>(),
        [
            (json!(HOME), json!("deleted")),
            (json!(LINKED), json!("deleted"))
        ]
    );
    soc.hubward(["check"]).expect(0);
    let accounts = soc.hubward(["account", "list", "--json"]).expect(0).json();
    assert_eq!(accounts[1]["state"], "left");
    // The history stays.
    let history = soc
        .hubward(["account", "history", PAYMENTS, "--json"])
        .expect(0)
        .stdout;
    for action in [
        "account.added",
        "membership.invite_requested",
        "alert.opened",
    ] {
        assert!(history.contains(action), "{action} is not in {history}");
    }
    soc.hubward(["audit", "verify"]).expect(0);
}
