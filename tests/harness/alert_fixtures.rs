//! A SOC with one project in its ledger, the channels for its alerts, and helpers to list alerts.

use serde_json::Value;

use super::alerts::AlertQueue;
use super::program::Program;
use super::soc::Soc;

/// The project's account.
pub(crate) const MEMBER: &str = "111111111111";

/// A SOC with one project in its ledger.
pub(crate) fn soc() -> Soc {
    let soc = Soc::new();
    soc.import(&[(MEMBER, "受注", "sato@example.com")]);
    soc
}

/// A channel on loopback; `more` has further lines of its configuration.
pub(crate) fn channel(name: &str, kind: &str, url: &str, more: &str) -> String {
    format!(
        "[[channels]]\nname = \"{name}\"\nkind = \"{kind}\"\nurl = \"{url}\"\nallow_private = true\n{more}\n"
    )
}

/// A route of events to a channel.
pub(crate) fn route(event: &str, channel: &str) -> String {
    format!("[[routes]]\nevent = \"{event}\"\nchannel = \"{channel}\"\n")
}

/// `hubward` with this alert queue.
pub(crate) fn with_queue(soc: &Soc, queue: &AlertQueue<'_>) -> Program {
    soc.program().env("HUBWARD_ALERTS__QUEUE_URL", &queue.url)
}

/// All alerts, newest first.
pub(crate) fn alerts(soc: &Soc) -> Vec<Value> {
    let listed = soc.hubward(["alert", "list", "--json"]).expect(0).json();
    listed.as_array().expect("an array").clone()
}

/// Waits until a condition holds; the test runner ends a test that waits too long.
#[track_caller]
pub(crate) fn wait_until(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..900 {
        if holds() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{what} did not come");
}
