//! `hubward report send`.

use clap::Args;
use hubward_protocol::AccountId;
use serde_json::json;

use crate::actions::report::send::{
    SendError, SendOutcome, SendRequest, SendRow, plan_reports, send_reports,
};
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
    /// Send reports of a period that is not over; they are marked, and the whole period's are still sent later.
    #[arg(long, requires = "period", conflicts_with = "again")]
    interim: bool,
    /// Show what would be sent, and send nothing.
    #[arg(long)]
    dry_run: bool,
    /// Skip the confirmation.
    #[arg(long)]
    yes: bool,
}

impl Send {
    /// What is due, as in the timetable.
    pub(in crate::cli) fn of_everything() -> Self {
        Self {
            accounts: Vec::new(),
            period: None,
            again: false,
            interim: false,
            dry_run: false,
            // The timetable was configured by a person.
            yes: true,
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
            accounts: self.accounts.clone(),
            period: self.period,
            again: self.again,
            interim: self.interim,
        };
        let fails = |error: SendError| {
            CommandFailure::Messages(vec![text::report::not_sent(&error, language)])
        };
        let plan = plan_reports(app, &request).await.map_err(fails)?;
        let planned = plan.planned();
        if self.dry_run {
            self.show(&plan.rows, screen)?;
            return Ok(self.exit(&plan.rows));
        }
        if planned.reports > 0 && !self.yes {
            if screen.is_interactive() && !screen.is_json() {
                self.show(&plan.rows, screen)?;
            }
            if !screen.confirm(&text::report::question(planned, language))? {
                screen.say(Say(language).report_declined());
                return Ok(Exit::Failed);
            }
        }
        let rows = send_reports(app, actor, &plan).await.map_err(fails)?;
        self.show(&rows, screen)?;
        Ok(self.exit(&rows))
    }

    fn show(&self, rows: &[SendRow], screen: &Screen) -> Result<(), CommandFailure> {
        let language = screen.language();
        if screen.is_json() {
            let rows = rows.iter().map(|row| {
                json!({
                    "account_id": row.account_id,
                    "period": row.period.to_string(),
                    "interim": self.interim,
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
        screen.say(&text::report::sent_summary(rows, language));
        if let Some(warning) = text::report::unwatched_of_sent(rows, language) {
            screen.warn(&warning);
        }
        Ok(())
    }

    /// An account that was named and gets no report leaves something to do.
    fn exit(&self, rows: &[SendRow]) -> Exit {
        let is_skipped = |row: &SendRow| matches!(row.outcome, SendOutcome::NotWatched);
        if rows.iter().any(SendRow::is_failed) {
            Exit::Failed
        } else if !self.accounts.is_empty() && rows.iter().any(is_skipped) {
            Exit::Incomplete
        } else {
            Exit::Done
        }
    }
}

fn outcome(row: &SendRow) -> &'static str {
    match &row.outcome {
        SendOutcome::Sent { .. } => "sent",
        SendOutcome::Already { .. } => "already",
        SendOutcome::Planned => "planned",
        SendOutcome::NotWatched => "skipped",
        SendOutcome::Busy => "busy",
        SendOutcome::Failed { given_up, .. } => {
            if *given_up {
                "given_up"
            } else {
                "failed"
            }
        }
    }
}
