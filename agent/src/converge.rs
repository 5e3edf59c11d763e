//! The agent's work: observes an account in all its Regions, and carries a plan out. Observing, planning and
//! changing are separate, so that a dry run takes the same path without the last step. Nothing here prints or
//! asks; a run sends `Event`s to its observer.

mod event;
mod region;
pub(crate) mod stay;

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use futures::future::join_all;
use hubward_protocol::{Region, State, Step};
use tokio::time::timeout;

use crate::aws::{self, Aws, OptStatuses};
use crate::baseline::{Baseline, StandardId};
use crate::change::Bucket;
use crate::observed::{
    AwsError, ObservedAccount, ObservedBucket, ObservedControls, ObservedCreations, ObservedRegion,
    Operation, OptStatus,
};
use crate::plan::{self, PlanContext, Reason, RegionPlan, StepStatus};
use crate::verdict::{self, RegionVerdict, StepVerdict};

pub(crate) use crate::aws::{ConnectError, Identity, default_region};
pub(crate) use crate::plan::undo::{Created, created};
pub(crate) use event::{Event, RunObserver};

/// The time limit for observing one Region: a few calls one after the other, with their retries.
pub(crate) const OBSERVE_TIMEOUT: Duration = Duration::from_secs(3 * 60);

/// An AWS session whose account was identified by STS.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    aws: Aws,
    /// The Region for calls that concern the whole account. Never an opt-in Region.
    pub(crate) home: Region,
    pub(crate) identity: Identity,
}

/// Why no session could be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error(transparent)]
    Connect(#[from] ConnectError),
    #[error("no Region")]
    NoRegion,
    /// STS did not identify the caller.
    #[error("sts:GetCallerIdentity: {}", .0.code)]
    Identity(AwsError),
}

/// What was observed in an account at one time.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// In the order of the request.
    pub(crate) regions: Vec<ObservedRegion>,
    account: ObservedAccount,
    bucket: Bucket,
}

/// What has to be done, and the mistakes in the baseline that prevent all of it.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    regions: Vec<RegionPlan>,
    unknown_standards: Vec<StandardId>,
}

/// The result of a run, or of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) regions: Vec<RegionVerdict>,
    /// The number of changes made.
    pub(crate) changes: u32,
}

impl Session {
    /// Finds credentials, and identifies their account.
    pub(crate) async fn open(regions: &[Region], endpoints: &[String]) -> Result<Self, OpenError> {
        // An opt-in Region that the account has not enabled does not accept its credentials.
        let mut candidates = regions.iter().copied().chain(Region::known());
        let home = candidates.find(|region| !region.is_opt_in());
        let home = home.ok_or(OpenError::NoRegion)?;
        let aws = aws::connect(home, endpoints).await?;
        let identity = aws.identity().await.map_err(OpenError::Identity)?;
        Ok(Self {
            aws,
            home,
            identity,
        })
    }

    pub(crate) fn credentials(&self) -> Option<SharedCredentialsProvider> {
        self.aws.credentials()
    }

    /// Observes all Regions at once. If there is a baseline and they are as it wants them, fewer calls are needed.
    pub(crate) async fn snapshot(
        &self,
        regions: &[Region],
        baseline: Option<&Baseline>,
    ) -> Snapshot {
        let statuses = self.opt_statuses(regions).await;
        let observed = regions
            .iter()
            .map(|region| self.observe_region(*region, &statuses, baseline));
        let regions = join_all(observed).await;

        let account = &self.identity.account;
        let bucket = plan::config::choose_bucket(account, self.home, &regions);
        let role = async {
            if regions.iter().any(plan::config::needs_role) {
                self.aws.config_role_exists().await
            } else {
                Ok(true)
            }
        };
        let observed_bucket = async {
            let is_needed = |region| plan::config::needs_bucket(account, region);
            if regions.iter().any(is_needed) {
                self.aws.bucket(account, &bucket).await
            } else {
                Ok(ObservedBucket::Absent)
            }
        };
        let (role, observed_bucket) = futures::join!(role, observed_bucket);
        let account = ObservedAccount {
            role,
            bucket: observed_bucket,
        };
        Snapshot {
            regions,
            account,
            bucket,
        }
    }

    /// Finds what the agent created in these Regions, or else in all Regions of the account.
    pub(crate) async fn creations(&self, regions: &[Region]) -> Vec<ObservedCreations> {
        let all: Vec<_> = Region::known().collect();
        let candidates = if regions.is_empty() { &all } else { regions };
        let statuses = self.opt_statuses(candidates).await;
        let is_enabled = |region: &Region| match statuses.of(*region) {
            Some(status) => status == OptStatus::Enabled,
            // Without a known status, an opt-in Region is called only if it was asked for.
            None => !region.is_opt_in() || !regions.is_empty(),
        };
        let observed = candidates.iter().copied().filter(is_enabled).map(|region| {
            let (aws, identity) = (self.aws.clone(), self.identity.clone());
            tokio::spawn(async move { aws.creations(region, &identity).await })
        });
        join_all(observed).await.into_iter().flatten().collect()
    }

