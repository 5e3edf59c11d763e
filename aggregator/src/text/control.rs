//! Texts about controls.

use jiff::Timestamp;

use crate::queries::control::KnownControl;
use crate::say::Say;
use hubward_domain::account::{Language, Standard};
use hubward_domain::control::ControlState;

/// A control's state, as a word.
pub(crate) fn state(state: ControlState, language: Language) -> &'static str {
    let say = Say(language);
    match state {
        ControlState::Active => say.control_active(),
        ControlState::New => say.control_new(),
        ControlState::Retired => say.control_retired(),
    }
}

/// Everything about one control.
pub(crate) fn sheet(known: &KnownControl, now: Timestamp, language: Language) -> String {
    let say = Say(language);
    let control = &known.control;
    let standards: Vec<&str> = control.standards.iter().map(Standard::as_str).collect();
    let mut lines = vec![
        format!("{} {}", control.control_id, control.title),
        format!("{}: {}", say.control_severity(), control.severity),
        format!(
            "{}: {}",
            say.control_state(),
            state(control.state(now), language)
        ),
        format!("{}: {}", say.control_standards(), standards.join(", ")),
        format!("{}: {}", say.control_first_seen(), control.first_seen),
        format!("{}: {}", say.control_failing(), control.failing_accounts),
    ];
    if let Some(guide) = &known.guide {
        lines.push(format!("{}: {guide}", say.control_guide()));
    }
    lines.join("\n")
}
