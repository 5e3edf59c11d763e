//! Sends the messages of the outbox: leases a message, sends it outside of any transaction, and records the
//! channel's answer. At-least-once: if a worker dies between sending and recording, the message is sent again
//! with the same id.
//!
//! Each channel has a rate limit and a circuit breaker (a failing channel is probed with one message at a
//! time), and combines alerts into digests when more arrive than anyone can read. Operations are notified of
//! a channel that keeps failing and of a message that is given up.

mod pacing;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::record::record_attempt;
use crate::actions::notify::Notifier;
use crate::app::App;
use crate::channel::Messenger;
pub(crate) use crate::channel::MessengerError;
use crate::config::outgoing::Channel;
use hubward_domain::circuit::{self, Circuit};
use hubward_domain::delivery::{Attempt, Delivery, DeliveryNext, FaultDomain, after};
use hubward_domain::notice::{Notice, Trouble};
use hubward_domain::retry::{ALARMING, asked_for};
use hubward_store::deliveries::DeliveryChoice;
use hubward_store::{StoreError, Tx};
use pacing::ChannelPacing;

/// Minimum time between two notifications about the same channel.
const QUIET: SignedDuration = SignedDuration::from_hours(1);

/// The outbox, ready for sending.
pub(crate) struct Outbox {
    messenger: Messenger,
    /// Until when each channel asked us to wait (`Retry-After`), by its name.
    paused: Mutex<BTreeMap<String, Timestamp>>,
    pacing: ChannelPacing,
}

/// The result of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SendStep {
    /// Nothing is due.
    Idle,
    /// A delivery was attempted.
    Tried {
        delivery: Box<Delivery>,
        /// What happens next with it.
        next: DeliveryNext,
    },
}

impl Outbox {
    /// Sets up the messenger.
    ///
    /// # Errors
    /// The TLS library could not be set up.
    pub(crate) fn open(app: &App) -> Result<Self, MessengerError> {
        Ok(Self {
            messenger: Messenger::new(
                &app.config.locale,
                &app.config.server.public_url,
                &app.config.mail,
                app.config.directory(),
                app.environment(),
            )?
            .with_guide(Arc::clone(app.guide()), app.config.guide_links()),
            paused: Mutex::default(),
            pacing: ChannelPacing::new(&app.config.outlets()),
        })
    }

    /// Attempts a channel's next due message, if any, as soon as the rate limit allows.
    ///
    /// # Errors
    /// The database failed; a message that was already sent is then sent again.
    pub(crate) async fn step(&self, app: &App, channel: &Channel) -> Result<SendStep, StoreError> {
        let now = app.clock.now();
        let is_paused = self
            .pause_of(&channel.name)
            .is_some_and(|until| now < until);
        if is_paused || !app.store.has_due(&channel.name, now).await? {
            return Ok(SendStep::Idle);
        }
        // Wait for the rate limit before choosing: a critical message may arrive meanwhile.
        self.pacing.wait(&channel.name).await;
        let now = app.clock.now();
        let Some(delivery) = self.lease(app, channel, now).await? else {
            return Ok(SendStep::Idle);
        };
        let attempt = self.messenger.send(channel, &delivery, now).await;
        // Sending takes time.
        let now = app.clock.now();
        let next = self.record(app, channel, &delivery, attempt, now).await?;
        Ok(SendStep::Tried {
            delivery: Box::new(delivery),
            next,
        })
    }

    /// Leases the next message, unless the channel's circuit is open.
    async fn lease(
        &self,
        app: &App,
        channel: &Channel,
        now: Timestamp,
    ) -> Result<Option<Delivery>, StoreError> {
        let mut tx = app.store.begin().await?;
        let probing = match tx.circuit(&channel.name).await?.permit(now) {
            circuit::CircuitPermit::Wait => return Ok(None),
            circuit::CircuitPermit::Go => None,
            circuit::CircuitPermit::Probe(probing) => Some(probing),
        };
        let leased = self.pacing.next(app, &mut tx, channel, now).await?;
        if let Some(probing) = probing.filter(|_| leased.is_some()) {
            tx.put_circuit(&channel.name, &probing).await?;
        }
        tx.commit().await?;
        Ok(leased)
    }

