//! `hubward exception`.

use clap::{Args, Subcommand};
use hubward_protocol::AccountId;
use jiff::civil::Date;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::exception::{self, ExceptionError};
use crate::app::App;
use crate::queries::exception::exceptions;
use crate::say::Say;
use crate::text;
use hubward_domain::account::Language;
use hubward_domain::audit::Actor;
use hubward_domain::exception::{Exception as Record, NewException};

#[derive(Debug, Subcommand)]
pub(super) enum ExceptionCommand {
    /// Record that a control need not be fixed in an account until a given day.
    Add(Add),
    /// List the active exceptions.
    List,
    /// Remove an exception before its last day.
    Remove {
        /// The exception's id, as the list shows it.
        id: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The control, such as S3.1.
    #[arg(long)]
    control: String,
    /// The account.
    #[arg(long, value_name = "ID")]
    account: AccountId,
    /// Only for this resource [default: the whole account].
    #[arg(long, value_name = "ARN")]
    resource: Option<String>,
    /// The reason.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The last day, such as 2027-03-31; at most a year from now.
    #[arg(long, value_name = "DATE")]
    until: Date,
    /// Also mark the findings as SUPPRESSED in Security Hub, with the reason as their note.
    #[arg(long)]
    suppress: bool,
}

impl ExceptionCommand {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        let language = screen.language();
        match self {
            Self::Add(add) => add.run(app, actor, screen).await,
            Self::List => {
                let all = exceptions(app)
                    .await
                    .map_err(|error| CommandFailure::store(&error, language))?;
                show(&all, screen)?;
                Ok(Exit::Done)
            }
            Self::Remove { id } => {
                let removed = exception::remove(app, actor, &id)
                    .await
                    .map_err(|error| failed(&error, language))?;
                screen.say(&Say(language).exception_removed(&removed.id));
                Ok(Exit::Done)
            }
        }
    }
}

impl Add {
    async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let new = NewException {
            control: self.control,
            account_id: self.account,
            resource: self.resource,
            reason: self.reason,
            until: self.until,
        };
        let granted = exception::add(app, actor, new, self.suppress)
            .await
            .map_err(|error| failed(&error, language))?;
        if screen.is_json() {
            screen.data(&[&granted.exception])?;
        }
        if !granted.known {
            let (day, _) = app.guide().known_as_of();
            let control = &granted.exception.control;
            screen.warn(&text::exception::unknown_control(control, day, language));
        }
        screen.say(&text::exception::granted(&granted, language));
        Ok(Exit::Done)
    }
}

fn failed(error: &ExceptionError, language: Language) -> CommandFailure {
    CommandFailure::Messages(text::exception::failed(error, language))
}

fn show(exceptions: &[Record], screen: &Screen) -> Result<(), CommandFailure> {
    if screen.is_json() {
        return screen.data(&exceptions);
    }
    let say = Say(screen.language());
    let headers = [
        say.exception_id(),
        say.guide_control(),
        say.table_account(),
        say.exception_resource(),
        say.exception_until(),
        say.exception_reason(),
        say.table_actor(),
    ]
    .map(String::from);
    let rows = exceptions.iter().map(|exception| {
        vec![
            exception.id.clone(),
            exception.control.clone(),
            exception.account_id.to_string(),
            exception.resource.clone().unwrap_or_default(),
            exception.until.to_string(),
            exception.reason.clone(),
            exception.added_by.clone(),
        ]
    });
    screen.table(&headers, rows.collect())
}

/// Announces and ends exceptions.
pub(super) async fn expire(app: &App, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let expired = exception::expire(app, &Actor::Job("exceptions"))
        .await
        .map_err(|error| failed(&error, language))?;
    screen.say(&Say(language).exception_expired_summary(expired.announced, expired.ended));
    Ok(Exit::Done)
}
