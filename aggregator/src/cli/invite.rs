//! `hubward invite`.

use clap::Args;
use hubward_protocol::AccountId;
use serde_json::json;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::invitation::send::{InviteRequest, InviteRow, invite};
use crate::app::App;
use crate::say::Say;
use crate::text;
use hubward_domain::audit::Actor;

#[derive(Debug, Args)]
pub(super) struct Invite {
    /// Only these accounts.
    #[arg(value_name = "ID")]
    accounts: Vec<AccountId>,
    /// Show what would be sent, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Also send again where an invitation is pending or a membership has ended.
    #[arg(long)]
    force: bool,
}

impl Invite {
    /// The scheduled job: sends all missing invitations.
    pub(super) fn of_everything() -> Self {
        Self {
            accounts: Vec::new(),
            dry_run: false,
            force: false,
        }
    }

    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let request = InviteRequest {
            accounts: self.accounts,
            dry_run: self.dry_run,
            force: self.force,
        };
        let rows = invite(app, actor, &request)
            .await
            .map_err(|error| CommandFailure::action(&error, language))?;
        if screen.is_json() {
            let rows = rows.iter().map(|row| {
                json!({
                    "account_id": row.account_id,
                    "region": row.region,
                    "outcome": row.outcome.as_str(),
                    "detail": text::invite::detail(row, language),
                })
            });
            screen.data(&rows.collect::<Vec<_>>())?;
        } else {
            let say = Say(language);
            let headers = [
                say.table_account(),
                say.table_region(),
                say.table_outcome(),
                say.table_detail(),
            ]
            .map(String::from);
            let table = rows.iter().map(|row| {
                vec![
                    row.account_id.to_string(),
                    row.region.to_string(),
                    row.outcome.as_str().to_owned(),
                    text::invite::detail(row, language),
                ]
            });
            screen.table(&headers, table.collect())?;
        }
        screen.say(&text::invite::summary(&rows, language));
        Ok(exit(&rows))
    }
}

/// The exit code of a command that sent invitations.
pub(super) fn exit(rows: &[InviteRow]) -> Exit {
    let any = |word: &str| rows.iter().any(|row| row.outcome.as_str() == word);
    if any("failed") {
        Exit::Failed
    } else if any("unprocessed") {
        Exit::Incomplete
    } else {
        Exit::Done
    }
}
