//! Posts what a check found new: the accounts and Regions whose verdict is another one than at the
//! last post. Nothing new, nothing posted; run twice, the second posts nothing.

use super::put_notice;
use crate::app::App;
use crate::domain::notice::{CheckNotice, CheckRow, Notice};
use crate::domain::routing::{RouteEvent, Subject, channels};
use crate::store::StoreError;

/// What became of an announcement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announced {
    /// It is in the outbox of so many channels.
    Posted {
        /// How many rows are new.
        rows: usize,
        /// How many channels hear of them.
        channels: usize,
    },
    /// Every verdict was posted before.
    NothingNew,
    /// No route listens to checks.
    NoRoute,
}

/// Announces the rows of a check whose verdict is new.
///
/// # Errors
/// The database failed; then nothing counts as posted.
pub async fn announce_check(app: &App, rows: Vec<CheckRow>) -> Result<Announced, StoreError> {
    if channels(&app.config.routes, RouteEvent::Check, Subject::default()).is_empty() {
        return Ok(Announced::NoRoute);
    }
    let all = rows.len();
    let complete = rows.iter().filter(|row| row.verdict == "complete").count();
    let mut tx = app.store.begin().await?;
    let mut news = Vec::new();
    for row in rows {
        if tx
            .announce_membership(&row.account_id, row.region, &row.verdict)
            .await?
        {
            news.push(row);
        }
    }
    if news.is_empty() {
        return Ok(Announced::NothingNew);
    }
    let count = news.len();
    let notice = Notice::CheckChanged(CheckNotice {
        complete,
        all,
        rows: news,
    });
    let channels = put_notice(app, &mut tx, &notice, Subject::default()).await?;
    tx.commit().await?;
    Ok(Announced::Posted {
        rows: count,
        channels,
    })
}
