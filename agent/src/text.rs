//! The sentences, in both languages. The words are in `locales/`, one file per topic; `build.rs` makes
//! `Say` of them, with one method per sentence. The files here add the methods that choose a sentence for
//! a value of the program: a change, a reason, an error.

mod aws_error;
mod change;
mod command_error;
mod explain;
mod reason;
mod server;
mod stay;
mod summary;
#[cfg(test)]
mod tests;

/// Generated from `locales/`.
mod say {
    use super::Language;

    include!(concat!(env!("OUT_DIR"), "/say.rs"));
}

use std::time::Duration;

use hubward_protocol::{AccountId, Region, State, Step};

use crate::converge::Event;

#[cfg(test)]
pub(crate) use say::HELP_JA;
pub(crate) use say::Say;
pub(crate) use say::help_ja;

/// A language of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    Ja,
    En,
}

impl Language {
    /// The language of a POSIX locale such as `ja_JP.UTF-8`; English for all that are not Japanese.
    pub(crate) fn of_locale(locale: &str) -> Self {
        match locale.split(['_', '-', '.', '@']).next() {
            Some(language) if language.eq_ignore_ascii_case("ja") => Self::Ja,
            _ => Self::En,
        }
    }

    /// The language tag, as in `Accept-Language`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

impl Say {
    /// The name of a step, short enough for the head of a column.
    pub(crate) fn step(self, step: Step) -> &'static str {
        match step {
            Step::Config => self.step_config(),
            Step::GuardDuty => self.step_guardduty(),
            Step::SecurityHub => self.step_security_hub(),
            Step::Standards => self.step_standards(),
            Step::Invitation => self.step_invitation(),
        }
    }

    /// A state in one word, short enough for a cell of the table.
    pub(crate) fn state(self, state: State) -> &'static str {
        match state {
            State::Already => self.state_already(),
            State::Changed => self.state_changed(),
            State::Planned => self.state_planned(),
            State::Waiting => self.state_waiting(),
            State::Insufficient => self.state_insufficient(),
            State::ManagedElsewhere => self.state_managed_elsewhere(),
            State::Blocked => self.state_blocked(),
            State::Failed => self.state_failed(),
        }
    }

    /// A line of progress.
    pub(crate) fn event(self, event: &Event) -> String {
        match event {
            Event::StepStarted { region, step } => self.run_step_started(region, self.step(*step)),
            Event::ChangeMade { region, change } => {
                self.run_change_made(self.change(change), region)
            }
            Event::Failed(error) => self.aws_error(error),
            Event::WaitingForInvitation { region, limit } => {
                self.run_waiting_for_invitation(region, limit.as_secs())
            }
            Event::WaitingForStandards { region } => self.run_waiting_for_standards(region),
        }
    }

    /// Warns that the server did not list the Regions, so that only these are covered.
    pub(crate) fn regions_unknown(self, known: &[Region]) -> String {
        self.run_regions_unknown(list(known))
    }

    /// The verdict on the account in one line.
    pub(crate) fn account_verdict(self, account: &AccountId, is_complete: bool) -> String {
        if is_complete {
            self.run_account_complete(account)
        } else {
            self.run_account_incomplete(account)
        }
    }

    /// Asks for consent to the changes or, where only the invitation is missing, to waiting for it.
    pub(crate) fn question(self, changes_now: bool, invitation: Duration) -> String {
        if changes_now {
            self.run_question().to_owned()
        } else {
            self.run_question_waiting(invitation.as_secs())
        }
    }
}

/// Joins items with commas.
fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<_> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(", ")
}
