//! Everything that only reads, one file per noun: from the store, and from report and release files. Queries
//! take no actor and change nothing; what changes something is in `actions`.

pub mod account;
pub mod agent;
pub mod alert;
pub mod alert_timeline;
pub mod audit;
pub mod authenticate;
pub mod check;
pub mod delivery;
pub mod exception;
pub mod guide;
pub mod health;
pub mod metrics;
pub mod overview;
pub mod release;
pub mod release_download;
pub mod report_download;
pub mod request;
pub mod silence;
pub mod test_event;
pub mod token;
