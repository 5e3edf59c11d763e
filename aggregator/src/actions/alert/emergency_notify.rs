//! Tells the operations route of what keeps Hubward from storing anything: past the outbox, which lies in
//! the same database, straight to the channels. Nothing is tried again; whoever hears it once is enough.

use std::sync::{Mutex, PoisonError};

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::channel::{Messenger, MessengerError};
use crate::config::outgoing::RouteEvent;
use hubward_domain::delivery::{Attempt, Delivery, DeliveryState};
use hubward_domain::notice::{Notice, Trouble};

/// How long nobody is told again.
const QUIET: SignedDuration = SignedDuration::from_hours(1);

/// The way past the outbox.
#[derive(Debug)]
pub struct DirectNotifier {
    messenger: Messenger,
    sounded: Mutex<Option<Timestamp>>,
}

impl DirectNotifier {
    /// Prepares it.
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
            )?,
            sounded: Mutex::default(),
        })
    }

    /// Sounds it, unless that was done within the hour; returns how many channels took it.
    pub async fn sound(&self, app: &App, trouble: Trouble) -> usize {
        let now = app.clock.now();
        {
            // A poisoned time is still a time.
            let mut sounded = self.sounded.lock().unwrap_or_else(PoisonError::into_inner);
            if sounded.is_some_and(|at| now.duration_since(at) < QUIET) {
                return 0;
            }
            *sounded = Some(now);
        }
        let notice = Notice::Operations(trouble);
        let heard_by = app.config.channels_of(RouteEvent::Operations);
        let sent = heard_by.into_iter().map(|name| {
            let notice = notice.clone();
            async move {
                let channels = &app.config.channels;
                let Some(channel) = channels.iter().find(|channel| channel.name == name) else {
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
                self.messenger.send(channel, &delivery, now).await == Attempt::Taken
            }
        });
        join_all(sent)
            .await
            .into_iter()
            .filter(|taken| *taken)
            .count()
    }

    /// All is well again: the next trouble is told at once.
    pub fn rest(&self) {
        let mut sounded = self.sounded.lock().unwrap_or_else(PoisonError::into_inner);
        *sounded = None;
    }
}
