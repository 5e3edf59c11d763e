//! One execution of an agent, as its newest heartbeat left it. Advisory: what it says of an account
//! adds reasons to a check, never completeness.

use hubward_protocol::AccountId;
use jiff::Timestamp;
use semver::Version;

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The account that proved itself.
    pub account_id: AccountId,
    /// The run's name.
    pub run: String,
    /// The agent's version.
    pub agent_version: String,
    /// The caller that STS named.
    pub caller: String,
    /// The newest heartbeat's number.
    pub sequence: u32,
    /// Whether nothing was missing then.
    pub complete: bool,
    /// When its first heartbeat came.
    pub started_at: Timestamp,
    /// When its newest heartbeat came.
    pub last_heartbeat: Timestamp,
}

/// Which runs somebody wants to see; nothing set means all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Of this account.
    pub account: Option<AccountId>,
    /// Those that reported to be complete, or those that did not.
    pub complete: Option<bool>,
    /// A part of account, project or version; empty for all.
    pub search: String,
}

/// How many runs are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// Those that reported to be complete.
    pub complete: i64,
    /// The others.
    pub incomplete: i64,
    /// When the last heartbeat of any came.
    pub last_heartbeat: Option<Timestamp>,
}

impl Run {
    /// Whether its agent is older than `newest`; what is no version counts as old.
    pub fn is_outdated(&self, newest: &str) -> bool {
        match (self.agent_version.parse::<Version>(), newest.parse()) {
            (Ok(version), Ok(newest)) => version < newest,
            (Err(_), _) => true,
            (_, Err(_)) => false,
        }
    }
}
