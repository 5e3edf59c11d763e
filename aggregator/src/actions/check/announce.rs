//! Posts the changes that a check found: accounts and Regions with another verdict than at the last post, on
//! reminder days those that wait for their owners, and once a week everything with the audit log's head.
//! Without changes nothing is posted; run twice, the second posts nothing.
//!
//! The account's contacts are reminded by mail in their language, if mail is set up and the ledger has their
//! address. After three reminders without effect, the operations route is notified.

use std::collections::BTreeMap;

use hubward_domain::control::CatalogControl;
use hubward_protocol::AccountId;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::actions::notify::Notifier;
use crate::app::App;
use hubward_document::install_script;
use hubward_domain::account::Account;
use hubward_domain::notice::{
    CheckNotice, CheckNoticeRow, ContactNotice, Digest, DigestControl, LeavingAccount, Matter,
    Notice, Trouble, WaitingPlace,
};
use hubward_domain::reminder::{Calendar, PATIENCE, Reminder};
use hubward_domain::routing::{RouteEvent, Subject, channels};
use hubward_store::{StoreError, Tx};

/// The setting that holds the week of the last digest.
const DIGEST: &str = "check.digest";

/// What the weekly digest looks back on.
const A_WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The setting that holds the day on which operations were last reminded of accounts that are leaving.
const LEAVING: &str = "check.leaving";

/// The result of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Announced {
    /// The notice was added to the outbox of the channels.
    Posted {
        /// Number of rows in the notice.
        rows: usize,
        /// Number of channels that get it.
        channels: usize,
    },
    /// Every verdict was posted before.
    NothingNew,
    /// No route matches checks.
    NoRoute,
}

/// Announces the rows of a check. Only a check of all accounts (`whole`) sends reminders and the weekly
/// digest, because accounts that were not checked may still be waiting.
///
/// # Errors
/// The database failed; then nothing counts as posted, and no one as reminded.
pub(crate) async fn announce_check(
    app: &App,
    rows: Vec<CheckNoticeRow>,
    whole: bool,
) -> Result<Announced, StoreError> {
    let now = app.clock.now();
    let line = install_script::one_line(
        &app.config.server.public_url,
        app.config.hub.administrator.as_str(),
    );
    let zone = TimeZone::get(&app.config.locale.timezone).unwrap_or(TimeZone::UTC);
    let ledger: BTreeMap<AccountId, Account> = app
        .store
        .accounts()
        .await?
        .into_iter()
        .map(|account| (account.account_id.clone(), account))
        .collect();
    let all = rows.len();
    let complete = rows.iter().filter(|row| row.verdict == "complete").count();
    let mut tx = app.store.begin().await?;
    if whole {
        remind_of_leaving(app, &mut tx, &rows).await?;
    }
    let due = if whole {
        remind(app, &mut tx, &rows, &ledger, &zone, &line).await?
    } else {
        BTreeMap::new()
    };
    let listens = !channels(&app.config.routes, RouteEvent::Check, Subject::default()).is_empty();
    if !listens {
        tx.commit().await?;
        return Ok(Announced::NoRoute);
    }
    let digest = if whole {
        digest(&mut tx, &rows, &zone, now).await?
    } else {
        None
    };
    let mut posted = Vec::new();
    for mut row in rows {
        let is_new = tx
            .announce_membership(&row.account_id, row.region, &row.verdict)
            .await?;
        let waits = row.waits_for_member && due.contains_key(&row.account_id);
        if is_new || waits || (digest.is_some() && row.verdict != "complete") {
            if let Some(account) = ledger.get(&row.account_id) {
                row.contact.clone_from(&account.contact);
                row.contact_emails.clone_from(&account.contact_emails);
            }
            row.days = now.duration_since(row.since).as_hours() / 24;
            row.line = waits.then(|| line.clone());
            posted.push(row);
        }
    }
    if posted.is_empty() && digest.is_none() {
        tx.commit().await?;
        return Ok(Announced::NothingNew);
    }
    let count = posted.len();
    let notice = Notice::CheckChanged(CheckNotice {
        complete,
        all,
        rows: posted,
        digest,
    });
    let channels = Notifier::new(app).notify(&mut tx, &notice).await?;
    tx.commit().await?;
    Ok(Announced::Posted {
        rows: count,
        channels,
    })
}

