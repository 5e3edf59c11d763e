//! The table of what the agent calls and which IAM actions allow it. Every story's cloud is held
//! against it: a call that the table does not have fails the story that made it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use super::cloud::repository;

/// The actions of each operation.
pub(crate) fn actions_of_operations() -> BTreeMap<String, BTreeSet<String>> {
    let file = repository().join("packaging/policies/agent.csv");
    let table = fs::read_to_string(file).expect("the table");
    let rows = table.lines().skip(1).map(|line| {
        let mut cells = line.splitn(3, ',');
        let operation = cells.next().expect("an operation").to_owned();
        let actions = cells.next().expect("its actions").split_whitespace();
        (operation, actions.map(str::to_owned).collect())
    });
    rows.collect()
}

/// The operations that the agent called, whatever came of them.
pub(crate) fn operations_of_the_agent(calls: &[Value]) -> BTreeSet<String> {
    let word = |call: &Value, name: &str| call[name].as_str().unwrap_or_default().to_owned();
    calls
        .iter()
        .filter(|call| call["app"] == "hubward-agent")
        .map(|call| format!("{}:{}", word(call, "service"), word(call, "operation")))
        .collect()
}

/// Fails where the agent called what the table does not have.
pub(crate) fn hold_against_the_table(calls: &[Value]) {
    let table = actions_of_operations();
    for operation in operations_of_the_agent(calls) {
        assert!(
            table.contains_key(&operation),
            "{operation} is not in packaging/policies/agent.csv"
        );
    }
}
