//! What is wrong with a configuration, in sentences.

use rust_i18n::t;

use super::LocalizedMessage;
use crate::config::ConfigProblem;
use hubward_domain::account::Language;
use hubward_domain::address::UnsafeAddress;

/// One problem of a configuration.
pub(crate) fn problem(problem: &ConfigProblem, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    match problem {
        ConfigProblem::Syntax { line, error } => LocalizedMessage::new(
            t!("config.syntax", locale = locale, line = line, error = error),
            t!("config.syntax_hint", locale = locale),
        ),
        ConfigProblem::UnknownKey { key, nearest } => LocalizedMessage::new(
            t!("config.unknown_key", locale = locale, key = key),
            match nearest {
                Some(nearest) => t!(
                    "config.unknown_key_nearest",
                    locale = locale,
                    nearest = nearest
                ),
                None => t!("config.unknown_key_hint", locale = locale),
            },
        ),
        ConfigProblem::Missing { key } => LocalizedMessage::new(
            t!("config.missing", locale = locale, key = key),
            t!(
                "config.missing_hint",
                locale = locale,
                variable = variable(key)
            ),
        ),
        ConfigProblem::Invalid { key, error } => LocalizedMessage::new(
            t!("config.invalid", locale = locale, key = key, error = error),
            "",
        ),
        ConfigProblem::HomeRegionIsOptIn { region } => LocalizedMessage::new(
            t!(
                "config.home_region_is_opt_in",
                locale = locale,
                region = region
            ),
            t!(
                "config.home_region_is_opt_in_hint",
                locale = locale,
                region = region
            ),
        ),
        ConfigProblem::RegionTwice { region } => LocalizedMessage::new(
            t!("config.region_twice", locale = locale, region = region),
            "",
        ),
        ConfigProblem::UnsafeAddress { key, why } => LocalizedMessage::new(
            t!(
                "config.unsafe_address",
                locale = locale,
                key = key,
                why = unsafe_address(*why, language)
            ),
            match why {
                UnsafeAddress::Private => t!("config.why_private_hint", locale = locale),
                UnsafeAddress::RetiredTeamsConnector => {
                    t!("config.why_retired_teams_connector_hint", locale = locale)
                }
                _ => t!("config.unsafe_address_hint", locale = locale),
            },
        ),
        ConfigProblem::ChannelTwice { name } => {
            LocalizedMessage::new(t!("config.channel_twice", locale = locale, name = name), "")
        }
        ConfigProblem::UnknownChannel { key, channel } => LocalizedMessage::new(
            t!(
                "config.unknown_channel",
                locale = locale,
                key = key,
                channel = channel
            ),
            "",
        ),
        ConfigProblem::ChannelNeeds { key, needs } => LocalizedMessage::new(
            t!(
                "config.channel_needs",
                locale = locale,
                key = key,
                needs = needs
            ),
            "",
        ),
        ConfigProblem::Together { missing, set } => LocalizedMessage::new(
            t!(
                "config.together",
                locale = locale,
                missing = missing,
                set = set
            ),
            t!("config.together_hint", locale = locale),
        ),
        ConfigProblem::SecretMissing { key, place } => LocalizedMessage::new(
            t!(
                "config.secret_missing",
                locale = locale,
                key = key,
                place = place
            ),
            t!("config.secret_missing_hint", locale = locale),
        ),
    }
}

/// Why an address is refused, as the end of a sentence.
pub(crate) fn unsafe_address(why: UnsafeAddress, language: Language) -> String {
    let locale = language.as_str();
    match why {
        UnsafeAddress::NotAUrl => t!("config.why_not_a_url", locale = locale),
        UnsafeAddress::NotHttps => t!("config.why_not_https", locale = locale),
        UnsafeAddress::Credentials => t!("config.why_credentials", locale = locale),
        UnsafeAddress::Private => t!("config.why_private", locale = locale),
        UnsafeAddress::RetiredTeamsConnector => {
            t!("config.why_retired_teams_connector", locale = locale)
        }
    }
    .into_owned()
}

/// That nothing is wrong.
pub(crate) fn ok(file: &str, language: Language) -> String {
    t!("config.ok", locale = language.as_str(), file = file).into_owned()
}

fn variable(key: &str) -> String {
    format!("HUBWARD_{}", key.replace('.', "__").to_ascii_uppercase())
}
