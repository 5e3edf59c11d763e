//! Sends what is in the outbox: leases a message, sends it outside any transaction, records what the
//! channel said. At least once: a worker that dies between sending and recording is repeated, with
//! the message's same id.
//!
//! Each channel has its pace, its circuit (a channel that is down is tried now and then by one message
//! alone), and becomes digests when more alerts come than anybody reads. A channel that keeps refusing, and
//! a message that is given up, are announced on the operations route.

mod pacing;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::record::record_attempt;
use crate::actions::notify::Notifier;
use crate::app::App;
use crate::channel::Messenger;
pub use crate::channel::MessengerError;
use crate::config::outgoing::Channel;
use hubward_domain::circuit::{self, Circuit};
use hubward_domain::delivery::{Attempt, Blame, Delivery, DeliveryNext, after};
use hubward_domain::notice::{Notice, Trouble};
use hubward_domain::retry::{ALARMING, asked_for};
use hubward_store::deliveries::DeliveryChoice;
use hubward_store::{StoreError, Tx};
use pacing::Turns;

/// How long nobody is told again that a channel is out of order.
const QUIET: SignedDuration = SignedDuration::from_hours(1);

/// The outbox, opened for sending.
pub struct Outbox {
    messenger: Messenger,
    /// Until when a channel asked to be left alone, by its name.
    paused: Mutex<BTreeMap<String, Timestamp>>,
    turns: Turns,
}

/// What one step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendStep {
    /// Nothing is due.
    Idle,
    /// A message was tried.
    Tried {
        /// The message.
        delivery: Box<Delivery>,
        /// What became of it.
        next: DeliveryNext,
    },
}

impl Outbox {
    /// Opens it.
    ///
    /// # Errors
    /// The TLS library could not be set up.
    pub fn open(app: &App) -> Result<Self, MessengerError> {
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
            turns: Turns::new(&app.config.outlets()),
        })
    }

    /// Tries a channel's next due message, if there is one, as soon as the channel's pace lets it.
    ///
    /// # Errors
    /// The database failed; a message that was sent already is then sent again.
    pub async fn step(&self, app: &App, channel: &Channel) -> Result<SendStep, StoreError> {
        let now = app.clock.now();
        let is_paused = self
            .pause_of(&channel.name)
            .is_some_and(|until| now < until);
        if is_paused || !app.store.has_due(&channel.name, now).await? {
            return Ok(SendStep::Idle);
        }
        // First the turn and then the message: a critical one may come meanwhile.
        self.turns.wait(&channel.name).await;
        let now = app.clock.now();
        let Some(delivery) = self.lease(app, channel, now).await? else {
            return Ok(SendStep::Idle);
        };
        let attempt = self.messenger.send(channel, &delivery, now).await;
        // The sending took its time.
        let now = app.clock.now();
        let next = self.record(app, channel, &delivery, attempt, now).await?;
        Ok(SendStep::Tried {
            delivery: Box::new(delivery),
            next,
        })
    }

    /// Takes the message whose turn it is, if the channel is to be tried at all.
    async fn lease(
        &self,
        app: &App,
        channel: &Channel,
        now: Timestamp,
    ) -> Result<Option<Delivery>, StoreError> {
        let mut tx = app.store.begin().await?;
        let probing = match tx.circuit(&channel.name).await?.turn(now) {
            circuit::CircuitTurn::Wait => return Ok(None),
            circuit::CircuitTurn::Go => None,
            circuit::CircuitTurn::Probe(probing) => Some(probing),
        };
        let leased = self.turns.next(app, &mut tx, channel, now).await?;
        if let Some(probing) = probing.filter(|_| leased.is_some()) {
            tx.put_circuit(&channel.name, &probing).await?;
        }
        tx.commit().await?;
        Ok(leased)
    }

    /// What a channel last answered that is left alone for now; `None`: it is not.
    ///
    /// # Errors
    /// The database failed.
    pub async fn left_alone(
        &self,
        app: &App,
        channel: &Channel,
    ) -> Result<Option<String>, StoreError> {
        Ok(match app.store.circuits().await?.remove(&channel.name) {
            Some(Circuit::Open { why, .. }) => Some(why),
            _ => None,
        })
    }

    /// Says to `server.ping_url` that this process is alive and can write its database; nothing, where
    /// there is none.
    ///
    /// # Errors
    /// It cannot, or nobody took it, and why.
    pub async fn pulse(&self, app: &App) -> Result<(), String> {
        let Some(url) = &app.config.server.ping_url else {
            return Ok(());
        };
        let write = async { app.store.begin().await?.commit().await };
        write.await.map_err(|error| error.to_string())?;
        self.messenger.ping(url).await
    }

    /// Tries everything that is due for a channel, once: what the channel refuses waits for its turn.
    ///
    /// # Errors
    /// The database failed.
    pub async fn drain(
        &self,
        app: &App,
        channel: &Channel,
    ) -> Result<Vec<DeliveryNext>, StoreError> {
        let mut became = Vec::new();
        while let SendStep::Tried { next, .. } = self.step(app, channel).await? {
            became.push(next);
        }
        Ok(became)
    }

    /// Writes down what the channel said, and what that means for it.
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
            Attempt::Taken => before.taken(),
            Attempt::Refused {
                why,
                blame: Blame::Channel,
                ..
            } => before.failed(why, now, other),
            Attempt::Refused { .. } => before.clone(),
        };
        if let Attempt::Refused {
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
            // What another worker makes of it counts, for the channel as well.
            return Ok(next);
        }
        record_attempt(app, &mut tx, delivery, &next).await?;
        if next == DeliveryNext::Delivered {
            self.turns.told(&channel.name, &delivery.notice, now);
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
        // A poisoned map is still a map: nothing is half-written in it.
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

/// Gives up what waits for channels that the configuration does not have any more.
///
/// # Errors
/// The database failed.
pub async fn give_up_lost_channels(app: &App) -> Result<(), StoreError> {
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
        let why = "the configuration has no such channel any more".to_owned();
        while let Some(delivery) = tx
            .lease_delivery(&channel, DeliveryChoice::Next, now)
            .await?
        {
            let given_up = DeliveryNext::GivenUp { why: why.clone() };
            tx.record_attempt(&delivery.id, delivery.attempts, &given_up, now)
                .await?;
            let trouble = Trouble::DeliveryGivenUp {
                channel: channel.clone(),
                delivery: delivery.id,
                why: why.clone(),
            };
            announce(app, &mut tx, trouble, now).await?;
        }
    }
    tx.commit().await
}

/// Announces a channel's trouble on the operations routes, unless that was done within the hour. Where
/// those lead to the broken channel alone, nobody hears of it before it works again.
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
