//! Examines channels, mail and Jira. Nothing is sent.

use futures::future::join_all;

use super::{DoctorResult, Fact, found};
use crate::actions::request::receive::issues::IssuesError;
use crate::channel::Messenger;
use crate::config::Config;
use crate::config::outgoing::ChannelKind;
use crate::jira::Jira;
use crate::world::World;
use hubward_domain::circuit::Circuit;
use hubward_domain::doctor::DoctorCheck;
use hubward_domain::ledger::LedgerColumn;
use hubward_store::Store;

/// The state of the channels and whether they can be reached; empty if there are none.
pub(super) async fn channels(
    config: &Config,
    world: &World,
    store: Option<&Store>,
) -> Vec<DoctorResult> {
    let outlets = config.outlets();
    if outlets.is_empty() {
        return Vec::new();
    }
    let mut findings = match store {
        None => vec![found(
            DoctorCheck::Channels,
            Fact::NotLookedAt(DoctorCheck::Database),
        )],
        Some(store) => match store.circuits().await {
            Err(error) => vec![found(DoctorCheck::Channels, Fact::DatabaseFailed(error))],
            Ok(mut circuits) => outlets
                .iter()
                .filter_map(|channel| match circuits.remove(&channel.name)? {
                    Circuit::Open { since, why, .. } => Some(Fact::ChannelDown {
                        channel: channel.name.clone(),
                        since,
                        why,
                    }),
                    Circuit::Closed { .. } => None,
                })
                .map(|fact| found(DoctorCheck::Channels, fact))
                .collect(),
        },
    };
    match messenger(config, world) {
        Err(why) => findings.push(found(DoctorCheck::Channels, Fact::NoMessenger(why))),
        Ok(messenger) => {
            let rooms = outlets
                .iter()
                .filter(|channel| channel.kind != ChannelKind::Mail);
            let tried = rooms.map(|channel| async {
                let why = messenger.reach(channel).await.err()?;
                let channel = channel.name.clone();
                Some(Fact::ChannelUnreached { channel, why })
            });
            let unreached = join_all(tried).await.into_iter().flatten();
            findings.extend(unreached.map(|fact| found(DoctorCheck::Channels, fact)));
        }
    }
    if findings.is_empty() {
        findings.push(found(DoctorCheck::Channels, Fact::Channels(outlets.len())));
    }
    findings
}

/// Whether the mail server accepts mail; `None` if mail is not set up.
pub(super) async fn mail(config: &Config, world: &World) -> Option<DoctorResult> {
    config.mail.smtp_url.as_ref()?;
    let answers = match messenger(config, world) {
        Ok(messenger) => messenger.reach_mail().await,
        Err(why) => Err(why),
    };
    let fact = match answers {
        Ok(()) => Fact::Mail(config.mail.from.clone().unwrap_or_default()),
        Err(why) => Fact::NoMail(why),
    };
    Some(found(DoctorCheck::Mail, fact))
}

fn messenger(config: &Config, world: &World) -> Result<Messenger, String> {
    Messenger::new(
        &config.locale,
        &config.server.public_url,
        &config.mail,
        config.directory(),
        &world.environment,
    )
    .map_err(|error| error.to_string())
}

/// Whether Jira answers; `None` if Jira is not configured.
pub(super) async fn requests(config: &Config, world: &World) -> Option<DoctorResult> {
    let jira = config.requests.jira.as_ref()?;
    let names_account = jira
        .columns()
        .iter()
        .any(|(column, _)| *column == LedgerColumn::AccountId);
    let language = config.locale.language;
    let answers = match Jira::open(jira, &world.environment, config.directory(), language) {
        Ok(jira) => jira.see_project().await.map_err(IssuesError::from),
        Err(error) => Err(error.into()),
    };
    let fact = match answers {
        Err(why) => Fact::NoJira(why),
        Ok(()) if names_account => Fact::Jira(format!("{} {}", jira.site, jira.project)),
        Ok(()) => Fact::NoAccountField,
    };
    Some(found(DoctorCheck::Requests, fact))
}
