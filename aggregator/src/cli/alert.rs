//! `hubward alert`.

mod pipeline_test;
mod show;

use clap::Subcommand;
use serde_json::json;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::silence::SilenceCommand;
use super::{CommandResult, Exit};
use crate::actions::alert::acknowledge::{AcknowledgeError, acknowledge};
use crate::actions::delivery::retry::replay;
use crate::actions::delivery::send::Outbox;
use crate::actions::delivery::test::{TestError, test_channels};
use crate::app::App;
use crate::queries::delivery::newest_test;
use crate::say::Say;
use crate::text;
use hubward_domain::account::Language;
use hubward_domain::alert::AlertState;
use hubward_domain::alert::handling::Act;
use hubward_domain::audit::Actor;
use hubward_domain::delivery::DeliveryState;

#[derive(Debug, Subcommand)]
pub(super) enum AlertCommand {
    /// List the alerts, newest first.
    List {
        /// Only those in this state: open, acknowledged, resolved or silenced.
        #[arg(long)]
        state: Option<AlertState>,
    },
    /// Show one alert and its notifications.
    Show {
        /// The alert's id, or that of one of its findings.
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Acknowledge alerts.
    Ack {
        /// The alerts' ids, or those of their findings.
        #[arg(value_name = "ID", required = true)]
        alerts: Vec<String>,
        /// A note; it stays until another note is written.
        #[arg(
            long,
            default_value = "",
            hide_default_value = true,
            value_name = "TEXT"
        )]
        note: String,
    },
    /// Assign an alert to a person.
    Assign {
        /// The alert's id, or that of one of its findings.
        #[arg(value_name = "ID")]
        id: String,
        /// The person.
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Resolve alerts.
    Resolve {
        /// The alerts' ids, or those of their findings.
        #[arg(value_name = "ID", required = true)]
        alerts: Vec<String>,
        /// What was done; it stays until another note is written.
        #[arg(
            long,
            default_value = "",
            hide_default_value = true,
            value_name = "TEXT"
        )]
        note: String,
    },
    /// Silence alerts for a while, list the silences, or end one.
    Silence(SilenceCommand),
    /// Send failed messages again.
    Replay {
        /// Only these messages.
        #[arg(value_name = "DELIVERY", conflicts_with = "dead_letter")]
        deliveries: Vec<String>,
        /// Process the messages in the alert queue's dead-letter queue instead.
        #[arg(long)]
        dead_letter: bool,
    },
    /// Send a test event from EventBridge to the channels, and show how far it got.
    Test {
        /// Send only a test message, to these channels.
        #[arg(value_name = "CHANNEL")]
        channels: Vec<String>,
    },
    /// Create a GuardDuty sample finding in the SOC's own account, and measure the time to the channels.
    Drill {
        /// How many seconds to wait; GuardDuty may take five minutes.
        #[arg(long, default_value_t = 900, value_name = "SECONDS")]
        wait: u64,
    },
}

impl AlertCommand {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        match self {
            Self::List { state } => show::list(app, state, screen).await,
            Self::Show { id } => show::show(app, &id, screen).await,
            Self::Ack { alerts, note } => {
                handle(app, actor, &alerts, &Act::Acknowledge, &note, screen).await
            }
            Self::Assign { id, name } => {
                handle(app, actor, &[id], &Act::Assign(name), "", screen).await
            }
            Self::Resolve { alerts, note } => {
                handle(app, actor, &alerts, &Act::Resolve, &note, screen).await
            }
            Self::Silence(silence) => silence.run(app, actor, screen).await,
            Self::Replay {
                dead_letter: true, ..
            } => pipeline_test::dead_letters(app, actor, screen).await,
            Self::Replay { deliveries, .. } => again(app, actor, &deliveries, screen).await,
            Self::Test { channels }
                if channels.is_empty() && app.config.alerts.queue_url.is_some() =>
            {
                pipeline_test::test(app, actor, screen).await
            }
            Self::Test { channels } => test(app, actor, &channels, screen).await,
            Self::Drill { wait } => pipeline_test::drill(app, actor, wait, screen).await,
        }
    }
}

async fn handle(
    app: &App,
    actor: &Actor,
    alerts: &[String],
    act: &Act,
    note: &str,
    screen: &Screen,
) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    for id in alerts {
        let state = acknowledge(app, actor, id, act.clone(), note)
            .await
            .map_err(|error| refused(&error, language))?;
        screen.say(&say.alert_now(id, text::alert::state(state, language)));
    }
    Ok(Exit::Done)
}

async fn again(app: &App, actor: &Actor, wanted: &[String], screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let replayed = replay(app, actor, wanted)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?;
    if let Some(missing) = wanted.iter().find(|id| !replayed.contains(id)) {
        return Err(CommandFailure::new(say.alert_not_given_up(missing), ""));
    }
    screen.say(&say.alert_replayed(replayed.len()));
    Ok(Exit::Done)
}

fn unknown(id: &str, language: Language) -> CommandFailure {
    let say = Say(language);
    CommandFailure::new(say.alert_unknown(id), say.alert_unknown_hint())
}

fn refused(error: &AcknowledgeError, language: Language) -> CommandFailure {
    match error {
        AcknowledgeError::Unknown(id) => unknown(id, language),
        AcknowledgeError::Store(error) => CommandFailure::store(error, language),
        AcknowledgeError::NotNow(_) | AcknowledgeError::TooLong(_) => {
            CommandFailure::new(text::alert::not_handled(error, language), "")
        }
    }
}

async fn test(app: &App, actor: &Actor, names: &[String], screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let store = |error| CommandFailure::store(&error, language);
    let channels = test_channels(app, actor, names)
        .await
        .map_err(|error| match error {
            TestError::NoChannel => {
                CommandFailure::new(say.alert_no_channel(), say.alert_no_channel_hint())
            }
            TestError::UnknownChannel(name) => {
                CommandFailure::new(say.alert_unknown_channel(name), say.alert_no_channel_hint())
            }
            TestError::Store(error) => store(error),
        })?;
    let outbox =
        Outbox::open(app).map_err(|error| CommandFailure::new(say.cli_serve_tls(error), ""))?;
    let mut rows = Vec::new();
    for channel in &channels {
        // A running server may be faster: the process that leases a message sends it.
        outbox.drain(app, channel).await.map_err(store)?;
        if let Some(delivery) = newest_test(app, &channel.name).await.map_err(store)? {
            rows.push(delivery);
        }
    }
    if screen.is_json() {
        let rows = rows.iter().map(|row| {
            json!({
                "channel": row.channel,
                "state": row.state,
                "attempts": row.attempts,
                "last_error": row.last_error,
            })
        });
        screen.data(&rows.collect::<Vec<_>>())?;
    } else {
        let headers = [
            say.table_channel(),
            say.table_state(),
            say.table_last_error(),
        ]
        .map(String::from);
        let table = rows.iter().map(|row| {
            vec![
                row.channel.clone(),
                text::alert::delivery_state(row.state, language),
                row.last_error.clone().unwrap_or_default(),
            ]
        });
        screen.table(&headers, table.collect())?;
    }
    let arrived = |row: &hubward_domain::delivery::Delivery| row.state == DeliveryState::Delivered;
    Ok(if rows.iter().all(arrived) {
        Exit::Done
    } else {
        Exit::Failed
    })
}
