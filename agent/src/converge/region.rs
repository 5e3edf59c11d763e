//! One Region's part of a run. Inside a Region the steps are deliberately sequential: standards want
//! a recorder that runs, and the invitation wants the hub. What is global is made once, by whichever
//! Region comes first, and the others wait for the same future.

mod settle;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use hubward_protocol::{Region, Step};
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep, timeout_at};

use super::{Event, Look, Session, Witness, out_of_time};
use crate::aws::Effect;
use crate::baseline::Baseline;
use crate::change::Change;
use crate::observed::{AccountSeen, HubSeen, RegionSeen, Seen};
use crate::plan::{self, Around, Decision, Reason, RegionPlan, Standing};
use crate::verdict::{Attempt, Ending, RegionVerdict, judge};

/// How long a new role or policy may take to be known everywhere.
const SETTLE: Duration = Duration::from_secs(60);

type Once = Shared<BoxFuture<'static, Seen<Effect>>>;

/// What the Regions of one run share.
pub(super) struct Run {
    session: Session,
    baseline: Baseline,
    look: Look,
    global_types_recorded: bool,
    witness: Witness,
    once: Mutex<Vec<(Change, Once)>>,
    account_after: OnceCell<AccountSeen>,
    changes: AtomicU32,
}

impl Run {
    pub(super) fn new(
        session: &Session,
        baseline: &Baseline,
        look: &Look,
        witness: Witness,
    ) -> Self {
        Self {
            session: session.clone(),
            baseline: baseline.clone(),
            look: look.clone(),
            global_types_recorded: look.around(baseline).global_types_recorded,
            witness,
            once: Mutex::default(),
            account_after: OnceCell::new(),
            changes: AtomicU32::new(0),
        }
    }

    /// How many changes were made so far.
    pub(super) fn changes(&self) -> u32 {
        self.changes.load(Ordering::Relaxed)
    }

    /// Carries out a Region's plan, looks again, and judges.
    pub(super) async fn carry_out(
        self: Arc<Self>,
        seen: RegionSeen,
        plan: RegionPlan,
    ) -> RegionVerdict {
        let fallback = plan.clone();
        let until = self.witness.until;
        timeout_at(until, Box::pin(self.converge(seen, plan)))
            .await
            .unwrap_or_else(|_| out_of_time(fallback))
    }

    async fn converge(self: Arc<Self>, mut seen: RegionSeen, plan: RegionPlan) -> RegionVerdict {
        let region = seen.region;
        let mut attempts = BTreeMap::new();
        for (step, decision) in plan.steps {
            if let (Step::Config | Step::GuardDuty | Step::SecurityHub, Decision::Needs(changes)) =
                (step, decision)
            {
                self.tell(Event::Begins { region, step });
                attempts.insert(step, self.make(region, changes).await);
                self.look_again_at(step, &mut seen).await;
                self.tell_progress(&seen, &attempts).await;
            }
        }
        self.settle(&mut seen, &mut attempts).await;

        if !attempts.is_empty() {
            let wanted = &self.baseline.standards;
            seen = self.session.aws.region(region, wanted).await;
        }
        self.tell_progress(&seen, &attempts).await
    }

    /// Reads what a step has just changed.
    async fn look_again_at(&self, step: Step, seen: &mut RegionSeen) {
        let aws = &self.session.aws;
        match step {
            Step::Config => seen.config = aws.config(seen.region).await,
            Step::GuardDuty => seen.guardduty = aws.guardduty(seen.region).await,
            Step::SecurityHub | Step::Standards | Step::Invitation => {
                seen.security_hub = self.security_hub(seen.region).await;
            }
        }
    }

    async fn security_hub(&self, region: Region) -> Seen<HubSeen> {
        let wanted = &self.baseline.standards;
        self.session.aws.security_hub(region, wanted).await
    }

    /// What the plan says, knowing also that there will be no invitation where that was said.
    fn decide(&self, step: Step, seen: &RegionSeen, around: &Around<'_>) -> Decision {
        let decision = plan::decide(step, seen, around);
        let why = self.witness.no_invitation.borrow();
        match (decision, &*why) {
            (
                Decision::Is(Standing::Waiting(Reason::NoInvitation { administrator, .. })),
                Some(why),
            ) => Decision::Is(Standing::Blocked(Reason::WillNotInvite {
                administrator,
                why: why.clone(),
            })),
            (decision, _) => decision,
        }
    }

