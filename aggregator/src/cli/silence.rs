//! `hubward alert silence`.

use clap::Args;
use hubward_protocol::{AccountId, Region};
use serde::Serialize;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::alert::silence::{SilenceError, SilenceRequest, end_silence, silence};
use crate::app::App;
use crate::queries::silence::{Silenced, silences};
use crate::say::Say;
use crate::text;
use hubward_domain::account::Language;
use hubward_domain::audit::Actor;
use hubward_domain::silence::{self as held, Matcher};

/// Silences of alerts.
#[derive(Debug, Args)]
pub(super) struct SilenceCommand {
    /// List the silences, newest first.
    #[arg(long, conflicts_with_all = ["end", "reason", "until"])]
    list: bool,
    /// End this silence early.
    #[arg(long, value_name = "ID", conflicts_with_all = ["reason", "until"])]
    end: Option<String>,
    /// Only threats of this type; * matches any text.
    #[arg(long = "type", value_name = "PATTERN")]
    kind: Option<String>,
    /// Only threats to this account.
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// Only threats to this project's accounts.
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
    /// Only threats to accounts of this environment.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// Only threats in this Region.
    #[arg(long, value_name = "REGION")]
    region: Option<Region>,
    /// Silence critical threats too; without it, they still notify.
    #[arg(long)]
    critical: bool,
    /// The reason, which is recorded.
    #[arg(long, value_name = "TEXT", required_unless_present_any = ["list", "end"])]
    reason: Option<String>,
    /// The end: a time, a day, or a duration from now, such as 4h or 7d.
    #[arg(long, value_name = "TIME", required_unless_present_any = ["list", "end"])]
    until: Option<String>,
}

impl SilenceCommand {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        if self.list {
            return list(app, screen).await;
        }
        if let Some(id) = &self.end {
            return end(app, actor, id, screen).await;
        }
        let asked = SilenceRequest {
            matcher: Matcher {
                kind: self.kind,
                account: self.account,
                project: self.project,
                environment: self.environment,
                region: self.region,
                critical: self.critical,
            },
            reason: self.reason.unwrap_or_default(),
            until: self.until.unwrap_or_default(),
        };
        add(app, actor, asked, screen).await
    }
}

/// A silence in JSON.
#[derive(Serialize)]
struct SilenceRow<'a> {
    #[serde(flatten)]
    silence: &'a held::Silence,
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    covers: Option<Vec<&'a String>>,
}

async fn add(app: &App, actor: &Actor, asked: SilenceRequest, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let made = silence(app, actor, asked)
        .await
        .map_err(|error| refused(&error, language))?;
    let Silenced {
        silence, covers, ..
    } = &made;
    if screen.is_json() {
        screen.data(&[SilenceRow {
            silence,
            active: true,
            covers: Some(covers.iter().map(|alert| &alert.id).collect()),
        }])?;
    } else {
        screen.out(&silence.id)?;
    }
    for line in text::silence::made(&made, language) {
        screen.say(&line);
    }
    Ok(Exit::Done)
}

async fn list(app: &App, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let silences = silences(app)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?;
    if screen.is_json() {
        let rows = silences.iter().map(|(silence, holds)| SilenceRow {
            silence,
            active: *holds,
            covers: None,
        });
        screen.data(&rows.collect::<Vec<_>>())?;
        return Ok(Exit::Done);
    }
    let headers = [
        say.silence_id(),
        say.silence_covers(),
        say.silence_reason(),
        say.silence_until(),
        say.table_state(),
        say.silence_count(),
        say.table_actor(),
    ]
    .map(String::from);
    let rows = silences.iter().map(|(silence, holds)| {
        vec![
            silence.id.clone(),
            text::silence::matcher(&silence.matcher, language),
            silence.reason.clone(),
            silence.until.to_string(),
            text::silence::state(*holds, language),
            silence.count.to_string(),
            silence.created_by.clone(),
        ]
    });
    screen.table(&headers, rows.collect())?;
    Ok(Exit::Done)
}

async fn end(app: &App, actor: &Actor, id: &str, screen: &Screen) -> CommandResult {
    let language = screen.language();
    end_silence(app, actor, id)
        .await
        .map_err(|error| refused(&error, language))?;
    screen.say(&Say(language).silence_ended(id));
    Ok(Exit::Done)
}

fn refused(error: &SilenceError, language: Language) -> CommandFailure {
    match error {
        SilenceError::Store(error) => CommandFailure::store(error, language),
        SilenceError::NotSilenced(why) => {
            let message = text::silence::not_silenced(why, language);
            CommandFailure::new(message.text, message.hint)
        }
        SilenceError::Unknown(id) => {
            CommandFailure::Messages(vec![text::silence::unknown(id, language)])
        }
    }
}
