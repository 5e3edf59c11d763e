//! The stories: each drives the real binaries through one capability, from the outside.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a story that cannot go on says so by panicking"
)]

#[path = "../harness/mod.rs"]
mod harness;

mod agent_api;
mod agent_update;
mod alerts;
mod audit;
mod check;
mod configuration;
mod dashboard;
mod doctor;
mod findings;
mod install;
mod invite;
mod ledger;
mod release;
mod report;
mod server_agent;
mod server_health;
mod set_up;
mod tidy;
mod timetable;
mod unlink;
mod whole_road;
