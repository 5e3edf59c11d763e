//! How a refusal of AWS's is said, and who can help.

use hubward_protocol::Region;
use rust_i18n::t;

use super::{Lang, Text};
use crate::observed::{Cause, Denier, Refusal, Usual, usually};

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
    let region = refusal.region;
    match &refusal.cause {
        Cause::Denied { by, action } => {
            let usual = usually(*by, refusal.operation, action);
            denied(*by, usual, action, region, lang)
        }
        Cause::CentrallyManaged => t!("hint.ask_central", locale = locale),
        Cause::RegionOff => t!("hint.token_not_here", locale = locale, region = region),
        Cause::Credentials => t!("hint.new_credentials", locale = locale),
        Cause::Throttled => t!("hint.run_again_later", locale = locale),
        Cause::Quota => t!(
            "hint.raise_quota",
            locale = locale,
            operation = refusal.operation.name,
            region = region
        ),
        Cause::Unreachable => t!("hint.check_network", locale = locale, region = region),
        Cause::Overtaken | Cause::Broken | Cause::Other => t!("hint.run_again", locale = locale),
    }
}

/// Which action is denied, who usually denies it, and whom to ask.
fn denied(by: Denier, usual: Option<Usual>, action: &str, region: Region, lang: Lang) -> Text {
    let locale = lang.code();
    match (by, usual) {
        (Denier::ServiceControlPolicy, Some(Usual::RegionDeny)) => t!(
            "hint.ask_region_deny",
            locale = locale,
            action = action,
            region = region
        ),
        (Denier::ServiceControlPolicy, Some(Usual::ControlTower)) => t!(
            "hint.ask_control_tower_scp",
            locale = locale,
            action = action,
            region = region
        ),
        (Denier::ServiceControlPolicy, _) => {
            t!(
                "hint.ask_scp",
                locale = locale,
                action = action,
                region = region
            )
        }
        (Denier::ExplicitDeny, _) => t!("hint.explicit_deny", locale = locale, action = action),
        (Denier::NothingAllows, Some(Usual::PowerUser)) => {
            t!("hint.power_user", locale = locale, action = action)
        }
        (Denier::NothingAllows, _) => t!("hint.allow_action", locale = locale, action = action),
    }
}
