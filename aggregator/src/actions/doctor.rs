//! Looks at the whole installation, one thing after the other, and says of each how it is. It changes
//! nothing, and what is broken does not keep it from looking at the rest: hence it opens what it can by
//! itself, instead of taking an opened `App`.

use std::path::{Path, PathBuf};

use futures::FutureExt;
use futures::future::join_all;
use hubward_protocol::{AccountId, Region};
use jiff::Timestamp;

use crate::app::{self, OpenError};
use crate::aws::{Aws, AwsFailure, AwsUnavailable};
use crate::config::verify::verify_secrets;
use crate::config::{Config, Problem};
use crate::domain::audit::{BrokenChain, Head};
use crate::domain::circuit::Circuit;
use crate::domain::doctor::{self, Check, Health};
use crate::domain::guide::Guide;
use crate::domain::hub::{self, Item, Part, State};
use crate::domain::ledger::Column;
use crate::jira::Jira;
use crate::store::{Store, StoreError};
use crate::telemetry::Telemetry;
use crate::world::World;

/// What was found of one thing.
#[derive(Debug)]
pub struct Finding {
    /// What was looked at.
    pub check: Check,
    /// Where, if it is a thing of one Region.
    pub region: Option<Region>,
    /// What was found.
    pub fact: Fact,
}

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
    SecretsWrong(Vec<Problem>),
    /// The database answers.
    DatabaseAnswers(String),
    /// The database cannot be opened.
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
    Hub(Item<AwsFailure>),
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
    NotLookedAt(Check),
}

/// Examines the installation that the command line and the environment name.
pub async fn examine(given: Option<&Path>, world: &World) -> Vec<Finding> {
    let config = match app::configuration(given, world) {
        Ok(config) => config,
        Err(error) => return without_configuration(error, world),
    };
    let wrong = verify_secrets(&config, &world.environment);
    let secrets = if wrong.is_empty() {
        Fact::SecretsFound
    } else {
        Fact::SecretsWrong(wrong)
    };
    let (store, database) = match open_store(&config, world).await {
        Ok((store, place)) => (Some(store), Fact::DatabaseAnswers(place)),
        Err(error) => (None, Fact::DatabaseClosed(error)),
    };
    let mut findings = vec![
        found(Check::Configuration, Fact::Configured(config.file.clone())),
        found(Check::Secrets, secrets),
        found(Check::Database, database),
        found(Check::Audit, audit(store.as_ref()).await),
    ];
    findings.extend(endpoints(world));
    findings.extend(aws(&config, world).await);
    let public_url = config.server.public_url.clone();
    let alerts = match &config.alerts.queue_url {
        Some(queue) if config.tells_of_alerts() => Fact::AlertQueue(queue.clone()),
        Some(_) => Fact::NoAlertRoute,
        None => Fact::NoAlertQueue,
    };
    findings.extend([
        found(Check::PublicUrl, Fact::PublicUrl(public_url)),
        found(Check::Releases, releases(&config, store.as_ref()).await),
        found(Check::Ledger, ledger(store.as_ref()).await),
        found(Check::Alerts, alerts),
    ]);
    findings.extend(channels(&config, store.as_ref()).await);
    findings.extend(requests(&config, world).await);
    findings.extend(own_guide(&config));
    findings
}

/// How the channels are doing; nothing where there are none.
async fn channels(config: &Config, store: Option<&Store>) -> Vec<Finding> {
    let outlets = config.outlets();
    if outlets.is_empty() {
        return Vec::new();
    }
    let Some(store) = store else {
        let unseen = Fact::NotLookedAt(Check::Database);
        return vec![found(Check::Channels, unseen)];
    };
    let mut circuits = match store.circuits().await {
        Ok(circuits) => circuits,
        Err(error) => return vec![found(Check::Channels, Fact::DatabaseFailed(error))],
    };
    let mut down: Vec<Finding> = outlets
        .iter()
        .filter_map(|channel| match circuits.remove(&channel.name)? {
            Circuit::Open { since, why, .. } => Some(Fact::ChannelDown {
                channel: channel.name.clone(),
                since,
                why,
            }),
            Circuit::Closed { .. } => None,
        })
        .map(|fact| found(Check::Channels, fact))
        .collect();
    if down.is_empty() {
        down.push(found(Check::Channels, Fact::Channels(outlets.len())));
    }
    down
}

