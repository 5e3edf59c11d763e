//! The possible results of an examination and their severity.

use std::path::PathBuf;

use hubward_protocol::AccountId;
use jiff::Timestamp;

use crate::actions::request::receive::issues::IssuesError;
use crate::app::OpenError;
use crate::aws::failure::FailureKind;
use crate::aws::{AwsFailure, AwsUnavailable};
use crate::config::ConfigProblem;
use hubward_domain::audit::{BrokenChain, Head};
use hubward_domain::doctor::{self, DoctorCheck, Health};
use hubward_domain::hub::{HubItem, HubState};
use hubward_store::StoreError;

/// A result of an examination.
#[derive(Debug)]
pub(crate) enum Fact {
    /// The configuration is valid.
    Configured(PathBuf),
    /// The configuration cannot be read or is invalid.
    Misconfigured(OpenError),
    /// All configured secrets can be read.
    SecretsFound,
    /// Some secrets cannot be read, or contain an address that is not allowed.
    SecretsWrong(Vec<ConfigProblem>),
    /// The database is reachable.
    DatabaseAnswers(String),
    /// The database cannot be opened or written to.
    DatabaseClosed(OpenError),
    /// The database was opened, but then failed.
    DatabaseFailed(StoreError),
    /// The audit log's hash chain is valid.
    AuditHolds(Head),
    /// The hash chain is broken.
    AuditBroken(BrokenChain),
    /// No AWS endpoint override is set.
    NoOverride,
    /// An AWS endpoint override is set.
    Override {
        variable: String,
        address: String,
    },
    /// The credentials belong to the administrator account.
    Administrator(AccountId),
    /// AWS cannot be called.
    NoAws(AwsUnavailable),
    /// The number of members listed in the Region.
    Members(usize),
    /// The members could not be listed.
    NoMembers(AwsFailure),
    /// Another resource of the SOC's own side.
    Hub(HubItem<AwsFailure>),
    /// The address for agents.
    PublicUrl(String),
    /// No release key is configured, so releases cannot be added.
    NoReleaseKey,
    /// No release was added yet.
    NoRelease,
    Release(String),
    /// The number of accounts in the ledger.
    Accounts(usize),
    /// Alerts are read from this queue.
    AlertQueue(String),
    /// No alert queue is configured.
    NoAlertQueue,
    /// Alerts are received, but no route matches them.
    NoAlertRoute,
    /// The number of channels, all of them in use.
    Channels(usize),
    /// A channel's circuit is open because it failed.
    ChannelDown {
        channel: String,
        since: Timestamp,
        why: String,
    },
    /// Requests are read from this Jira project.
    Jira(String),
    /// The Jira project does not answer; the error.
    NoJira(IssuesError),
    /// Requests are read, but no field is mapped to the account id.
    NoAccountField,
    /// The number of the company's own guide entries.
    Guide(usize),
    /// The number of problems in them.
    GuideWrong(usize),
    /// Not examined, because this item failed.
    NotLookedAt(DoctorCheck),
    /// The database's file is on a network disk.
    DatabaseElsewhere(PathBuf),
    /// The free space of a disk.
    Disk {
        /// What is written there.
        directory: PathBuf,
        /// Free space in bytes.
        free: u64,
    },
    /// The free space is unknown.
    NoDisk {
        /// What is written there.
        directory: PathBuf,
        why: String,
    },
    Certificate {
        file: PathBuf,
        /// When it expires.
        until: Timestamp,
        /// When it was examined.
        now: Timestamp,
    },
    /// The certificate cannot be read.
    NoCertificate {
        file: PathBuf,
        why: String,
    },
    /// How many seconds AWS's clock is ahead of ours.
    Clock(i64),
    /// AWS did not return its time.
    NoClock(String),
    /// These operations were tested and are allowed.
    Permitted(Vec<&'static str>),
    /// AWS denied a tested operation.
    NotPermitted(AwsFailure),
    /// A channel cannot be reached.
    ChannelUnreached {
        channel: String,
        why: String,
    },
    /// The HTTP client for channels could not be set up.
    NoMessenger(String),
    /// The mail server accepts mail from this sender.
    Mail(String),
    /// The mail server does not accept mail; the error.
    NoMail(String),
}

impl Fact {
    /// How severe the result is.
    pub(crate) fn health(&self) -> Health {
        match self {
            Self::Configured(_)
            | Self::SecretsFound
            | Self::DatabaseAnswers(_)
            | Self::AuditHolds(_)
            | Self::NoOverride
            | Self::Administrator(_)
            | Self::Release(_)
            | Self::Accounts(1..)
            | Self::AlertQueue(_)
            | Self::Channels(_)
            | Self::Jira(_)
            | Self::Guide(_)
            | Self::Permitted(_)
            | Self::Mail(_) => Health::Ok,
            Self::Members(count) => doctor::members(*count),
            Self::PublicUrl(url) => doctor::public_url(url),
            Self::Disk { free, .. } => doctor::disk(*free),
            Self::Certificate { until, now, .. } => doctor::certificate(*until, *now),
            Self::Clock(seconds) => doctor::clock(*seconds),
            Self::NotPermitted(failure) if failure.kind() == FailureKind::Denied => Health::Fail,
            Self::Hub(item) if item.state == HubState::Already => Health::Ok,
            // An item that was not examined is not broken itself: the cause is in the list.
            Self::Hub(_)
            | Self::Override { .. }
            | Self::NoReleaseKey
            | Self::NoRelease
            | Self::Accounts(0)
            | Self::NoAlertQueue
            | Self::NoAlertRoute
            | Self::NoAccountField
            | Self::GuideWrong(_)
            | Self::ChannelDown { .. }
            // Messages that cannot be sent now are kept and sent later.
            | Self::ChannelUnreached { .. }
            | Self::NoMail(_)
            | Self::NotPermitted(_)
            | Self::DatabaseElsewhere(_)
            | Self::NoDisk { .. }
            | Self::NoClock(_)
            | Self::NotLookedAt(_) => Health::Warn,
            Self::Misconfigured(_)
            | Self::SecretsWrong(_)
            | Self::DatabaseClosed(_)
            | Self::DatabaseFailed(_)
            | Self::AuditBroken(_)
            | Self::NoAws(_)
            | Self::NoMembers(_)
            | Self::NoJira(_)
            | Self::NoCertificate { .. }
            | Self::NoMessenger(_) => Health::Fail,
        }
    }
}
