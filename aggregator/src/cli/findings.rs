//! `hubward findings`.

use clap::Subcommand;
use serde_json::json;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::findings::sync::{SyncCounts, SyncRow, sync_findings};
use crate::app::App;
use crate::say::Say;
use crate::text;

#[derive(Debug, Subcommand)]
pub(super) enum FindingsCommand {
    /// Update the findings: all the first time, then what changed.
    Sync,
}

impl FindingsCommand {
    pub(super) async fn run(self, app: &App, screen: &Screen) -> CommandResult {
        let Self::Sync = self;
        let language = screen.language();
        let rows = sync_findings(app)
            .await
            .map_err(|error| CommandFailure::action(&error, language))?;
        let counts = |row: &SyncRow| row.outcome.as_ref().copied().unwrap_or_default();
        let outcome = |row: &SyncRow| {
            if row.outcome.is_ok() {
                "synced"
            } else {
                "failed"
            }
        };
        if screen.is_json() {
            let rows = rows.iter().map(|row| {
                let SyncCounts {
                    new,
                    changed,
                    unchanged,
                    refused,
                } = counts(row);
                json!({
                    "region": row.region,
                    "outcome": outcome(row),
                    "new": new,
                    "changed": changed,
                    "unchanged": unchanged,
                    "refused": refused,
                    "detail": text::findings::detail(row, language),
                })
            });
            screen.data(&rows.collect::<Vec<_>>())?;
        } else {
            let say = Say(language);
            let headers = [
                say.table_region(),
                say.table_outcome(),
                say.findings_new(),
                say.findings_changed(),
                say.findings_unchanged(),
                say.table_detail(),
            ]
            .map(String::from);
            let table = rows.iter().map(|row| {
                let SyncCounts {
                    new,
                    changed,
                    unchanged,
                    ..
                } = counts(row);
                vec![
                    row.region.to_string(),
                    outcome(row).to_owned(),
                    new.to_string(),
                    changed.to_string(),
                    unchanged.to_string(),
                    text::findings::detail(row, language),
                ]
            });
            screen.table(&headers, table.collect())?;
        }
        screen.say(&text::findings::summary(&rows, language));
        let all = rows.iter().all(|row| row.outcome.is_ok());
        Ok(if all { Exit::Done } else { Exit::Failed })
    }
}
