//! `hubward serve`.

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
use crate::say::Say;
use crate::telemetry::log;
use crate::text;
use crate::world::World;

pub(super) async fn run(app: App, world: &World, terminal: &Screen) -> CommandResult {
    let level = world.environment.get(log::LEVEL);
    let _log = log::start(level, world.clock, world.stderr_is_terminal);
    let screen = &terminal.logging();
    let language = screen.language();
    let say = Say(language);
    for (variable, value) in app.environment().iter() {
        if variable.starts_with("AWS_ENDPOINT_URL") {
            screen.warn(&text::doctor::endpoint(variable, value, language));
        }
    }
    let (stopper, stop) = watch::channel(false);
    let (intake, hopper) = batch::open();
    let mut jobs = Jobs::start(&app, &stop, (&intake, hopper))
        .map_err(|error| CommandFailure::new(say.cli_serve_tls(error), ""))?;
    let takes_alerts =
        app.config.alerts.queue_url.is_some() || app.config.alerts.push_secret.is_some();
    if takes_alerts && !app.config.routes_alerts() {
        screen.warn(&text::LocalizedMessage::new(
            say.alert_no_route(),
            say.alert_no_channel_hint(),
        ));
    }
    let server = HttpServer::bind(app, intake)
        .await
        .map_err(|error| match error {
            ServeError::Listen { address, source } => CommandFailure::new(
                say.cli_serve_listen(address, source),
                say.cli_serve_listen_hint(),
            ),
            ServeError::Tls(why) | ServeError::Desk(SessionIssuerError::Client(why)) => {
                CommandFailure::new(say.cli_serve_tls(why), "")
            }
            ServeError::Desk(SessionIssuerError::Endpoint(error)) => {
                CommandFailure::action(&ActionError::Aws(error), language)
            }
            ServeError::Desk(SessionIssuerError::Store(error))
            | ServeError::Reception(LoginServiceError::Store(error)) => {
                CommandFailure::store(&error, language)
            }
            ServeError::Reception(LoginServiceError::Secret(missing)) => {
                let why = say.secret_missing(&missing);
                CommandFailure::new(say.cli_serve_login(why), say.cli_serve_login_hint())
            }
            ServeError::Reception(LoginServiceError::Issuer(error)) => {
                let why = error.why(say);
                CommandFailure::new(say.cli_serve_login(why), say.cli_serve_login_hint())
            }
        })?;
    let listening = server.listening_on();
    let mut renewal = server.renewal();
    let running = tokio::spawn(server.run(stop));
    // Not translated, and no JSON either: programs wait for this line.
    terminal.say(&format!("listening on {listening}"));
    let ended = tokio::select! {
        () = lifecycle::shutdown_signal() => None,
        ended = watch_over(&mut jobs, &mut renewal, screen) => Some(ended),
    };
    screen.say(say.cli_serve_stopping());
    let _ = stopper.send(true);
    let answered = running.await;
    while jobs.tasks.join_next().await.is_some() {}
    if let Some(why) = ended {
        return Err(CommandFailure::new(say.alert_job_ended(why), ""));
    }
    answered
        .map(|()| Exit::Done)
        .map_err(|error| CommandFailure::new(say.cli_runtime(error), ""))
}

/// Prints the jobs' events until a job ends, which none should.
async fn watch_over(jobs: &mut Jobs, renewal: &mut Renewal, screen: &Screen) -> String {
    let say = Say(screen.language());
    loop {
        tokio::select! {
            ended = jobs.tasks.join_next() => {
                return match ended {
                    Some(Err(error)) => error.to_string(),
                    _ => String::new(),
                };
            }
            Some(news) = jobs.news.recv() => report(&news, screen),
            renewed = renewal.next() => match renewed {
                Ok(()) => screen.say(say.cli_serve_renewed()),
                Err(why) => screen.warn(&text::LocalizedMessage::new(
                    say.cli_serve_not_renewed(why),
                    say.cli_serve_not_renewed_hint(),
                )),
            },
        }
    }
}

/// The first of several messages, because a job's failure is one line.
fn first(messages: Vec<text::LocalizedMessage>) -> text::LocalizedMessage {
    let mut messages = messages.into_iter();
    messages.next().unwrap_or_else(|| text::LocalizedMessage {
        text: String::new(),
        hint: String::new(),
    })
}

fn report(news: &JobEvent, screen: &Screen) {
    let language = screen.language();
    let say = Say(language);
    match news {
        JobEvent::QueueFails(error) => {
            let failed = text::alert::queue_fails(error, language);
            screen.warn(&text::LocalizedMessage::new(
                failed.text,
                format!("{} {}", failed.hint, say.alert_queue_hint()),
            ));
        }
        JobEvent::JobFails(job, error) => {
            let why = match error {
                JobError::Action(error) => text::startup_error::action_error(error, language),
                JobError::Ledger(error) => super::run::ledger_fails(error, language),
                JobError::Findings { failed, .. } => text::findings::failure(failed, language),
                JobError::Exceptions(error) => first(text::exception::failed(error, language)),
                JobError::Requests(error) => text::request::issues_fail(error, language),
                JobError::Reports(error) => text::report::not_sent(error, language),
                JobError::ReportsLeft {
                    count,
                    destination,
                    why,
                } => text::report::left(*count, *destination, why, language),
                JobError::TestEvent(error) => text::alert::test_event_fails(error, language),
            };
            let text = say.cli_job_fails(job, &why.text);
            screen.warn(&text::LocalizedMessage::new(text, why.hint));
        }
        JobEvent::PulseFails(why) => screen.warn(&text::LocalizedMessage::new(
            say.cli_pulse_fails(why),
            say.cli_pulse_fails_hint(),
        )),
        JobEvent::IntakeFails(error) => {
            let failed = text::startup_error::store_error(error, language);
            screen.warn(&text::LocalizedMessage::new(
                say.alert_intake_fails(&failed.text),
                failed.hint,
            ));
        }
        JobEvent::IntakeWorks => screen.say(say.alert_intake_works()),
        JobEvent::WriteBackFails(error) => {
            screen.warn(&text::startup_error::action_error(error, language));
        }
        JobEvent::OutboxFails(error) => {
            screen.warn(&text::startup_error::store_error(error, language));
        }
        JobEvent::LedgerFails(error) => screen.warn(&super::run::ledger_fails(error, language)),
        JobEvent::LedgerTaken(taken) => super::run::ledger_taken(taken, screen),
        JobEvent::LedgerWorks => screen.say(say.ledger_s3_works()),
        JobEvent::RequestsFail(failure) => {
            screen.warn(&request::process::failure(failure, language));
        }
        JobEvent::RequestsWork => screen.say(say.request_jira_works()),
        JobEvent::QueueWorks => screen.say(say.alert_queue_works()),
        JobEvent::OutboxWorks => screen.say(say.alert_outbox_works()),
    }
}
