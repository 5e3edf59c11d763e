//! `update`: the newest release that the server offers takes this program's place, if it is signed
//! with the key that was built in. Nobody is asked: whoever types `update` wants it.

use super::begin::server;
use crate::cli::UpdateArgs;
use crate::server::{ReleaseKey, Releases, Updated};
use crate::term;
use crate::text::Say;
use crate::verdict::{ExitStatus, Trouble};
use crate::world::World;

/// Runs the command.
pub(super) async fn run(args: &UpdateArgs, world: &World, say: Say) -> Result<ExitStatus, Trouble> {
    let key: ReleaseKey = world
        .release_key
        .and_then(|key| key.parse().ok())
        .ok_or(Trouble::NoReleaseKey)?;
    let transport = server(&args.server, world, say)?.ok_or(Trouble::NoServer)?;
    let current = semver::Version::parse(env!("CARGO_PKG_VERSION"))
        .unwrap_or_else(|_| semver::Version::new(0, 0, 0));
    let releases = Releases::new(transport, key, current.clone());
    Ok(match releases.update(args.check).await {
        Ok(updated) => {
            world.screen.say(&say.updated(&updated, &current));
            match updated {
                Updated::Offered(_) => ExitStatus::Incomplete,
                Updated::Latest | Updated::OnlyOlder(_) | Updated::Installed(_) => {
                    ExitStatus::Complete
                }
            }
        }
        Err(why) => {
            let (sentence, hint) = say.not_updated(&why);
            world.screen.say(&term::trouble(&sentence, hint, say));
            ExitStatus::Failed
        }
    })
}
