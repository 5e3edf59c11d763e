//! Silences in words: what one covers, what it would keep silent now, and why there is none.

use rust_i18n::t;

use super::LocalizedMessage;
use crate::queries::silence::Silenced;
use hubward_domain::account::Language;
use hubward_domain::silence::{Matcher, NotSilenced};

/// How many alerts are named.
const NAMED: usize = 10;

/// What a silence covers, such as `type Recon:*, project 受注`.
pub(crate) fn matcher(matcher: &Matcher, language: Language) -> String {
    let locale = language.as_str();
    let parts = [
        (t!("channel.type", locale = locale), matcher.kind.clone()),
        (
            t!("channel.account", locale = locale),
            matcher.account.as_ref().map(ToString::to_string),
        ),
        (
            t!("channel.project", locale = locale),
            matcher.project.clone(),
        ),
        (
            t!("table.environment", locale = locale),
            matcher.environment.clone(),
        ),
        (
            t!("channel.region", locale = locale),
            matcher.region.map(|region| region.to_string()),
        ),
    ];
    let mut told: Vec<String> = parts
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name} {}", value?)))
        .collect();
    if matcher.critical {
        told.push(t!("silence.critical_too", locale = locale).into_owned());
    }
    told.join(", ")
}

/// Whether a silence is in force.
pub(crate) fn state(holds: bool, language: Language) -> String {
    let locale = language.as_str();
    if holds {
        t!("silence.holds", locale = locale)
    } else {
        t!("silence.over", locale = locale)
    }
    .into_owned()
}

/// What a new silence does, and does not do.
pub(crate) fn made(made: &Silenced, language: Language) -> Vec<String> {
    let locale = language.as_str();
    let silence = &made.silence;
    let mut lines = vec![
        t!(
            "silence.made",
            locale = locale,
            covers = matcher(&silence.matcher, language),
            until = silence.until
        )
        .into_owned(),
        covers_now(made, language),
    ];
    lines.extend(made.covers.iter().take(NAMED).map(|alert| {
        format!(
            "  {} {} {} {} {}",
            alert.id, alert.severity, alert.account_id, alert.region, alert.title
        )
    }));
    if made.left_out > 0 {
        lines.push(t!("silence.left_out", locale = locale, count = made.left_out).into_owned());
    } else if !silence.matcher.critical {
        lines.push(t!("silence.not_critical", locale = locale).into_owned());
    }
    lines
}

/// How many open alerts a silence covers.
pub(crate) fn covers_now(made: &Silenced, language: Language) -> String {
    let count = made.covers.len();
    t!(
        "silence.covers_now",
        locale = language.as_str(),
        count = count
    )
    .into_owned()
}

/// How many open critical alerts a silence would cover, did it cover critical ones.
pub(crate) fn told_all_the_same(made: &Silenced, language: Language) -> String {
    t!(
        "silence.told_all_the_same",
        locale = language.as_str(),
        count = made.left_out
    )
    .into_owned()
}

/// No silence of this id is in force.
pub(crate) fn unknown(id: &str, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    LocalizedMessage::new(
        t!("silence.unknown", locale = locale, id = id),
        t!("silence.unknown_hint", locale = locale),
    )
}

/// Why there is no silence, and what helps.
pub(crate) fn not_silenced(why: &NotSilenced, language: Language) -> LocalizedMessage {
    let locale = language.as_str();
    match why {
        NotSilenced::Everything => LocalizedMessage::new(
            t!("silence.everything", locale = locale),
            t!("silence.everything_hint", locale = locale),
        ),
        NotSilenced::Pattern(pattern) => LocalizedMessage::new(
            t!("silence.pattern", locale = locale, pattern = pattern),
            t!("silence.pattern_hint", locale = locale),
        ),
        NotSilenced::NoTime(text) => LocalizedMessage::new(
            t!("silence.no_time", locale = locale, text = text),
            t!("silence.time_hint", locale = locale),
        ),
        NotSilenced::WrongTime(time) => LocalizedMessage::new(
            t!("silence.wrong_time", locale = locale, time = time),
            t!("silence.time_hint", locale = locale),
        ),
        NotSilenced::Account(text) => {
            LocalizedMessage::new(t!("silence.no_account", locale = locale, text = text), "")
        }
        NotSilenced::Region(text) => {
            LocalizedMessage::new(t!("silence.no_region", locale = locale, text = text), "")
        }
        NotSilenced::TooLong => LocalizedMessage::new(t!("silence.too_long", locale = locale), ""),
        NotSilenced::Reason => LocalizedMessage::new(t!("silence.no_reason", locale = locale), ""),
    }
}
