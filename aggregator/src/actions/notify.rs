//! Adds notices to the outbox, inside the caller's transaction: nothing is sent that was not committed, and
//! nothing that was committed goes unsent. Sending is `actions::delivery::send`.

use jiff::SignedDuration;
use serde_json::json;

use crate::app::App;
use crate::config::outgoing::CONTACTS;
use hubward_domain::account::Account;
use hubward_domain::alert::{Alert, AlertState};
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::notice::{AlertNotice, Notice, Trouble};
use hubward_domain::routing::{Subject, channels, channels_of_alert};
use hubward_store::{StoreError, Tx};

/// Minimum time between two notices about the same problem.
const QUIET: SignedDuration = SignedDuration::from_hours(1);

/// Writes one outbox row per channel that a notice is routed to.
#[derive(Clone, Copy)]
pub(crate) struct Notifier<'a> {
    app: &'a App,
}

impl<'a> Notifier<'a> {
    pub(crate) fn new(app: &'a App) -> Self {
        Self { app }
    }

    /// Notifies every channel whose route matches the notice. Returns the number of channels.
    pub(crate) async fn notify(&self, tx: &mut Tx, notice: &Notice) -> Result<usize, StoreError> {
        self.notify_about(tx, notice, Subject::default()).await
    }

    /// Like [`Notifier::notify`], for a notice about an account or project, which routes can match.
    pub(crate) async fn notify_about(
        &self,
        tx: &mut Tx,
        notice: &Notice,
        subject: Subject<'_>,
    ) -> Result<usize, StoreError> {
        let Some(event) = notice.route_event() else {
            return Ok(0);
        };
        let routed = channels(&self.app.config.routes, event, subject);
        for channel in &routed {
            self.notify_channel(tx, channel, notice).await?;
        }
        Ok(routed.len())
    }

    /// Adds a notice to one channel's outbox. Returns the delivery's id.
    pub(crate) async fn notify_channel(
        &self,
        tx: &mut Tx,
        channel: &str,
        notice: &Notice,
    ) -> Result<String, StoreError> {
        let id = format!("msg_{}", hex::encode(self.app.random::<16>()));
        tx.put_delivery(&id, channel, notice, self.app.clock.now())
            .await?;
        Ok(id)
    }

    /// Mails a notice to the account's contacts, in their language. `false` if mail is not set up or the
    /// ledger has no address.
    pub(crate) async fn notify_contacts(
        &self,
        tx: &mut Tx,
        notice: &Notice,
    ) -> Result<bool, StoreError> {
        if self.app.config.mail.contacts().is_none() || notice.contacts().is_empty() {
            return Ok(false);
        }
        self.notify_channel(tx, CONTACTS, notice).await?;
        Ok(true)
    }

    /// Notifies the operations route of a problem, at most once an hour for the same one.
    pub(crate) async fn notify_operations(
        &self,
        tx: &mut Tx,
        trouble: Trouble,
    ) -> Result<(), StoreError> {
        let notice = Notice::Operations(trouble);
        let now = self.app.clock.now();
        let since = now.checked_sub(QUIET).unwrap_or(now);
        if !tx.was_notified(&notice.subject(), since).await? {
            self.notify(tx, &notice).await?;
        }
        Ok(())
    }

    /// Writes an alert with its audit event, and notifies its channels unless it is silenced.
    pub(crate) async fn notify_alert(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        action: Action,
        alert: &Alert,
        account: Option<&Account>,
    ) -> Result<(), StoreError> {
        let notice = AlertNotice::of(alert, vec![alert.finding_id.clone()], account);
        let notice = match action {
            Action::AlertUpdated => Notice::AlertUpdated(Box::new(notice)),
            _ => Notice::AlertOpened(Box::new(notice)),
        };
        self.notify_alert_with(tx, actor, action, alert, (account, notice))
            .await
    }

    /// Like [`Notifier::notify_alert`], with the given notice.
    pub(crate) async fn notify_alert_with(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        action: Action,
        alert: &Alert,
        (account, notice): (Option<&Account>, Notice),
    ) -> Result<(), StoreError> {
        tx.put_alert(alert).await?;
        let event = NewEvent {
            action,
            subject: alert.account_id.to_string(),
            detail: json!({
                "alert": alert.id,
                "region": alert.region,
                "type": alert.kind,
                "severity": alert.severity,
                "state": alert.state,
            }),
        };
        tx.append_audit(self.app.clock.now(), actor, [event])
            .await?;
        if alert.state == AlertState::Silenced {
            return Ok(());
        }
        for channel in channels_of_alert(&self.app.config.routes, alert, account) {
            self.notify_channel(tx, channel, &notice).await?;
        }
        Ok(())
    }
}
