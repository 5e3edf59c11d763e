//! Sends one period's reports: each that is left, then the overview, and finally the notices to the channels.

use std::collections::{BTreeMap, BTreeSet};

use super::{SendError, SendOutcome, SendRequest, SendRow};
use crate::actions::notify::Notifier;
use crate::actions::report::coverage::Coverages;
use crate::actions::report::writer::{DraftError, ReportWriter};
use crate::app::App;
use hubward_document::report::ReportFormat;
use hubward_domain::account::{Account, AccountState};
use hubward_domain::audit::Actor;
use hubward_domain::notice::{Notice, ReportNotice, SentReport, UnwatchedAccount};
use hubward_domain::report::Period;
use hubward_domain::report::sending::{Destination, OVERVIEW, SendingProgress};
use hubward_domain::routing::{RouteEvent, Subject, channels};
use hubward_store::StoreError;
use hubward_store::report_sendings::Sendings;

/// Sends one period's reports.
pub(super) struct Round<'a> {
    pub(super) app: &'a App,
    pub(super) request: &'a SendRequest,
    pub(super) period: Period,
    pub(super) destinations: &'a BTreeSet<Destination>,
    /// What is watched of the accounts.
    pub(super) coverages: &'a Coverages,
    /// Identifies this process in the claims.
    pub(super) holder: String,
}

