//! `hubward token`.

use clap::Subcommand;
use serde_json::json;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::token::add::{AddTokenError, add_token};
use crate::actions::token::revoke::revoke_token;
use crate::app::App;
use crate::queries;
use crate::say::Say;
use hubward_domain::access::Role;
use hubward_domain::audit::Actor;

#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Create a token for the API and the dashboard, and print it once.
    Add {
        /// The token's name: the person or program that will use it.
        #[arg(value_name = "NAME")]
        name: String,
        /// The role: viewer or operator.
        #[arg(long, value_name = "ROLE")]
        role: Role,
    },
    /// List the tokens, without their secrets.
    List,
    /// Revoke a token, and end its sessions.
    Revoke {
        /// The token's name.
        #[arg(value_name = "NAME")]
        name: String,
    },
}

impl Token {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        match self {
            Self::Add { name, role } => add(app, actor, &name, role, screen).await,
            Self::List => list(app, screen).await,
            Self::Revoke { name } => revoke(app, actor, &name, screen).await,
        }
    }
}

async fn add(app: &App, actor: &Actor, name: &str, role: Role, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let (token, record) = add_token(app, actor, name, role)
        .await
        .map_err(|error| match error {
            AddTokenError::Name => {
                CommandFailure::new(say.cli_token_name(name), say.cli_token_name_hint())
            }
            AddTokenError::Taken => {
                CommandFailure::new(say.cli_token_exists(name), say.cli_token_exists_hint(name))
            }
            AddTokenError::Store(error) => CommandFailure::store(&error, language),
        })?;
    if screen.is_json() {
        screen.data(&json!([{ "name": record.name, "role": record.role, "token": token }]))?;
    } else {
        screen.out(&token)?;
    }
    screen.say(say.cli_token_once());
    Ok(Exit::Done)
}

async fn list(app: &App, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let tokens = queries::token::tokens(app)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?;
    if screen.is_json() {
        screen.data(&tokens)?;
        return Ok(Exit::Done);
    }
    let headers = [
        say.table_name(),
        say.table_role(),
        say.table_created(),
        say.table_actor(),
    ]
    .map(String::from);
    let rows = tokens.into_iter().map(|token| {
        vec![
            token.name,
            token.role.as_str().to_owned(),
            token.created_at.to_string(),
            token.created_by,
        ]
    });
    screen.table(&headers, rows.collect())?;
    Ok(Exit::Done)
}

async fn revoke(app: &App, actor: &Actor, name: &str, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let revoked = revoke_token(app, actor, name)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?;
    if !revoked {
        return Err(CommandFailure::new(
            say.cli_token_unknown(name),
            say.cli_token_unknown_hint(),
        ));
    }
    screen.say(&say.cli_token_revoked(name));
    Ok(Exit::Done)
}
