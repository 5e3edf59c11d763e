//! Grants, removes and expires exceptions. Where Security Hub's findings are marked too, Security Hub is
//! updated before the exception ends, so that a failed call is retried. Run twice, the second finds nothing
//! to do.

use jiff::civil::Date;
use serde_json::json;

use crate::actions::ActionError;
use crate::actions::StoreError;
use crate::actions::notify::Notifier;
use crate::app::App;
use crate::aws::AwsFailure;
use crate::aws::workflow::BATCH;
use hubward_domain::account::Account;
use hubward_domain::audit::{Action, Actor, NewEvent};
use hubward_domain::exception::{Due, Exception, ExceptionRefusal, NewException, judge};
use hubward_domain::notice::{ContactNotice, Matter, Notice, Trouble};

/// Why an exception was not granted or not ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExceptionError {
    /// All reasons against it.
    #[error("it can be no exception")]
    Refused(Vec<ExceptionRefusal>),
    /// An exception for the same control and scope exists.
    #[error("there is one already")]
    Taken,
    /// There is no exception with this id.
    #[error("there is no exception {0}")]
    Unknown(String),
    /// The ledger, the database or AWS cannot be reached.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// Security Hub was not updated.
    #[error(transparent)]
    Aws(AwsFailure),
    /// Security Hub did not process some findings.
    #[error("{count} findings were not changed: {first}")]
    Unprocessed {
        /// Number of these findings.
        count: usize,
        /// The first finding with AWS's error.
        first: String,
    },
}

impl From<StoreError> for ExceptionError {
    fn from(error: StoreError) -> Self {
        Self::Action(error.into())
    }
}

/// A granted exception.
#[derive(Clone, Debug)]
pub(crate) struct Granted {
    pub exception: Exception,
    /// Number of mirrored findings that it covers.
    pub covered: usize,
    /// Whether the bundled list of controls contains this id.
    pub known: bool,
}

/// Grants an exception. With `suppress`, its findings are also suppressed in Security Hub.
///
/// # Errors
/// See [`ExceptionError`]. If Security Hub could not be updated, nothing is granted.
pub(crate) async fn add(
    app: &App,
    actor: &Actor,
    new: NewException,
    suppress: bool,
) -> Result<Granted, ExceptionError> {
    judge(&new, today(app)).map_err(ExceptionError::Refused)?;
    if account(app, &new.account_id).await?.is_none() {
        return Err(ActionError::NotInLedger(vec![new.account_id]).into());
    }
    let known = app.guide().knows(&new.control);
    let exception = Exception {
        id: format!("ex-{}", hex::encode(app.random::<4>())),
        control: new.control,
        account_id: new.account_id,
        resource: new.resource,
        reason: new.reason.trim().to_owned(),
        until: new.until,
        suppressed: suppress,
        added_at: app.clock.now(),
        added_by: actor.to_string(),
        warned_at: None,
    };
    let same = |other: &Exception| {
        other.control.eq_ignore_ascii_case(&exception.control)
            && other.resource == exception.resource
    };
    let granted = app.store.exceptions_of(&exception.account_id).await?;
    if granted.iter().any(same) {
        return Err(ExceptionError::Taken);
    }
    let covered = app.store.covered(&exception).await?.len();
    if suppress {
        set_suppressed(app, &exception, true).await?;
    }
    let mut tx = app.store.begin().await?;
    if !tx.insert_exception(&exception).await? {
        return Err(ExceptionError::Taken);
    }
    let event = event(Action::ExceptionAdded, &exception);
    tx.append_audit(exception.added_at, actor, [event]).await?;
    tx.commit().await?;
    Ok(Granted {
        exception,
        covered,
        known,
    })
}

/// Removes an exception.
///
/// # Errors
/// See [`ExceptionError`]; then the exception still applies.
pub(crate) async fn remove(
    app: &App,
    actor: &Actor,
    id: &str,
) -> Result<Exception, ExceptionError> {
    let all = app.store.exceptions().await?;
    let exception = all
        .into_iter()
        .find(|exception| exception.id == id)
        .ok_or_else(|| ExceptionError::Unknown(id.to_owned()))?;
    end(app, actor, &exception, Action::ExceptionRemoved, None).await?;
    Ok(exception)
}

/// The result of one expiry run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ExpiryCounts {
    /// Number of exceptions that end soon and were announced.
    pub announced: usize,
    /// Number of exceptions that ended.
    pub ended: usize,
}

