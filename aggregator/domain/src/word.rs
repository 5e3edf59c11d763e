//! The words of enums, as the database, JSON, files and arguments have them. `strum` derives them.

use strum::VariantArray;

/// The text is not one of the allowed words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}", .0.join(", "))]
pub struct UnknownWord(Vec<&'static str>);

impl UnknownWord {
    /// The error for a text that is no word of `T`: it lists the words, not the text.
    pub(crate) fn of<T>(_: &str) -> Self
    where
        T: VariantArray + Copy + Into<&'static str>,
    {
        Self(words::<T>())
    }
}

/// All words of an enum, in its order.
pub fn words<T>() -> Vec<&'static str>
where
    T: VariantArray + Copy + Into<&'static str>,
{
    T::VARIANTS.iter().map(|known| (*known).into()).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;
    use std::str::FromStr;

    use serde::Serialize;
    use strum::VariantArray;

    use crate::access::Role;
    use crate::account::{AccountState, Language, ReportCadence};
    use crate::alert::arrival::{IngestSource, TimelineStep};
    use crate::alert::{AlertState, Severity};
    use crate::delivery::DeliveryState;
    use crate::ledger::LedgerColumn;
    use crate::request::{Origin, RequestKind, RequestState};
    use crate::test_event::TestEventKind;

    /// JSON is derived by `serde` and everything else by `strum`, each with its own attributes.
    fn agrees<T>()
    where
        T: VariantArray + Copy + Debug + PartialEq + Serialize + FromStr + Into<&'static str>,
    {
        for known in T::VARIANTS {
            let word: &'static str = (*known).into();
            assert_eq!(serde_json::to_value(known).unwrap(), word, "{known:?}");
            assert_eq!(word.parse().ok(), Some(*known), "{word}");
        }
        assert!("".parse::<T>().is_err());
    }

    #[test]
    fn a_word_is_the_same_in_json_and_in_the_database() {
        agrees::<Role>();
        agrees::<Language>();
        agrees::<ReportCadence>();
        agrees::<AccountState>();
        agrees::<Severity>();
        agrees::<AlertState>();
        agrees::<IngestSource>();
        agrees::<DeliveryState>();
        agrees::<LedgerColumn>();
        agrees::<Origin>();
        agrees::<RequestKind>();
        agrees::<TestEventKind>();
    }

    #[test]
    fn a_state_with_facts_has_the_same_word_in_json_and_in_the_database() {
        let now = jiff::Timestamp::UNIX_EPOCH;
        for state in [RequestState::Open, RequestState::Withdrawn { at: now }] {
            let json = serde_json::to_value(&state).unwrap();
            assert_eq!(json["state"], state.as_str());
        }
        for step in [TimelineStep::Created, TimelineStep::GivenUp] {
            assert_eq!(serde_json::to_value(step).unwrap(), step.as_str());
        }
    }

    #[test]
    fn an_unknown_word_is_answered_with_the_known_ones() {
        let error = "admin".parse::<Role>().unwrap_err();
        assert_eq!(error.to_string(), "expected one of viewer, operator");
    }
}
