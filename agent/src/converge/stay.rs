//! Carries `stay` out: finds where it is, observes it, makes one change after the other, and observes again until
//! AWS shows what was changed. Nothing here prints or asks.

mod package;

use std::time::Duration;

use hubward_protocol::Region;
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::Session;
use super::region::PROPAGATION;
use crate::aws::Effect;
use crate::change::{StayChange, StayPlace};
use crate::observed::{AwsError, Found, Observation, ObservedStay};
use crate::plan::undo::{Created, created_by_stay};
use crate::verdict::stay::StayAttempt;

pub(crate) use crate::plan::stay::{StayPlan, make, remove};
pub(crate) use package::{CERTIFICATES_PATH, pack};

/// The first delay before a call or a look is repeated; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Session {
    /// Where `stay` is: in the Region that its role names, or else in this one.
    pub(crate) async fn stay_place(&self, or_else: Region) -> StayPlace {
        let region = match self.aws.stay_role().await {
            Ok(Found::Ours(role)) => role.region,
            // An error comes again when the parts are read, and is said there.
            Ok(Found::Absent | Found::Foreign) | Err(_) => None,
        };
        self.place_in(region.unwrap_or(or_else))
    }

    fn place_in(&self, region: Region) -> StayPlace {
        StayPlace {
            account: self.identity.account.clone(),
            partition: self.identity.partition.clone(),
            region,
        }
    }

    pub(crate) async fn observe_stay(&self, place: &StayPlace) -> ObservedStay {
        self.aws.stay(place).await
    }

    /// The parts of `stay` that are there, for `undo`: without its role there is no `stay`.
    pub(crate) async fn created_by_stay(&self) -> (Vec<(Region, Created)>, Vec<AwsError>) {
        let region = match self.aws.stay_role().await {
            Ok(Found::Ours(role)) => role.region.unwrap_or(self.home),
            Ok(Found::Absent | Found::Foreign) => return (Vec::new(), Vec::new()),
            Err(error) => return (Vec::new(), vec![error]),
        };
        let observed = self.aws.stay(&self.place_in(region)).await;
        let (found, unread) = created_by_stay(&observed);
        let found = found.into_iter().map(|created| (region, created));
        (found.collect(), unread)
    }

    /// Makes these changes one after the other, until one fails or the run is cancelled. `made` gets each.
    pub(crate) async fn carry_out_stay(
        &self,
        place: &StayPlace,
        changes: &[StayChange],
        made: &UnboundedSender<StayChange>,
        cancellation: &CancellationToken,
    ) -> StayAttempt {
        let mut attempt = StayAttempt::default();
        for change in changes {
            if cancellation.is_cancelled() {
                attempt.cancelled = true;
                break;
            }
            match self.make_stay(place, change, cancellation).await {
                Ok(Effect::Made) => {
                    // Without a receiver, the run continues.
                    let _ = made.send(change.clone());
                    attempt.made.push(change.clone());
                }
                Ok(Effect::AlreadyDone) => {}
                Err(error) => {
                    attempt.failed = Some((change.part(), error));
                    break;
                }
            }
        }
        attempt
    }

    /// Makes one change. An error that may only mean that an earlier change is still propagating is retried.
    async fn make_stay(
        &self,
        place: &StayPlace,
        change: &StayChange,
        cancellation: &CancellationToken,
    ) -> Observation<Effect> {
        let started = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            match Box::pin(self.aws.perform_stay(place, change)).await {
                Err(error)
                    if change.may_be_propagating(&error)
                        && started.elapsed() < PROPAGATION
                        && !cancellation.is_cancelled() =>
                {
                    sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                other => return other,
            }
        }
    }

    /// Observes until nothing is left to do, and returns what is left. AWS gets a minute to show what was changed;
    /// if not all changes were made, one look is enough.
    pub(crate) async fn verify_stay(
        &self,
        place: &StayPlace,
        all_made: bool,
        plan: impl Fn(&ObservedStay) -> StayPlan,
    ) -> StayPlan {
        let started = Instant::now();
        let patience = if all_made {
            PROPAGATION
        } else {
            Duration::ZERO
        };
        let mut pause = FIRST_PAUSE;
        loop {
            let observed = self.observe_stay(place).await;
            let left = plan(&observed);
            let is_verified = left.is_done() && is_settled(&observed);
            if is_verified || left.is_blocked() || started.elapsed() >= patience {
                return left;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Whether AWS has completed what was changed last.
fn is_settled(observed: &ObservedStay) -> bool {
    match &observed.function {
        Ok(Found::Ours(function)) => function.settled,
        _ => true,
    }
}
