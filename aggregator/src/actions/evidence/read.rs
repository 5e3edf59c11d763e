//! Reads AWS's evidence that AWS Config, GuardDuty and the wanted standards are on: the findings of the few controls
//! that prove it, of all accounts, through the home Region for all Regions linked to it, and from each other Region
//! directly.
//!
//! Far fewer findings than the mirror reads: one of each control, account and Region. A Region counts as read only after
//! all of its pages were stored; a failing Region does not stop the others, and nothing new is known of it.

use std::collections::BTreeSet;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all, try_join_all};
use hubward_protocol::Region;
use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;
use tokio::task::spawn_blocking;

use crate::actions::findings::sync::Failed;
use crate::actions::{ActionError, RegionReading};
use crate::app::App;
use crate::aws::findings::FindingsQuery;
use crate::aws::security_hub::SecurityHub;
use hubward_domain::account::{AccountState, Standard};
use hubward_domain::check::{PROVING_CONTROLS, ProvingControls};
use hubward_domain::mirror::{Linking, MirrorSource, sources};
use hubward_store::StoreError;
use hubward_store::findings::IncomingFinding;

/// Evidence that is a little older than what counts is read too, so that an account whose evidence ends is known by its
/// last evidence.
const MARGIN: SignedDuration = SignedDuration::from_hours(24);
/// AWS requires an end of the window. It is in the future, so that a clock that is ahead does not matter.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// Reads the evidence of all Regions. Returns one row for each Region that was asked, home Region first.
///
/// # Errors
/// AWS or the database could not be reached; nothing was read.
pub(crate) async fn read_evidence(app: &App) -> Result<Vec<RegionReading>, ActionError> {
    let standards = unproven_standards(app).await?;
    let aws = app.aws().await?;
    let home = app.config.hub.home_region;
    // Where it is not known for which Regions the home Region answers, the others are asked for themselves.
    let (linking, unknown) = match aws.security_hub(home).linking().await {
        Ok(linking) => (linking, None),
        Err(failure) => {
            let outcome = Err(failure.into());
            let region = home;
            (None, Some(RegionReading { region, outcome }))
        }
    };
    let asked = sources(home, &app.config.hub.linked_regions, linking.as_ref());
    let asked = asked
        .into_iter()
        .filter(|source| unknown.is_none() || source.region != home);
    let readings = asked.map(|source| {
        let hub = aws.security_hub(source.region);
        read_source(app, hub, source, linking.as_ref(), &standards)
    });
    let rows = join_all(readings).await;
    Ok(unknown.into_iter().chain(rows).collect())
}

/// The wanted standards that none of the proving controls belongs to: any of their own findings proves them.
async fn unproven_standards(app: &App) -> Result<BTreeSet<Standard>, StoreError> {
    let accounts = app.store.accounts().await?;
    let wanted = accounts
        .into_iter()
        .filter(|account| account.state == AccountState::Active)
        .flat_map(|account| account.standards);
    let controls = ProvingControls::default();
    let home = app.config.hub.home_region;
    let is_proven = |standard: &Standard| {
        PROVING_CONTROLS
            .iter()
            .any(|control| controls.has(home, standard, control))
    };
    Ok(wanted
        .chain(app.config.baseline.standards.iter().cloned())
        .filter(|standard| !is_proven(standard))
        .collect())
}

// Boxed: the compiler does not see through the SDK's nested futures that they can be sent.
fn read_source<'a>(
    app: &'a App,
    hub: SecurityHub,
    source: MirrorSource,
    linking: Option<&'a Linking>,
    standards: &'a BTreeSet<Standard>,
) -> BoxFuture<'a, RegionReading> {
    async move {
        let now = app.clock.now();
        let reading = async {
            let from = now
                .checked_sub(app.config.check.proof_within + MARGIN)
                .unwrap_or(now);
            let to = now.checked_add(AHEAD).unwrap_or(now);
            let controls = PROVING_CONTROLS.map(|control| FindingsQuery::OfControl {
                control: control.to_owned(),
                from,
                to,
            });
            let queries = controls.into_iter().chain(standards.iter().map(|standard| {
                FindingsQuery::OfStandard {
                    standard: standard.clone(),
                    from,
                    to,
                }
            }));
            // Each list is read page by page; several at once make up for AWS's slow responses.
            let read = queries.map(|query| read_query(app, &hub, query, now));
            let counts = try_join_all(read).await?;
            let mut tx = app.store.begin().await?;
            for region in app.config.hub.regions() {
                if answers_for(&source, region, linking) {
                    tx.put_evidence_reading(region, now).await?;
                }
            }
            tx.commit().await?;
            Ok(counts.iter().sum())
        };
        RegionReading {
            region: source.region,
            outcome: reading.await,
        }
    }
    .boxed()
}

/// Whether a source returns the findings of a Region.
pub(crate) fn answers_for(
    source: &MirrorSource,
    region: Region,
    linking: Option<&Linking>,
) -> bool {
    let is_apart = || {
        sources(source.region, &[region], linking)
            .iter()
            .any(|own| own.region == region)
    };
    source.region == region || (source.aggregated && !is_apart())
}

async fn read_query(
    app: &App,
    hub: &SecurityHub,
    query: FindingsQuery,
    now: Timestamp,
) -> Result<u64, Failed> {
    let mut count = 0;
    let mut next_token = None;
    loop {
        let page = hub.findings(&query, next_token).await?;
        count += page.findings.len() as u64;
        store_page(app, page.findings, now).await?;
        if page.next_token.is_none() {
            return Ok(count);
        }
        next_token = page.next_token;
    }
}

/// Stores what a page of findings proves.
pub(in crate::actions) async fn store_page(
    app: &App,
    findings: Vec<Box<RawValue>>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let parsed = spawn_blocking(move || {
        findings
            .iter()
            .filter_map(|json| IncomingFinding::of(json.get(), now).ok())
            .flat_map(|finding| finding.sightings)
            .collect::<Vec<_>>()
    });
    let sightings = match parsed.await {
        Ok(sightings) => sightings,
        // The task is never cancelled: it panicked, so this does too.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    let mut tx = app.store.begin().await?;
    tx.put_sightings(&sightings.iter().collect::<Vec<_>>())
        .await?;
    tx.commit().await
}
