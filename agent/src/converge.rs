//! What the program can do: look at an account in all its Regions, and carry a plan out. Looking,
//! deciding and doing are three steps, so that a dry run is the same road stopped before the last.
//! It neither prints nor asks; it tells `Event`s to whoever listens.

mod event;
mod region;

use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use futures::future::join_all;
use hubward_protocol::{Region, State, Step};

use tokio::time::timeout;

use crate::aws::{self, Aws, OptedRegions};
use crate::baseline::{Baseline, StandardId};
use crate::change::Bucket;
use crate::observed::{
    AccountSeen, BucketSeen, CreatedSeen, Operation, Opted, Refusal, RegionSeen,
};
use crate::plan::{self, Around, Reason, RegionPlan, Standing};
use crate::verdict::{self, RegionVerdict, StepVerdict};

pub(crate) use crate::aws::{ConnectError, Identity, default_region};
pub(crate) use crate::plan::undo::{Created, created};
pub(crate) use event::{Event, Stopper, Witness};

/// How long one look at a Region may take: a few calls, one after the other, with their attempts.
pub(crate) const LOOK: Duration = Duration::from_secs(3 * 60);

/// The caller's account, proved by STS.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    aws: Aws,
    /// The Region in which what is global is asked: one that every account has.
    pub(crate) home: Region,
    /// Who the caller is.
    pub(crate) identity: Identity,
}

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    /// AWS cannot be called.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// There is no Region to ask in.
    #[error("no Region")]
    NoRegion,
    /// STS did not say who the caller is.
    #[error("sts:GetCallerIdentity: {}", .0.code)]
    Identity(Refusal),
}

/// All that was seen in an account.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    /// The Regions, in the order in which they were asked for.
    pub(crate) regions: Vec<RegionSeen>,
    account: AccountSeen,
    bucket: Bucket,
}

/// What is to be done, and the mistakes of the baseline that keep anything from being done.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    regions: Vec<RegionPlan>,
    unknown_standards: Vec<StandardId>,
}

/// How a run ended.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// How far each Region is.
    pub(crate) regions: Vec<RegionVerdict>,
    /// How many changes were made.
    pub(crate) changes: u32,
}

impl Session {
    /// Finds credentials and asks STS whose they are.
    pub(crate) async fn open(regions: &[Region], endpoints: &[String]) -> Result<Self, OpenError> {
        // An opt-in Region that the account has not enabled does not know the caller at all.
        let everyone_has = regions
            .iter()
            .copied()
            .chain(Region::known())
            .find(|region| !region.is_opt_in());
        let home = everyone_has.ok_or(OpenError::NoRegion)?;
        let aws = aws::connect(home, endpoints).await?;
        let identity = aws.identity().await.map_err(OpenError::Identity)?;
        Ok(Self {
            aws,
            home,
            identity,
        })
    }

    /// The caller's credentials.
    pub(crate) fn credentials(&self) -> Option<SharedCredentialsProvider> {
        self.aws.credentials()
    }

    /// Looks at all Regions at once. Which standards are wanted says how closely.
    pub(crate) async fn look(&self, regions: &[Region], wanted: &[StandardId]) -> Look {
        let opted = self.opted_regions(regions).await;
        let seen = regions
            .iter()
            .map(|region| self.look_at(*region, &opted, wanted));
        let regions = join_all(seen).await;

        let account = &self.identity.account;
        let bucket = plan::config::choose_bucket(account, self.home, &regions);
        let role = async {
            if regions.iter().any(plan::config::needs_role) {
                self.aws.config_role_exists().await
            } else {
                Ok(true)
            }
        };
        let bucket_seen = async {
            let is_needed = |region| plan::config::needs_bucket(account, region);
            if regions.iter().any(is_needed) {
                self.aws.bucket(account, &bucket).await
            } else {
                Ok(BucketSeen::Absent)
            }
        };
        let (role, bucket_seen) = futures::join!(role, bucket_seen);
        let account = AccountSeen {
            role,
            bucket: bucket_seen,
        };
        Look {
            regions,
            account,
            bucket,
        }
    }

    /// Looks for what this program created: in these Regions, or in all that the account has.
    pub(crate) async fn created(&self, regions: &[Region]) -> Vec<CreatedSeen> {
        let all: Vec<_> = Region::known().collect();
        let asked = if regions.is_empty() { &all } else { regions };
        let opted = self.opted_regions(asked).await;
        // Not known to be on, an opt-in Region is not worth a guess here.
        let is_there = |region: &Region| match opted.of(*region) {
            Some(enabled) => enabled == Opted::In,
            None => !region.is_opt_in() || !regions.is_empty(),
        };
        let seen = asked.iter().copied().filter(is_there).map(|region| {
            let (aws, identity) = (self.aws.clone(), self.identity.clone());
            tokio::spawn(async move { aws.created(region, &identity).await })
        });
        join_all(seen).await.into_iter().flatten().collect()
    }