/// Whether Jira answers; nothing where there is none, for requests need none.
async fn requests(config: &Config, world: &World) -> Option<Finding> {
    let jira = config.requests.jira.as_ref()?;
    let names_account = jira
        .columns()
        .iter()
        .any(|(column, _)| *column == Column::AccountId);
    let answers = match Jira::open(jira, &world.environment, config.directory()) {
        Ok(jira) => jira.see_project().await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let fact = match answers {
        Err(why) => Fact::NoJira(why),
        Ok(()) if names_account => Fact::Jira(format!("{} {}", jira.site, jira.project)),
        Ok(()) => Fact::NoAccountField,
    };
    Some(found(Check::Requests, fact))
}

/// Whether the company's own guide can be read; nothing where there is none.
fn own_guide(config: &Config) -> Option<Finding> {
    let sources = app::guide_sources(&config.own_guide()?);
    let files = sources.len();
    let fact = match Guide::with(sources).problems().len() {
        0 => Fact::Guide(files),
        problems => Fact::GuideWrong(problems),
    };
    Some(found(Check::Guide, fact))
}

fn found(check: Check, fact: Fact) -> Finding {
    Finding {
        check,
        region: None,
        fact,
    }
}

/// Only the environment can be looked at.
fn without_configuration(error: OpenError, world: &World) -> Vec<Finding> {
    let unseen = |check| found(check, Fact::NotLookedAt(Check::Configuration));
    let before = [Check::Secrets, Check::Database, Check::Audit];
    let aws = [Check::Credentials, Check::SecurityHub];
    let behind = [
        Check::PublicUrl,
        Check::Releases,
        Check::Ledger,
        Check::Alerts,
    ];
    let mut findings = vec![found(Check::Configuration, Fact::Misconfigured(error))];
    findings.extend(before.map(unseen));
    findings.extend(endpoints(world));
    findings.extend(aws.into_iter().chain(Check::of_hub()).map(unseen));
    findings.extend(behind.map(unseen));
    findings
}

async fn open_store(config: &Config, world: &World) -> Result<(Store, String), OpenError> {
    let place = app::database(&config.store, config.directory(), &world.environment)?;
    let closed = |source| OpenError::Store {
        place: place.to_string(),
        source,
    };
    let store = Store::open(&place).await.map_err(closed)?;
    store.ping().await.map_err(closed)?;
    Ok((store, place.to_string()))
}

async fn audit(store: Option<&Store>) -> Fact {
    let Some(store) = store else {
        return Fact::NotLookedAt(Check::Database);
    };
    match store.verify_audit().await {
        Ok(Ok(head)) => Fact::AuditHolds(head),
        Ok(Err(broken)) => Fact::AuditBroken(broken),
        Err(error) => Fact::DatabaseFailed(error),
    }
}

fn endpoints(world: &World) -> Vec<Finding> {
    let mut overrides: Vec<Finding> = world
        .environment
        .iter()
        .filter(|(variable, _)| variable.starts_with("AWS_ENDPOINT_URL"))
        .map(|(variable, address)| {
            let (variable, address) = (variable.to_owned(), address.to_owned());
            found(Check::Endpoint, Fact::Override { variable, address })
        })
        .collect();
    if overrides.is_empty() {
        overrides.push(found(Check::Endpoint, Fact::NoOverride));
    }
    overrides
}

/// Whose credentials these are, and whether they open Security Hub in every Region.
async fn aws(config: &Config, world: &World) -> Vec<Finding> {
    let in_region = |region, fact| Finding {
        check: Check::SecurityHub,
        region: Some(region),
        fact,
    };
    let administrator = &config.hub.administrator;
    let opened = Aws::of_administrator(
        administrator,
        config.hub.home_region,
        config.pacing,
        &world.environment,
        Telemetry::default(),
    );
    let aws = match opened.boxed().await {
        Ok(aws) => aws,
        Err(error) => {
            let unseen = |region| in_region(region, Fact::NotLookedAt(Check::Credentials));
            let mut findings = vec![found(Check::Credentials, Fact::NoAws(error))];
            findings.extend(config.hub.regions().map(unseen));
            let unseen = |check| found(check, Fact::NotLookedAt(Check::Credentials));
            findings.extend(Check::of_hub().map(unseen));
            return findings;
        }
    };
    let regions = config.hub.regions().map(|region| {
        let hub = aws.security_hub(region);
        async move {
            let fact = match hub.list_members().await {
                Ok(members) => Fact::Members(members.len()),
                Err(failure) => Fact::NoMembers(failure),
            };
            in_region(region, fact)
        }
    });
    let wanted = config.wanted_hub();
    let (mut findings, seen) = futures::join!(join_all(regions), aws.see_hub(&wanted));
    let parts = hub::plan(&seen, &wanted).into_iter();
    findings.extend(
        parts
            .filter(|item| item.part != Part::SecurityHub)
            .map(|item| found(Check::Hub(item.part), Fact::Hub(item))),
    );
    let credentials = Fact::Administrator(administrator.clone());
    findings.insert(0, found(Check::Credentials, credentials));
    findings
}

async fn releases(config: &Config, store: Option<&Store>) -> Fact {
    if config.server.release_key.is_none() {
        return Fact::NoReleaseKey;
    }
    let Some(store) = store else {
        return Fact::NotLookedAt(Check::Database);
    };
    match store.releases().await {
        Err(error) => Fact::DatabaseFailed(error),
        Ok(releases) => releases
            .first()
            .map_or(Fact::NoRelease, |newest| Fact::Release(newest.file())),
    }
}

async fn ledger(store: Option<&Store>) -> Fact {
    let Some(store) = store else {
        return Fact::NotLookedAt(Check::Database);
    };
    match store.accounts().await {
        Err(error) => Fact::DatabaseFailed(error),
        Ok(accounts) => Fact::Accounts(accounts.len()),
    }
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
            | Self::Guide(_) => Health::Ok,
            Self::Members(count) => doctor::members(*count),
            Self::PublicUrl(url) => doctor::public_url(url),
            Self::Hub(item) if item.state == State::Already => Health::Ok,
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
            | Self::NotLookedAt(_) => Health::Warn,
            Self::Misconfigured(_)
            | Self::SecretsWrong(_)
            | Self::DatabaseClosed(_)
            | Self::DatabaseFailed(_)
            | Self::AuditBroken(_)
            | Self::NoAws(_)
            | Self::NoMembers(_)
            | Self::NoJira(_) => Health::Fail,
        }
    }
}
