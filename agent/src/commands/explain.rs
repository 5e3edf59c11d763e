//! `explain`: why a change is made, what kind of cost it has, how it is done by hand, and where more is
//! read. It asks nobody, and needs neither credentials nor a Region.

use serde::Serialize;

use super::begin::{address, server_argument};
use super::print_json;
use crate::change::Kind;
use crate::cli::ExplainArgs;
use crate::server::Address;
use crate::term;
use crate::text::{self, Lang};
use crate::verdict::{ExitStatus, Trouble};
use crate::world::{self, World};

#[derive(Serialize)]
struct Explained {
    change: &'static str,
    title: String,
    why: String,
    cost: String,
    price_page: Option<String>,
    by_hand: Vec<String>,
    help_page: String,
}

/// Runs the command.
pub(super) fn run(args: &ExplainArgs, world: &World, lang: Lang) -> Result<ExitStatus, Trouble> {
    let address = address(args.server.as_deref(), world)?;
    let guide = address.as_ref().map(Address::guide);
    let guide = guide.as_deref();
    let kinds = args.change.map_or(Kind::ALL.to_vec(), |kind| vec![kind]);
    if args.json {
        let explained = |kind: &Kind| explained(*kind, guide, lang);
        print_json(&kinds.iter().map(explained).collect::<Vec<_>>());
    } else {
        let shown = match args.change {
            Some(kind) => term::explanation(kind, guide, lang),
            None => term::explanations(&server_argument(address.as_ref()), lang),
        };
        world::print(&format!("{shown}\n"));
    }
    Ok(ExitStatus::Complete)
}

fn explained(kind: Kind, guide: Option<&str>, lang: Lang) -> Explained {
    let explanation = text::explanation(kind, lang);
    Explained {
        change: kind.name(),
        title: explanation.title.into_owned(),
        why: explanation.why.into_owned(),
        cost: explanation.cost.into_owned(),
        price_page: explanation.price_page,
        by_hand: explanation.by_hand.lines().map(str::to_owned).collect(),
        help_page: kind.help_page(guide),
    }
}
