//! Texts about silences: what one covers, and why one was not created.

use super::LocalizedMessage;
use crate::queries::silence::Silenced;
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::silence::{Matcher, NotSilenced};

/// The most alerts that are named.
const NAMED: usize = 10;

/// What a silence covers, such as `type Recon:*, project 受注`.
pub(crate) fn matcher(matcher: &Matcher, language: Language) -> String {
    let say = Say(language);
    let parts = [
        (say.channel_type(), matcher.kind.clone()),
        (
            say.channel_account(),
            matcher.account.as_ref().map(ToString::to_string),
        ),
        (say.channel_project(), matcher.project.clone()),
        (say.table_environment(), matcher.environment.clone()),
        (
            say.channel_region(),
            matcher.region.map(|region| region.to_string()),
        ),
    ];
    let mut texts: Vec<String> = parts
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name} {}", value?)))
        .collect();
    if matcher.critical {
        texts.push(say.silence_critical_too().to_owned());
    }
    texts.join(", ")
}

/// Whether a silence is active.
pub(crate) fn state(holds: bool, language: Language) -> String {
    let say = Say(language);
    if holds {
        say.silence_holds()
    } else {
        say.silence_over()
    }
    .to_owned()
}

/// The effects and limits of a new silence.
pub(crate) fn made(made: &Silenced, language: Language) -> Vec<String> {
    let say = Say(language);
    let silence = &made.silence;
    let mut lines = vec![
        say.silence_made(matcher(&silence.matcher, language), silence.until),
        covers_now(made, language),
    ];
    lines.extend(made.covers.iter().take(NAMED).map(|alert| {
        format!(
            "  {} {} {} {} {}",
            alert.id, alert.severity, alert.account_id, alert.region, alert.title
        )
    }));
    if made.left_out > 0 {
        lines.push(say.silence_left_out(made.left_out));
    } else if !silence.matcher.critical {
        lines.push(say.silence_not_critical().to_owned());
    }
    lines
}

/// The number of open alerts that a silence covers.
pub(crate) fn covers_now(made: &Silenced, language: Language) -> String {
    let count = made.covers.len();
    Say(language).silence_covers_now(count)
}

/// The number of open critical alerts that match but are exempt.
pub(crate) fn exempt_critical(made: &Silenced, language: Language) -> String {
    Say(language).silence_still_notifying(made.left_out)
}

/// There is no active silence with this id.
pub(crate) fn unknown(id: &str, language: Language) -> LocalizedMessage {
    let say = Say(language);
    LocalizedMessage::new(say.silence_unknown(id), say.silence_unknown_hint())
}

/// Why a silence was not created, and what to do.
pub(crate) fn not_silenced(why: &NotSilenced, language: Language) -> LocalizedMessage {
    let say = Say(language);
    match why {
        NotSilenced::Everything => {
            LocalizedMessage::new(say.silence_everything(), say.silence_everything_hint())
        }
        NotSilenced::Pattern(pattern) => {
            LocalizedMessage::new(say.silence_pattern(pattern), say.silence_pattern_hint())
        }
        NotSilenced::NoTime(text) => {
            LocalizedMessage::new(say.silence_no_time(text), say.silence_time_hint())
        }
        NotSilenced::WrongTime(time) => {
            LocalizedMessage::new(say.silence_wrong_time(time), say.silence_time_hint())
        }
        NotSilenced::Account(text) => LocalizedMessage::new(say.silence_no_account(text), ""),
        NotSilenced::Region(text) => LocalizedMessage::new(say.silence_no_region(text), ""),
        NotSilenced::TooLong => LocalizedMessage::new(say.silence_too_long(), ""),
        NotSilenced::Reason => LocalizedMessage::new(say.silence_no_reason(), ""),
    }
}
