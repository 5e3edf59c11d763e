//! `undo`: shows what this program created here, and the exact commands that take it back. It runs
//! none of them: what is taken back may be needed by others by now.

use hubward_protocol::{AccountId, Region};
use serde::Serialize;

use super::print_json;
use crate::baseline::each_once;
use crate::cli::UndoArgs;
use crate::converge::{self, Session};
use crate::term;
use crate::text::Say;
use crate::verdict::{ExitStatus, Trouble};
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

/// Runs the command.
pub(super) async fn run(args: &UndoArgs, world: &World, say: Say) -> Result<ExitStatus, Trouble> {
    let regions = each_once(args.regions.clone());
    let session = Session::open(&regions, &world.endpoint_overrides()).await?;
    let account = &session.identity.account;
    let seen = session.created(&regions).await;
    let (found, unread) = converge::created(account, &seen);
    if args.json {
        let entry = |(region, created): &(Region, converge::Created)| Entry {
            region: *region,
            what: say.created(*region, created),
            commands: created.commands(*region),
        };
        print_json(&Undo {
            account,
            created: found.iter().map(entry).collect(),
            unread: unread.iter().map(|refusal| say.refused(refusal)).collect(),
        });
    } else {
        let shown = term::undo(account, seen.len(), &found, &unread, say);
        world::print(&format!("{shown}\n"));
    }
    Ok(if unread.is_empty() {
        ExitStatus::Complete
    } else {
        ExitStatus::Failed
    })
}
