//! Security Hub: turns it on. Its standards and its invitation are separate steps.

use super::{Decision, Reason, StepStatus};
use crate::change::Change;
use crate::observed::ObservedHub;

pub(super) fn decide(observed: &ObservedHub) -> Decision {
    match observed {
        ObservedHub::Off { .. } => Decision::Needs(vec![Change::EnableSecurityHub]),
        ObservedHub::On(_) => Decision::Is(StepStatus::InPlace(Reason::HubOn)),
    }
}
