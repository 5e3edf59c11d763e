//! How the server's faults are said, each in one line, and how an update went.

use rust_i18n::t;
use semver::Version;

use super::{Lang, Text};
use crate::server::{Fault, NotUpdated, Updated};

/// What is wrong with the server, and that the work goes on.
pub(crate) fn server_fault(server: &str, fault: &Fault, lang: Lang) -> Text {
    let locale = lang.code();
    let why = match fault {
        Fault::Unreachable(why) => t!("fault.unreachable", locale = locale, why = why),
        Fault::TooSlow => t!("fault.too_slow", locale = locale),
        Fault::Redirects => t!("fault.redirects", locale = locale),
        Fault::TooLarge => t!("fault.too_large", locale = locale),
        Fault::Refuses {
            status,
            error,
            hint,
        } if hint.is_empty() => {
            t!(
                "fault.refuses",
                locale = locale,
                status = status,
                error = error
            )
        }
        Fault::Refuses {
            status,
            error,
            hint,
        } => t!(
            "fault.refuses_with_hint",
            locale = locale,
            status = status,
            error = error,
            hint = hint
        ),
        Fault::Unreadable => t!("fault.unreadable", locale = locale),
        Fault::OtherServer(named) => t!("fault.other_server", locale = locale, named = named),
        Fault::OtherAccount(account) => {
            t!("fault.other_account", locale = locale, account = account)
        }
        Fault::OtherAdministrator(administrator) => t!(
            "fault.other_administrator",
            locale = locale,
            administrator = administrator
        ),
        Fault::Unsigned(why) => t!("fault.unsigned", locale = locale, why = why),
    };
    t!("fault.said", locale = locale, server = server, why = why)
}

/// How a look for an update ended.
pub(crate) fn updated(updated: &Updated, current: &Version, lang: Lang) -> Text {
    let locale = lang.code();
    match updated {
        Updated::Latest => t!("update.latest", locale = locale, current = current),
        Updated::OnlyOlder(version) => t!(
            "update.only_older",
            locale = locale,
            version = version,
            current = current
        ),
        Updated::Offered(version) => t!(
            "update.offered",
            locale = locale,
            version = version,
            current = current
        ),
        Updated::Installed(version) => t!(
            "update.installed",
            locale = locale,
            version = version,
            current = current
        ),
    }
}

/// Why nothing was updated, and what helps.
pub(crate) fn not_updated(why: &NotUpdated, lang: Lang) -> (Text, Text) {
    let locale = lang.code();
    match why {
        NotUpdated::Unavailable(why) => (
            t!("update.unavailable", locale = locale, why = why),
            t!("update.unavailable.hint", locale = locale),
        ),
        NotUpdated::NoFile(name) => (
            t!("update.no_file", locale = locale, name = name),
            t!("update.tell_the_soc.hint", locale = locale),
        ),
        NotUpdated::WrongHash => (
            t!("update.wrong_hash", locale = locale),
            t!("update.tell_the_soc.hint", locale = locale),
        ),
        NotUpdated::WrongSignature => (
            t!("update.wrong_signature", locale = locale),
            t!("update.tell_the_soc.hint", locale = locale),
        ),
        NotUpdated::NotReplaced(why) => (
            t!("update.not_replaced", locale = locale, why = why),
            t!("update.not_replaced.hint", locale = locale),
        ),
    }
}
