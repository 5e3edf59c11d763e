//! Why one cell is refused, in sentences.

use std::fmt::Display;

use rust_i18n::t;

use super::Message;
use hubward_domain::account::{AccountState, Language, ReportCadence};
use hubward_domain::ledger::Refusal;

/// The sentence about one cell; `header` is its column's, as the file has it, and `at` is where it stands.
pub(super) fn refusal(
    at: &dyn Display,
    header: &str,
    refusal: &Refusal,
    language: Language,
) -> Message {
    let locale = language.as_str();
    match refusal {
        Refusal::AccountIdNumber { found } => Message::new(
            t!(
                "ledger.account_id_number",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.account_id_number_hint", locale = locale),
        ),
        Refusal::AccountIdShort { found } => Message::new(
            t!(
                "ledger.account_id_short",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.account_id_short_hint", locale = locale),
        ),
        Refusal::AccountIdSeparated { found } => Message::new(
            t!(
                "ledger.account_id_separated",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.account_id_separated_hint", locale = locale),
        ),
        Refusal::AccountIdExponent { found } => Message::new(
            t!(
                "ledger.account_id_exponent",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.account_id_exponent_hint", locale = locale),
        ),
        Refusal::AccountIdForm { found } => Message::new(
            t!(
                "ledger.account_id_form",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.account_id_form_hint", locale = locale),
        ),
        Refusal::EmailForm { found } => Message::new(
            t!("ledger.email_form", locale = locale, at = at, found = found),
            t!("ledger.email_form_hint", locale = locale),
        ),
        Refusal::EmailNotAscii { found } => Message::new(
            t!(
                "ledger.email_not_ascii",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.email_not_ascii_hint", locale = locale),
        ),
        Refusal::EmailTooLong { found } => Message::new(
            t!(
                "ledger.email_too_long",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.email_too_long_hint", locale = locale),
        ),
        Refusal::SeveralAccountEmails => Message::new(
            t!(
                "ledger.several_account_emails",
                locale = locale,
                at = at,
                header = header
            ),
            t!("ledger.several_account_emails_hint", locale = locale),
        ),
        Refusal::Language { found } => Message::new(
            t!("ledger.language", locale = locale, at = at, found = found),
            t!(
                "ledger.language_hint",
                locale = locale,
                allowed = words(&Language::ALL.map(Language::as_str))
            ),
        ),
        Refusal::RegionUnknown { found } => Message::new(
            t!(
                "ledger.region_unknown",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.region_unknown_hint", locale = locale),
        ),
        Refusal::RegionNotOfHub { found, hub } => Message::new(
            t!(
                "ledger.region_not_of_hub",
                locale = locale,
                at = at,
                found = found
            ),
            t!(
                "ledger.region_not_of_hub_hint",
                locale = locale,
                hub = words(&hub.iter().map(|region| region.as_str()).collect::<Vec<_>>())
            ),
        ),
        Refusal::StandardArn { found, instead } => Message::new(
            t!(
                "ledger.standard_arn",
                locale = locale,
                at = at,
                found = found
            ),
            match instead {
                Some(instead) => t!(
                    "ledger.standard_arn_instead_hint",
                    locale = locale,
                    instead = instead
                ),
                None => t!("ledger.standard_arn_hint", locale = locale),
            },
        ),
        Refusal::StandardForm { found } => Message::new(
            t!(
                "ledger.standard_form",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.standard_form_hint", locale = locale),
        ),
        Refusal::Report { found } => Message::new(
            t!("ledger.report", locale = locale, at = at, found = found),
            t!(
                "ledger.report_hint",
                locale = locale,
                allowed = words(&ReportCadence::ALL.map(ReportCadence::as_str))
            ),
        ),
        Refusal::State { found } => Message::new(
            t!("ledger.state", locale = locale, at = at, found = found),
            t!(
                "ledger.state_hint",
                locale = locale,
                allowed = words(&AccountState::ALL.map(AccountState::as_str))
            ),
        ),
        Refusal::LineBreak => Message::new(
            t!(
                "ledger.line_break",
                locale = locale,
                at = at,
                header = header
            ),
            t!("ledger.line_break_hint", locale = locale),
        ),
        Refusal::ControlCharacter { character } => Message::new(
            t!(
                "ledger.control_character",
                locale = locale,
                at = at,
                header = header,
                character = character
            ),
            t!("ledger.control_character_hint", locale = locale),
        ),
        Refusal::TooLong { length, limit } => Message::new(
            t!(
                "ledger.too_long",
                locale = locale,
                at = at,
                header = header,
                length = length,
                limit = limit
            ),
            t!("ledger.too_long_hint", locale = locale),
        ),
    }
}

fn words(words: &[&str]) -> String {
    words.join(", ")
}
