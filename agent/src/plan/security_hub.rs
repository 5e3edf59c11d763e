//! Security Hub itself: on or off. Its standards and its administrator are steps of their own.

use super::{Decision, Reason, Standing};
use crate::change::Change;
use crate::observed::HubSeen;

/// Decides the step.
pub(super) fn decide(seen: &HubSeen) -> Decision {
    match seen {
        HubSeen::Off { .. } => Decision::Needs(vec![Change::EnableSecurityHub]),
        HubSeen::On(_) => Decision::Is(Standing::Good(Reason::HubOn)),
    }
}
