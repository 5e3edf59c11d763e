//! End-to-end tests: each file drives the real binaries through one capability, from the outside.

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

mod account;
mod agent_api;
mod agent_api_load;
mod agent_screen;
mod agent_update;
mod alert_dedup;
mod alert_ingest;
mod alert_ingest_failures;
mod alert_pipeline;
mod alerts;
mod api_description;
mod audit;
mod backup;
mod burst;
mod channels;
mod check;
mod configuration;
mod dashboard;
mod docs;
mod doctor;
mod end_to_end;
mod escalation;
mod evidence;
mod exceptions;
mod findings;
mod guide;
mod guide_pages;
mod hub;
mod install;
mod invite;
mod kill;
mod ledger;
mod ledger_files;
mod ledger_office;
mod ledger_s3;
mod logging;
mod login;
mod mirror;
mod policies;
mod release;
mod replicas;
mod report;
mod report_coverage;
mod report_sending;
mod requests;
mod requests_jira;
mod resilience;
mod secrets;
mod server_agent;
mod server_agent_failures;
mod server_baseline;
mod server_health;
mod server_tls;
mod set_up;
mod set_up_caller;
mod set_up_config;
mod set_up_growth;
mod set_up_hub;
mod silences;
mod stay;
mod stay_function;
mod tidy;
mod timetable;
mod unlink;
mod watch;
