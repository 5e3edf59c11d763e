//! `hubward serve`.

use rust_i18n::t;
use tokio::sync::watch;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit, request};
use crate::actions::ActionError;
use crate::actions::access::login::LoginServiceError;
use crate::actions::agent::session::SessionIssuerError;
use crate::actions::alert::ingest::batch;
use crate::app::App;
use crate::http::{HttpServer, Renewal, ServeError};
use crate::jobs::{JobError, JobEvent, Jobs};
use crate::lifecycle;
use crate::text;

pub(super) async fn run(app: App, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let locale = language.as_str();
    for (variable, value) in app.environment().iter() {
        if variable.starts_with("AWS_ENDPOINT_URL") {
            screen.warn(&text::doctor::endpoint(variable, value, language));
        }
    }
    let (stopper, stop) = watch::channel(false);
    let (intake, hopper) = batch::open();
    let mut jobs = Jobs::start(&app, &stop, (&intake, hopper)).map_err(|error| {
        CommandFailure::new(t!("cli.serve_tls", locale = locale, why = error), "")
    })?;
    let takes_alerts =
        app.config.alerts.queue_url.is_some() || app.config.alerts.push_secret.is_some();
    if takes_alerts && !app.config.routes_alerts() {
        screen.warn(&text::LocalizedMessage::new(
            t!("alert.no_route", locale = locale),
            t!("alert.no_channel_hint", locale = locale),
        ));
    }
    let server = HttpServer::bind(app, intake)
        .await
        .map_err(|error| match error {
            ServeError::Listen { address, source } => CommandFailure::new(
                t!(
                    "cli.serve_listen",
                    locale = locale,
                    address = address,
                    why = source
                ),
                t!("cli.serve_listen_hint", locale = locale),
            ),
            ServeError::Tls(why) | ServeError::Desk(SessionIssuerError::Client(why)) => {
                CommandFailure::new(t!("cli.serve_tls", locale = locale, why = why), "")
            }
            ServeError::Desk(SessionIssuerError::Endpoint(error)) => {
                CommandFailure::action(&ActionError::Aws(error), language)
            }
            ServeError::Desk(SessionIssuerError::Store(error))
            | ServeError::Reception(LoginServiceError::Store(error)) => {
                CommandFailure::store(&error, language)
            }
            ServeError::Reception(LoginServiceError::Secret(error)) => CommandFailure::new(
                t!("cli.serve_login", locale = locale, why = error),
                t!("cli.serve_login_hint", locale = locale),
            ),
            ServeError::Reception(LoginServiceError::Issuer(error)) => CommandFailure::new(
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
        () = lifecycle::shutdown_signal() => None,
        ended = watch_over(&mut jobs, &mut renewal, screen) => Some(ended),
    };
    screen.say(&t!("cli.serve_stopping", locale = locale));
    let _ = stopper.send(true);
    let answered = running.await;
    while jobs.tasks.join_next().await.is_some() {}
    if let Some(why) = ended {
        return Err(CommandFailure::new(
            t!("alert.job_ended", locale = locale, why = why),
            "",
        ));
    }
    answered
        .map(|()| Exit::Done)
        .map_err(|error| CommandFailure::new(t!("cli.runtime", locale = locale, why = error), ""))
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
                Err(why) => screen.warn(&text::LocalizedMessage::new(
                    t!("cli.serve_not_renewed", locale = locale, why = why),
                    t!("cli.serve_not_renewed_hint", locale = locale),
                )),
            },
        }
    }
}

/// The first of several messages: a job's failure is one line.
fn first(messages: Vec<text::LocalizedMessage>) -> text::LocalizedMessage {
    let mut messages = messages.into_iter();
    messages.next().unwrap_or_else(|| text::LocalizedMessage {
        text: String::new(),
        hint: String::new(),
    })
}

fn say(news: &JobEvent, screen: &Screen) {
    let language = screen.language();
    let locale = language.as_str();
    match news {
        JobEvent::QueueFails(error) => {
            let failed = text::alert::queue_fails(error, language);
            screen.warn(&text::LocalizedMessage::new(
                failed.text,
                format!(
                    "{} {}",
                    failed.hint,
                    t!("alert.queue_hint", locale = locale)
                ),
            ));
        }
        JobEvent::JobFails(job, error) => {
            let why = match error {
                JobError::Action(error) => text::startup_error::action_error(error, language),
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
            screen.warn(&text::LocalizedMessage::new(text, why.hint));
        }
        JobEvent::PulseFails(why) => screen.warn(&text::LocalizedMessage::new(
            t!("cli.pulse_fails", locale = locale, why = why),
            t!("cli.pulse_fails_hint", locale = locale),
        )),
        JobEvent::IntakeFails(error) => {
            let failed = text::startup_error::store_error(error, language);
            screen.warn(&text::LocalizedMessage::new(
                t!("alert.intake_fails", locale = locale, why = failed.text),
                failed.hint,
            ));
        }
        JobEvent::IntakeWorks => screen.say(&t!("alert.intake_works", locale = locale)),
        JobEvent::WriteBackFails(error) => {
            screen.warn(&text::startup_error::action_error(error, language));
        }
        JobEvent::OutboxFails(error) => {
            screen.warn(&text::startup_error::store_error(error, language))
        }
        JobEvent::LedgerFails(error) => screen.warn(&super::run::ledger_fails(error, language)),
        JobEvent::LedgerTaken(taken) => super::run::ledger_taken(taken, screen),
        JobEvent::LedgerWorks => screen.say(&t!("ledger_door.works", locale = locale)),
        JobEvent::RequestsFail(failure) => {
            screen.warn(&request::process::failure(failure, language));
        }
        JobEvent::RequestsWork => screen.say(&t!("request.jira_works", locale = locale)),
        JobEvent::QueueWorks => screen.say(&t!("alert.queue_works", locale = locale)),
        JobEvent::OutboxWorks => screen.say(&t!("alert.outbox_works", locale = locale)),
    }
}