    /// The last error of a channel whose circuit is open or that asked us to wait; `None` if it is in use.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn left_alone(
        &self,
        app: &App,
        channel: &Channel,
    ) -> Result<Option<String>, StoreError> {
        Ok(match app.store.circuits().await?.remove(&channel.name) {
            Some(Circuit::Open { why, .. }) => Some(why),
            _ => None,
        })
    }

    /// Pings `server.ping_url` if the database can be written to; does nothing if no URL is configured.
    ///
    /// The database is not writable, or the URL did not answer; the text says why.
    pub(crate) async fn pulse(&self, app: &App) -> Result<(), String> {
        let Some(url) = &app.config.server.ping_url else {
            return Ok(());
        };
        let write = async { app.store.begin().await?.commit().await };
        write.await.map_err(|error| error.with_causes())?;
        self.messenger.ping(url).await
    }

    /// Attempts each due message of a channel once.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn drain(
        &self,
        app: &App,
        channel: &Channel,
    ) -> Result<Vec<DeliveryNext>, StoreError> {
        let mut results = Vec::new();
        while let SendStep::Tried { next, .. } = self.step(app, channel).await? {
            results.push(next);
        }
        Ok(results)
    }

    /// Records the channel's answer and updates its circuit.
    async fn record(
        &self,
        app: &App,
        channel: &Channel,
        delivery: &Delivery,
        attempt: Attempt,
        now: Timestamp,
    ) -> Result<DeliveryNext, StoreError> {
        let [chance, other] = app.random();
        let mut tx = app.store.begin().await?;
        let before = tx.circuit(&channel.name).await?;
        let circuit = match &attempt {
            Attempt::Accepted => before.taken(),
            Attempt::Rejected {
                why,
                fault: FaultDomain::Channel,
                ..
            } => before.failed(why, now, other),
            Attempt::Rejected { .. } => before.clone(),
        };
        if let Attempt::Rejected {
            retry_after: Some(seconds),
            ..
        } = &attempt
        {
            self.pause(&channel.name, now, *seconds);
        }
        let next = after(delivery, attempt, now, chance);
        if !tx
            .record_attempt(&delivery.id, delivery.attempts, &next, now)
            .await?
        {
            // Another worker recorded this message: its result counts, for the channel too.
            return Ok(next);
        }
        record_attempt(app, &mut tx, delivery, &next).await?;
        if next == DeliveryNext::Delivered {
            self.pacing.record(&channel.name, &delivery.notice, now);
        }
        if circuit != before {
            tx.put_circuit(&channel.name, &circuit).await?;
        }
        if before.is_open() && !circuit.is_open() {
            tx.hurry(&channel.name, now).await?;
        }
        let channel = channel.name.clone();
        let trouble = match &next {
            DeliveryNext::GivenUp { why } => Some(Trouble::DeliveryGivenUp {
                channel,
                delivery: delivery.id.clone(),
                why: why.clone(),
            }),
            DeliveryNext::Again { why, .. }
                if delivery.attempts == ALARMING || circuit.is_alarming(now) =>
            {
                Some(Trouble::ChannelFailing {
                    channel,
                    why: why.clone(),
                })
            }
            _ => None,
        };
        if let Some(trouble) = trouble {
            announce(app, &mut tx, trouble, now).await?;
        }
        tx.commit().await?;
        Ok(next)
    }

    fn pause_of(&self, channel: &str) -> Option<Timestamp> {
        // A poisoned lock still holds a valid map: no update leaves it half-written.
        let paused = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        paused.get(channel).copied()
    }

    fn pause(&self, channel: &str, now: Timestamp, seconds: i64) {
        let seconds = SignedDuration::from_secs(asked_for(seconds));
        if let Ok(until) = now.checked_add(seconds) {
            let mut paused = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
            paused.insert(channel.to_owned(), until);
        }
    }
}

/// Gives up messages for channels that are no longer configured; `why` is stored with them.
///
/// # Errors
/// The database failed.
pub(crate) async fn give_up_lost_channels(app: &App, why: &str) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let outlets = app.config.outlets();
    let names: Vec<String> = outlets.iter().map(|known| known.name.clone()).collect();
    tx.forget_circuits(&names).await?;
    let lost: Vec<String> = tx
        .waiting_channels()
        .await?
        .into_iter()
        .filter(|name| !names.contains(name))
        .collect();
    for channel in lost {
        while let Some(delivery) = tx
            .lease_delivery(&channel, DeliveryChoice::Next, now)
            .await?
        {
            let given_up = DeliveryNext::GivenUp {
                why: why.to_owned(),
            };
            tx.record_attempt(&delivery.id, delivery.attempts, &given_up, now)
                .await?;
            let trouble = Trouble::DeliveryGivenUp {
                channel: channel.clone(),
                delivery: delivery.id,
                why: why.to_owned(),
            };
            announce(app, &mut tx, trouble, now).await?;
        }
    }
    tx.commit().await
}

/// Announces a channel's failure on the operations routes, at most once an hour. If those lead only to the
/// failing channel, the notice waits until it works again.
async fn announce(
    app: &App,
    tx: &mut Tx,
    trouble: Trouble,
    now: Timestamp,
) -> Result<(), StoreError> {
    let notice = Notice::Operations(trouble);
    let since = now.checked_sub(QUIET).unwrap_or(now);
    if !tx.was_notified(&notice.subject(), since).await? {
        Notifier::new(app).notify(tx, &notice).await?;
    }
    Ok(())
}
