//! `explain`: why a change is made, what it costs, how it is done by hand, and where to read more. It makes
//! no request, and needs neither credentials nor a Region.

use serde::Serialize;

use super::context::{address, server_argument};
use super::print_json;
use crate::change::Topic;
use crate::cli::ExplainArgs;
use crate::server::Address;
use crate::term;
use crate::text::Say;
use crate::verdict::{CommandError, ExitStatus};
use crate::world::{self, World};

#[derive(Serialize)]
struct Explained {
    change: &'static str,
    title: &'static str,
    why: &'static str,
    cost: &'static str,
    price_page: Option<String>,
    by_hand: Vec<&'static str>,
    help_page: String,
}

pub(super) fn run(args: &ExplainArgs, world: &World, say: Say) -> Result<ExitStatus, CommandError> {
    let address = address(args.server.as_deref(), world)?;
    let guide = address.as_ref().map(Address::guide);
    let guide = guide.as_deref();
    if args.json {
        let topics = match args.change {
            Some(topic) => vec![topic],
            None => Topic::all().collect(),
        };
        let explained = |topic: &Topic| explained(*topic, guide, say);
        print_json(&topics.iter().map(explained).collect::<Vec<_>>());
    } else {
        let text = match args.change {
            Some(topic) => term::explanation(topic, guide, say),
            None => term::explanations(&server_argument(address.as_ref()), say),
        };
        world::print(&format!("{text}\n"));
    }
    Ok(ExitStatus::Complete)
}

fn explained(topic: Topic, guide: Option<&str>, say: Say) -> Explained {
    let explanation = say.explanation(topic);
    Explained {
        change: topic.name(),
        title: explanation.title,
        why: explanation.why,
        cost: explanation.cost,
        price_page: explanation.price_page,
        by_hand: explanation.by_hand.lines().collect(),
        help_page: topic.help_page(guide),
    }
}
