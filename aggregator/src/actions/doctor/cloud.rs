//! Examines the AWS side. It only reads.

use futures::FutureExt;
use futures::future::join_all;

use super::{DoctorResult, Fact, found};
use crate::aws::Aws;
use crate::aws::findings::FindingsQuery;
use crate::aws::identity::Identity;
use crate::config::Config;
use crate::telemetry::Telemetry;
use crate::world::World;
use hubward_domain::doctor::DoctorCheck;
use hubward_domain::hub::{self, HubPart};

pub(super) fn endpoints(world: &World) -> Vec<DoctorResult> {
    let mut overrides: Vec<DoctorResult> = world
        .environment
        .iter()
        .filter(|(variable, _)| variable.starts_with("AWS_ENDPOINT_URL"))
        .map(|(variable, address)| {
            let (variable, address) = (variable.to_owned(), address.to_owned());
            found(DoctorCheck::Endpoint, Fact::Override { variable, address })
        })
        .collect();
    if overrides.is_empty() {
        overrides.push(found(DoctorCheck::Endpoint, Fact::NoOverride));
    }
    overrides
}

/// The difference between AWS's clock and ours. AWS rejects signatures that are more than five minutes off.
pub(super) async fn clock(config: &Config, world: &World) -> DoctorResult {
    let fact = match Identity::new(&world.environment) {
        Err(error) => Fact::NoClock(error.to_string()),
        Ok(identity) => match identity.date(config.hub.home_region).await {
            Ok(there) => {
                let ahead = there.duration_since(world.clock.now());
                Fact::Clock(ahead.as_secs())
            }
            Err(error) => Fact::NoClock(error.to_string()),
        },
    };
    found(DoctorCheck::Clock, fact)
}

/// Whose credentials these are, and whether they can read Security Hub in every Region.
pub(super) async fn aws(config: &Config, world: &World) -> Vec<DoctorResult> {
    let in_region = |region, fact| DoctorResult {
        check: DoctorCheck::SecurityHub,
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
            let skipped = |region| in_region(region, Fact::NotLookedAt(DoctorCheck::Credentials));
            let mut findings = vec![found(DoctorCheck::Credentials, Fact::NoAws(error))];
            findings.extend(config.hub.regions().map(skipped));
            let skipped = |check| found(check, Fact::NotLookedAt(DoctorCheck::Credentials));
            let rest = DoctorCheck::of_hub().chain([DoctorCheck::Permissions]);
            findings.extend(rest.map(skipped));
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
    let (mut findings, observed) = futures::join!(join_all(regions), aws.see_hub(&wanted));
    let parts = hub::plan(&observed, &wanted).into_iter();
    findings.extend(
        parts
            .filter(|item| item.part != HubPart::SecurityHub)
            .map(|item| found(DoctorCheck::Hub(item.part), Fact::Hub(item))),
    );
    let credentials = Fact::Administrator(administrator.clone());
    findings.insert(0, found(DoctorCheck::Credentials, credentials));
    findings.extend(permissions(config, &aws).boxed().await);
    findings
}

/// Tests the read-only permissions of `packaging/policies/aggregator.csv` that were not tested yet, on the
/// configured resources.
async fn permissions(config: &Config, aws: &Aws) -> Vec<DoctorResult> {
    let home = config.hub.home_region;
    let administrator = &config.hub.administrator;
    let hub = aws.security_hub(home);
    let nothing = FindingsQuery::Ids(vec!["arn:aws:hubward:::none".to_owned()]);
    let mut tried = vec![
        (
            "securityhub:GetMembers",
            hub.get_members(std::slice::from_ref(administrator))
                .boxed()
                .await
                .err(),
        ),
        (
            "securityhub:GetFindings",
            hub.findings(&nothing, None).boxed().await.err(),
        ),
    ];
    let queues = [&config.alerts.queue_url, &config.ledger.queue_url];
    for url in queues.into_iter().flatten() {
        let asked = aws.queue(home, url).dead_letter_queue().boxed().await;
        tried.push(("sqs:GetQueueAttributes", asked.err()));
    }
    if let Some(object) = config.ledger.object() {
        let bucket = aws.bucket(home, administrator.clone());
        let asked = bucket.fetch(&object, None, 0).boxed().await;
        tried.push(("s3:GetObject", asked.err()));
    }
    let (permitted, refused): (Vec<_>, Vec<_>) = tried
        .into_iter()
        .partition(|(_, failure)| failure.is_none());
    if refused.is_empty() {
        let mut names: Vec<&str> = permitted.into_iter().map(|(name, _)| name).collect();
        names.dedup();
        return vec![found(DoctorCheck::Permissions, Fact::Permitted(names))];
    }
    refused
        .into_iter()
        .filter_map(|(_, failure)| failure)
        .map(|failure| found(DoctorCheck::Permissions, Fact::NotPermitted(failure)))
        .collect()
}
