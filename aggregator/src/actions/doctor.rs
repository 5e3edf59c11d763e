//! Examines the whole installation item by item and reports on each. It changes nothing. A failed item does
//! not prevent the others from being examined, so it opens what it needs by itself instead of taking an
//! opened `App`.

mod cloud;
mod fact;
mod machine;
mod outgoing;

use std::path::Path;

use hubward_protocol::Region;

use crate::app::{self, OpenError};
use crate::config::Config;
use crate::config::verify::verify_secrets;
use crate::world::World;
pub(crate) use fact::Fact;
use hubward_domain::doctor::DoctorCheck;
use hubward_domain::guide::Guide;
use hubward_store::Store;

/// The result of one item.
#[derive(Debug)]
pub(crate) struct DoctorResult {
    pub check: DoctorCheck,
    /// The Region, for items that exist per Region.
    pub region: Option<Region>,
    pub fact: Fact,
}

/// Examines the installation that the command line and the environment select.
pub(crate) async fn examine(given: Option<&Path>, world: &World) -> Vec<DoctorResult> {
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
    let database = machine::database(&config, world).await;
    let store = database.store.as_ref();
    let mut findings = vec![
        found(
            DoctorCheck::Configuration,
            Fact::Configured(config.file.clone()),
        ),
        found(DoctorCheck::Secrets, secrets),
    ];
    findings.extend(database.opened);
    findings.push(found(DoctorCheck::Audit, audit(store).await));
    findings.extend(database.disks);
    findings.extend(machine::certificate(&config, world.clock.now()));
    findings.extend(cloud::endpoints(world));
    findings.push(cloud::clock(&config, world).await);
    findings.extend(cloud::aws(&config, world).await);
    let public_url = config.server.public_url.clone();
    let alerts = match &config.alerts.queue_url {
        Some(queue) if config.routes_alerts() => Fact::AlertQueue(queue.clone()),
        Some(_) => Fact::NoAlertRoute,
        None => Fact::NoAlertQueue,
    };
    findings.extend([
        found(DoctorCheck::PublicUrl, Fact::PublicUrl(public_url)),
        found(DoctorCheck::Releases, releases(&config, store).await),
        found(DoctorCheck::Ledger, ledger(store).await),
        found(DoctorCheck::Alerts, alerts),
    ]);
    findings.extend(outgoing::channels(&config, world, store).await);
    findings.extend(outgoing::mail(&config, world).await);
    findings.extend(outgoing::requests(&config, world).await);
    findings.extend(own_guide(&config));
    findings
}

/// Whether the company's own guide can be read; `None` if there is none.
fn own_guide(config: &Config) -> Option<DoctorResult> {
    let sources = app::guide_sources(&config.own_guide()?);
    let files = sources.len();
    let fact = match Guide::with(sources).problems().len() {
        0 => Fact::Guide(files),
        problems => Fact::GuideWrong(problems),
    };
    Some(found(DoctorCheck::Guide, fact))
}

fn found(check: DoctorCheck, fact: Fact) -> DoctorResult {
    DoctorResult {
        check,
        region: None,
        fact,
    }
}

/// Without a configuration, only the environment can be examined.
fn without_configuration(error: OpenError, world: &World) -> Vec<DoctorResult> {
    let skipped = |check| found(check, Fact::NotLookedAt(DoctorCheck::Configuration));
    let before = [
        DoctorCheck::Secrets,
        DoctorCheck::Database,
        DoctorCheck::Audit,
    ];
    let aws = [
        DoctorCheck::Clock,
        DoctorCheck::Credentials,
        DoctorCheck::SecurityHub,
    ];
    let behind = [
        DoctorCheck::PublicUrl,
        DoctorCheck::Releases,
        DoctorCheck::Ledger,
        DoctorCheck::Alerts,
    ];
    let mut findings = vec![found(
        DoctorCheck::Configuration,
        Fact::Misconfigured(error),
    )];
    findings.extend(before.map(skipped));
    findings.extend(cloud::endpoints(world));
    findings.extend(
        aws.into_iter()
            .chain(DoctorCheck::of_hub())
            .chain([DoctorCheck::Permissions])
            .map(skipped),
    );
    findings.extend(behind.map(skipped));
    findings
}

async fn audit(store: Option<&Store>) -> Fact {
    let Some(store) = store else {
        return Fact::NotLookedAt(DoctorCheck::Database);
    };
    match store.verify_audit().await {
        Ok(Ok(head)) => Fact::AuditHolds(head),
        Ok(Err(broken)) => Fact::AuditBroken(broken),
        Err(error) => Fact::DatabaseFailed(error),
    }
}

async fn releases(config: &Config, store: Option<&Store>) -> Fact {
    if config.server.release_key.is_none() {
        return Fact::NoReleaseKey;
    }
    let Some(store) = store else {
        return Fact::NotLookedAt(DoctorCheck::Database);
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
        return Fact::NotLookedAt(DoctorCheck::Database);
    };
    match store.accounts().await {
        Err(error) => Fact::DatabaseFailed(error),
        Ok(accounts) => Fact::Accounts(accounts.len()),
    }
}
