//! `hubward doctor`.

use std::path::Path;

use serde_json::json;

use super::screen::Screen;
use super::{CommandResult, Exit};
use crate::actions::doctor::examine;
use crate::say::Say;
use crate::text;
use crate::world::World;
use hubward_domain::doctor::Health;

pub(super) async fn run(given: Option<&Path>, world: &World, screen: &Screen) -> CommandResult {
    let language = screen.language();
    let findings = examine(given, world).await;
    let messages = findings
        .iter()
        .map(|finding| (finding, text::doctor::finding(&finding.fact, language)));
    if screen.is_json() {
        let rows = messages.map(|(finding, message)| {
            json!({
                "check": finding.check.as_str(),
                "region": finding.region,
                "state": finding.fact.health().as_str(),
                "detail": message.text,
                "hint": message.hint,
            })
        });
        screen.data(&rows.collect::<Vec<_>>())?;
    } else {
        let say = Say(language);
        let headers = [
            say.table_check(),
            say.table_region(),
            say.table_state(),
            say.table_detail(),
        ]
        .map(String::from);
        let rows = messages.map(|(finding, message)| {
            let region = finding.region.map(|region| region.to_string());
            vec![
                finding.check.as_str().to_owned(),
                region.unwrap_or_default(),
                finding.fact.health().as_str().to_owned(),
                format!("{}\n{}", message.text, message.hint)
                    .trim()
                    .to_owned(),
            ]
        });
        screen.table(&headers, rows.collect())?;
    }
    screen.say(&text::doctor::summary(&findings, language));
    let worst = findings.iter().map(|finding| finding.fact.health()).max();
    Ok(if worst == Some(Health::Fail) {
        Exit::Failed
    } else {
        Exit::Done
    })
}
