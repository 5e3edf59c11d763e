//! What Hubward knows, one file per noun. Queries read the store (and report or release files), take no actor and
//! change nothing; what changes something is in `actions`.

pub mod account;
pub mod agent;
pub mod alert;
pub mod alert_timeline;
pub mod audit;
pub mod authenticate;
pub mod check;
pub mod delivery;
pub mod health;
pub mod metrics;
pub mod overview;
pub mod release;
pub mod release_download;
pub mod report_download;
pub mod token;
