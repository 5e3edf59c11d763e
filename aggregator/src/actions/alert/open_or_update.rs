//! Turns a threat into an alert, or updates the alert that it belongs to. Shared by ingestion and the
//! findings sync; not a use case of its own.
//!
//! Everything happens in the caller's transaction. The same threat always maps to one alert, whatever its
//! source and form.

use crate::actions::notify::Notifier;
use crate::app::App;
use hubward_domain::account::Account;
use hubward_domain::alert::dedup::{dedup_key, joins};
use hubward_domain::alert::event::Threat;
use hubward_domain::alert::{Alert, AlertState, DedupDecision, KnownAlert, decide};
use hubward_domain::audit::{Action, Actor};
use hubward_domain::notice::{AlertNotice, Notice};
use hubward_domain::silence::Silence;
use hubward_store::{StoreError, Tx};

/// Processes one threat; `account` is its row of the ledger, if any. Returns `true` if it opened an alert.
pub(super) async fn open_or_update(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    threat: &Threat,
    account: Option<&Account>,
) -> Result<bool, StoreError> {
    let reported = &threat.alert;
    // Serializes with another process that has the same finding.
    tx.claim_finding(&reported.finding_id).await?;
    let key = dedup_key(&reported.account_id, &reported.kind, &threat.actor);
    let known = known(tx, threat, key.as_deref()).await?;
    let silences = tx.silences(app.clock.now()).await?;
    let minimum = app.config.alerts.minimum_severity;
    let count = reported.count.max(
        known
            .iter()
            .flat_map(|known| &known.findings)
            .find(|(id, _)| *id == reported.finding_id)
            .map_or(0, |(_, count)| *count),
    );
    let is_silenced = |alert: &Alert| silencing(&silences, alert, account).is_some();
    match decide(known.as_ref(), threat, minimum, is_silenced) {
        DedupDecision::Ignore => {
            tx.let_go_of_finding(&reported.finding_id).await?;
            Ok(false)
        }
        DedupDecision::Open(alert) => {
            tx.put_alert_finding(&alert.id, &reported.finding_id, count)
                .await?;
            if alert.state == AlertState::Silenced
                && let Some(silence) = silencing(&silences, &alert, account)
            {
                tx.count_silenced(&silence.id).await?;
            }
            Notifier::new(app)
                .notify_alert(tx, actor, Action::AlertOpened, &alert, account)
                .await?;
            if let Some(key) = &key {
                tx.put_fold(&alert.id, key).await?;
            }
            Ok(true)
        }
        DedupDecision::Update { alert, tell } => {
            tx.put_alert_finding(&alert.id, &reported.finding_id, count)
                .await?;
            let Some(news) = tell else {
                tx.put_alert(&alert).await?;
                return Ok(false);
            };
            let findings = tx.findings_of_alert(&alert).await?;
            let ids = findings.into_iter().map(|(id, _)| id).collect();
            let mut notice = AlertNotice::of(&alert, ids, account);
            notice.news = Some(news);
            let notice = Notice::AlertUpdated(Box::new(notice));
            Notifier::new(app)
                .notify_alert_with(tx, actor, Action::AlertUpdated, &alert, (account, notice))
                .await?;
            Ok(false)
        }
    }
}

/// The first silence that covers an alert.
fn silencing<'a>(
    silences: &'a [Silence],
    alert: &Alert,
    account: Option<&Account>,
) -> Option<&'a Silence> {
    silences
        .iter()
        .find(|silence| silence.matcher.covers(alert, account))
}

/// The alert that already has the finding, or that the finding joins.
async fn known(
    tx: &mut Tx,
    threat: &Threat,
    key: Option<&str>,
) -> Result<Option<KnownAlert>, StoreError> {
    if let Some(alert) = tx.alert_of_finding(&threat.alert.finding_id).await? {
        let findings = tx.findings_of_alert(&alert).await?;
        return Ok(Some(KnownAlert { alert, findings }));
    }
    let Some(key) = key else {
        return Ok(None);
    };
    let Some(alert) = tx.alert_of_fold(key).await? else {
        return Ok(None);
    };
    let findings = tx.findings_of_alert(&alert).await?;
    let known = KnownAlert { alert, findings };
    Ok(joins(&known, threat).then_some(known))
}
