//! Parses the text of one cell, column by column: the same rules for a file's cells and for an
//! operator's arguments.
//!
//! Every function takes trimmed text (see [`Value::text`]). For empty text the result is empty or
//! `None`, and the caller applies the default. The error is why the text is invalid; for a list,
//! why each of its items is. Nothing here knows the cell's position.

use std::str::FromStr;

use email_address::{EmailAddress, Options};
use hubward_protocol::{AccountId, Region};
use unicode_normalization::UnicodeNormalization;

use super::column::{NAME_LIMIT, TEXT_LIMIT};
use super::{LedgerRefusal, Value};
use crate::account::{AccountState, Language, ReportCadence, Standard};

/// How an account id that was not twelve plain digits was repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// Leading zeros, which Excel removes from numbers, were restored.
    Padded,
    /// Full-width digits were converted.
    FullWidth,
}

/// The account in a cell.
pub fn account_id(value: &Value) -> Result<(AccountId, Option<Repair>), LedgerRefusal> {
    let written = value.text();
    let found = shorten(&written);
    let parsed = |digits: &str| digits.parse::<AccountId>().ok();
    if let Value::Number(_) = value {
        // A fraction, a sign or an exponent leaves other characters than digits in the text.
        return match written.len() {
            12 => parsed(&written).map(|id| (id, None)),
            9..=11 => parsed(&format!("{written:0>12}")).map(|id| (id, Some(Repair::Padded))),
            _ => None,
        }
        .ok_or(LedgerRefusal::AccountIdNumber { found });
    }
    let plain: String = written.nfkc().collect();
    if let Some(id) = parsed(&plain) {
        return Ok((id, (plain != written).then_some(Repair::FullWidth)));
    }
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    let separator = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '-' | '_' | '.' | ',' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}'
            )
    };
    Err(if digits == plain.len() && (9..=11).contains(&digits) {
        LedgerRefusal::AccountIdShort { found }
    } else if digits == 12 && plain.chars().all(|c| c.is_ascii_digit() || separator(c)) {
        LedgerRefusal::AccountIdSeparated { found }
    } else if plain.contains(['e', 'E']) && plain.parse::<f64>().is_ok() {
        LedgerRefusal::AccountIdExponent { found }
    } else {
        LedgerRefusal::AccountIdForm { found }
    })
}

/// A text of one line, such as a project: limited, without control characters.
pub fn line(text: &str) -> Result<(), LedgerRefusal> {
    if text.contains(['\n', '\r', '\t', '\u{85}', '\u{2028}', '\u{2029}']) {
        return Err(LedgerRefusal::LineBreak);
    }
    bounded(text, NAME_LIMIT)
}

/// A text of several lines, such as notes: limited, without control characters except `\n` and tab.
pub fn paragraph(text: &str) -> Result<(), LedgerRefusal> {
    bounded(text, TEXT_LIMIT)
}

/// A header: limited like a name, but it may have line breaks.
pub(super) fn header(text: &str) -> Result<(), LedgerRefusal> {
    bounded(text, NAME_LIMIT)
}

/// The contacts' addresses, separated by `;` (also a full-width one) or a line break.
pub fn contact_emails(text: &str) -> Result<Vec<String>, Vec<LedgerRefusal>> {
    list(text, is_email_separator, email)
}

/// The account's own address: only one.
pub fn account_email(text: &str) -> Result<Option<String>, Vec<LedgerRefusal>> {
    let mut found = list(text, is_email_separator, email)?;
    match found.pop() {
        Some(address) if found.is_empty() => Ok(Some(address)),
        Some(_) => Err(vec![LedgerRefusal::SeveralAccountEmails]),
        None => Ok(None),
    }
}

/// A language's code.
pub fn language(text: &str) -> Result<Option<Language>, LedgerRefusal> {
    word(text, |found| LedgerRefusal::Language { found })
}

/// A report's cadence.
pub fn report(text: &str) -> Result<Option<ReportCadence>, LedgerRefusal> {
    word(text, |found| LedgerRefusal::Report { found })
}

