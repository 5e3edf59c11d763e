//! `hubward serve`.

use rust_i18n::t;
use tokio::sync::watch;

use super::failure::Failure;
use super::screen::Screen;
use super::{Exit, Outcome};
use crate::actions::enrol::DeskError;
use crate::app::App;
use crate::http::{ServeError, Server};
use crate::lifecycle;
use crate::text;

pub(super) async fn run(app: App, screen: &Screen) -> Outcome {
    let language = screen.language();
    let locale = language.as_str();
    for (variable, value) in app.environment().iter() {
        if variable.starts_with("AWS_ENDPOINT_URL") {
            screen.warn(&text::Message::new(
                t!(
                    "cli.serve_endpoint",
                    locale = locale,
                    variable = variable,
                    value = value
                ),
                t!("cli.serve_endpoint_hint", locale = locale),
            ));
        }
    }
    let server = Server::bind(app).await.map_err(|error| match error {
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
        ServeError::Desk(DeskError::Store(error)) => Failure::store(&error, language),
    })?;
    let (stopper, stop) = watch::channel(false);
    let listening = server.listening_on();
    let running = tokio::spawn(server.run(stop));
    // Not translated: programs wait for this line.
    screen.say(&format!("listening on {listening}"));
    lifecycle::told_to_stop().await;
    screen.say(&t!("cli.serve_stopping", locale = locale));
    let _ = stopper.send(true);
    match running.await {
        Ok(()) => Ok(Exit::Done),
        Err(error) => Err(Failure::new(
            t!("cli.runtime", locale = locale, why = error),
            "",
        )),
    }
}
