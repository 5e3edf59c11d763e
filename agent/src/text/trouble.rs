//! What keeps a command from beginning, and what helps.

use rust_i18n::t;

use super::{Lang, Text, refused, refused_hint};
use crate::observed::Cause;
use crate::verdict::Trouble;

/// The sentence and the hint.
pub(crate) fn trouble(trouble: &Trouble, lang: Lang) -> (Text, Option<Text>) {
    let locale = lang.code();
    match trouble {
        Trouble::NoRegion => (
            t!("error.no_region", locale = locale),
            Some(t!("error.no_region.hint", locale = locale)),
        ),
        Trouble::UnknownRegion(region) => (
            t!("error.unknown_region", locale = locale, region = region),
            Some(t!("error.no_region.hint", locale = locale)),
        ),
        Trouble::NoAdministrator => (
            t!("error.no_administrator", locale = locale),
            Some(t!("error.no_administrator.hint", locale = locale)),
        ),
        Trouble::BadAdministrator => (
            t!("error.bad_administrator", locale = locale),
            Some(t!("error.no_administrator.hint", locale = locale)),
        ),
        Trouble::NoCredentials(why) => (
            t!("error.no_credentials", locale = locale, why = why),
            Some(t!("error.no_credentials.hint", locale = locale)),
        ),
        Trouble::UnsafeEndpoint(endpoint) => (
            t!(
                "error.unsafe_endpoint",
                locale = locale,
                endpoint = endpoint
            ),
            Some(t!("error.unsafe_endpoint.hint", locale = locale)),
        ),
        Trouble::NoIdentity(refusal) => {
            let hint = match refusal.cause {
                // Before the identity is proved, an unknown key is no matter of Regions.
                Cause::RegionOff => t!("hint.new_credentials", locale = locale),
                _ => refused_hint(refusal, lang),
            };
            (refused(refusal, lang), Some(hint))
        }
        Trouble::BadServer(server) => (
            t!("error.bad_server", locale = locale, server = server),
            Some(t!("error.bad_server.hint", locale = locale)),
        ),
        Trouble::BadCertificates(file) => (
            t!("error.bad_certificates", locale = locale, file = file),
            Some(t!("error.bad_certificates.hint", locale = locale)),
        ),
        Trouble::NoServer => (
            t!("error.no_server", locale = locale),
            Some(t!("error.no_server.hint", locale = locale)),
        ),
        Trouble::NoReleaseKey => (
            t!("error.no_release_key", locale = locale),
            Some(t!("error.no_release_key.hint", locale = locale)),
        ),
        Trouble::CallerIsAdministrator(account) => (
            t!(
                "error.caller_is_administrator",
                locale = locale,
                account = account
            ),
            Some(t!("error.caller_is_administrator.hint", locale = locale)),
        ),
    }
}