/// An account's state.
pub fn state(text: &str) -> Result<Option<AccountState>, LedgerRefusal> {
    word(text, |found| LedgerRefusal::State { found })
}

/// Regions of the hub, separated by `;`, `,`, `、` or white space. They are sorted as the hub's, so
/// that another order in the cell is not a change.
pub fn regions(text: &str, hub: &[Region]) -> Result<Vec<Region>, Vec<LedgerRefusal>> {
    let named = list(text, is_separator, |item| {
        let region: Region =
            plain(item)
                .parse()
                .ok()
                .ok_or_else(|| LedgerRefusal::RegionUnknown {
                    found: shorten(item),
                })?;
        if hub.contains(&region) {
            Ok(region)
        } else {
            let hub = hub.to_vec();
            Err(LedgerRefusal::RegionNotOfHub { found: region, hub })
        }
    })?;
    Ok(hub
        .iter()
        .filter(|region| named.contains(region))
        .copied()
        .collect())
}

/// Standards as `NAME/v/VERSION`, separated like Regions.
pub fn standards(text: &str) -> Result<Vec<Standard>, Vec<LedgerRefusal>> {
    list(text, is_separator, |item| {
        let written = plain(item);
        written.parse::<Standard>().ok().ok_or_else(|| {
            let found = shorten(item);
            if written.starts_with("arn:") {
                let instead = ["standards/", "ruleset/"]
                    .into_iter()
                    .find_map(|before| written.split_once(before))
                    .and_then(|(_, rest)| rest.parse::<Standard>().ok())
                    .map(String::from);
                LedgerRefusal::StandardArn { found, instead }
            } else {
                LedgerRefusal::StandardForm { found }
            }
        })
    })
}

fn email(text: &str) -> Result<String, LedgerRefusal> {
    // RFC 5321 allows 254 characters for an address between angle brackets.
    let found = || shorten(text);
    if text.len() > 254 {
        return Err(LedgerRefusal::EmailTooLong { found: found() });
    }
    if !text.is_ascii() {
        return Err(LedgerRefusal::EmailNotAscii { found: found() });
    }
    let options = Options::default()
        .with_required_tld()
        .without_domain_literal()
        .without_display_text();
    match EmailAddress::parse_with_options(text, options) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(LedgerRefusal::EmailForm { found: found() }),
    }
}

/// Parses all items, collects all errors, and removes duplicates.
fn list<T: PartialEq>(
    text: &str,
    separator: fn(char) -> bool,
    judge: impl Fn(&str) -> Result<T, LedgerRefusal>,
) -> Result<Vec<T>, Vec<LedgerRefusal>> {
    paragraph(text).map_err(|refusal| vec![refusal])?;
    let mut items = Vec::new();
    let mut refusals = Vec::new();
    for item in text
        .split(separator)
        .map(str::trim)
        .filter(|item| !item.is_empty())
    {
        match judge(item) {
            Ok(item) if items.contains(&item) => {}
            Ok(item) => items.push(item),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if refusals.is_empty() {
        Ok(items)
    } else {
        Err(refusals)
    }
}

fn word<T: FromStr>(
    text: &str,
    refuse: fn(String) -> LedgerRefusal,
) -> Result<Option<T>, LedgerRefusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let found = plain(text).parse().ok();
    found.map(Some).ok_or_else(|| refuse(shorten(text)))
}

fn bounded(text: &str, limit: usize) -> Result<(), LedgerRefusal> {
    let unseen = |c: &char| {
        (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    if let Some(found) = text.chars().find(unseen) {
        return Err(LedgerRefusal::ControlCharacter {
            character: format!("U+{:04X}", u32::from(found)),
        });
    }
    let length = text.chars().count();
    if length > limit {
        return Err(LedgerRefusal::TooLong { length, limit });
    }
    Ok(())
}

fn is_email_separator(c: char) -> bool {
    matches!(c, ';' | '；' | '\n')
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '；' | ',' | '，' | '、')
}

/// Half width and lower case, for the comparison of words.
fn plain(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// The part of a cell that a message shows: enough to find it.
fn shorten(text: &str) -> String {
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(80).collect();
    if text.chars().nth(80).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
