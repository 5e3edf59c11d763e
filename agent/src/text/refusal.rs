//! How a refusal of AWS's is said, and who can help.

use hubward_protocol::Region;

use super::Say;
use crate::observed::{Cause, Denier, Refusal, Usual, usually};

impl Say {
    /// The failed call: operation, Region, and the answer of AWS.
    pub(crate) fn refused(self, refusal: &Refusal) -> String {
        let (operation, region, code) = (refusal.operation.name, refusal.region, &refusal.code);
        if refusal.cause == Cause::Unreachable {
            let message = &refusal.message;
            self.refused_unreachable(code, message, operation, region)
        } else if refusal.message.is_empty() {
            self.refused_bare(code, operation, region)
        } else {
            self.refused_with_message(code, &refusal.message, operation, region)
        }
    }

    /// What to do about a failed call, and who can.
    pub(crate) fn refused_hint(self, refusal: &Refusal) -> String {
        let region = refusal.region;
        match &refusal.cause {
            Cause::Denied { by, action } => {
                let usual = usually(*by, refusal.operation, action);
                self.denied(*by, usual, action, region)
            }
            Cause::CentrallyManaged => self.hint_ask_central().into(),
            Cause::RegionOff => self.hint_token_not_here(region),
            Cause::Credentials => self.hint_new_credentials().into(),
            Cause::Throttled => self.hint_run_again_later().into(),
            Cause::Quota => self.hint_raise_quota(&refusal.operation.name, region),
            Cause::Unreachable => self.hint_check_network(region),
            Cause::Overtaken | Cause::Broken | Cause::Other => self.hint_run_again().into(),
        }
    }

    /// The missing permission, and who can grant it.
    fn denied(self, by: Denier, usual: Option<Usual>, action: &str, region: Region) -> String {
        match (by, usual) {
            (Denier::ServiceControlPolicy, Some(Usual::RegionDeny)) => {
                self.hint_ask_region_deny(action, region)
            }
            (Denier::ServiceControlPolicy, Some(Usual::ControlTower)) => {
                self.hint_ask_control_tower_scp(action, region)
            }
            (Denier::ServiceControlPolicy, _) => self.hint_ask_scp(action, region),
            (Denier::ExplicitDeny, _) => self.hint_explicit_deny(action),
            (Denier::NothingAllows, Some(Usual::PowerUser)) => self.hint_power_user(action),
            (Denier::NothingAllows, _) => self.hint_allow_action(action),
        }
    }
}
