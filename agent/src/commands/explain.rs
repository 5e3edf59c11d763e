//! `explain`: why a change is made, what kind of cost it has, and how it is done by hand. It asks
//! nobody, and needs neither credentials nor a Region.

use serde::Serialize;

use super::print_json;
use crate::change::Kind;
use crate::cli::ExplainArgs;
use crate::term;
use crate::text::{self, Lang};
use crate::verdict::ExitStatus;
use crate::world;

#[derive(Serialize)]
struct Explained {
    change: &'static str,
    title: String,
    why: String,
    cost: String,
    price_page: Option<String>,
    by_hand: Vec<String>,
}

/// Runs the command.
pub(super) fn run(args: &ExplainArgs, lang: Lang) -> ExitStatus {
    let kinds = args.change.map_or(Kind::ALL.to_vec(), |kind| vec![kind]);
    if args.json {
        let all: Vec<_> = kinds.iter().map(|kind| explained(*kind, lang)).collect();
        print_json(&all);
    } else {
        let shown = match args.change {
            Some(kind) => term::explanation(kind, lang),
            None => term::explanations(lang),
        };
        world::print(&format!("{shown}\n"));
    }
    ExitStatus::Complete
}

fn explained(kind: Kind, lang: Lang) -> Explained {
    let explanation = text::explanation(kind, lang);
    Explained {
        change: kind.name(),
        title: explanation.title.into_owned(),
        why: explanation.why.into_owned(),
        cost: explanation.cost.into_owned(),
        price_page: explanation.price_page,
        by_hand: explanation.by_hand.lines().map(str::to_owned).collect(),
    }
}
