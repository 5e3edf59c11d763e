//! The guide's Markdown (paragraphs, lists, code, bold, links): as plain text, as HTML, and its
//! errors.
//!
//! Raw HTML is never passed on, and links lead only to https or to another entry.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use strum::VariantArray;

use super::field::FieldKind;
use super::problem::Fault;

/// Another entry that a text links to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub kind: FieldKind,
    /// The control's id, or the family's name.
    pub key: String,
}

impl Target {
    /// Parses a link such as `S3.1.md` or `../threats/AttackSequence.md`. Without a directory it
    /// refers to an entry of the kind `from`.
    pub(super) fn of(link: &str, from: FieldKind) -> Option<Self> {
        let named = FieldKind::VARIANTS.iter().copied().find_map(|kind| {
            let rest = link.strip_prefix("../")?.strip_prefix(kind.folder())?;
            Some((kind, rest.strip_prefix('/')?))
        });
        let (kind, file) = named.unwrap_or((from, link));
        let key = file.strip_suffix(".md")?;
        is_key(key).then(|| Self {
            kind,
            key: key.to_owned(),
        })
    }
}

/// Whether a text can be an entry's key, and so its file name.
pub(super) fn is_key(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-' || c == '_';
    (1..=80).contains(&text.len())
        && text.chars().all(plain)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

fn events(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::empty())
}

/// Whether a line starts or ends a code block.
pub(super) fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```")
}

/// The parts of a text that are not allowed.
pub(super) fn faults(text: &str, kind: FieldKind) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut code = false;
    for line in text.lines() {
        if is_fence(line) {
            code = !code;
        } else if !code && (line.starts_with("# ") || line.starts_with("## ")) {
            faults.push(Fault::Markup { what: "heading" });
        }
    }
    if code {
        faults.push(Fault::OpenCode);
    }
    for event in events(text) {
        let what = match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                if !is_https(&dest_url) && Target::of(&dest_url, kind).is_none() {
                    let to = dest_url.chars().take(120).collect();
                    faults.push(Fault::Link { to });
                }
                continue;
            }
            Event::Start(Tag::Heading { .. }) => "heading",
            Event::Start(Tag::Image { .. }) => "image",
            Event::Start(Tag::BlockQuote(_)) => "quotation",
            Event::Start(Tag::HtmlBlock) | Event::Html(_) | Event::InlineHtml(_) => "HTML",
            Event::Rule => "line",
            _ => continue,
        };
        faults.push(Fault::Markup { what });
    }
    faults.dedup();
    faults
}

/// The entries that a text links to.
pub(super) fn targets(text: &str, kind: FieldKind) -> Vec<Target> {
    events(text)
        .filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. }) => Target::of(&dest_url, kind),
            _ => None,
        })
        .collect()
}

/// Whether a link to another site is allowed.
pub(super) fn is_https(link: &str) -> bool {
    let safe = |c: char| !c.is_control() && !c.is_whitespace();
    link.chars().all(safe)
        && url::Url::parse(link)
            .is_ok_and(|url| url.scheme() == "https" && url.host_str().is_some())
}

/// The text without markup: a line for each paragraph and list item, with URLs in parentheses after
/// their texts.
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut lists: Vec<Option<u64>> = Vec::new();
    let mut address: Option<(String, usize)> = None;
    let mut item_begins = false;
    for event in events(text) {
        match event {
            Event::Start(Tag::List(first)) => lists.push(first),
            Event::End(TagEnd::List(_)) => {
                lists.pop();
            }
            Event::Start(Tag::Item) => {
                new_line(&mut out);
                out.push_str(&"  ".repeat(lists.len().saturating_sub(1)));
                match lists.last_mut() {
                    Some(Some(number)) => {
                        out.push_str(&format!("{number}. "));
                        *number = number.saturating_add(1);
                    }
                    _ => out.push_str("- "),
                }
                item_begins = true;
            }
            Event::Start(Tag::Paragraph | Tag::CodeBlock(_)) => {
                if !item_begins {
                    new_line(&mut out);
                }
                item_begins = false;
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                address = is_https(&dest_url).then(|| (dest_url.to_string(), out.len()));
            }
            Event::End(TagEnd::Link) => {
                if let Some((to, start)) = address.take()
                    && out.get(start..) != Some(to.as_str())
                {
                    out.push_str(&format!(" ({to})"));
                }
            }
            Event::Text(text) | Event::Code(text) => {
                item_begins = false;
                out.push_str(&text);
            }
            // Japanese lines are joined without a space.
            Event::SoftBreak if out.ends_with(|c: char| !c.is_ascii()) => {}
            Event::SoftBreak => out.push(' '),
            Event::HardBreak => out.push('\n'),
            _ => {}
        }
    }
    out.trim().to_owned()
}

fn new_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// The items of the text's numbered list, each as plain text without its number.
pub(super) fn steps(text: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let mut steps = Vec::new();
    for (event, range) in events(text).into_offset_iter() {
        match event {
            Event::Start(Tag::List(first)) if depth > 0 || first.is_some() => depth += 1,
            Event::End(TagEnd::List(_)) => depth = depth.saturating_sub(1),
            Event::Start(Tag::Item) if depth == 1 => {
                let item = plain(text.get(range).unwrap_or_default());
                let (_, step) = item.split_once(". ").unwrap_or_default();
                steps.push(step.to_owned());
            }
            _ => {}
        }
    }
    steps
}

/// The number of top-level blocks.
pub(super) fn blocks(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut blocks = 0;
    for event in events(text) {
        match event {
            Event::Start(_) => {
                blocks += usize::from(depth == 0);
                depth += 1;
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    blocks
}

/// The text as HTML; `address` returns the URL of another entry's page.
pub fn html(text: &str, kind: FieldKind, address: impl Fn(&Target) -> String) -> String {
    let mut out = String::new();
    let kept = events(text).filter_map(|event| match event {
        Event::Html(_) | Event::InlineHtml(_) => None,
        Event::Start(Tag::Image { .. } | Tag::HtmlBlock)
        | Event::End(TagEnd::Image | TagEnd::HtmlBlock) => None,
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            id,
            ..
        }) => {
            let to = match Target::of(&dest_url, kind) {
                Some(target) => address(&target),
                None if is_https(&dest_url) => dest_url.to_string(),
                None => String::new(),
            };
            Some(Event::Start(Tag::Link {
                link_type,
                dest_url: to.into(),
                title: "".into(),
                id,
            }))
        }
        other => Some(other),
    });
    pulldown_cmark::html::push_html(&mut out, kept);
    out
}
