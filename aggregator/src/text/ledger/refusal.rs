//! Why one cell is refused, in sentences.

use std::fmt::Display;

use rust_i18n::t;

use super::LocalizedMessage;
use hubward_domain::account::{AccountState, Language, ReportCadence};
use hubward_domain::ledger::LedgerRefusal;

/// The sentence about one cell; `header` is its column's, as the file has it, and `at` is where it stands.
pub(super) fn refusal(
    at: &dyn Display,
    header: &str,
    refusal: &LedgerRefusal,
    language: Language,
) -> LocalizedMessage {
    let locale = language.as_str();
    match refusal {
        LedgerRefusal::AccountIdNumber { found } => LocalizedMessage::new(
            t!(
                "ledger.account_id_number",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.account_id_number_hint", locale = locale),
        ),
        LedgerRefusal::AccountIdShort { found } => LocalizedMessage::new(
            t!(
                "ledger.account_id_short",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.account_id_short_hint", locale = locale),
        ),
        LedgerRefusal::AccountIdSeparated { found } => LocalizedMessage::new(
            t!(
                "ledger.account_id_separated",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.account_id_separated_hint", locale = locale),
        ),
        LedgerRefusal::AccountIdExponent { found } => LocalizedMessage::new(
            t!(
                "ledger.account_id_exponent",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.account_id_exponent_hint", locale = locale),
        ),
        LedgerRefusal::AccountIdForm { found } => LocalizedMessage::new(
            t!(
                "ledger.account_id_form",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.account_id_form_hint", locale = locale),
        ),
        LedgerRefusal::EmailForm { found } => LocalizedMessage::new(
            t!("ledger.email_form", locale = locale, at = at, found = found),
            t!("ledger.email_form_hint", locale = locale),
        ),
        LedgerRefusal::EmailNotAscii { found } => LocalizedMessage::new(
            t!(
                "ledger.email_not_ascii",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.email_not_ascii_hint", locale = locale),
        ),
        LedgerRefusal::EmailTooLong { found } => LocalizedMessage::new(
            t!(
                "ledger.email_too_long",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.email_too_long_hint", locale = locale),
        ),
        LedgerRefusal::SeveralAccountEmails => LocalizedMessage::new(
            t!(
                "ledger.several_account_emails",
                locale = locale,
                at = at,
                header = header
            ),
            t!("ledger.several_account_emails_hint", locale = locale),
        ),
        LedgerRefusal::Language { found } => LocalizedMessage::new(
            t!("ledger.language", locale = locale, at = at, found = found),
            t!(
                "ledger.language_hint",
                locale = locale,
                allowed = words(&Language::ALL.map(Language::as_str))
            ),
        ),
        LedgerRefusal::RegionUnknown { found } => LocalizedMessage::new(
            t!(
                "ledger.region_unknown",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.region_unknown_hint", locale = locale),
        ),
        LedgerRefusal::RegionNotOfHub { found, hub } => LocalizedMessage::new(
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
        LedgerRefusal::StandardArn { found, instead } => LocalizedMessage::new(
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
        LedgerRefusal::StandardForm { found } => LocalizedMessage::new(
            t!(
                "ledger.standard_form",
                locale = locale,
                at = at,
                found = found
            ),
            t!("ledger.standard_form_hint", locale = locale),
        ),
        LedgerRefusal::Report { found } => LocalizedMessage::new(
            t!("ledger.report", locale = locale, at = at, found = found),
            t!(
                "ledger.report_hint",
                locale = locale,
                allowed = words(&ReportCadence::ALL.map(ReportCadence::as_str))
            ),
        ),
        LedgerRefusal::State { found } => LocalizedMessage::new(
            t!("ledger.state", locale = locale, at = at, found = found),
            t!(
                "ledger.state_hint",
                locale = locale,
                allowed = words(&AccountState::ALL.map(AccountState::as_str))
            ),
        ),
        LedgerRefusal::LineBreak => LocalizedMessage::new(
            t!(
                "ledger.line_break",
                locale = locale,
                at = at,
                header = header
            ),
            t!("ledger.line_break_hint", locale = locale),
        ),
        LedgerRefusal::ControlCharacter { character } => LocalizedMessage::new(
            t!(
                "ledger.control_character",
                locale = locale,
                at = at,
                header = header,
                character = character
            ),
            t!("ledger.control_character_hint", locale = locale),
        ),
        LedgerRefusal::TooLong { length, limit } => LocalizedMessage::new(
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
