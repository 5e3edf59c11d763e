//! `hubward report send`.

use clap::Args;
use hubward_protocol::AccountId;
use serde_json::json;

use crate::actions::report::send::{self, SendRequest, SendRow, send_reports};
use crate::app::App;
use crate::cli::failure::CommandFailure;
use crate::cli::screen::Screen;
use crate::cli::{CommandResult, Exit};
use crate::say::Say;
use crate::text;
use hubward_domain::audit::Actor;
use hubward_domain::report::Period;

#[derive(Debug, Args)]
pub(in crate::cli) struct Send {
    /// Only these accounts, whatever their state or cadence; without the overview.
    #[arg(value_name = "ID")]
    accounts: Vec<AccountId>,
    /// A week such as 2026-W47 or a month such as 2026-11 [default: the last complete one].
    #[arg(long)]
    period: Option<Period>,
    /// Also send what was already sent.
    #[arg(long)]
    again: bool,
}

impl Send {
    /// What is due, as in the timetable.
    pub(in crate::cli) fn of_everything() -> Self {
        Self {
            accounts: Vec::new(),
            period: None,
            again: false,
        }
    }

    pub(in crate::cli) async fn run(
        self,
        app: &App,
        actor: &Actor,
        screen: &Screen,
    ) -> CommandResult {
        let language = screen.language();
        let request = SendRequest {
            accounts: self.accounts,
            period: self.period,
            again: self.again,
        };
        let rows = send_reports(app, actor, &request).await.map_err(|error| {
            CommandFailure::Messages(vec![text::report::not_sent(&error, language)])
        })?;
        if screen.is_json() {
            let rows = rows.iter().map(|row| {
                json!({
                    "account_id": row.account_id,
                    "period": row.period.to_string(),
                    "destination": row.destination.as_str(),
                    "outcome": outcome(row),
                    "detail": text::report::sent(&row.outcome, language),
                })
            });
            screen.data(&rows.collect::<Vec<_>>())?;
        } else {
            let say = Say(language);
            let headers = [
                say.table_account(),
                say.report_period(),
                say.report_destination(),
                say.table_outcome(),
                say.report_place(),
            ]
            .map(String::from);
            let table = rows.iter().map(|row| {
                let account = row
                    .account_id
                    .as_ref()
                    .map_or_else(|| say.report_overview().to_owned(), ToString::to_string);
                vec![
                    account,
                    row.period.to_string(),
                    text::report::destination(row.destination, language),
                    outcome(row).to_owned(),
                    text::report::sent(&row.outcome, language),
                ]
            });
            screen.table(&headers, table.collect())?;
        }
        screen.say(&text::report::sent_summary(&rows, language));
        Ok(if rows.iter().all(SendRow::is_done) {
            Exit::Done
        } else {
            Exit::Failed
        })
    }
}

fn outcome(row: &SendRow) -> &'static str {
    match &row.outcome {
        send::SendOutcome::Sent { .. } => "sent",
        send::SendOutcome::Already { .. } => "already",
        send::SendOutcome::Busy => "busy",
        send::SendOutcome::Failed { given_up, .. } => {
            if *given_up {
                "given_up"
            } else {
                "failed"
            }
        }
    }
}
