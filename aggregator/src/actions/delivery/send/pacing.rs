//! Chooses a channel's next message: applies its rate limit, and combines alerts into digests.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use jiff::Timestamp;

use crate::actions::notify::Notifier;
use crate::app::App;
use crate::config::outgoing::Channel;
use hubward_domain::burst::{self, Load, MOST, WINDOW};
use hubward_domain::delivery::Delivery;
use hubward_domain::notice::{AlertDigest, AlertNotice, Notice, NoticeClass};
use hubward_store::deliveries::DeliveryChoice;
use hubward_store::{StoreError, Tx};

/// The rate limits of all channels, in this process.
pub(super) struct ChannelPacing {
    limiters: BTreeMap<String, DefaultDirectRateLimiter>,
    /// When alerts were recently sent to each channel, and whether they were critical.
    sent: Mutex<BTreeMap<String, VecDeque<(Timestamp, bool)>>>,
}

impl ChannelPacing {
    pub(super) fn new(channels: &[Channel]) -> Self {
        let limiter = |channel: &Channel| {
            let pace = channel.kind.pace()?;
            let quota = Quota::with_period(pace.period)?.allow_burst(NonZeroU32::new(pace.burst)?);
            Some((channel.name.clone(), RateLimiter::direct(quota)))
        };
        Self {
            limiters: channels.iter().filter_map(limiter).collect(),
            sent: Mutex::default(),
        }
    }

    /// Waits until the channel's rate limit allows another message.
    pub(super) async fn wait(&self, channel: &str) {
        if let Some(limiter) = self.limiters.get(channel) {
            limiter.until_ready().await;
        }
    }

    /// Leases the next message; a digest is created first.
    pub(super) async fn next(
        &self,
        app: &App,
        tx: &mut Tx,
        channel: &Channel,
        now: Timestamp,
    ) -> Result<Option<Delivery>, StoreError> {
        let name = &channel.name;
        let one_by_one = channel.kind.one_by_one();
        let mut load = self.lately(name, now);
        load.waiting = tx.count_waiting(name, one_by_one + 1).await?;
        load.has_critical = load.waiting > 0 && tx.has_critical(name, now).await?;
        match burst::next(&load, one_by_one) {
            burst::DigestDecision::One if load.has_critical => {
                tx.lease_delivery(name, DeliveryChoice::Critical, now).await
            }
            burst::DigestDecision::One => tx.lease_delivery(name, DeliveryChoice::Next, now).await,
            burst::DigestDecision::Other => {
                tx.lease_delivery(name, DeliveryChoice::Other, now).await
            }
            burst::DigestDecision::Digest => digest(app, tx, name, &load, now).await,
        }
    }

    /// Records that an alert or a digest was sent to a channel.
    pub(super) fn record(&self, channel: &str, notice: &Notice, now: Timestamp) {
        let is_critical = match (notice, notice.class()) {
            (Notice::AlertDigest(_), _) | (_, NoticeClass::Alert) => false,
            (_, NoticeClass::Critical) => true,
            (_, NoticeClass::Single) => return,
        };
        // A poisoned lock still holds a valid map: no update leaves it half-written.
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let times = sent.entry(channel.to_owned()).or_default();
        times.push_back((now, is_critical));
    }

    /// The alerts that were sent within the window.
    fn lately(&self, channel: &str, now: Timestamp) -> Load {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        let times = sent.entry(channel.to_owned()).or_default();
        while times
            .front()
            .is_some_and(|(at, _)| now.duration_since(*at) >= WINDOW)
        {
            times.pop_front();
        }
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        Load {
            sent: count(times.len()),
            sent_critical: count(times.iter().filter(|(_, critical)| *critical).count()),
            since_last: times.back().map(|(at, _)| now.duration_since(*at)),
            ..Load::default()
        }
    }
}

/// Creates a digest of the waiting alerts and leases it; the first critical alert is left out, because it is
/// sent alone. If the process is killed afterwards, the digest is an outbox message like any other.
async fn digest(
    app: &App,
    tx: &mut Tx,
    channel: &str,
    load: &Load,
    now: Timestamp,
) -> Result<Option<Delivery>, StoreError> {
    let waiting = tx.waiting(channel, MOST, now).await?;
    let (mut members, mut alerts): (Vec<String>, Vec<AlertNotice>) = (Vec::new(), Vec::new());
    for message in waiting {
        if load.sent_critical == 0 && message.notice.class() == NoticeClass::Critical {
            continue;
        }
        if let Notice::AlertOpened(alert) | Notice::AlertUpdated(alert) = message.notice {
            members.push(message.id);
            alerts.push(*alert);
        }
    }
    // Other workers have leased the rest.
    if members.len() < 2 {
        return tx.lease_delivery(channel, DeliveryChoice::Next, now).await;
    }
    let notice = Notice::AlertDigest(Box::new(AlertDigest::of(&alerts)));
    let id = Notifier::new(app)
        .notify_channel(tx, channel, &notice)
        .await?;
    tx.gather(&id, &members).await?;
    tx.lease_delivery(channel, DeliveryChoice::This(&id), now)
        .await
}
