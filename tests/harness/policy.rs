//! The tables of the programs' AWS calls and the IAM actions that allow them. The calls of every
//! test are checked against them: a call that is in no table fails the test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use super::cloud::repository;

/// Each program, by the name in its calls, and its tables in `packaging/policies`.
const TABLES: [(&str, &[&str]); 2] = [
    ("hubward-agent", &["agent", "agent-stay"]),
    ("hubward", &["aggregator", "hub-setup"]),
];

/// The actions of each operation of a table.
pub(crate) fn actions_of_operations(table: &str) -> BTreeMap<String, BTreeSet<String>> {
    let file = format!("packaging/policies/{table}.csv");
    let table = fs::read_to_string(repository().join(file)).expect("the table");
    let rows = table.lines().skip(1).map(|line| {
        let mut cells = line.splitn(3, ',');
        let operation = cells.next().expect("an operation").to_owned();
        let actions = cells.next().expect("its actions").split_whitespace();
        (operation, actions.map(str::to_owned).collect())
    });
    rows.collect()
}

/// The operations that a program called, successfully or not.
pub(crate) fn operations_of(program: &str, calls: &[Value]) -> BTreeSet<String> {
    let word = |call: &Value, name: &str| call[name].as_str().unwrap_or_default().to_owned();
    calls
        .iter()
        .filter(|call| call["app"] == program)
        .map(|call| format!("{}:{}", word(call, "service"), word(call, "operation")))
        .collect()
}

/// Fails if a program made a call that is in none of its tables.
pub(crate) fn hold_against_the_tables(calls: &[Value]) {
    for (program, tables) in TABLES {
        let listed: BTreeSet<String> = tables
            .iter()
            .flat_map(|table| actions_of_operations(table).into_keys())
            .collect();
        for operation in operations_of(program, calls) {
            assert!(
                listed.contains(&operation),
                "{operation} of {program} is not in packaging/policies"
            );
        }
    }
}
