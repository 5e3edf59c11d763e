//! How a refusal of AWS's is said, and who can help.

use rust_i18n::t;

use super::{Lang, Text};
use crate::observed::{Cause, Denier, Refusal};

/// What was attempted, where, and what AWS answered.
pub(crate) fn refused(refusal: &Refusal, lang: Lang) -> Text {
    let locale = lang.code();
    let (operation, region, code) = (refusal.operation.name, refusal.region, &refusal.code);
    if refusal.cause == Cause::Unreachable {
        let message = &refusal.message;
        t!(
            "refused.unreachable",
            locale = locale,
            operation = operation,
            region = region,
            code = code,
            message = message
        )
    } else if refusal.message.is_empty() {
        t!(
            "refused.bare",
            locale = locale,
            operation = operation,
            region = region,
            code = code
        )
    } else {
        t!(
            "refused.with_message",
            locale = locale,
            operation = operation,
            region = region,
            code = code,
            message = refusal.message
        )
    }
}

/// Who can help against a refusal, and how.
pub(crate) fn refused_hint(refusal: &Refusal, lang: Lang) -> Text {
    let locale = lang.code();
    match &refusal.cause {
        Cause::Denied {
            by: Denier::ServiceControlPolicy,
            action,
        } => t!(
            "hint.ask_scp",
            locale = locale,
            action = action,
            region = refusal.region
        ),
        Cause::Denied {
            by: Denier::ExplicitDeny,
            action,
        } => t!("hint.explicit_deny", locale = locale, action = action),
        Cause::Denied {
            by: Denier::NothingAllows,
            action,
        } => t!("hint.allow_action", locale = locale, action = action),
        Cause::CentrallyManaged => t!("hint.ask_central", locale = locale),
        Cause::RegionOff => t!("hint.enable_region", locale = locale),
        Cause::Credentials => t!("hint.new_credentials", locale = locale),
        Cause::Throttled => t!("hint.run_again_later", locale = locale),
        Cause::Unreachable => t!(
            "hint.check_network",
            locale = locale,
            region = refusal.region
        ),
        Cause::Other => t!("hint.run_again", locale = locale),
    }
}
