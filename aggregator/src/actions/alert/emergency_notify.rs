//! Notifies the operations channels directly, bypassing the outbox, when the database is down. Not retried;
//! one successful channel is enough.

use std::sync::{Mutex, PoisonError};

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::channel::{Messenger, MessengerError};
use crate::config::outgoing::RouteEvent;
use hubward_domain::delivery::{Attempt, Delivery, DeliveryState};
use hubward_domain::notice::{Notice, Trouble};

/// Minimum time between two notifications.
const QUIET: SignedDuration = SignedDuration::from_hours(1);

/// Sends to the operations channels without the database.
#[derive(Debug)]
pub(crate) struct DirectNotifier {
    messenger: Messenger,
    notified_at: Mutex<Option<Timestamp>>,
}

impl DirectNotifier {
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
            )?,
            notified_at: Mutex::default(),
        })
    }

    /// Notifies the operations channels, unless that was done within [`QUIET`]. Returns how many channels
    /// accepted it.
    pub(crate) async fn notify(&self, app: &App, trouble: Trouble) -> usize {
        let now = app.clock.now();
        {
            // A poisoned lock still holds a valid time.
            let mut notified_at = self
                .notified_at
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if notified_at.is_some_and(|at| now.duration_since(at) < QUIET) {
                return 0;
            }
            *notified_at = Some(now);
        }
        let notice = Notice::Operations(trouble);
        let channels = app.config.channels_of(RouteEvent::Operations);
        let sent = channels.into_iter().map(|name| {
            let notice = notice.clone();
            async move {
                let configured = &app.config.channels;
                let Some(channel) = configured.iter().find(|channel| channel.name == name) else {
                    return false;
                };
                let delivery = Delivery {
                    id: format!("msg_{}", hex::encode(app.random::<16>())),
                    channel: name.to_owned(),
                    notice,
                    state: DeliveryState::Pending,
                    attempts: 1,
                    last_error: None,
                    created_at: now,
                };
                self.messenger.send(channel, &delivery, now).await == Attempt::Accepted
            }
        });
        join_all(sent)
            .await
            .into_iter()
            .filter(|taken| *taken)
            .count()
    }

    /// Ends the quiet period after a recovery, so that the next failure is notified at once.
    pub(crate) fn reset(&self) {
        let mut notified_at = self
            .notified_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *notified_at = None;
    }
}
