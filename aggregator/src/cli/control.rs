//! `hubward control`.

use clap::Subcommand;
use serde_json::{Value, json};

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::app::App;
use crate::queries::control::{KnownControl, controls};
use crate::say::Say;
use crate::text;
use hubward_domain::control::ControlState;

#[derive(Debug, Subcommand)]
pub(super) enum ControlCommand {
    /// List the controls of the wanted standards, as `hubward run catalog` read them last.
    List {
        /// Only controls that AWS added in the last 30 days.
        #[arg(long)]
        new: bool,
        /// Only controls that no wanted standard has now.
        #[arg(long)]
        retired: bool,
        /// Only controls that fail in at least one account.
        #[arg(long)]
        failing: bool,
    },
    /// Show one control.
    Show {
        /// The control, such as S3.1.
        #[arg(value_name = "CONTROL")]
        id: String,
    },
}

impl ControlCommand {
    pub(super) async fn run(self, app: &App, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let say = Say(language);
        let now = app.clock.now();
        let mut known = controls(app)
            .await
            .map_err(|error| CommandFailure::store(&error, language))?;
        let is_read = !known.is_empty();
        match self {
            Self::List {
                new,
                retired,
                failing,
            } => {
                let any_state = !new && !retired;
                known.retain(|known| {
                    let state = known.control.state(now);
                    let is_wanted = any_state
                        || (new && state == ControlState::New)
                        || (retired && state == ControlState::Retired);
                    is_wanted && (!failing || known.control.failing_accounts > 0)
                });
                show(&known, app, screen)?;
                if !is_read {
                    screen.say(say.control_not_read());
                }
                Ok(Exit::Done)
            }
            Self::Show { id } => {
                known.retain(|known| known.control.control_id.eq_ignore_ascii_case(&id));
                let Some(known) = known.first() else {
                    let hint = if is_read {
                        say.control_unknown_hint()
                    } else {
                        say.control_not_read()
                    };
                    return Err(CommandFailure::new(say.control_unknown(&id), hint));
                };
                if screen.is_json() {
                    screen.data(&row(known, app))?;
                } else {
                    screen.out(&text::control::sheet(known, now, language))?;
                }
                Ok(Exit::Done)
            }
        }
    }
}

fn show(known: &[KnownControl], app: &App, screen: &Screen) -> Result<(), CommandFailure> {
    if screen.is_json() {
        let rows: Vec<Value> = known.iter().map(|known| row(known, app)).collect();
        return screen.data(&rows);
    }
    let language = screen.language();
    let say = Say(language);
    let headers = [
        say.guide_control(),
        say.control_severity(),
        say.control_state(),
        say.control_failing(),
        say.control_title(),
    ]
    .map(String::from);
    let now = app.clock.now();
    let table = known.iter().map(|known| {
        vec![
            known.control.control_id.clone(),
            known.control.severity.clone(),
            text::control::state(known.control.state(now), language).to_owned(),
            known.control.failing_accounts.to_string(),
            known.control.title.clone(),
        ]
    });
    screen.table(&headers, table.collect())
}

fn row(known: &KnownControl, app: &App) -> Value {
    let control = &known.control;
    json!({
        "control_id": control.control_id,
        "title": control.title,
        "severity": control.severity,
        "standards": control.standards,
        "state": <&str>::from(control.state(app.clock.now())),
        "first_seen": control.first_seen,
        "failing_accounts": control.failing_accounts,
        "guide": known.guide,
    })
}
