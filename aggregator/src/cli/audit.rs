//! `hubward audit`, and the table of events that `account history` shows too.

use clap::Subcommand;
use serde_json::json;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::app::App;
use crate::queries;
use crate::queries::audit::{ChainVerdict, verify_audit};
use crate::say::Say;
use crate::text;
use hubward_domain::audit::AuditEvent;

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// List the events, oldest first.
    List {
        /// Only events after this number.
        #[arg(long, default_value_t = 0, value_name = "NUMBER")]
        after: i64,
        /// At most this many events.
        #[arg(long, default_value_t = i64::MAX, hide_default_value = true, value_name = "COUNT")]
        limit: i64,
    },
    /// Verify that no event was changed or removed; exit 1 when one was.
    Verify {
        /// The hash of an earlier head, such as from a weekly digest, which must still be in the log.
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
}

impl Audit {
    pub(super) async fn run(self, app: &App, screen: &Screen) -> CommandResult {
        let language = screen.language();
        match self {
            Self::List { after, limit } => {
                let events = queries::audit::audit_events(app, after, limit, None)
                    .await
                    .map_err(|error| CommandFailure::store(&error, language))?;
                show(&events, screen)
            }
            Self::Verify { head } => verify(app, head.as_deref(), screen).await,
        }
    }
}

async fn verify(app: &App, posted: Option<&str>, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let say = Say(language);
    let verdict = verify_audit(app, posted)
        .await
        .map_err(|error| CommandFailure::store(&error, language))?;
    if screen.is_json() {
        screen.data(&match &verdict {
            ChainVerdict::Holds(head) => {
                json!([{ "intact": true, "events": head.events, "head": head.hash }])
            }
            ChainVerdict::Broken(broken) => {
                json!([{ "intact": false, "broken_at": broken.sequence }])
            }
            ChainVerdict::Rewritten(head) => {
                json!([{ "intact": false, "events": head.events, "head": head.hash }])
            }
        })?;
    }
    match verdict {
        ChainVerdict::Holds(head) => {
            screen.say(&say.cli_audit_holds(head.events, &head.hash));
            Ok(Exit::Done)
        }
        ChainVerdict::Broken(broken) => Err(CommandFailure::new(
            say.cli_audit_broken(broken.sequence),
            say.cli_audit_broken_hint(),
        )),
        ChainVerdict::Rewritten(_) => Err(CommandFailure::new(
            say.cli_audit_rewritten(posted.unwrap_or_default()),
            say.cli_audit_broken_hint(),
        )),
    }
}

/// Shows events.
pub(super) fn show(events: &[AuditEvent], screen: &Screen) -> CommandResult {
    if screen.is_json() {
        screen.data(&events)?;
        return Ok(Exit::Done);
    }
    let say = Say(screen.language());
    let headers = [
        say.table_number(),
        say.table_at(),
        say.table_actor(),
        say.table_action(),
        say.table_subject(),
        say.table_source(),
        say.table_detail(),
    ]
    .map(String::from);
    let rows = events.iter().map(|event| {
        vec![
            event.sequence.to_string(),
            event.at.to_string(),
            event.actor.clone(),
            event.action.clone(),
            event.subject.clone(),
            text::audit::source(&event.detail),
            text::audit::brief(&event.detail),
        ]
    });
    screen.table(&headers, rows.collect())?;
    Ok(Exit::Done)
}