    /// Which of these Regions the account has enabled. Regions that every account has are not asked
    /// about, and where the list may not be read, the Regions are asked themselves.
    async fn opted_regions(&self, regions: &[Region]) -> OptedRegions {
        if regions.iter().any(|region| region.is_opt_in()) {
            self.aws.opted_regions().await.unwrap_or_default()
        } else {
            OptedRegions::default()
        }
    }

    async fn look_at(
        &self,
        region: Region,
        opted: &OptedRegions,
        wanted: &[StandardId],
    ) -> RegionSeen {
        let enabled = opted.of(region).unwrap_or(Opted::In);
        let look = Operation::new("observe");
        let mut none = Refusal::not_asked(region);
        if enabled == Opted::In {
            let (aws, wanted) = (self.aws.clone(), wanted.to_vec());
            let seen = tokio::spawn(timeout(
                LOOK,
                async move { aws.region(region, &wanted).await },
            ));
            none = match seen.await {
                Ok(Ok(seen)) => return seen,
                Ok(Err(_)) => Refusal::unreachable(look, region, "Timeout", ""),
                Err(_) => Refusal::answered(look, region, "InternalError", ""),
            };
        }
        RegionSeen {
            region,
            enabled,
            config: Err(none.clone()),
            guardduty: Err(none.clone()),
            security_hub: Err(none),
        }
    }

    /// Carries a plan out in all Regions at once. One Region's trouble never stops another.
    pub(crate) async fn carry_out(
        &self,
        baseline: &Baseline,
        look: &Look,
        plan: &Plan,
        witness: Witness,
    ) -> Outcome {
        let run = Arc::new(region::Run::new(self, baseline, look, witness));
        let regions = look.regions.iter().zip(&plan.regions).map(|(seen, plan)| {
            let (run, seen, plan) = (Arc::clone(&run), seen.clone(), plan.clone());
            async move {
                let fallback = plan.clone();
                tokio::spawn(run.carry_out(seen, plan))
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

impl Look {
    /// Decides what is to be done.
    pub(crate) fn plan(&self, baseline: &Baseline) -> Plan {
        let around = self.around(baseline);
        Plan {
            regions: self
                .regions
                .iter()
                .map(|seen| plan::region(seen, &around))
                .collect(),
            unknown_standards: plan::standards::unknown(&baseline.standards, &self.regions),
        }
    }

    fn around<'a>(&'a self, baseline: &'a Baseline) -> Around<'a> {
        Around {
            baseline,
            account: &self.account,
            bucket: &self.bucket,
            global_types_recorded: self.regions.iter().any(plan::config::records_global_types),
        }
    }
}

impl Plan {
    /// Whether there is something to change at once, and not only an invitation to wait for.
    pub(crate) fn changes_now(&self) -> bool {
        self.regions.iter().any(RegionPlan::changes_now)
    }

    /// Whether carrying it out may change anything.
    pub(crate) fn may_change(&self) -> bool {
        self.unknown_standards.is_empty() && self.regions.iter().any(RegionPlan::may_change)
    }

    /// Whether some Region lacks the administrator's invitation, as far as can be seen.
    pub(crate) fn lacks_invitation(&self) -> bool {
        self.regions.iter().any(RegionPlan::lacks_invitation)
    }

    /// How far everything is without doing anything.
    pub(crate) fn verdict(&self) -> Outcome {
        let mut regions: Vec<_> = self.regions.iter().cloned().map(verdict::looked).collect();
        if !self.unknown_standards.is_empty() {
            for step in regions.iter_mut().flat_map(|region| &mut region.steps) {
                if step.step == Step::Standards {
                    let reason = Reason::StandardsUnknown(self.unknown_standards.clone());
                    *step = StepVerdict::standing(Step::Standards, Standing::Failed(reason));
                }
            }
        }
        Outcome {
            regions,
            changes: 0,
        }
    }
}

/// What was planned in a Region did not come to its end.
fn out_of_time(plan: RegionPlan) -> RegionVerdict {
    let mut verdict = verdict::looked(plan);
    for step in &mut verdict.steps {
        if step.state == State::Planned {
            *step = StepVerdict::standing(step.step, Standing::Failed(Reason::OutOfTime));
        }
    }
    verdict
}
