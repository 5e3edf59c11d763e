//! Account Management: the Regions that the account has enabled.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_account::types::RegionOptStatus;
use hubward_protocol::Region;

use super::call::call;
use crate::observed::{Observation, Operation, OptStatus};

const LIST_REGIONS: Operation = Operation::new("account:ListRegions");

/// The opt-in status of the account's Regions, by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct OptStatuses(HashMap<String, OptStatus>);

impl OptStatuses {
    /// The status of a Region; `None` if AWS does not list it.
    pub(crate) fn of(&self, region: Region) -> Option<OptStatus> {
        self.0.get(region.as_str()).copied()
    }
}

pub(super) async fn list_regions(sdk: &SdkConfig, region: Region) -> Observation<OptStatuses> {
    let client = aws_sdk_account::Client::new(sdk);
    let regions = call(LIST_REGIONS, region, || {
        let pages = client.list_regions().into_paginator().items().send();
        pages.collect::<Result<Vec<_>, _>>()
    })
    .await?;
    let opt_statuses = regions.into_iter().filter_map(|region| {
        let opt_statuses = match region.region_opt_status? {
            RegionOptStatus::Disabled | RegionOptStatus::Disabling => OptStatus::Disabled,
            RegionOptStatus::Enabling => OptStatus::Enabling,
            _ => OptStatus::Enabled,
        };
        Some((region.region_name?, opt_statuses))
    });
    Ok(OptStatuses(opt_statuses.collect()))
}
