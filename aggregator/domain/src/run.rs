//! One execution of an agent, as its newest heartbeat describes it. Advisory: it can add reasons to
//! a check's verdict, but never make an account complete.

mod reported;

use hubward_protocol::AccountId;
use jiff::Timestamp;
use semver::Version;

pub use reported::within_bounds;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The account that proved itself.
    pub account_id: AccountId,
    /// The run's id.
    pub run: String,
    /// The agent's version.
    pub agent_version: String,
    /// The caller's ARN, as STS returned it.
    pub caller: String,
    /// The newest heartbeat's number.
    pub sequence: u32,
    /// Whether nothing was missing at that heartbeat.
    pub complete: bool,
    /// When its first heartbeat arrived.
    pub started_at: Timestamp,
    /// When its newest heartbeat arrived.
    pub last_heartbeat: Timestamp,
}

/// A filter of runs; an empty one matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Only runs of this account.
    pub account: Option<AccountId>,
    /// Only complete or only incomplete runs.
    pub complete: Option<bool>,
    /// A part of the account, project or version; empty means all.
    pub search: String,
}

/// The numbers of stored runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// Runs that reported to be complete.
    pub complete: i64,
    /// The others.
    pub incomplete: i64,
    /// When the newest heartbeat of all runs arrived.
    pub last_heartbeat: Option<Timestamp>,
}

impl Run {
    /// Whether its agent is older than `newest`; a version that cannot be parsed counts as old.
    pub fn is_outdated(&self, newest: &str) -> bool {
        match (self.agent_version.parse::<Version>(), newest.parse()) {
            (Ok(version), Ok(newest)) => version < newest,
            (Err(_), _) => true,
            (_, Err(_)) => false,
        }
    }
}
