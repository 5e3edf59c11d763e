//! Silences: makes one, lists them, ends one. What is silenced is stored and counted all the same, and is
//! told as soon as it goes on after the silence's end.

use std::collections::BTreeSet;

use hubward_protocol::AccountId;
use jiff::Timestamp;
use serde_json::json;

use crate::app::App;
use hubward_domain::account_matrix::PageWindow;
use hubward_domain::alert::{Alert, AlertFilter, AlertState};
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::silence::{Matcher, NotSilenced, Silence, reason, until};
use hubward_store::StoreError;

/// Why nothing was silenced.
#[derive(Debug, thiserror::Error)]
pub enum SilenceError {
    /// What was asked for makes no sense.
    #[error(transparent)]
    NotSilenced(#[from] NotSilenced),
    /// No silence of this id is in force.
    #[error("no silence {0} is in force")]
    Unknown(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct SilenceRequest {
    /// Which alerts.
    pub matcher: Matcher,
    /// Why.
    pub reason: String,
    /// Until when, as a person writes it.
    pub until: String,
}

/// A silence that was made, and the alerts of now that it would have kept silent.
#[derive(Clone, Debug)]
pub struct Silenced {
    /// The silence.
    pub silence: Silence,
    /// Open alerts that it covers. They stay open; what goes on of them is not told.
    pub covers: Vec<Alert>,
    /// Open critical alerts that it would cover, were critical ones not left out.
    pub left_out: usize,
}

/// How many open alerts are looked at.
const LOOKED_AT: i64 = 5_000;

/// Makes a silence.
///
/// # Errors
/// See [`SilenceError`]; then there is none.
pub async fn silence(
    app: &App,
    actor: &Actor,
    asked: SilenceRequest,
) -> Result<Silenced, SilenceError> {
    asked.matcher.verify()?;
    let now = app.clock.now();
    let silence = Silence {
        id: hex::encode(app.random::<4>()),
        matcher: asked.matcher,
        reason: reason(&asked.reason)?,
        created_by: actor.to_string(),
        created_at: now,
        until: until(&asked.until, now, &app.zone())?,
        ended_at: None,
        count: 0,
    };
    let (covers, left_out) = covered(app, &silence.matcher).await?;
    let mut tx = app.store.begin().await?;
    tx.put_silence(&silence).await?;
    let event = NewEvent {
        action: Action::SilenceAdded,
        subject: silence.id.clone(),
        detail: json!({
            "type": silence.matcher.kind,
            "account": silence.matcher.account,
            "project": silence.matcher.project,
            "environment": silence.matcher.environment,
            "region": silence.matcher.region,
            "critical": silence.matcher.critical,
            "reason": silence.reason,
            "until": silence.until,
        }),
    };
    tx.append_audit(now, actor, [event]).await?;
    tx.commit().await?;
    Ok(Silenced {
        silence,
        covers,
        left_out,
    })
}

/// Every silence, newest first, and whether it is in force.
///
/// # Errors
/// The database failed.
pub async fn silences(app: &App) -> Result<Vec<(Silence, bool)>, StoreError> {
    let now: Timestamp = app.clock.now();
    let silences = app.store.silences().await?.into_iter();
    Ok(silences
        .map(|silence| {
            let holds = silence.holds(now);
            (silence, holds)
        })
        .collect())
}

/// A silence that is in force, and what it covers now.
///
/// # Errors
/// The database failed.
pub async fn covering(app: &App, id: &str) -> Result<Option<Silenced>, StoreError> {
    let known = silences(app).await?.into_iter();
    let mut known = known.filter(|(silence, holds)| *holds && silence.id == id);
    let Some((silence, _)) = known.next() else {
        return Ok(None);
    };
    let (covers, left_out) = covered(app, &silence.matcher).await?;
    Ok(Some(Silenced {
        silence,
        covers,
        left_out,
    }))
}

/// Ends a silence before its time.
///
/// # Errors
/// See [`SilenceError`].
pub async fn end_silence(app: &App, actor: &Actor, id: &str) -> Result<(), SilenceError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    if !tx.end_silence(id, now).await? {
        return Err(SilenceError::Unknown(id.to_owned()));
    }
    let event = NewEvent {
        action: Action::SilenceEnded,
        subject: id.to_owned(),
        detail: json!({}),
    };
    tx.append_audit(now, actor, [event]).await?;
    tx.commit().await?;
    Ok(())
}

/// The open alerts that a matcher covers, and how many critical ones it leaves out.
async fn covered(app: &App, matcher: &Matcher) -> Result<(Vec<Alert>, usize), StoreError> {
    let filter = AlertFilter {
        state: Some(AlertState::Open),
        ..AlertFilter::default()
    };
    let (open, _) = app
        .store
        .alerts(&filter, PageWindow::page(1, LOOKED_AT))
        .await?;
    let accounts: BTreeSet<AccountId> = open.iter().map(|alert| alert.account_id.clone()).collect();
    let accounts: Vec<AccountId> = accounts.into_iter().collect();
    let ledger = app.store.accounts_of(&accounts).await?;
    let all = Matcher {
        critical: true,
        ..matcher.clone()
    };
    let (covers, left_out): (Vec<Alert>, Vec<Alert>) = open
        .into_iter()
        .filter(|alert| all.covers(alert, ledger.get(&alert.account_id)))
        .partition(|alert| matcher.covers(alert, ledger.get(&alert.account_id)));
    Ok((covers, left_out.len()))
}
