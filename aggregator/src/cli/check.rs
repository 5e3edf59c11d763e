//! `hubward check`.

use clap::Args;
use hubward_protocol::AccountId;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::check::announce::announce_check;
use crate::actions::check::run::check;
use crate::app::App;
use crate::queries::account::is_ledger_empty;
use crate::say::Say;
use crate::text;
use hubward_domain::audit::Actor;
use hubward_domain::check::{CheckRow, Verdict};

#[derive(Debug, Args)]
pub(super) struct CheckCommand {
    /// Only these accounts.
    #[arg(value_name = "ID")]
    accounts: Vec<AccountId>,
    /// Also post what changed since the last post, to the channels of check routes.
    #[arg(long)]
    notify: bool,
}

/// Whether everything is as it should be.
fn exit(rows: &[CheckRow], app: &App) -> Exit {
    let now = app.clock.now();
    let is_done = |row: &CheckRow| match row.verdict {
        Verdict::Complete => true,
        Verdict::Leaving => now.duration_since(row.since) <= app.config.check.leave_within,
        _ => false,
    };
    if rows.iter().all(is_done) {
        Exit::Done
    } else {
        Exit::Incomplete
    }
}

impl CheckCommand {
    /// The scheduled job: checks everything and notifies the channels.
    pub(super) fn of_everything() -> Self {
        Self {
            accounts: Vec::new(),
            notify: true,
        }
    }

    /// The scheduled job: checks everything and only announces lost members.
    pub(super) fn of_members() -> Self {
        Self {
            accounts: Vec::new(),
            notify: false,
        }
    }

    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let rows = check(app, actor, &self.accounts)
            .await
            .map_err(|error| CommandFailure::action(&error, language))?;
        let store = |error| CommandFailure::store(&error, language);
        let administrator = &app.config.hub.administrator;
        let hint = |row: &CheckRow| text::check::hint(row, administrator, language);
        if screen.is_json() {
            let rows = rows
                .iter()
                .map(|row| text::shape::check(row, administrator, language));
            screen.data(&rows.collect::<Vec<_>>())?;
        } else {
            let say = Say(language);
            let headers = [
                say.table_account(),
                say.table_project(),
                say.table_region(),
                say.table_verdict(),
                say.table_next_step(),
            ]
            .map(String::from);
            let table = rows.iter().map(|row| {
                let next = text::check::next_step(row, language);
                vec![
                    row.account_id.to_string(),
                    row.project.clone(),
                    row.region.to_string(),
                    text::check::verdict_with_age(row, app.clock.now(), language),
                    format!("{next}\n{}", hint(row)).trim().to_owned(),
                ]
            });
            screen.table(&headers, table.collect())?;
        }
        screen.say(&text::check::summary(&rows, language));
        if self.notify {
            let sent_in = app.config.locale.language;
            let rows = text::check::notice_rows(&rows, administrator, sent_in);
            let announced = announce_check(app, rows, self.accounts.is_empty())
                .await
                .map_err(store)?;
            screen.say(&text::check::announced(announced, language));
        }
        if rows.is_empty() && is_ledger_empty(app).await.map_err(store)? {
            // A check of nothing has shown nothing.
            return Ok(Exit::Failed);
        }
        Ok(exit(&rows, app))
    }
}
