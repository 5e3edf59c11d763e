//! Everything that an examination can find, and how bad each is.

use std::path::PathBuf;

use hubward_protocol::AccountId;
use jiff::Timestamp;

use crate::app::OpenError;
use crate::aws::failure::FailureKind;
use crate::aws::{AwsFailure, AwsUnavailable};
use crate::config::ConfigProblem;
use hubward_domain::audit::{BrokenChain, Head};
use hubward_domain::doctor::{self, DoctorCheck, Health};
use hubward_domain::hub::{HubItem, HubState};
use hubward_store::StoreError;

/// Everything that can be found.
#[derive(Debug)]
pub enum Fact {
    /// The configuration holds.
    Configured(PathBuf),
    /// It cannot be read, or is wrong.
    Misconfigured(OpenError),
    /// Every secret is where the configuration says.
    SecretsFound,
    /// Some are not, or hold an address that is not sent to.
    SecretsWrong(Vec<ConfigProblem>),
    /// The database answers.
    DatabaseAnswers(String),
    /// The database cannot be opened, or not be written to.
    DatabaseClosed(OpenError),
    /// The database was opened, and then failed.
    DatabaseFailed(StoreError),
    /// The audit log's chain holds.
    AuditHolds(Head),
    /// It does not.
    AuditBroken(BrokenChain),
    /// AWS is called where AWS is.
    NoOverride,
    /// AWS is called elsewhere.
    Override {
        /// The environment variable.
        variable: String,
        /// The address.
        address: String,
    },
    /// The credentials are the administrator's.
    Administrator(AccountId),
    /// AWS is not called at all.
    NoAws(AwsUnavailable),
    /// The Region's members were listed: so many.
    Members(usize),
    /// They were not.
    NoMembers(AwsFailure),
    /// Something else of the SOC's own side.
    Hub(HubItem<AwsFailure>),
    /// The address that agents use.
    PublicUrl(String),
    /// No release can be taken in.
    NoReleaseKey,
    /// None was taken in yet.
    NoRelease,
    /// The newest release.
    Release(String),
    /// So many accounts are in the ledger.
    Accounts(usize),
    /// Alerts come from a queue.
    AlertQueue(String),
    /// No alerts come in.
    NoAlertQueue,
    /// They come in, and no route leads them to anybody.
    NoAlertRoute,
    /// So many channels are there, and none is left alone.
    Channels(usize),
    /// A channel is left alone because it failed.
    ChannelDown {
        /// Its name.
        channel: String,
        /// Since when.
        since: Timestamp,
        /// What it last answered.
        why: String,
    },
    /// Requests come from this project.
    Jira(String),
    /// They cannot: the project does not answer, and why.
    NoJira(String),
    /// They come in, and none of them names its account.
    NoAccountField,
    /// So many entries of the guide are the company's own.
    Guide(usize),
    /// So many things are wrong with them.
    GuideWrong(usize),
    /// It could not be looked at: this is broken.
    NotLookedAt(DoctorCheck),
    /// The database's file is on another machine's disk.
    DatabaseElsewhere(PathBuf),
    /// What is left of a disk.
    Disk {
        /// What is written there.
        directory: PathBuf,
        /// How many bytes.
        free: u64,
    },
    /// Nobody says what is left.
    NoDisk {
        /// What is written there.
        directory: PathBuf,
        /// Why.
        why: String,
    },
    /// The server's certificate.
    Certificate {
        /// Its file.
        file: PathBuf,
        /// Until when it is good.
        until: Timestamp,
        /// When that was looked at.
        now: Timestamp,
    },
    /// It cannot be read.
    NoCertificate {
        /// Its file.
        file: PathBuf,
        /// Why.
        why: String,
    },
    /// How many seconds AWS's clock is before ours.
    Clock(i64),
    /// AWS does not say what time it is.
    NoClock(String),
    /// These operations were tried and are permitted.
    Permitted(Vec<&'static str>),
    /// One was tried, and AWS did not carry it out.
    NotPermitted(AwsFailure),
    /// A channel cannot be reached.
    ChannelUnreached {
        /// Its name.
        channel: String,
        /// Why.
        why: String,
    },
    /// Nothing can be sent at all.
    NoMessenger(String),
    /// Mail is taken, from this sender.
    Mail(String),
    /// It is not.
    NoMail(String),
}

impl Fact {
    /// How bad it is.
    pub fn health(&self) -> Health {
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
            // What could not be looked at is not broken itself: what kept us from it is in the list.
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
            // What cannot be sent now waits, and is sent later.
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
