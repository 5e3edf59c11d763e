//! What the stories use: the cloud for tests, one for each story at a time, and the real binaries.
//!
//! Nothing of Hubward is faked: programs are started as processes and reach the cloud only through
//! the standard AWS environment variables.

pub(crate) mod alert_fixtures;
pub(crate) mod alerts;
pub(crate) mod aws;
pub(crate) mod browser;
pub(crate) mod cloud;
pub(crate) mod database;
pub(crate) mod findings;
pub(crate) mod jira;
pub(crate) mod lambda;
pub(crate) mod mailbox;
pub(crate) mod member;
pub(crate) mod misbehaving_server;
pub(crate) mod office;
pub(crate) mod policy;
pub(crate) mod program;
pub(crate) mod proof;
pub(crate) mod receiver;
pub(crate) mod release;
pub(crate) mod run;
pub(crate) mod secret_search;
pub(crate) mod server;
pub(crate) mod soc;
pub(crate) mod terminal;
