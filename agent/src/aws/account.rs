//! Which Regions the account has enabled.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_account::types::RegionOptStatus;
use hubward_protocol::Region;

use super::call::call;
use crate::observed::{Operation, Opted, Seen};

const LIST_REGIONS: Operation = Operation::new("account:ListRegions");

/// The account's own list of Regions.
#[derive(Clone, Debug, Default)]
pub(crate) struct OptedRegions(HashMap<String, Opted>);

impl OptedRegions {
    /// Whether the account has a Region, where AWS lists it.
    pub(crate) fn of(&self, region: Region) -> Option<Opted> {
        self.0.get(region.as_str()).copied()
    }
}

pub(super) async fn list_regions(sdk: &SdkConfig, region: Region) -> Seen<OptedRegions> {
    let client = aws_sdk_account::Client::new(sdk);
    let regions = call(LIST_REGIONS, region, || {
        let pages = client.list_regions().into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>()
    })
    .await?;
    let opted = regions.into_iter().filter_map(|region| {
        let opted = match region.region_opt_status? {
            RegionOptStatus::Disabled | RegionOptStatus::Disabling => Opted::Out,
            RegionOptStatus::Enabling => Opted::Enabling,
            _ => Opted::In,
        };
        Some((region.region_name?, opted))
    });
    Ok(OptedRegions(opted.collect()))
}
