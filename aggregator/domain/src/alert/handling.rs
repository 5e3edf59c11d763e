//! What people do with an alert, and what each act makes of it.

use jiff::Timestamp;
use serde::Serialize;

use super::AlertState;

/// What a person does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Takes it.
    Acknowledge,
    /// Gives it to somebody.
    Assign(String),
    /// Has dealt with it.
    Resolve,
    /// Finds that it is not dealt with.
    Reopen,
}

/// What a person last said of an alert. A repetition of the threat does not touch it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Handling {
    /// Who has it; empty for nobody.
    pub assignee: String,
    /// What was written to it.
    pub note: String,
    /// When.
    pub changed_at: Option<Timestamp>,
    /// By whom.
    pub changed_by: String,
}

/// The act makes no sense in the alert's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an alert that is {} cannot be {}", state.as_str(), act)]
pub struct NotNow {
    /// The state it is in.
    pub state: AlertState,
    /// The act's word.
    pub act: &'static str,
}

/// How long a note may be, in characters.
pub const LONGEST_NOTE: usize = 2000;
/// How long a name may be, in characters.
pub const LONGEST_NAME: usize = 100;

impl Act {
    /// The act's word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Assign(_) => "assign",
            Self::Resolve => "resolve",
            Self::Reopen => "reopen",
        }
    }

    /// The state that an alert is in afterwards. Done again, an act changes nothing.
    ///
    /// # Errors
    /// It makes no sense now: what is dealt with has to be reopened before it is taken again.
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
    /// What is known after an act. An empty note leaves the one before; whoever takes an alert that
    /// nobody has, has it.
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

/// What somebody wrote, without what would steer a screen; line ends stay. `None`: it is too long.
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