    /// The opt-in status of these Regions. It is read only if there are opt-in Regions; if it cannot be
    /// read, the Regions are called to find out.
    async fn opt_statuses(&self, regions: &[Region]) -> OptStatuses {
        if regions.iter().any(|region| region.is_opt_in()) {
            self.aws.opt_statuses().await.unwrap_or_default()
        } else {
            OptStatuses::default()
        }
    }

    async fn observe_region(
        &self,
        region: Region,
        statuses: &OptStatuses,
        baseline: Option<&Baseline>,
    ) -> ObservedRegion {
        let enabled = statuses.of(region).unwrap_or(OptStatus::Enabled);
        let operation = Operation::new("observe");
        let mut error = AwsError::region_disabled(region);
        if enabled == OptStatus::Enabled {
            let (aws, baseline) = (self.aws.clone(), baseline.cloned());
            let observed = tokio::spawn(timeout(OBSERVE_TIMEOUT, async move {
                match baseline {
                    Some(baseline) => observe(&aws, region, &baseline, None).await,
                    None => aws.region(region, &[], &[]).await,
                }
            }));
            error = match observed.await {
                Ok(Ok(observed)) => return observed,
                Ok(Err(_)) => AwsError::unreachable(operation, region, "Timeout", ""),
                Err(_) => AwsError::from_response(operation, region, "InternalError", ""),
            };
        }
        ObservedRegion {
            region,
            enabled,
            config: Err(error.clone()),
            guardduty: Err(error.clone()),
            security_hub: Err(error),
            controls: None,
        }
    }

    /// Carries a plan out in all Regions at once. A problem in one Region never stops another.
    pub(crate) async fn carry_out(
        &self,
        baseline: &Baseline,
        snapshot: &Snapshot,
        plan: &Plan,
        observer: RunObserver,
    ) -> Outcome {
        let run = Arc::new(region::Run::new(self, baseline, snapshot, observer));
        let regions = snapshot.regions.iter().zip(&plan.regions);
        let regions = regions.map(|(observed, plan)| {
            let (run, observed, plan) = (Arc::clone(&run), observed.clone(), plan.clone());
            async move {
                let fallback = plan.clone();
                tokio::spawn(run.carry_out(observed, plan))
                    .await
                    .unwrap_or_else(|_| out_of_time(fallback))
            }
        });
        let regions = join_all(regions).await;
        Outcome {
            regions,
            changes: run.changes(),
        }
    }
}

impl Snapshot {
    /// Decides what has to be done.
    pub(crate) fn plan(&self, baseline: &Baseline) -> Plan {
        let context = self.context(baseline);
        Plan {
            regions: self
                .regions
                .iter()
                .map(|observed| plan::region(observed, &context))
                .collect(),
            unknown_standards: plan::standards::unknown(&baseline.standards, &self.regions),
        }
    }

    fn context<'a>(&'a self, baseline: &'a Baseline) -> PlanContext<'a> {
        PlanContext {
            baseline,
            account: &self.account,
            bucket: &self.bucket,
        }
    }
}

impl Plan {
    /// Whether there is a change to make now, and not only an invitation to wait for.
    pub(crate) fn changes_now(&self) -> bool {
        self.regions.iter().any(RegionPlan::changes_now)
    }

    /// Whether carrying it out may change something.
    pub(crate) fn may_change(&self) -> bool {
        self.unknown_standards.is_empty() && self.regions.iter().any(RegionPlan::may_change)
    }

    /// Whether some Region has no invitation from the administrator, as far as is known.
    pub(crate) fn lacks_invitation(&self) -> bool {
        self.regions.iter().any(RegionPlan::lacks_invitation)
    }

    /// The verdict if nothing is changed.
    pub(crate) fn verdict(&self) -> Outcome {
        let plans = self.regions.iter().cloned();
        let mut regions: Vec<_> = plans.map(verdict::without_changes).collect();
        if !self.unknown_standards.is_empty() {
            for step in regions.iter_mut().flat_map(|region| &mut region.steps) {
                if step.step == Step::Standards {
                    let reason = Reason::StandardsUnknown(self.unknown_standards.clone());
                    *step = StepVerdict::from_status(Step::Standards, StepStatus::Failed(reason));
                }
            }
        }
        Outcome {
            regions,
            changes: 0,
        }
    }
}

/// Observes one Region, and the controls on which its judgement depends. These are read once in a run, so
/// those that were read before are handed in.
async fn observe(
    aws: &Aws,
    region: Region,
    baseline: &Baseline,
    controls: Option<ObservedControls>,
) -> ObservedRegion {
    let Baseline {
        standards,
        guardduty_features,
        ..
    } = baseline;
    let mut observed = aws.region(region, standards, guardduty_features).await;
    observed.controls = controls;
    if observed.controls.is_none() {
        let ids = plan::config::controls_to_ask(&observed, baseline);
        if !ids.is_empty() {
            // Without an answer, all controls are taken to be on: this is AWS's default.
            observed.controls = Some(aws.controls(region, &ids).await.unwrap_or_default());
        }
    }
    observed
}

/// The verdict on a Region whose plan was not finished.
fn out_of_time(plan: RegionPlan) -> RegionVerdict {
    let mut verdict = verdict::without_changes(plan);
    for step in &mut verdict.steps {
        if step.state == State::Planned {
            *step = StepVerdict::from_status(step.step, StepStatus::Failed(Reason::OutOfTime));
        }
    }
    verdict
}
