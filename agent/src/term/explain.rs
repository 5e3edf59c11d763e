//! What a plan costs, a change explained, and what can be taken back, as lines.

use hubward_protocol::{AccountId, Region};

use super::wrap::wrap;
use crate::change::{Cost, Kind};
use crate::observed::Refusal;
use crate::plan::undo::Created;
use crate::text::{self, Lang};

/// What would be changed costs this: what costs by use with its page of prices, then what is free.
pub(super) fn costs(planned: &[(Kind, Vec<Region>)], server: &str, lang: Lang) -> Vec<String> {
    let mut lines = wrap(&text::costs(lang), 0);
    let mut free = Vec::new();
    for (kind, regions) in planned {
        if kind.cost() == Cost::Free {
            free.push(*kind);
            continue;
        }
        let words = text::costs_of(*kind, regions.len(), lang);
        lines.extend(wrap(&format!("  {words}"), 4));
        let page = text::explanation(*kind, lang).price_page;
        lines.extend(page.map(|page| format!("    {page}")));
    }
    if !free.is_empty() {
        let words = text::costs_nothing(&free, lang);
        lines.extend(wrap(&format!("  {words}"), 4));
    }
    lines.extend(wrap(&text::explained_by(server, lang), 2));
    lines
}

/// One change, explained; `guide` is the first page of the server's guide.
pub(crate) fn explanation(kind: Kind, guide: Option<&str>, lang: Lang) -> String {
    let explained = text::explanation(kind, lang);
    let [why, cost, by_hand, read_on] = text::explanation_heads(lang);
    let mut lines = wrap(&format!("{}: {}", kind.name(), explained.title), 2);
    lines.push(String::new());
    lines.extend(wrap(&format!("{why} {}", explained.why), 2));
    lines.push(String::new());
    lines.extend(wrap(&format!("{cost} {}", explained.cost), 2));
    lines.extend(explained.price_page.map(|page| format!("  {page}")));
    lines.push(String::new());
    lines.push(by_hand.into_owned());
    for step in explained.by_hand.lines() {
        lines.extend(wrap(&format!("  {step}"), 5));
    }
    lines.push(String::new());
    lines.push(read_on.into_owned());
    lines.push(format!("  {}", kind.help_page(guide)));
    lines.join("\n")
}

/// Every change by its name, in a line or two.
pub(crate) fn explanations(server: &str, lang: Lang) -> String {
    let mut lines = Vec::new();
    for kind in Kind::ALL {
        lines.push(kind.name().to_owned());
        let title = text::explanation(kind, lang).title;
        lines.extend(wrap(&format!("  {title}"), 2));
    }
    lines.push(String::new());
    lines.extend(wrap(&text::explained_by(server, lang), 2));
    lines.join("\n")
}

/// What can be taken back, as a script that only says so: every line that does nothing is a comment.
pub(crate) fn undo(
    account: &AccountId,
    regions: usize,
    found: &[(Region, Created)],
    unread: &[Refusal],
    lang: Lang,
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
        &text::undo_heading(account, regions, found.is_empty(), lang),
        &mut lines,
    );
    for (region, created) in found {
        lines.push(String::new());
        comment(&text::created(*region, created, lang), &mut lines);
        lines.extend(created.commands(*region));
    }
    if !found.is_empty() {
        let [standards, role] = text::untagged(lang);
        lines.push(String::new());
        comment(&standards, &mut lines);
        comment(&role, &mut lines);
        lines.push(
            "# aws iam delete-service-linked-role --role-name AWSServiceRoleForConfig".to_owned(),
        );
    }
    for refusal in unread {
        lines.push(String::new());
        comment(&text::refused(refusal, lang), &mut lines);
        let hint = text::refused_hint(refusal, lang);
        comment(&format!("{} {hint}", text::hint_word(lang)), &mut lines);
    }
    lines.join("\n")
}
