//! `hubward run`.

use clap::{Args, ValueEnum};
use rust_i18n::t;

use super::failure::Failure;
use super::findings::Findings;
use super::screen::Screen;
use super::{Exit, Outcome, check, invite, request};
use crate::actions::deliver::{Outbox, give_up_lost_channels};
use crate::app::App;
use crate::domain::audit::Actor;
use crate::domain::delivery::Next;

#[derive(Debug, Args)]
pub(super) struct Run {
    /// The job: deliver sends what waits in the outbox, check posts what changed, invite sends the
    /// missing invitations, requests asks Jira what is new and goes on with what is approved, sync-findings brings the mirror up to date, watch looks for lost members.
    #[arg(value_enum)]
    job: Job,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Job {
    Check,
    Deliver,
    Invite,
    Requests,
    SyncFindings,
    Watch,
}

impl Run {
    pub(super) async fn run(self, app: &App, screen: &Screen) -> Outcome {
        match self.job {
            Job::Check => {
                let check = check::Check::of_everything();
                check.run(app, &Actor::Job("check"), screen).await
            }
            Job::Invite => {
                let invite = invite::Invite::of_everything();
                invite.run(app, &Actor::Job("invite"), screen).await
            }
            Job::Watch => {
                let check = check::Check::of_members();
                check.run(app, &Actor::Job("watch"), screen).await
            }
            Job::Requests => request::pass(app, screen, true).await,
            Job::SyncFindings => Findings::Sync.run(app, screen).await,
            Job::Deliver => deliver(app, screen).await,
        }
    }
}

/// Sends what is due; 1 when something could not be sent.
async fn deliver(app: &App, screen: &Screen) -> Outcome {
    let language = screen.language();
    let locale = language.as_str();
    let store = |error| Failure::store(&error, language);
    let outbox = Outbox::open(app)
        .map_err(|error| Failure::new(t!("cli.serve_tls", locale = locale, why = error), ""))?;
    give_up_lost_channels(app).await.map_err(store)?;
    let (mut delivered, mut refused) = (0, 0);
    for channel in &app.config.channels {
        for next in outbox.drain(app, channel).await.map_err(store)? {
            match next {
                Next::Delivered => delivered += 1,
                Next::Again { why, .. } | Next::GivenUp { why } => {
                    refused += 1;
                    screen.say(&t!(
                        "alert.not_delivered",
                        locale = locale,
                        channel = channel.name,
                        why = why
                    ));
                }
            }
        }
    }
    screen.say(&t!(
        "alert.delivered",
        locale = locale,
        delivered = delivered,
        refused = refused
    ));
    Ok(if refused == 0 {
        Exit::Done
    } else {
        Exit::Failed
    })
}