    /// Judges the Region by what is seen now, and tells it where it is news.
    async fn tell_progress(
        &self,
        seen: &RegionSeen,
        attempts: &BTreeMap<Step, Attempt>,
    ) -> RegionVerdict {
        let account = match attempts.get(&Step::Config) {
            Some(attempt) => self.account_after(attempt).await,
            None => self.look.account.clone(),
        };
        let around = self.around(&account, seen);
        let hub_was_tried =
            attempts.contains_key(&Step::SecurityHub) && !self.witness.stop.is_told();
        let steps = Step::ALL
            .into_iter()
            .map(|step| {
                let after = match self.decide(step, seen, &around) {
                    Decision::AfterHub(_) if hub_was_tried => {
                        Decision::Is(Standing::Blocked(Reason::NeedsSecurityHub))
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
            region: seen.region,
            steps,
        };
        self.witness.progress.send_if_modified(|regions| {
            let told = regions.iter_mut().find(|told| told.region == seen.region);
            match told {
                Some(told) if *told != verdict => {
                    *told = verdict.clone();
                    true
                }
                _ => false,
            }
        });
        verdict
    }

    /// Makes changes one after the other, up to the first refusal.
    async fn make(self: &Arc<Self>, region: Region, changes: Vec<Change>) -> Attempt {
        let mut made = Vec::new();
        for change in changes {
            if self.witness.stop.is_told() {
                return Attempt {
                    made,
                    ending: Ending::Interrupted,
                };
            }
            let effect = if change.is_global() {
                self.once(region, &change).await
            } else {
                self.perform(region, &change).await
            };
            match effect {
                Ok(Effect::Made) => made.push(change),
                Ok(Effect::WasThere) => {}
                Err(refusal) => {
                    self.tell(Event::Refused(refusal.clone()));
                    return Attempt {
                        made,
                        ending: Ending::Refused(refusal),
                    };
                }
            }
        }
        Attempt {
            made,
            ending: Ending::Finished,
        }
    }

    /// The one future that makes a global change, whoever asks for it first.
    fn once(self: &Arc<Self>, region: Region, change: &Change) -> Once {
        let mut once = self.once.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, begun)) = once.iter().find(|(made, _)| made == change) {
            return begun.clone();
        }
        let (run, to_make) = (Arc::clone(self), change.clone());
        let begun = async move { run.perform(region, &to_make).await }
            .boxed()
            .shared();
        once.push((change.clone(), begun.clone()));
        begun
    }

    /// Makes one change; where AWS may only need a moment to know what was made before, again.
    async fn perform(&self, region: Region, change: &Change) -> Seen<Effect> {
        let begun = Instant::now();
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
                    self.tell(Event::Made {
                        region,
                        change: change.clone(),
                    });
                    return Ok(Effect::Made);
                }
                Err(refusal)
                    if change.may_settle(&refusal.code)
                        && begun.elapsed() < SETTLE
                        && !self.witness.stop.is_told() =>
                {
                    sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(10));
                }
                other => return other,
            }
        }
    }

    /// The bucket as it is after the changes, read once: by a Region that has seen them all made.
    async fn account_after(&self, attempt: &Attempt) -> AccountSeen {
        let is_on_the_bucket =
            |change: &Change| change.is_global() || matches!(change, Change::PutDeliveryChannel(_));
        let finished = matches!(attempt.ending, Ending::Finished);
        if !finished || !attempt.made.iter().any(is_on_the_bucket) {
            return self.look.account.clone();
        }
        let read = || async {
            let owner = &self.session.identity.account;
            AccountSeen {
                role: Ok(true),
                bucket: self.session.aws.bucket(owner, &self.look.bucket).await,
            }
        };
        self.account_after.get_or_init(read).await.clone()
    }

    fn around<'a>(&'a self, account: &'a AccountSeen, seen: &RegionSeen) -> Around<'a> {
        Around {
            baseline: &self.baseline,
            account,
            bucket: &self.look.bucket,
            global_types_recorded: self.global_types_recorded
                || plan::config::records_global_types(seen),
        }
    }

    fn tell(&self, event: Event) {
        // Nobody listening is no reason to stop.
        let _ = self.witness.events.send(event);
    }
}
