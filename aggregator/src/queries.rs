//! Everything that only reads, one file per noun: from the store, and from report and release files. Queries
//! take no actor and change nothing; what changes something is in `actions`.

pub(crate) mod account;
pub(crate) mod agent;
pub(crate) mod alert;
pub(crate) mod alert_timeline;
pub(crate) mod audit;
pub(crate) mod authenticate;
pub(crate) mod baseline;
pub(crate) mod check;
pub(crate) mod control;
pub(crate) mod delivery;
pub(crate) mod exception;
pub(crate) mod guide;
pub(crate) mod health;
pub(crate) mod metrics;
pub(crate) mod overview;
pub(crate) mod release;
pub(crate) mod release_download;
pub(crate) mod report_download;
pub(crate) mod request;
pub(crate) mod silence;
pub(crate) mod test_event;
pub(crate) mod token;
