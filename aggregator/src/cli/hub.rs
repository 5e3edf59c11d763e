//! `hubward hub`.

use clap::Subcommand;
use serde_json::json;

use super::failure::CommandFailure;
use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::hub::setup::{SetupItem, SetupRow, carry_out, plan, queue_url};
use crate::app::App;
use crate::say::Say;
use crate::text;
use crate::text::hub::HubProgress;
use hubward_domain::audit::Actor;
use hubward_domain::hub::{HubPart, HubState};

#[derive(Debug, Subcommand)]
pub(super) enum HubCommand {
    /// Show what is missing and change nothing; exit 3 when something is missing.
    Plan,
    /// Show what is missing, ask, and set it up.
    Setup {
        /// Skip the confirmation.
        #[arg(long)]
        yes: bool,
    },
}

impl HubCommand {
    pub(super) async fn run(self, app: &App, actor: &Actor, screen: &Screen) -> CommandResult {
        let language = screen.language();
        let say = Say(language);
        let action = |error| CommandFailure::action(&error, language);
        let items = plan(app).await.map_err(action)?;
        let changes = items.iter().filter(|item| is_planned(item)).count();
        let yes = match self {
            Self::Plan => false,
            Self::Setup { yes } => yes,
        };
        let asks = matches!(self, Self::Setup { .. }) && changes > 0 && !yes;
        // Without a terminal, no one can confirm: then only the plan is shown.
        let stops =
            matches!(self, Self::Plan) || changes == 0 || (asks && !screen.is_interactive());
        if stops {
            let progress = planned(&items);
            conclude(&progress, app, screen).await?;
            if changes > 0 {
                screen.say(&say.hub_planned(changes));
            }
            if asks {
                screen.say(say.hub_needs_yes());
            }
            return Ok(exit(&progress));
        }
        if !screen.is_json() {
            show(&planned(&items), None, screen)?;
        }
        if asks && !screen.confirm(&say.hub_question(changes))? {
            screen.say(say.cli_declined());
            return Ok(Exit::Failed);
        }
        let rows = carry_out(app, actor, items).await.map_err(action)?;
        let progress = done(&rows);
        conclude(&progress, app, screen).await?;
        Ok(exit(&progress))
    }
}

fn is_planned(item: &SetupItem) -> bool {
    matches!(item.state, HubState::Planned(_))
}

fn planned(items: &[SetupItem]) -> Vec<(SetupItem, HubProgress)> {
    let progress = items
        .iter()
        .map(|item| (item.clone(), HubProgress::of(item)));
    progress.collect()
}

fn done(rows: &[SetupRow]) -> Vec<(SetupItem, HubProgress)> {
    let progress = rows
        .iter()
        .map(|row| (row.item.clone(), HubProgress::after(row)));
    progress.collect()
}

/// Shows the state, and the values to put into the configuration.
async fn conclude(
    rows: &[(SetupItem, HubProgress)],
    app: &App,
    screen: &Screen,
) -> Result<(), CommandFailure> {
    let language = screen.language();
    let say = Say(language);
    let url = queue_url(app)
        .await
        .map_err(|error| CommandFailure::action(&error, language))?;
    show(rows, url.as_deref(), screen)?;
    match exit(rows) {
        Exit::Done => screen.say(say.hub_done()),
        _ => screen.say(say.hub_not_done()),
    }
    match url {
        Some(url) if app.config.alerts.queue_url.as_ref() != Some(&url) && !screen.is_json() => {
            let file = app.config.file.display();
            screen.say(&say.hub_paste(file));
            screen.out(&format!("[alerts]\nqueue_url = \"{url}\""))
        }
        _ => Ok(()),
    }
}

fn show(
    rows: &[(SetupItem, HubProgress)],
    url: Option<&str>,
    screen: &Screen,
) -> Result<(), CommandFailure> {
    let language = screen.language();
    if screen.is_json() {
        let rows = rows.iter().map(|(item, progress)| {
            let message = text::hub::detail(item, progress, language);
            let mut row = json!({
                "part": item.part.as_str(),
                "region": item.region,
                "state": progress.as_str(),
                "detail": message.text,
                "hint": message.hint,
            });
            if let (HubPart::Queue, Some(row)) = (item.part, row.as_object_mut()) {
                row.insert("queue_url".to_owned(), json!(url));
            }
            row
        });
        return screen.data(&rows.collect::<Vec<_>>());
    }
    let say = Say(language);
    let headers = [
        say.table_part(),
        say.table_region(),
        say.table_state(),
        say.table_detail(),
    ]
    .map(String::from);
    let table = rows.iter().map(|(item, progress)| {
        let message = text::hub::detail(item, progress, language);
        vec![
            item.part.as_str().to_owned(),
            item.region.to_string(),
            progress.as_str().to_owned(),
            format!("{}\n{}", message.text, message.hint)
                .trim()
                .to_owned(),
        ]
    });
    screen.table(&headers, table.collect())
}

fn exit(rows: &[(SetupItem, HubProgress)]) -> Exit {
    let any = |word: &str| rows.iter().any(|(_, progress)| progress.as_str() == word);
    if any("failed") {
        Exit::Failed
    } else if any("planned") || any("insufficient") {
        Exit::Incomplete
    } else {
        Exit::Done
    }
}
