//! The acts of people on an alert (acknowledge, assign, resolve, reopen), and the state after each.

use jiff::Timestamp;
use serde::Serialize;
use strum::IntoStaticStr;

use super::AlertState;

/// What a person does with an alert.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Act {
    /// Takes responsibility for it.
    Acknowledge,
    /// Assigns it to a person.
    Assign(String),
    /// Closes it.
    Resolve,
    /// Opens it again.
    Reopen,
}

/// The last act and note of a person. A repetition of the threat does not change it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Handling {
    /// The assignee; empty if none.
    pub assignee: String,
    /// The note.
    pub note: String,
    /// When.
    pub changed_at: Option<Timestamp>,
    /// By whom.
    pub changed_by: String,
}

/// The act is not possible in the alert's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an alert that is {} cannot be {}", state.as_str(), act)]
pub struct NotNow {
    pub state: AlertState,
    /// The act's word.
    pub act: &'static str,
}

/// The longest note, in characters.
pub const LONGEST_NOTE: usize = 2000;
/// The longest name of an assignee, in characters.
pub const LONGEST_NAME: usize = 100;

impl Act {
    pub fn as_str(&self) -> &'static str {
        self.into()
    }

    /// The alert's state after the act. Repeating an act changes nothing.
    ///
    /// # Errors
    /// It is not possible now: a resolved alert has to be reopened before it can be
    /// acknowledged.
    pub fn on(&self, state: AlertState) -> Result<AlertState, NotNow> {
        use AlertState as S;
        match (self, state) {
            (Self::Acknowledge | Self::Assign(_), S::Open | S::Acknowledged) => Ok(S::Acknowledged),
            (Self::Resolve, _) => Ok(S::Resolved),
            (Self::Reopen, _) => Ok(S::Open),
            (Self::Acknowledge | Self::Assign(_), S::Resolved | S::Silenced) => Err(NotNow {
                state,
                act: self.as_str(),
            }),
        }
    }
}

impl Handling {
    /// The handling after an act. An empty note keeps the previous one; acknowledging an alert
    /// without an assignee assigns it to the person.
    pub fn after(&self, act: &Act, note: &str, by: &str, now: Timestamp) -> Self {
        let assignee = match act {
            Act::Assign(name) => name.clone(),
            Act::Acknowledge if self.assignee.is_empty() => by.to_owned(),
            Act::Reopen => String::new(),
            Act::Acknowledge | Act::Resolve => self.assignee.clone(),
        };
        Self {
            assignee,
            note: if note.is_empty() { &self.note } else { note }.to_owned(),
            changed_at: Some(now),
            changed_by: by.to_owned(),
        }
    }
}

/// A person's text without control characters except line ends; `None` if it is too long.
pub fn written(text: &str, longest: usize) -> Option<String> {
    let text: String = text
        .trim()
        .replace("\r\n", "\n")
        .chars()
        .filter(|char| !char.is_control() || *char == '\n')
        .collect();
    (text.chars().count() <= longest).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_is_taken_dealt_with_and_reopened() {
        use AlertState as S;
        assert_eq!(Act::Acknowledge.on(S::Open), Ok(S::Acknowledged));
        assert_eq!(Act::Acknowledge.on(S::Acknowledged), Ok(S::Acknowledged));
        assert_eq!(Act::Resolve.on(S::Open), Ok(S::Resolved));
        assert_eq!(Act::Reopen.on(S::Resolved), Ok(S::Open));
        assert!(Act::Acknowledge.on(S::Resolved).is_err());
        assert!(Act::Assign("mika".to_owned()).on(S::Silenced).is_err());
    }

    #[test]
    fn who_takes_it_has_it_and_a_note_stays_until_another_is_written() {
        let now = Timestamp::UNIX_EPOCH;
        let taken = Handling::default().after(&Act::Acknowledge, "looking", "mika", now);
        assert_eq!(
            (taken.assignee.as_str(), taken.note.as_str()),
            ("mika", "looking")
        );
        let again = taken.after(&Act::Acknowledge, "", "ken", now);
        assert_eq!(
            (again.assignee.as_str(), again.note.as_str()),
            ("mika", "looking")
        );
        let given = again.after(&Act::Assign("ken".to_owned()), "", "mika", now);
        assert_eq!(given.assignee, "ken");
        let done = given.after(&Act::Resolve, "rotated the key", "ken", now);
        assert_eq!(done.note, "rotated the key");
        assert_eq!(done.after(&Act::Reopen, "", "ken", now).assignee, "");
    }

    #[test]
    fn what_is_written_steers_nothing() {
        assert_eq!(written(" a\u{1b}[2J\r\nb ", 10).as_deref(), Some("a[2J\nb"));
        assert_eq!(written("ab", 1), None);
    }
}
