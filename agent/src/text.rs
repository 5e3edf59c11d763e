//! The sentences, in both languages. Nothing else in the program knows how a fact is said; the words
//! themselves are in `locales/`, one file per topic.

mod change;
mod explain;
mod reason;
mod refusal;
mod server;
mod summary;
#[cfg(test)]
mod tests;
mod trouble;

use std::borrow::Cow;
use std::time::Duration;

use hubward_protocol::{AccountId, Region, State, Step};
use rust_i18n::t;

use crate::converge::Event;

pub(crate) use change::change;
pub(crate) use explain::{
    costs, costs_nothing, costs_of, created, explained_by, explanation, explanation_heads,
    undo_heading, untagged,
};
pub(crate) use reason::{detail, hint};
pub(crate) use refusal::{refused, refused_hint};
pub(crate) use server::{not_updated, server_fault, updated};
pub(crate) use summary::{guide_helps, next_command, summary};
pub(crate) use trouble::trouble;

/// A language of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    /// Japanese.
    Ja,
    /// English.
    En,
}

/// A sentence or a word.
pub(crate) type Text = Cow<'static, str>;

impl Lang {
    /// The language that the environment's `ja_JP.UTF-8` or `en` asks for; English for all others.
    pub(crate) fn of_locale(locale: &str) -> Self {
        match locale.split(['_', '-', '.', '@']).next() {
            Some(language) if language.eq_ignore_ascii_case("ja") => Self::Ja,
            _ => Self::En,
        }
    }

    /// The key of the locale files.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

/// A step, as the head of a column.
pub(crate) fn step(step: Step, lang: Lang) -> Text {
    let locale = lang.code();
    match step {
        Step::Config => t!("step.config", locale = locale),
        Step::GuardDuty => t!("step.guardduty", locale = locale),
        Step::SecurityHub => t!("step.security_hub", locale = locale),
        Step::Standards => t!("step.standards", locale = locale),
        Step::Invitation => t!("step.invitation", locale = locale),
    }
}

/// A state, in a word.
pub(crate) fn state(state: State, lang: Lang) -> Text {
    let locale = lang.code();
    match state {
        State::Already => t!("state.already", locale = locale),
        State::Changed => t!("state.changed", locale = locale),
        State::Planned => t!("state.planned", locale = locale),
        State::Waiting => t!("state.waiting", locale = locale),
        State::Insufficient => t!("state.insufficient", locale = locale),
        State::ManagedElsewhere => t!("state.managed_elsewhere", locale = locale),
        State::Blocked => t!("state.blocked", locale = locale),
        State::Failed => t!("state.failed", locale = locale),
    }
}

/// Something that happened during a run.
pub(crate) fn event(event: &Event, lang: Lang) -> Text {
    let locale = lang.code();
    match event {
        Event::Begins {
            region,
            step: begun,
        } => t!(
            "talk.begins",
            locale = locale,
            region = region,
            step = step(*begun, lang)
        ),
        Event::Made {
            region,
            change: made,
        } => {
            t!(
                "talk.made",
                locale = locale,
                region = region,
                change = change(made, lang)
            )
        }
        Event::Refused(refusal) => refused(refusal, lang),
        Event::AwaitsInvitation { region, limit } => {
            t!(
                "talk.awaits_invitation",
                locale = locale,
                region = region,
                seconds = limit.as_secs()
            )
        }
        Event::AwaitsStandards { region } => {
            t!("talk.awaits_standards", locale = locale, region = region)
        }
    }
}

/// What is looked at.
pub(crate) fn looking(account: &AccountId, count: usize, lang: Lang) -> Text {
    t!(
        "talk.looking",
        locale = lang.code(),
        account = account,
        count = count
    )
}

/// That the server did not say which Regions are wanted, and which ones are taken for them.
pub(crate) fn regions_unknown(known: &[Region], lang: Lang) -> Text {
    let regions: Vec<&str> = known.iter().map(|region| region.as_str()).collect();
    t!(
        "talk.regions_unknown",
        locale = lang.code(),
        regions = regions.join(", ")
    )
}

/// How far it is, in a line.
pub(crate) fn looked(account: &AccountId, is_complete: bool, lang: Lang) -> Text {
    if is_complete {
        t!(
            "talk.looked_complete",
            locale = lang.code(),
            account = account
        )
    } else {
        t!(
            "talk.looked_incomplete",
            locale = lang.code(),
            account = account
        )
    }
}

/// Whose result it is.
pub(crate) fn heading(account: &AccountId, administrator: &AccountId, lang: Lang) -> Text {
    t!(
        "talk.heading",
        locale = lang.code(),
        account = account,
        administrator = administrator
    )
}

/// Whether the changes may be made, or, where none is needed yet, the invitation waited for.
pub(crate) fn question(changes_now: bool, invitation: Duration, lang: Lang) -> Text {
    if changes_now {
        t!("talk.question", locale = lang.code())
    } else {
        t!(
            "talk.question_waiting",
            locale = lang.code(),
            seconds = invitation.as_secs()
        )
    }
}

/// Nobody could be asked.
pub(crate) fn not_asked(lang: Lang) -> Text {
    t!("talk.not_asked", locale = lang.code())
}

/// The answer was no.
pub(crate) fn declined(lang: Lang) -> Text {
    t!("talk.declined", locale = lang.code())
}

/// The run was told to stop.
pub(crate) fn stopping(lang: Lang) -> Text {
    t!("talk.stopping", locale = lang.code())
}

/// That a run took longer than it may.
pub(crate) fn out_of_time(lang: Lang) -> Text {
    t!("talk.out_of_time", locale = lang.code())
}

/// That a step is being worked on, as a cell of a table.
pub(crate) fn working(lang: Lang) -> Text {
    t!("word.working", locale = lang.code())
}

/// The head of the column of Regions.
pub(crate) fn region_head(lang: Lang) -> Text {
    t!("word.region", locale = lang.code())
}

/// The word before a hint.
pub(crate) fn hint_word(lang: Lang) -> Text {
    t!("word.hint", locale = lang.code())
}

/// The word before an error.
pub(crate) fn error_word(lang: Lang) -> Text {
    t!("word.error", locale = lang.code())
}

/// The headings of the manual: usage, commands, arguments, options.
pub(crate) fn manual_heads(lang: Lang) -> [Text; 4] {
    let locale = lang.code();
    [
        t!("manual.usage", locale = locale),
        t!("manual.commands", locale = locale),
        t!("manual.arguments", locale = locale),
        t!("manual.options", locale = locale),
    ]
}

/// Names, one after the other.
fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(", ")
}
