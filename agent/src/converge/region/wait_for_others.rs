//! The last steps of a Region: standards and the invitation. AWS and the SOC have a part in them, so the run
//! waits a while, and acts on what they have done in the meantime.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hubward_protocol::Step;
use tokio::time::{Instant, sleep};

use super::{Event, Run};
use crate::observed::ObservedRegion;
use crate::plan::{Decision, Reason, StepStatus};
use crate::verdict::Attempt;

/// How long to wait for AWS to enable the standards.
const STANDARDS_TIMEOUT: Duration = Duration::from_secs(90);

impl Run {
    /// Enables the standards and accepts the invitation, and waits until neither is pending or the time is up.
    pub(super) async fn wait_for_others(
        self: &Arc<Self>,
        observed: &mut ObservedRegion,
        attempts: &mut BTreeMap<Step, Attempt>,
    ) {
        let region = observed.region;
        let started = Instant::now();
        let mut pause = Duration::from_secs(1);
        let mut announced = None;
        while !self.observer.cancellation.is_cancelled() {
            let decide = |observed: &ObservedRegion, step| {
                let context = self.context(&self.snapshot.account);
                self.decide(step, observed, &context)
            };
            let mut attempted = false;
            for step in [Step::Standards, Step::Invitation] {
                if attempts.contains_key(&step) {
                    continue;
                }
                if let Decision::Needs(changes) = decide(observed, step) {
                    self.emit(Event::StepStarted { region, step });
                    attempts.insert(step, self.attempt(region, changes).await);
                    attempted = true;
                }
            }
            if attempted {
                observed.security_hub = self.security_hub(region).await;
            }
            self.publish_progress(observed, attempts).await;
            // If the invitation arrived while the standards were being enabled, accept it now. It is not pending
            // any longer, so the code below would not wait for it and would leave it unanswered.
            let is_open = |step: &Step| {
                !attempts.contains_key(step)
                    && matches!(decide(observed, *step), Decision::Needs(_))
            };
            if [Step::Standards, Step::Invitation].iter().any(is_open) {
                continue;
            }

            let invitation_timeout = self.observer.invitation_timeout;
            let pending = [
                (Step::Invitation, invitation_timeout),
                (Step::Standards, STANDARDS_TIMEOUT),
            ]
            .into_iter()
            .find(|(step, limit)| {
                started.elapsed() < *limit && is_pending(&decide(observed, *step))
            });
            let Some((step, limit)) = pending else {
                return;
            };
            if announced != Some(step) {
                announced = Some(step);
                self.emit(match step {
                    Step::Invitation => Event::WaitingForInvitation { region, limit },
                    _ => Event::WaitingForStandards { region },
                });
            }
            let mut not_invitable = self.observer.not_invitable.clone();
            tokio::select! {
                () = sleep(pause) => {}
                () = self.observer.cancellation.cancelled() => return,
                // If the sender is gone, this branch is disabled and the pause ends as usual.
                true = async { not_invitable.wait_for(Option::is_some).await.is_ok() } => {}
            }
            pause = (pause * 3 / 2).min(Duration::from_secs(8));
            observed.security_hub = self.security_hub(region).await;
        }
    }
}

/// AWS or the SOC may finish this soon.
fn is_pending(decision: &Decision) -> bool {
    matches!(
        decision,
        Decision::Is(StepStatus::Waiting(
            Reason::NoInvitation { .. } | Reason::StandardsPending(_)
        ))
    )
}
