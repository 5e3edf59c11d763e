//! The end of a Region's part: standards and the invitation, which others have a hand in. What they do
//! in the meantime is taken up as it comes, and waited for a while.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hubward_protocol::Step;
use tokio::time::{Instant, sleep};

use super::{Event, Run};
use crate::observed::RegionSeen;
use crate::plan::{Decision, Reason, Standing};
use crate::verdict::Attempt;

/// How long to wait for standards that AWS is enabling.
const STANDARDS: Duration = Duration::from_secs(90);

impl Run {
    /// Enables standards and accepts the invitation, and waits a while for what others have to do.
    pub(super) async fn settle(
        self: &Arc<Self>,
        seen: &mut RegionSeen,
        attempts: &mut BTreeMap<Step, Attempt>,
    ) {
        let region = seen.region;
        let begun = Instant::now();
        let mut pause = Duration::from_secs(1);
        let mut told = None;
        while !self.witness.stop.is_told() {
            let decide = |seen: &RegionSeen, step| {
                self.decide(step, seen, &self.around(&self.look.account, seen))
            };
            let mut made = false;
            for step in [Step::Standards, Step::Invitation] {
                if attempts.contains_key(&step) {
                    continue;
                }
                if let Decision::Needs(changes) = decide(seen, step) {
                    self.tell(Event::Begins { region, step });
                    attempts.insert(step, self.make(region, changes).await);
                    made = true;
                }
            }
            if made {
                seen.security_hub = self.security_hub(region).await;
            }
            self.tell_progress(seen, attempts).await;
            // What came while the other was made, such as the invitation, is taken up at once: it is
            // not waited for any more, and must not be left lying either.
            let is_left = |step: &Step| {
                !attempts.contains_key(step) && matches!(decide(seen, *step), Decision::Needs(_))
            };
            if [Step::Standards, Step::Invitation].iter().any(is_left) {
                continue;
            }

            let invitation = self.witness.invitation;
            let waits_for = [(Step::Invitation, invitation), (Step::Standards, STANDARDS)]
                .into_iter()
                .find(|(step, limit)| begun.elapsed() < *limit && is_awaited(&decide(seen, *step)));
            let Some((step, limit)) = waits_for else {
                return;
            };
            if told != Some(step) {
                told = Some(step);
                self.tell(match step {
                    Step::Invitation => Event::AwaitsInvitation { region, limit },
                    _ => Event::AwaitsStandards { region },
                });
            }
            let mut no_invitation = self.witness.no_invitation.clone();
            tokio::select! {
                () = sleep(pause) => {}
                () = self.witness.stop.told() => return,
                // Where nobody says any more that there is none, the pause simply goes on.
                true = async { no_invitation.wait_for(Option::is_some).await.is_ok() } => {}
            }
            pause = (pause * 3 / 2).min(Duration::from_secs(8));
            seen.security_hub = self.security_hub(region).await;
        }
    }
}

/// Others are at it, and it may end soon.
fn is_awaited(decision: &Decision) -> bool {
    matches!(
        decision,
        Decision::Is(Standing::Waiting(
            Reason::NoInvitation { .. } | Reason::StandardsPending(_)
        ))
    )
}
