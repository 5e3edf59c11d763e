//! The layout of a plan's costs, of explanations, and of the undo script.

use hubward_protocol::{AccountId, Region};

use super::wrap::wrap;
use crate::change::{ChangeKind, Cost, Topic};
use crate::observed::AwsError;
use crate::plan::undo::Created;
use crate::text::Say;

/// The costs of the planned changes: those by usage with their price pages, then the free ones.
pub(super) fn costs(planned: &[(ChangeKind, Vec<Region>)], server: &str, say: Say) -> Vec<String> {
    let mut lines = wrap(say.explain_costs(), 0);
    let mut free = Vec::new();
    for (kind, regions) in planned {
        if kind.cost() == Cost::Free {
            free.push(*kind);
            continue;
        }
        let words = say.costs_of(*kind, regions.len());
        lines.extend(wrap(&format!("  {words}"), 4));
        let page = say.explanation((*kind).into()).price_page;
        lines.extend(page.map(|page| format!("    {page}")));
    }
    if !free.is_empty() {
        let words = say.costs_nothing(&free);
        lines.extend(wrap(&format!("  {words}"), 4));
    }
    lines.extend(wrap(&say.explain_more(server), 2));
    lines
}

/// The explanation of a change; `guide` is the address of the server's guide.
pub(crate) fn explanation(topic: Topic, guide: Option<&str>, say: Say) -> String {
    let explained = say.explanation(topic);
    let mut lines = wrap(&format!("{}: {}", topic.name(), explained.title), 2);
    lines.push(String::new());
    lines.extend(wrap(&format!("{} {}", say.explain_why(), explained.why), 2));
    lines.push(String::new());
    lines.extend(wrap(
        &format!("{} {}", say.explain_cost(), explained.cost),
        2,
    ));
    lines.extend(explained.price_page.map(|page| format!("  {page}")));
    lines.push(String::new());
    lines.push(say.explain_by_hand().to_owned());
    for step in explained.by_hand.lines() {
        lines.extend(wrap(&format!("  {step}"), 5));
    }
    lines.push(String::new());
    lines.push(say.explain_read_on().to_owned());
    lines.push(format!("  {}", topic.help_page(guide)));
    lines.join("\n")
}

/// The list of all changes, each with its title.
pub(crate) fn explanations(server: &str, say: Say) -> String {
    let mut lines = Vec::new();
    for topic in Topic::all() {
        lines.push(topic.name().to_owned());
        let title = say.explanation(topic).title;
        lines.extend(wrap(&format!("  {title}"), 2));
    }
    lines.push(String::new());
    lines.extend(wrap(&say.explain_more(server), 2));
    lines.join("\n")
}

/// The undo script: commands, with everything else as comments.
pub(crate) fn undo(
    account: &AccountId,
    regions: usize,
    found: &[(Region, Created)],
    unread: &[AwsError],
    say: Say,
) -> String {
    let mut lines = Vec::new();
    let comment = |words: &str, lines: &mut Vec<String>| {
        lines.extend(wrap(&format!("# {words}"), 0).into_iter().enumerate().map(
            |(number, line)| match number {
                0 => line,
                _ => format!("# {}", line.trim_start()),
            },
        ));
    };
    comment(
        &say.undo_intro(account, regions, found.is_empty()),
        &mut lines,
    );
    for (region, created) in found {
        lines.push(String::new());
        comment(&say.created(*region, created), &mut lines);
        lines.extend(created.commands(*region));
    }
    if !found.is_empty() {
        lines.push(String::new());
        comment(say.undo_standards(), &mut lines);
        comment(say.undo_role(), &mut lines);
        lines.push(
            "# aws iam delete-service-linked-role --role-name AWSServiceRoleForConfig".to_owned(),
        );
    }
    for error in unread {
        lines.push(String::new());
        comment(&say.aws_error(error), &mut lines);
        let hint = say.aws_error_hint(error);
        comment(&format!("{} {hint}", say.word_hint()), &mut lines);
    }
    lines.join("\n")
}