/// Announces exceptions that end soon, and ends those whose last day is over.
///
/// # Errors
/// See [`ExceptionError`]; the rest is done by the next run.
pub(crate) async fn expire(app: &App, actor: &Actor) -> Result<ExpiryCounts, ExceptionError> {
    let today = today(app);
    let mut counts = ExpiryCounts::default();
    for exception in app.store.exceptions().await? {
        match exception.due(today) {
            Due::Nothing => {}
            Due::Notice => {
                let row = account(app, &exception.account_id).await?;
                let now = app.clock.now();
                let mut tx = app.store.begin().await?;
                if tx.warn_of_exception(&exception.id, now).await? {
                    announce(app, &mut tx, &exception, row.as_ref(), false).await?;
                    counts.announced += 1;
                }
                tx.commit().await?;
            }
            Due::End => {
                let row = account(app, &exception.account_id).await?;
                let ended = Action::ExceptionExpired;
                end(app, actor, &exception, ended, Some(row.as_ref())).await?;
                counts.ended += 1;
            }
        }
    }
    Ok(counts)
}

/// Ends an exception. `announce_to` is the account's ledger row, if any, when its contacts are to be
/// notified; `None` notifies no one.
async fn end(
    app: &App,
    actor: &Actor,
    exception: &Exception,
    action: Action,
    announce_to: Option<Option<&Account>>,
) -> Result<(), ExceptionError> {
    if exception.suppressed {
        set_suppressed(app, exception, false).await?;
    }
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    if tx.end_exception(&exception.id, now).await? {
        let event = event(action, exception);
        tx.append_audit(now, actor, [event]).await?;
        if let Some(row) = announce_to {
            announce(app, &mut tx, exception, row, true).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

async fn announce(
    app: &App,
    tx: &mut hubward_store::Tx,
    exception: &Exception,
    row: Option<&Account>,
    over: bool,
) -> Result<(), StoreError> {
    let notice = Notice::Operations(Trouble::ExceptionEnds {
        exception: exception.id.clone(),
        control: exception.control.clone(),
        account_id: exception.account_id.clone(),
        project: row.map(|row| row.project.clone()).unwrap_or_default(),
        until: exception.until,
        over,
        why: exception.reason.clone(),
    });
    Notifier::new(app).notify(tx, &notice).await?;
    let Some(row) = row else { return Ok(()) };
    let notice = Notice::Contact(Box::new(ContactNotice {
        account_id: row.account_id.clone(),
        project: row.project.clone(),
        language: row.language,
        to: row.contact_emails.clone(),
        matter: Matter::Exception {
            control: exception.control.clone(),
            resource: exception.resource.clone(),
            reason: exception.reason.clone(),
            until: exception.until,
            over,
        },
    }));
    Notifier::new(app).notify_contacts(tx, &notice).await?;
    Ok(())
}

/// Suppresses the covered findings in Security Hub, or sets them back to new.
async fn set_suppressed(
    app: &App,
    exception: &Exception,
    suppressed: bool,
) -> Result<(), ExceptionError> {
    let covered = app.store.covered(exception).await?;
    if covered.is_empty() {
        return Ok(());
    }
    let aws = app.aws().await.map_err(ActionError::from)?;
    let hub = aws.security_hub(app.config.hub.home_region);
    let note = if suppressed {
        format!(
            "Exception {} until {}: {}",
            exception.id, exception.until, exception.reason
        )
    } else {
        format!("Exception {} has ended", exception.id)
    };
    let mut unprocessed = Vec::new();
    for findings in covered.chunks(BATCH) {
        let missed = hub.set_suppressed(findings, suppressed, &note).await;
        unprocessed.extend(missed.map_err(ExceptionError::Aws)?);
    }
    match unprocessed.first() {
        // At the end, a finding that AWS has deleted must not keep the exception from ending.
        Some(first) if suppressed => Err(ExceptionError::Unprocessed {
            count: unprocessed.len(),
            first: format!("{}: {}", first.id, first.why),
        }),
        _ => Ok(()),
    }
}

async fn account(
    app: &App,
    id: &hubward_protocol::AccountId,
) -> Result<Option<Account>, StoreError> {
    let accounts = app.store.accounts().await?;
    Ok(accounts.into_iter().find(|row| row.account_id == *id))
}

fn today(app: &App) -> Date {
    app.zone().to_datetime(app.clock.now()).date()
}

fn event(action: Action, exception: &Exception) -> NewEvent {
    NewEvent {
        action,
        subject: exception.account_id.to_string(),
        detail: json!({
            "exception": exception.id,
            "control": exception.control,
            "resource": exception.resource,
            "reason": exception.reason,
            "until": exception.until,
            "suppressed": exception.suppressed,
        }),
    }
}
