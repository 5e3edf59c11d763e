//! Messages about problems in a configuration.

use super::LocalizedMessage;
use crate::config::{ConfigProblem, ExpectedValue};
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::address::UnsafeAddress;

/// One problem of a configuration.
pub(crate) fn problem(problem: &ConfigProblem, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match problem {
        ConfigProblem::Syntax { line, error } => {
            LocalizedMessage::new(say.config_syntax(error, line), say.config_syntax_hint())
        }
        ConfigProblem::UnknownKey { key, nearest } => LocalizedMessage::new(
            say.config_unknown_key(key),
            match nearest {
                Some(nearest) => say.config_unknown_key_nearest(nearest),
                None => say.config_unknown_key_hint().to_owned(),
            },
        ),
        ConfigProblem::Missing { key } => LocalizedMessage::new(
            say.config_missing(key),
            say.config_missing_hint(variable(key)),
        ),
        ConfigProblem::Invalid { key, error } => {
            LocalizedMessage::new(say.config_invalid(error, key), "")
        }
        ConfigProblem::NotAllowed { key, expected } => LocalizedMessage::new(
            say.config_invalid(expectation(*expected, key, say), key),
            "",
        ),
        ConfigProblem::HomeRegionIsOptIn { region } => LocalizedMessage::new(
            say.config_home_region_is_opt_in(region),
            say.config_home_region_is_opt_in_hint(region),
        ),
        ConfigProblem::RegionTwice { region } => {
            LocalizedMessage::new(say.config_region_twice(region), "")
        }
        ConfigProblem::UnsafeAddress { key, why } => LocalizedMessage::new(
            say.config_unsafe_address(key, unsafe_address(*why, language)),
            match why {
                UnsafeAddress::Private => say.config_why_private_hint(),
                UnsafeAddress::RetiredTeamsConnector => {
                    say.config_why_retired_teams_connector_hint()
                }
                _ => say.config_unsafe_address_hint(),
            },
        ),
        ConfigProblem::ChannelTwice { name } => {
            LocalizedMessage::new(say.config_channel_twice(name), "")
        }
        ConfigProblem::UnknownChannel { key, channel } => {
            LocalizedMessage::new(say.config_unknown_channel(channel, key), "")
        }
        ConfigProblem::ChannelNeeds { key, needs } => {
            LocalizedMessage::new(say.config_channel_needs(key, needs), "")
        }
        ConfigProblem::Together { missing, set } => LocalizedMessage::new(
            say.config_together(missing, set),
            say.config_together_hint(),
        ),
        ConfigProblem::SecretMissing { key, place } => LocalizedMessage::new(
            say.config_secret_missing(key, place),
            say.config_secret_missing_hint(),
        ),
    }
}

/// Why a URL is rejected, as the end of a sentence.
pub(crate) fn unsafe_address(why: UnsafeAddress, language: Language) -> String {
    Say(language).unsafe_address(why).to_owned()
}

fn expectation(expected: ExpectedValue, key: &str, say: Say) -> String {
    let text = match expected {
        ExpectedValue::Entries => return say.config_expected_entries(key),
        ExpectedValue::Section => return say.config_expected_section(key),
        ExpectedValue::ListenAddress => say.config_expected_listen_address(),
        ExpectedValue::Origin => say.config_expected_origin(),
        ExpectedValue::Network => say.config_expected_network(),
        ExpectedValue::LedgerKey => say.config_expected_ledger_key(),
        ExpectedValue::PositiveDuration => say.config_expected_positive_duration(),
        ExpectedValue::RequestRate => say.config_expected_request_rate(),
        ExpectedValue::TimeZone => say.config_expected_time_zone(),
        ExpectedValue::JiraSite => say.config_expected_jira_site(),
        ExpectedValue::JiraProject => say.config_expected_jira_project(),
        ExpectedValue::RequestedColumn => say.config_expected_requested_column(),
        ExpectedValue::RoomNumber => say.config_expected_room_number(),
        ExpectedValue::FindingTypes => say.config_expected_finding_types(),
    };
    text.to_owned()
}

/// The configuration is valid.
pub(crate) fn ok(file: &str, language: Language) -> String {
    Say(language).config_ok(file)
}

fn variable(key: &str) -> String {
    format!("HUBWARD_{}", key.replace('.', "__").to_ascii_uppercase())
}
