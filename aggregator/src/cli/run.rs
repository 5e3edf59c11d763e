//! `hubward run`.

use clap::{Args, ValueEnum};
use serde_json::json;

use super::failure::CommandFailure;
use super::findings::FindingsCommand;
use super::screen::Screen;
use super::{CommandResult, Exit, check, exception, invite, report, request};
use crate::actions::RegionReading;
use crate::actions::alert::escalate::escalate;
use crate::actions::alert::remind::remind_open;
use crate::actions::alert::test_event::send_test_event;
use crate::actions::control::read_catalog::read_catalog;
use crate::actions::delivery::send::{Outbox, give_up_lost_channels};
use crate::actions::evidence::read::read_evidence;
use crate::actions::job::prune::{Pruned, prune};
use crate::actions::ledger::import_s3::LedgerFile;
use crate::app::App;
use crate::jobs::ledger::{LedgerLook, TakeLedgerError, take_once};
use crate::say::Say;
use crate::text::{self, LocalizedMessage};
use hubward_domain::account::Language;
use hubward_domain::audit::Actor;
use hubward_domain::delivery::DeliveryNext;
use hubward_domain::test_event::TestEventKind;

#[derive(Debug, Args)]
pub(super) struct RunCommand {
    /// The job: canary sends the daily test event, catalog lists the controls of the wanted standards, check posts what changed, deliver sends the messages in the
    /// outbox, escalate notifies again of unacknowledged alerts, evidence reads what AWS's findings prove, exceptions announces and ends those that expire, invite sends missing invitations,
    /// ledger imports the ledger file from S3, open-alerts posts the alerts that are still open, prune removes expired
    /// records, report sends the reports that are due, requests reads new requests from Jira and continues the approved
    /// ones, sync-findings updates the findings, watch detects lost members.
    #[arg(value_enum)]
    job: Job,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Job {
    Canary,
    Catalog,
    Check,
    Deliver,
    Evidence,
    Exceptions,
    Escalate,
    Invite,
    Ledger,
    OpenAlerts,
    Prune,
    Report,
    Requests,
    SyncFindings,
    Watch,
}

impl RunCommand {
    pub(super) async fn run(self, app: &App, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let say_count = |count: usize| {
            let say = Say(language);
            screen.say(&say.alert_notification_count(count));
            Ok(Exit::Done)
        };
        let store = |error| CommandFailure::store(&error, language);
        match self.job {
            Job::Canary => {
                let actor = Actor::Job("canary");
                send_test_event(app, &actor, TestEventKind::Canary)
                    .await
                    .map_err(|error| {
                        CommandFailure::Messages(vec![text::alert::test_event_fails(
                            &error, language,
                        )])
                    })?;
                Ok(Exit::Done)
            }
            Job::Escalate => say_count(escalate(app).await.map_err(store)?),
            Job::OpenAlerts => say_count(remind_open(app).await.map_err(store)?),
            Job::Check => {
                let check = check::CheckCommand::of_everything();
                check.run(app, &Actor::Job("check"), screen).await
            }
            Job::Invite => {
                let invite = invite::Invite::of_everything();
                invite.run(app, &Actor::Job("invite"), screen).await
            }
            Job::Catalog => catalog(app, screen).await,
            Job::Evidence => evidence(app, screen).await,
            Job::Exceptions => exception::expire(app, screen).await,
            Job::Ledger => ledger(app, screen).await,
            Job::Watch => {
                let check = check::CheckCommand::of_members();
                check.run(app, &Actor::Job("watch"), screen).await
            }
            Job::Prune => forget(app, screen).await,
            Job::Report => {
                let sending = report::Send::of_everything();
                sending.run(app, &Actor::Job("report"), screen).await
            }
            Job::Requests => request::process::pass(app, screen, true).await,
            Job::SyncFindings => FindingsCommand::Sync.run(app, screen).await,
            Job::Deliver => deliver(app, screen).await,
        }
    }
}

/// Reads AWS's evidence; exit code 1 if a Region could not be read.
async fn evidence(app: &App, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let rows = read_evidence(app)
        .await
        .map_err(|error| CommandFailure::action(&error, language))?;
    readings(&rows, ("findings", Say(language).table_findings()), screen)
}

/// Lists the controls of the wanted standards; exit code 1 if a Region could not be read.
async fn catalog(app: &App, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let rows = read_catalog(app)
        .await
        .map_err(|error| CommandFailure::action(&error, language))?;
    readings(&rows, ("controls", Say(language).control_count()), screen)
}

/// Shows what was read in each Region; `counted` is the name in JSON and the header of what was counted.
fn readings(
    rows: &[RegionReading],
    counted: (&str, &'static str),
    screen: &Screen,
) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let outcome = |row: &RegionReading| {
        if row.outcome.is_ok() {
            "read"
        } else {
            "failed"
        }
    };
    let count = |row: &RegionReading| row.outcome.as_ref().copied().unwrap_or_default();
    let detail = |row: &RegionReading| match &row.outcome {
        Ok(_) => String::new(),
        Err(failed) => {
            let message = text::findings::failure(failed, language);
            format!("{}\n{}", message.text, message.hint)
        }
    };
    let (name, header) = counted;
    if screen.is_json() {
        let rows = rows.iter().map(|row| {
            json!({
                "region": row.region,
                "outcome": outcome(row),
                name: count(row),
                "detail": detail(row),
            })
        });
        screen.data(&rows.collect::<Vec<_>>())?;
    } else {
        let headers = [
            say.table_region(),
            say.table_outcome(),
            header,
            say.table_detail(),
        ];
        let table = rows.iter().map(|row| {
            vec![
                row.region.to_string(),
                outcome(row).to_owned(),
                count(row).to_string(),
                detail(row),
            ]
        });
        screen.table(&headers.map(String::from), table.collect())?;
    }
    let is_read = rows.iter().all(|row| row.outcome.is_ok());
    Ok(if is_read { Exit::Done } else { Exit::Failed })
}

/// Imports the ledger's file; exit code 1 if it was rejected, 3 if some accounts could not be invited.
async fn ledger(app: &App, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let taken = take_once(app)
        .await
        .map_err(|error| CommandFailure::Messages(vec![ledger_fails(&error, language)]))?;
    ledger_taken(&taken, screen);
    Ok(match taken {
        LedgerLook::Closed | LedgerLook::Refused(..) => Exit::Failed,
        LedgerLook::Imported(_, _, rows) => invite::exit(&rows),
        LedgerLook::Absent(_) | LedgerLook::Known(_) => Exit::Done,
    })
}

/// Shows the result of reading the ledger's file.
pub(super) fn ledger_taken(taken: &LedgerLook, screen: &Screen) {
    let language = screen.language();
    let say = Say(language);
    let new = |file: &LedgerFile| {
        let version = file.version.name();
        screen.say(&say.ledger_s3_new(&file.object, version));
    };
    match taken {
        LedgerLook::Closed => screen.say(say.ledger_s3_closed()),
        LedgerLook::Absent(object) => {
            screen.say(&say.ledger_s3_absent(object));
        }
        LedgerLook::Known(object) => {
            screen.say(&say.ledger_s3_known(object));
        }
        LedgerLook::Refused(file, error) => {
            new(file);
            let messages = text::ledger::not_imported(error, &file.object.key, language);
            screen.fail(&CommandFailure::Messages(messages));
        }
        LedgerLook::Imported(file, plan, rows) => {
            new(file);
            screen.say(&text::ledger_s3::summary(plan, language));
            for line in text::ledger_s3::incomplete(rows, language) {
                screen.say(&line);
            }
            screen.say(&text::invite::summary(rows, language));
        }
    }
}

pub(super) fn ledger_fails(error: &TakeLedgerError, language: Language) -> LocalizedMessage {
    match error {
        TakeLedgerError::Object(error) => text::ledger_s3::failed(error, language),
        TakeLedgerError::Changed => LocalizedMessage {
            text: Say(language).ledger_s3_changed().to_owned(),
            hint: String::new(),
        },
    }
}

/// Deletes old data and shows how much.
async fn forget(app: &App, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let Pruned {
        sessions,
        challenges,
        deliveries,
        test_events,
        findings,
    } = prune(app)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?;
    screen.say(&Say(language).prune_summary(
        challenges,
        deliveries,
        findings,
        sessions,
        test_events,
    ));
    Ok(Exit::Done)
}

/// Sends what is due; exit code 1 if something could not be sent.
async fn deliver(app: &App, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let store = |error| CommandFailure::store(&error, language);
    let outbox =
        Outbox::open(app).map_err(|error| CommandFailure::new(say.cli_serve_tls(error), ""))?;
    let why = Say(app.config.locale.language).channel_error_not_configured();
    give_up_lost_channels(app, why).await.map_err(store)?;
    let (mut delivered, mut refused, mut alone) = (0, 0, false);
    for channel in &app.config.outlets() {
        for next in outbox.drain(app, channel).await.map_err(store)? {
            match next {
                DeliveryNext::Delivered => delivered += 1,
                DeliveryNext::Again { why, .. } | DeliveryNext::GivenUp { why } => {
                    refused += 1;
                    screen.say(&say.alert_not_delivered(&channel.name, why));
                }
            }
        }
        if let Some(why) = outbox.left_alone(app, channel).await.map_err(store)? {
            alone = true;
            screen.say(&say.alert_circuit_open(&channel.name, why));
        }
    }
    screen.say(&say.alert_delivered(delivered, refused));
    Ok(if refused == 0 && !alone {
        Exit::Done
    } else {
        Exit::Failed
    })
}