impl Round<'_> {
    /// Adds what would be sent, was sent before, or is skipped. Changes nothing.
    pub(super) async fn plan(
        &self,
        due: &[&Account],
        rows: &mut Vec<SendRow>,
    ) -> Result<(), StoreError> {
        // What is sent again is as open as if it had never been sent.
        let known = if self.request.again {
            BTreeMap::new()
        } else {
            self.known(None).await?
        };
        let nothing = Sendings::new();
        let of = |name: &str| known.get(name).unwrap_or(&nothing);
        for account in due {
            let sendings = of(account.account_id.as_str());
            self.add_known(Some(account), sendings, rows);
            if self.is_watched(account) {
                self.add_open(Some(account), sendings, &SendOutcome::Planned, rows);
            } else {
                self.add_open(Some(account), sendings, &SendOutcome::NotWatched, rows);
            }
        }
        if self.request.accounts.is_empty() {
            let sendings = of(OVERVIEW);
            self.add_known(None, sendings, rows);
            self.add_open(None, sendings, &SendOutcome::Planned, rows);
        }
        Ok(())
    }

    /// The progress of the period's reports, or of one. That of interim reports is not recorded.
    pub(super) async fn known(
        &self,
        name: Option<&str>,
    ) -> Result<BTreeMap<String, Sendings>, StoreError> {
        if self.request.interim {
            return Ok(BTreeMap::new());
        }
        self.app.store.report_sendings(self.period, name).await
    }

    fn is_watched(&self, account: &Account) -> bool {
        let coverage = self.coverages.get(&account.account_id);
        coverage.is_some_and(|coverage| !coverage.is_watched_nowhere())
    }

    pub(super) async fn send(
        &self,
        actor: &Actor,
        all: &[Account],
        due: &[&Account],
        rows: &mut Vec<SendRow>,
    ) -> Result<(), SendError> {
        if self.request.again && !self.request.interim {
            self.forget(due).await?;
        }
        let known = self.known(None).await?;
        let nothing = Sendings::new();
        let of = |name: &str| known.get(name).unwrap_or(&nothing);
        let workplace = tempfile::tempdir().map_err(SendError::Workplace)?;
        let coverages = self.coverages.clone();
        let mut writer =
            ReportWriter::open(self.app, self.period, ReportFormat::Xlsx, coverages).await?;
        if self.request.interim {
            writer = writer.with_interim_names();
        }
        let (mut sent, mut unwatched) = (Vec::new(), Vec::new());
        for account in due {
            let sendings = of(account.account_id.as_str());
            if self.open(sendings, true).is_empty() {
                self.add_known(Some(account), sendings, rows);
                continue;
            }
            if !self.is_watched(account) {
                self.add_known(Some(account), sendings, rows);
                self.add_open(Some(account), sendings, &SendOutcome::NotWatched, rows);
                unwatched.push(*account);
                continue;
            }
            let summary = self
                .one(actor, &writer, Some(account), workplace.path(), rows)
                .await?;
            sent.extend(summary.map(|summary| (*account, summary)));
        }
        if self.request.accounts.is_empty() {
            // An overview that was sent is not updated, even if an account's report follows later.
            let sendings = of(OVERVIEW);
            if self.open(sendings, false).is_empty() {
                self.add_known(None, sendings, rows);
            } else {
                self.count_others(&writer, all).await?;
                self.one(actor, &writer, None, workplace.path(), rows)
                    .await?;
            }
        }
        self.notify(sent, &unwatched, rows).await?;
        Ok(())
    }

    /// Adds the accounts to the overview whose report was not written in this run.
    async fn count_others(&self, writer: &ReportWriter, all: &[Account]) -> Result<(), SendError> {
        for account in all {
            if account.state == AccountState::Active && !writer.has(&account.account_id) {
                match writer.count(account).await {
                    Err(DraftError::Store(error)) => return Err(error.into()),
                    // Counting writes nothing, so that these errors cannot occur.
                    Ok(()) | Err(DraftError::Format(_) | DraftError::Disk(_)) => {}
                }
            }
        }
        Ok(())
    }

    /// The remaining destinations. The overview is not mailed, and channels are only notified of accounts'
    /// reports.
    pub(super) fn open(&self, sendings: &Sendings, is_account: bool) -> Vec<Destination> {
        self.destinations
            .iter()
            .filter(|it| is_account || matches!(it, Destination::Directory | Destination::Bucket))
            .filter(|it| sendings.get(it).is_none_or(|progress| !progress.is_over()))
            .copied()
            .collect()
    }

    /// Notifies each channel of the `report` routes once, of all matching reports and of the matching accounts without
    /// one.
    async fn notify(
        &self,
        sent: Vec<(&Account, SentReport)>,
        unwatched: &[&Account],
        rows: &mut Vec<SendRow>,
    ) -> Result<(), StoreError> {
        if sent.is_empty() {
            return Ok(());
        }
        let now = self.app.clock.now();
        let mut by_channel: BTreeMap<&str, (Vec<SentReport>, Vec<UnwatchedAccount>)> =
            BTreeMap::new();
        for (account, report) in &sent {
            for channel in self.channels_of(account) {
                by_channel
                    .entry(channel)
                    .or_default()
                    .0
                    .push(report.clone());
            }
        }
        for account in unwatched {
            for channel in self.channels_of(account) {
                by_channel
                    .entry(channel)
                    .or_default()
                    .1
                    .push(UnwatchedAccount {
                        account_id: account.account_id.clone(),
                        project: account.project.clone(),
                    });
            }
        }
        let mut tx = self.app.store.begin().await?;
        for (channel, (reports, unwatched)) in by_channel {
            let interim = self.request.interim;
            let notice = ReportNotice::of(self.period, interim, reports, unwatched);
            let notice = Notice::ReportDelivered(Box::new(notice));
            Notifier::new(self.app)
                .notify_channel(&mut tx, channel, &notice)
                .await?;
        }
        for (account, _) in sent {
            let progress = SendingProgress::Sent {
                place: String::new(),
            };
            let id = &account.account_id;
            if !self.request.interim {
                tx.put_report_sending(
                    id.as_str(),
                    self.period,
                    Destination::Channels,
                    &progress,
                    now,
                )
                .await?;
            }
            rows.push(SendRow {
                account_id: Some(id.clone()),
                period: self.period,
                destination: Destination::Channels,
                outcome: SendOutcome::Sent {
                    place: String::new(),
                },
            });
        }
        tx.commit().await
    }

    /// The channels of the `report` routes that match an account.
    fn channels_of(&self, account: &Account) -> Vec<&str> {
        let subject = Subject {
            project: Some(account.project.as_str()),
            account: Some(&account.account_id),
            environment: Some(account.environment.as_str()),
            ..Subject::default()
        };
        channels(&self.app.config.routes, RouteEvent::Report, subject)
            .into_iter()
            .collect()
    }

    /// Adds a row with this outcome for each remaining destination.
    fn add_open(
        &self,
        account: Option<&Account>,
        sendings: &Sendings,
        outcome: &SendOutcome,
        rows: &mut Vec<SendRow>,
    ) {
        let open = self.open(sendings, account.is_some());
        rows.extend(open.into_iter().map(|destination| SendRow {
            account_id: account.map(|account| account.account_id.clone()),
            period: self.period,
            destination,
            outcome: outcome.clone(),
        }));
    }

    /// Adds rows for destinations that need nothing more.
    pub(super) fn add_known(
        &self,
        account: Option<&Account>,
        sendings: &Sendings,
        rows: &mut Vec<SendRow>,
    ) {
        for (destination, progress) in sendings {
            if !self.destinations.contains(destination) || !progress.is_over() {
                continue;
            }
            let outcome = match progress {
                SendingProgress::Sent { place } => SendOutcome::Already {
                    place: place.clone(),
                },
                SendingProgress::Failed { why, .. } | SendingProgress::GivenUp { why } => {
                    SendOutcome::Failed {
                        why: why.clone(),
                        given_up: true,
                    }
                }
            };
            rows.push(SendRow {
                account_id: account.map(|account| account.account_id.clone()),
                period: self.period,
                destination: *destination,
                outcome,
            });
        }
    }

    async fn forget(&self, due: &[&Account]) -> Result<(), StoreError> {
        let now = self.app.clock.now();
        let watched = due.iter().filter(|account| self.is_watched(account));
        let mut names: Vec<&str> = watched.map(|it| it.account_id.as_str()).collect();
        if self.request.accounts.is_empty() {
            names.push(OVERVIEW);
        }
        let mut tx = self.app.store.begin().await?;
        for name in names {
            tx.send_report_again(name, self.period, now).await?;
        }
        tx.commit().await
    }
}
