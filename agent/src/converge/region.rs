//! One Region's part of a run. The steps of a Region run one after the other on purpose: standards need a
//! recorder, and the invitation needs Security Hub. A global change is made by the Region that needs it
//! first; the others wait for the same future.

mod wait_for_others;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use hubward_protocol::{Region, Step};
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep, timeout_at};

use super::{Event, RunObserver, Session, Snapshot, observe, out_of_time};
use crate::aws::Effect;
use crate::baseline::Baseline;
use crate::change::Change;
use crate::observed::{Observation, ObservedAccount, ObservedHub, ObservedRegion};
use crate::plan::{self, Decision, PlanContext, Reason, RegionPlan, StepStatus};
use crate::verdict::{Attempt, AttemptOutcome, RegionVerdict, judge};

/// How long AWS may need to propagate a new role or policy.
pub(super) const PROPAGATION: Duration = Duration::from_secs(60);

type SharedChange = Shared<BoxFuture<'static, Observation<Effect>>>;

/// What the Regions of one run share.
pub(super) struct Run {
    session: Session,
    baseline: Baseline,
    snapshot: Snapshot,
    observer: RunObserver,
    global_changes: Mutex<Vec<(Change, SharedChange)>>,
    account_after: OnceCell<ObservedAccount>,
    changes: AtomicU32,
}

impl Run {
    pub(super) fn new(
        session: &Session,
        baseline: &Baseline,
        snapshot: &Snapshot,
        observer: RunObserver,
    ) -> Self {
        Self {
            session: session.clone(),
            baseline: baseline.clone(),
            snapshot: snapshot.clone(),
            observer,
            global_changes: Mutex::default(),
            account_after: OnceCell::new(),
            changes: AtomicU32::new(0),
        }
    }

    /// The number of changes made so far.
    pub(super) fn changes(&self) -> u32 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Carries out a Region's plan, observes the Region again, and judges it.
    pub(super) async fn carry_out(
        self: Arc<Self>,
        observed: ObservedRegion,
        plan: RegionPlan,
    ) -> RegionVerdict {
        let fallback = plan.clone();
        let deadline = self.observer.deadline;
        timeout_at(deadline, Box::pin(self.converge(observed, plan)))
            .await
            .unwrap_or_else(|_| out_of_time(fallback))
    }

    async fn converge(
        self: Arc<Self>,
        mut observed: ObservedRegion,
        plan: RegionPlan,
    ) -> RegionVerdict {
        let region = observed.region;
        let mut attempts = BTreeMap::new();
        for (step, decision) in plan.steps {
            if let (Step::Config | Step::GuardDuty | Step::SecurityHub, Decision::Needs(changes)) =
                (step, decision)
            {
                self.emit(Event::StepStarted { region, step });
                attempts.insert(step, self.attempt(region, changes).await);
                self.observe_again(step, &mut observed).await;
                self.publish_progress(&observed, &attempts).await;
            }
        }
        self.wait_for_others(&mut observed, &mut attempts).await;

        if !attempts.is_empty() {
            let controls = observed.controls.take();
            observed = observe(&self.session.aws, region, &self.baseline, controls).await;
        }
        self.publish_progress(&observed, &attempts).await
    }

    /// Reads what a step has just changed.
    async fn observe_again(&self, step: Step, observed: &mut ObservedRegion) {
        let aws = &self.session.aws;
        match step {
            Step::Config => observed.config = aws.config(observed.region).await,
            Step::GuardDuty => {
                let features = &self.baseline.guardduty_features;
                observed.guardduty = aws.guardduty(observed.region, features).await;
            }
            Step::SecurityHub | Step::Standards | Step::Invitation => {
                observed.security_hub = self.security_hub(observed.region).await;
            }
        }
    }

    async fn security_hub(&self, region: Region) -> Observation<ObservedHub> {
        let wanted = &self.baseline.standards;
        self.session.aws.security_hub(region, wanted).await
    }

    /// The plan's decision; but if the server has refused to invite the account, the run does not wait for
    /// an invitation.
    fn decide(&self, step: Step, observed: &ObservedRegion, context: &PlanContext<'_>) -> Decision {
        let decision = plan::decide(step, observed, context);
        let why = self.observer.not_invitable.borrow();
        match (decision, &*why) {
            (
                Decision::Is(StepStatus::Waiting(Reason::NoInvitation { administrator, .. })),
                Some(why),
            ) => Decision::Is(StepStatus::Blocked(Reason::WillNotInvite {
                administrator,
                why: why.clone(),
            })),
            (decision, _) => decision,
        }
    }

