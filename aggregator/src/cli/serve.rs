//! `hubward serve`.

use rust_i18n::t;
use tokio::sync::watch;

use super::failure::Failure;
use super::screen::Screen;
use super::{Exit, Outcome, request};
use crate::actions::ActionError;
use crate::actions::access::login::ReceptionError;
use crate::actions::agent::session::DeskError;
use crate::actions::alert::ingest::batch;
use crate::app::App;
use crate::http::{Renewal, ServeError, Server};
use crate::jobs::{JobError, Jobs, News};
use crate::lifecycle;
use crate::text;

pub(super) async fn run(app: App, screen: &Screen) -> Outcome {
    let language = screen.language();
    let locale = language.as_str();
    for (variable, value) in app.environment().iter() {
        if variable.starts_with("AWS_ENDPOINT_URL") {
            screen.warn(&text::doctor::endpoint(variable, value, language));
        }
    }
    let (stopper, stop) = watch::channel(false);
    let (intake, hopper) = batch::open();
    let mut jobs = Jobs::start(&app, &stop, (&intake, hopper))
        .map_err(|error| Failure::new(t!("cli.serve_tls", locale = locale, why = error), ""))?;
    let takes_alerts =
        app.config.alerts.queue_url.is_some() || app.config.alerts.push_secret.is_some();
    if takes_alerts && !app.config.tells_of_alerts() {
        screen.warn(&text::Message::new(
            t!("alert.no_route", locale = locale),
            t!("alert.no_channel_hint", locale = locale),
        ));
    }
    let server = Server::bind(app, intake)
        .await
        .map_err(|error| match error {
            ServeError::Listen { address, source } => Failure::new(
                t!(
                    "cli.serve_listen",
                    locale = locale,
                    address = address,
                    why = source
                ),
                t!("cli.serve_listen_hint", locale = locale),
            ),
            ServeError::Tls(why) | ServeError::Desk(DeskError::Client(why)) => {
                Failure::new(t!("cli.serve_tls", locale = locale, why = why), "")
            }
            ServeError::Desk(DeskError::Endpoint(error)) => {
                Failure::action(&ActionError::Aws(error), language)
            }
            ServeError::Desk(DeskError::Store(error))
            | ServeError::Reception(ReceptionError::Store(error)) => {
                Failure::store(&error, language)
            }
            ServeError::Reception(ReceptionError::Secret(error)) => Failure::new(
                t!("cli.serve_login", locale = locale, why = error),
                t!("cli.serve_login_hint", locale = locale),
            ),
            ServeError::Reception(ReceptionError::Issuer(error)) => Failure::new(
                t!("cli.serve_login", locale = locale, why = error),
                t!("cli.serve_login_hint", locale = locale),
            ),
        })?;
    let listening = server.listening_on();
    let mut renewal = server.renewal();
    let running = tokio::spawn(server.run(stop));
    // Not translated: programs wait for this line.
    screen.say(&format!("listening on {listening}"));
    let ended = tokio::select! {
        () = lifecycle::told_to_stop() => None,
        ended = watch_over(&mut jobs, &mut renewal, screen) => Some(ended),
    };
    screen.say(&t!("cli.serve_stopping", locale = locale));
    let _ = stopper.send(true);
    let answered = running.await;
    while jobs.tasks.join_next().await.is_some() {}
    if let Some(why) = ended {
        return Err(Failure::new(
            t!("alert.job_ended", locale = locale, why = why),
            "",
        ));
    }
    answered
        .map(|()| Exit::Done)
        .map_err(|error| Failure::new(t!("cli.runtime", locale = locale, why = error), ""))
}

/// Says what the jobs have to say, until one of them ends: none should.
async fn watch_over(jobs: &mut Jobs, renewal: &mut Renewal, screen: &Screen) -> String {
    let locale = screen.language().as_str();
    loop {
        tokio::select! {
            ended = jobs.tasks.join_next() => {
                return match ended {
                    Some(Err(error)) => error.to_string(),
                    _ => String::new(),
                };
            }
            Some(news) = jobs.news.recv() => say(&news, screen),
            renewed = renewal.next() => match renewed {
                Ok(()) => screen.say(&t!("cli.serve_renewed", locale = locale)),
                Err(why) => screen.warn(&text::Message::new(
                    t!("cli.serve_not_renewed", locale = locale, why = why),
                    t!("cli.serve_not_renewed_hint", locale = locale),
                )),
            },
        }
    }
}

/// The first of several messages: a job's failure is one line.
fn first(messages: Vec<text::Message>) -> text::Message {
    let mut messages = messages.into_iter();
    messages.next().unwrap_or_else(|| text::Message {
        text: String::new(),
        hint: String::new(),
    })
}

fn say(news: &News, screen: &Screen) {
    let language = screen.language();
    let locale = language.as_str();
    match news {
        News::QueueFails(error) => {
            let failed = text::alert::queue_fails(error, language);
            screen.warn(&text::Message::new(
                failed.text,
                format!(
                    "{} {}",
                    failed.hint,
                    t!("alert.queue_hint", locale = locale)
                ),
            ));
        }
        News::JobFails(job, error) => {
            let why = match error {
                JobError::Action(error) => text::open::action_error(error, language),
                JobError::Ledger(error) => super::run::ledger_fails(error, language),
                JobError::Findings { failed, .. } => text::findings::failure(failed, language),
                JobError::Exceptions(error) => first(text::exception::failed(error, language)),
                JobError::Requests(error) => text::request::jira_fails(error, language),
                JobError::Reports(error) => text::report::not_sent(error, language),
                JobError::ReportsLeft {
                    count,
                    destination,
                    why,
                } => text::report::left(*count, *destination, why, language),
                JobError::Trial(error) => text::alert::trial_fails(error, language),
            };
            let text = t!("cli.job_fails", locale = locale, job = job, why = why.text);
            screen.warn(&text::Message::new(text, why.hint));
        }
        News::PulseFails(why) => screen.warn(&text::Message::new(
            t!("cli.pulse_fails", locale = locale, why = why),
            t!("cli.pulse_fails_hint", locale = locale),
        )),
        News::IntakeFails(error) => {
            let failed = text::open::store_error(error, language);
            screen.warn(&text::Message::new(
                t!("alert.intake_fails", locale = locale, why = failed.text),
                failed.hint,
            ));
        }
        News::IntakeWorks => screen.say(&t!("alert.intake_works", locale = locale)),
        News::WriteBackFails(error) => {
            screen.warn(&text::open::action_error(error, language));
        }
        News::OutboxFails(error) => screen.warn(&text::open::store_error(error, language)),
        News::LedgerFails(error) => screen.warn(&super::run::ledger_fails(error, language)),
        News::LedgerTaken(taken) => super::run::ledger_taken(taken, screen),
        News::LedgerWorks => screen.say(&t!("ledger_door.works", locale = locale)),
        News::RequestsFail(failure) => {
            screen.warn(&request::pass::failure(failure, language));
        }
        News::RequestsWork => screen.say(&t!("request.jira_works", locale = locale)),
        News::QueueWorks => screen.say(&t!("alert.queue_works", locale = locale)),
        News::OutboxWorks => screen.say(&t!("alert.outbox_works", locale = locale)),
    }
}
