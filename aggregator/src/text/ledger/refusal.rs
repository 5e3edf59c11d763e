//! Why a cell is rejected.

use std::fmt::Display;

use super::LocalizedMessage;
use crate::say::Say;
use hubward_domain::account::{AccountState, Language, ReportCadence};
use hubward_domain::ledger::LedgerRefusal;
use hubward_domain::word::words;

/// The sentence about one cell; `header` is its column's text in the file, and `at` the cell's position.
pub(super) fn refusal(
    at: &dyn Display,
    header: &str,
    refusal: &LedgerRefusal,
    language: Language,
) -> LocalizedMessage {
    let say = Say(language);
    match refusal {
        LedgerRefusal::AccountIdNumber { found } => LocalizedMessage::new(
            say.ledger_account_id_number(at, found),
            say.ledger_account_id_number_hint(),
        ),
        LedgerRefusal::AccountIdShort { found } => LocalizedMessage::new(
            say.ledger_account_id_short(at, found),
            say.ledger_account_id_short_hint(),
        ),
        LedgerRefusal::AccountIdSeparated { found } => LocalizedMessage::new(
            say.ledger_account_id_separated(at, found),
            say.ledger_account_id_separated_hint(),
        ),
        LedgerRefusal::AccountIdExponent { found } => LocalizedMessage::new(
            say.ledger_account_id_exponent(at, found),
            say.ledger_account_id_exponent_hint(),
        ),
        LedgerRefusal::AccountIdForm { found } => LocalizedMessage::new(
            say.ledger_account_id_form(at, found),
            say.ledger_account_id_form_hint(),
        ),
        LedgerRefusal::EmailForm { found } => LocalizedMessage::new(
            say.ledger_email_form(at, found),
            say.ledger_email_form_hint(),
        ),
        LedgerRefusal::EmailNotAscii { found } => LocalizedMessage::new(
            say.ledger_email_not_ascii(at, found),
            say.ledger_email_not_ascii_hint(),
        ),
        LedgerRefusal::EmailTooLong { found } => LocalizedMessage::new(
            say.ledger_email_too_long(at, found),
            say.ledger_email_too_long_hint(),
        ),
        LedgerRefusal::SeveralAccountEmails => LocalizedMessage::new(
            say.ledger_several_account_emails(at, header),
            say.ledger_several_account_emails_hint(),
        ),
        LedgerRefusal::Language { found } => LocalizedMessage::new(
            say.ledger_language(at, found),
            say.ledger_language_hint(words::<Language>().join(", ")),
        ),
        LedgerRefusal::RegionUnknown { found } => LocalizedMessage::new(
            say.ledger_region_unknown(at, found),
            say.ledger_region_unknown_hint(),
        ),
        LedgerRefusal::RegionNotOfHub { found, hub } => LocalizedMessage::new(
            say.ledger_region_not_of_hub(at, found),
            say.ledger_region_not_of_hub_hint(
                hub.iter()
                    .map(|region| region.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            ),
        ),
        LedgerRefusal::StandardArn { found, instead } => LocalizedMessage::new(
            say.ledger_standard_arn(at, found),
            match instead {
                Some(instead) => say.ledger_standard_arn_instead_hint(instead),
                None => say.ledger_standard_arn_hint().to_owned(),
            },
        ),
        LedgerRefusal::StandardForm { found } => LocalizedMessage::new(
            say.ledger_standard_form(at, found),
            say.ledger_standard_form_hint(),
        ),
        LedgerRefusal::Report { found } => LocalizedMessage::new(
            say.ledger_report(at, found),
            say.ledger_report_hint(words::<ReportCadence>().join(", ")),
        ),
        LedgerRefusal::State { found } => LocalizedMessage::new(
            say.ledger_state(at, found),
            say.ledger_state_hint(words::<AccountState>().join(", ")),
        ),
        LedgerRefusal::LineBreak => LocalizedMessage::new(
            say.ledger_line_break(at, header),
            say.ledger_line_break_hint(),
        ),
        LedgerRefusal::ControlCharacter { character } => LocalizedMessage::new(
            say.ledger_control_character(at, character, header),
            say.ledger_control_character_hint(),
        ),
        LedgerRefusal::TooLong { length, limit } => LocalizedMessage::new(
            say.ledger_too_long(at, header, length, limit),
            say.ledger_too_long_hint(),
        ),
    }
}
