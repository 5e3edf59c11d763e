//! `undo`: shows what the agent created here, and the commands that remove it. It runs none of them, because
//! others may need these resources by now.

use hubward_protocol::{AccountId, Region};
use serde::Serialize;

use super::print_json;
use crate::baseline::each_once;
use crate::cli::UndoArgs;
use crate::converge::{self, Session};
use crate::term;
use crate::text::Say;
use crate::verdict::{CommandError, ExitStatus};
use crate::world::{self, World};

#[derive(Serialize)]
struct Undo<'a> {
    account: &'a AccountId,
    created: Vec<Entry>,
    unread: Vec<String>,
}

#[derive(Serialize)]
struct Entry {
    region: Region,
    what: String,
    commands: Vec<String>,
}

pub(super) async fn run(
    args: &UndoArgs,
    world: &World,
    say: Say,
) -> Result<ExitStatus, CommandError> {
    let regions = each_once(args.regions.clone());
    let session = Session::open(&regions, &world.endpoint_overrides()).await?;
    let account = &session.identity.account;
    let (observed, stay) = futures::join!(session.creations(&regions), session.created_by_stay());
    let (of_set_up, unread_of_set_up) = converge::created(account, &observed);
    // First what only reports: it is of no use without the rest.
    let (mut found, mut unread) = stay;
    found.extend(of_set_up);
    unread.extend(unread_of_set_up);
    if args.json {
        let entry = |(region, created): &(Region, converge::Created)| Entry {
            region: *region,
            what: say.created(*region, created),
            commands: created.commands(*region),
        };
        print_json(&Undo {
            account,
            created: found.iter().map(entry).collect(),
            unread: unread.iter().map(|error| say.aws_error(error)).collect(),
        });
    } else {
        let text = term::undo(account, observed.len(), &found, &unread, say);
        world::print(&format!("{text}\n"));
    }
    Ok(if unread.is_empty() {
        ExitStatus::Complete
    } else {
        ExitStatus::Failed
    })
}