    /// Judges the Region by its current state, and publishes the verdict if it has changed.
    async fn publish_progress(
        &self,
        observed: &ObservedRegion,
        attempts: &BTreeMap<Step, Attempt>,
    ) -> RegionVerdict {
        let account = match attempts.get(&Step::Config) {
            Some(attempt) => self.account_after(attempt).await,
            None => self.snapshot.account.clone(),
        };
        let context = self.context(&account);
        let hub_was_attempted =
            attempts.contains_key(&Step::SecurityHub) && !self.observer.cancellation.is_cancelled();
        let steps = Step::ALL
            .into_iter()
            .map(|step| {
                let after = match self.decide(step, observed, &context) {
                    Decision::DeferredUntilHub(_) if hub_was_attempted => {
                        Decision::Is(StepStatus::Blocked(Reason::NeedsSecurityHub))
                    }
                    decision => decision,
                };
                judge(
                    step,
                    after,
                    attempts.get(&step).cloned().unwrap_or_default(),
                )
            })
            .collect();
        let verdict = RegionVerdict {
            region: observed.region,
            steps,
        };
        self.observer.progress.send_if_modified(|published| {
            let mut published = published.iter_mut();
            match published.find(|region| region.region == observed.region) {
                Some(region) if *region != verdict => {
                    *region = verdict.clone();
                    true
                }
                _ => false,
            }
        });
        verdict
    }

    /// Makes changes one after the other, until one fails.
    async fn attempt(self: &Arc<Self>, region: Region, changes: Vec<Change>) -> Attempt {
        let mut made = Vec::new();
        for change in changes {
            if self.observer.cancellation.is_cancelled() {
                return Attempt {
                    made,
                    outcome: AttemptOutcome::Cancelled,
                };
            }
            let effect = if change.is_global() {
                self.make_once(region, &change).await
            } else {
                self.make(region, &change).await
            };
            match effect {
                Ok(Effect::Made) => made.push(change),
                Ok(Effect::AlreadyDone) => {}
                Err(error) => {
                    self.emit(Event::Failed(error.clone()));
                    return Attempt {
                        made,
                        outcome: AttemptOutcome::Failed(error),
                    };
                }
            }
        }
        Attempt {
            made,
            outcome: AttemptOutcome::Succeeded,
        }
    }

    /// The one future that makes a global change, shared by all Regions that need it.
    fn make_once(self: &Arc<Self>, region: Region, change: &Change) -> SharedChange {
        let mut changes = self
            .global_changes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, shared)) = changes.iter().find(|(known, _)| known == change) {
            return shared.clone();
        }
        let (run, to_make) = (Arc::clone(self), change.clone());
        let shared = async move { run.make(region, &to_make).await }
            .boxed()
            .shared();
        changes.push((change.clone(), shared.clone()));
        shared
    }

    /// Makes one change. An error that may only mean that an earlier change is still propagating is retried.
    async fn make(&self, region: Region, change: &Change) -> Observation<Effect> {
        let started = Instant::now();
        let mut pause = Duration::from_secs(1);
        loop {
            let effect = Box::pin(
                self.session
                    .aws
                    .perform(&self.session.identity, region, change),
            )
            .await;
            match effect {
                Ok(Effect::Made) => {
                    self.changes.fetch_add(1, Ordering::Relaxed);
                    self.emit(Event::ChangeMade {
                        region,
                        change: change.clone(),
                    });
                    return Ok(Effect::Made);
                }
                Err(error)
                    if change.may_be_propagating(&error.code)
                        && started.elapsed() < PROPAGATION
                        && !self.observer.cancellation.is_cancelled() =>
                {
                    sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(10));
                }
                other => return other,
            }
        }
    }

    /// The role and the bucket after the changes. Read once, by a Region for which all of them were made.
    async fn account_after(&self, attempt: &Attempt) -> ObservedAccount {
        let concerns_bucket =
            |change: &Change| change.is_global() || matches!(change, Change::PutDeliveryChannel(_));
        let succeeded = matches!(attempt.outcome, AttemptOutcome::Succeeded);
        if !succeeded || !attempt.made.iter().any(concerns_bucket) {
            return self.snapshot.account.clone();
        }
        let read = || async {
            let owner = &self.session.identity.account;
            ObservedAccount {
                role: Ok(true),
                bucket: self.session.aws.bucket(owner, &self.snapshot.bucket).await,
            }
        };
        self.account_after.get_or_init(read).await.clone()
    }

    fn context<'a>(&'a self, account: &'a ObservedAccount) -> PlanContext<'a> {
        PlanContext {
            baseline: &self.baseline,
            account,
            bucket: &self.snapshot.bucket,
        }
    }

    fn emit(&self, event: Event) {
        // Without a receiver, the run continues.
        let _ = self.observer.events.send(event);
    }
}
