//! Which Regions the account has enabled.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_account::types::RegionOptStatus;
use hubward_protocol::Region;

use super::refusal;
use crate::observed::{Operation, Opted, Seen};

const LIST_REGIONS: Operation = Operation::new("account:ListRegions");

/// The account's own list of Regions.
#[derive(Clone, Debug, Default)]
pub(crate) struct OptedRegions(HashMap<String, Opted>);

impl OptedRegions {
    /// Whether the account has a Region. One that AWS does not list is asked all the same.
    pub(crate) fn of(&self, region: Region) -> Opted {
        self.0.get(region.as_str()).copied().unwrap_or(Opted::In)
    }
}

pub(super) async fn list_regions(sdk: &SdkConfig, region: Region) -> Seen<OptedRegions> {
    let regions = aws_sdk_account::Client::new(sdk)
        .list_regions()
        .into_paginator()
        .items()
        .send()
        .collect::<Result<Vec<_>, _>>()
        .await
        .map_err(|error| refusal(LIST_REGIONS, region, &error))?;
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
