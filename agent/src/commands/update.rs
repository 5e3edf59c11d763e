//! `update`: replaces this program by the newest release that the server offers, if it is signed with the
//! built-in key. It does not ask for confirmation: the command is the request.

use super::context::server;
use crate::cli::UpdateArgs;
use crate::server::{ReleaseKey, Releases, UpdateOutcome};
use crate::term;
use crate::text::Say;
use crate::verdict::{CommandError, ExitStatus};
use crate::world::World;

pub(super) async fn run(
    args: &UpdateArgs,
    world: &World,
    say: Say,
) -> Result<ExitStatus, CommandError> {
    let key: ReleaseKey = world
        .release_key
        .and_then(|key| key.parse().ok())
        .ok_or(CommandError::NoReleaseKey)?;
    let transport = server(&args.server, world, say)?.ok_or(CommandError::NoServer)?;
    let current = semver::Version::parse(env!("CARGO_PKG_VERSION"))
        .unwrap_or_else(|_| semver::Version::new(0, 0, 0));
    let releases = Releases::new(transport, key, current.clone());
    Ok(match releases.update(args.check).await {
        Ok(outcome) => {
            world.screen.say(&say.update_outcome(&outcome, &current));
            match outcome {
                UpdateOutcome::Offered(_) => ExitStatus::Incomplete,
                UpdateOutcome::Latest
                | UpdateOutcome::OnlyOlder(_)
                | UpdateOutcome::Installed(_) => ExitStatus::Complete,
            }
        }
        Err(error) => {
            let (sentence, hint) = say.update_error(&error);
            world.screen.say(&term::error(&sentence, hint, say));
            ExitStatus::Failed
        }
    })
}
