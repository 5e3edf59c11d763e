//! What two doors share: a threat that came becomes an alert, or changes one. It is no use-case by itself.
//!
//! Everything happens in the caller's transaction. The same threat twice, by whatever door, in whatever
//! form, is one alert.

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

/// Accepts one threat; `account` is its row of the ledger, where there is one. `true`: it opened an alert.
pub(super) async fn open_or_update(
    app: &App,
    tx: &mut Tx,
    actor: &Actor,
    threat: &Threat,
    account: Option<&Account>,
) -> Result<bool, StoreError> {
    let told = &threat.alert;
    // Another process that has the same finding waits here until we are done.
    tx.claim_finding(&told.finding_id).await?;
    let fold = dedup_key(&told.account_id, &told.kind, &threat.actor);
    let known = known(tx, threat, fold.as_deref()).await?;
    let silences = tx.silences(app.clock.now()).await?;
    let minimum = app.config.alerts.minimum_severity;
    let count = told.count.max(
        known
            .iter()
            .flat_map(|known| &known.findings)
            .find(|(id, _)| *id == told.finding_id)
            .map_or(0, |(_, count)| *count),
    );
    let is_silenced = |alert: &Alert| silencing(&silences, alert, account).is_some();
    match decide(known.as_ref(), threat, minimum, is_silenced) {
        DedupDecision::Ignore => {
            tx.let_go_of_finding(&told.finding_id).await?;
            Ok(false)
        }
        DedupDecision::Open(alert) => {
            tx.put_alert_finding(&alert.id, &told.finding_id, count)
                .await?;
            if alert.state == AlertState::Silenced
                && let Some(silence) = silencing(&silences, &alert, account)
            {
                tx.count_silenced(&silence.id).await?;
            }
            Notifier::new(app)
                .notify_alert(tx, actor, Action::AlertOpened, &alert, account)
                .await?;
            if let Some(fold) = &fold {
                tx.put_fold(&alert.id, fold).await?;
            }
            Ok(true)
        }
        DedupDecision::Update { alert, tell } => {
            tx.put_alert_finding(&alert.id, &told.finding_id, count)
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

/// The silence that an alert falls under.
fn silencing<'a>(
    silences: &'a [Silence],
    alert: &Alert,
    account: Option<&Account>,
) -> Option<&'a Silence> {
    silences
        .iter()
        .find(|silence| silence.matcher.covers(alert, account))
}

/// The alert that the finding belongs to, or that it joins.
async fn known(
    tx: &mut Tx,
    threat: &Threat,
    fold: Option<&str>,
) -> Result<Option<KnownAlert>, StoreError> {
    if let Some(alert) = tx.alert_of_finding(&threat.alert.finding_id).await? {
        let findings = tx.findings_of_alert(&alert).await?;
        return Ok(Some(KnownAlert { alert, findings }));
    }
    let Some(fold) = fold else {
        return Ok(None);
    };
    let Some(alert) = tx.alert_of_fold(fold).await? else {
        return Ok(None);
    };
    let findings = tx.findings_of_alert(&alert).await?;
    let known = KnownAlert { alert, findings };
    Ok(joins(&known, threat).then_some(known))
}
