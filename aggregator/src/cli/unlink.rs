//! `hubward unlink`.

use clap::Args;
use hubward_protocol::AccountId;
use serde_json::json;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::unlink::{UnlinkRow, carry_out, plan};
use crate::app::App;
use crate::say::Say;
use crate::text;
use hubward_domain::audit::Actor;

#[derive(Debug, Args)]
pub(super) struct Unlink {
    /// The account.
    #[arg(value_name = "ID")]
    account: AccountId,
    /// Skip the confirmation.
    #[arg(long)]
    yes: bool,
    /// Show what would be ended, and change nothing.
    #[arg(long)]
    dry_run: bool,
}

impl Unlink {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let say = Say(language);
        let plan = plan(app, &self.account)
            .await
            .map_err(|error| CommandFailure::action(&error, language))?;
        if self.dry_run || plan.is_done() {
            show(&self.account, &plan.rows, screen)?;
            screen.say(&text::unlink::planned(&plan, language));
            return Ok(exit(&plan.rows));
        }
        if !self.yes {
            if screen.is_interactive() && !screen.is_json() {
                show(&self.account, &plan.rows, screen)?;
            }
            let question = text::unlink::question(&plan, language);
            if !screen.confirm_typed(&question, self.account.as_str())? {
                screen.say(say.cli_declined());
                return Ok(Exit::Failed);
            }
        }
        let unlinked = carry_out(app, actor, &self.account)
            .await
            .map_err(|error| CommandFailure::action(&error, language))?;
        show(&self.account, &unlinked.rows, screen)?;
        screen.say(&text::unlink::summary(&plan, &unlinked, language));
        if let Some(left_notice) = &unlinked.left_notice {
            screen.say(&text::unlink::left_notice(left_notice, language));
        }
        Ok(exit(&unlinked.rows))
    }
}

fn show(account: &AccountId, rows: &[UnlinkRow], screen: &Screen) -> Result<(), CommandFailure> {
    let language = screen.language();
    if screen.is_json() {
        let rows = rows.iter().map(|row| {
            json!({
                "account_id": account,
                "region": row.region,
                "outcome": row.outcome.as_str(),
                "detail": text::unlink::detail(row, language),
            })
        });
        return screen.data(&rows.collect::<Vec<_>>());
    }
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
            account.to_string(),
            row.region.to_string(),
            row.outcome.as_str().to_owned(),
            text::unlink::detail(row, language),
        ]
    });
    screen.table(&headers, table.collect())
}

fn exit(rows: &[UnlinkRow]) -> Exit {
    let any = |word: &str| rows.iter().any(|row| row.outcome.as_str() == word);
    if any("failed") {
        Exit::Failed
    } else if any("unprocessed") || any("skipped") {
        Exit::Incomplete
    } else {
        Exit::Done
    }
}