/// Once a day, lists the accounts that are leaving and not unlinked yet.
async fn remind_of_leaving(
    app: &App,
    tx: &mut Tx,
    rows: &[CheckNoticeRow],
) -> Result<(), StoreError> {
    let mut leaving: BTreeMap<&AccountId, LeavingAccount> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.verdict == "leaving") {
        let account = leaving
            .entry(&row.account_id)
            .or_insert_with(|| LeavingAccount {
                account_id: row.account_id.clone(),
                project: row.project.clone(),
                since: row.since,
            });
        account.since = account.since.min(row.since);
    }
    if leaving.is_empty() || !tx.renew_setting(LEAVING, &app.today()).await? {
        return Ok(());
    }
    let notice = Notice::Operations(Trouble::AccountsLeaving {
        accounts: leaving.into_values().collect(),
    });
    Notifier::new(app).notify(tx, &notice).await?;
    Ok(())
}

/// Reminds the contacts of each account whose reminder is due; returns those accounts.
async fn remind(
    app: &App,
    tx: &mut Tx,
    rows: &[CheckNoticeRow],
    ledger: &BTreeMap<AccountId, Account>,
    zone: &TimeZone,
    line: &str,
) -> Result<BTreeMap<AccountId, i64>, StoreError> {
    let now = app.clock.now();
    let calendar = Calendar {
        zone: zone.clone(),
        holidays: &app.config.locale.holidays,
        after_days: app.config.check.remind_after_days,
    };
    let mut waiting: BTreeMap<&AccountId, Vec<&CheckNoticeRow>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.waits_for_member) {
        waiting.entry(&row.account_id).or_default().push(row);
    }
    let reminders = tx.reminders().await?;
    for account in reminders.keys() {
        if !waiting.contains_key(account) {
            tx.forget_reminder(account).await?;
        }
    }
    let mut due = BTreeMap::new();
    for (account_id, rows) in waiting {
        let last = reminders.get(account_id).copied();
        let (Some(since), Some(account)) = (
            rows.iter().map(|row| row.since).min(),
            ledger.get(account_id),
        ) else {
            continue;
        };
        if !calendar.is_due(since, last, now) {
            continue;
        }
        let count = last.map_or(0, |last| last.count) + 1;
        let last_at = now;
        tx.put_reminder(account_id, Reminder { count, last_at })
            .await?;
        let matter = Matter::Reminder {
            count,
            places: rows
                .iter()
                .map(|row| WaitingPlace {
                    region: row.region,
                    verdict: row.verdict.clone(),
                })
                .collect(),
            line: line.to_owned(),
        };
        let notice = Notice::Contact(Box::new(ContactNotice {
            account_id: account_id.clone(),
            project: account.project.clone(),
            language: account.language,
            to: account.contact_emails.clone(),
            matter,
        }));
        Notifier::new(app).notify_contacts(tx, &notice).await?;
        if count == PATIENCE {
            let silent = Notice::Operations(Trouble::MemberSilent {
                account_id: account_id.clone(),
                project: account.project.clone(),
                reminders: count,
                why: format!("{} {}", account.contact, account.contact_emails.join("; "))
                    .trim()
                    .to_owned(),
            });
            Notifier::new(app).notify(tx, &silent).await?;
        }
        due.insert(account_id.clone(), count);
    }
    Ok(due)
}

/// The weekly digest; `None` if this week's was posted.
async fn digest(
    tx: &mut Tx,
    rows: &[CheckNoticeRow],
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Option<Digest>, StoreError> {
    let day = zone.to_datetime(now).date().iso_week_date();
    let week = format!("{}-W{:02}", day.year(), day.week());
    if !tx.renew_setting(DIGEST, &week).await? {
        return Ok(None);
    }
    let mut verdicts: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        *verdicts.entry(row.verdict.clone()).or_default() += 1;
    }
    let (audit_sequence, audit_hash) = tx.audit_head().await?.unwrap_or_default();
    let since = now.checked_sub(A_WEEK).unwrap_or(now);
    let line = |control: CatalogControl| DigestControl {
        control_id: control.control_id,
        title: control.title,
        failing_accounts: control.failing_accounts,
    };
    let (mut new_controls, mut retired_controls) = (Vec::new(), Vec::new());
    for control in tx.controls().await? {
        if control.retired_at.is_some_and(|at| at >= since) {
            retired_controls.push(line(control));
        } else if control.retired_at.is_none() && control.new_since.is_some_and(|at| at >= since) {
            new_controls.push(line(control));
        }
    }
    Ok(Some(Digest {
        new_controls,
        retired_controls,
        week,
        verdicts,
        audit_sequence,
        audit_hash,
    }))
}
