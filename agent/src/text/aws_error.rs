//! A failed AWS call, and who can help.

use hubward_protocol::Region;

use super::Say;
use crate::observed::{AwsError, Cause, DeniedBy, TypicalCause, typical_cause};

impl Say {
    /// The failed call: operation, Region, and AWS's error.
    pub(crate) fn aws_error(self, error: &AwsError) -> String {
        let (operation, region, code) = (error.operation.name, error.region, &error.code);
        if error.cause == Cause::Unreachable {
            let message = &error.message;
            self.aws_error_unreachable(code, message, operation, region)
        } else if error.message.is_empty() {
            self.aws_error_bare(code, operation, region)
        } else {
            self.aws_error_with_message(code, &error.message, operation, region)
        }
    }

    /// What to do about a failed call, and who can.
    pub(crate) fn aws_error_hint(self, error: &AwsError) -> String {
        let region = error.region;
        match &error.cause {
            Cause::Denied { by, action } => {
                let typical = typical_cause(*by, error.operation, action);
                self.denied(*by, typical, action, region)
            }
            Cause::CentrallyManaged => self.hint_ask_central().into(),
            Cause::RegionOff => self.hint_token_not_here(region),
            Cause::Credentials => self.hint_new_credentials().into(),
            Cause::Throttled => self.hint_run_again_later().into(),
            Cause::Quota => self.hint_raise_quota(error.operation.name, region),
            Cause::Unreachable => self.hint_check_network(region),
            Cause::Overtaken | Cause::Broken | Cause::Other => self.hint_run_again().into(),
        }
    }

    /// The missing permission, and who can grant it.
    fn denied(
        self,
        by: DeniedBy,
        typical: Option<TypicalCause>,
        action: &str,
        region: Region,
    ) -> String {
        match (by, typical) {
            (DeniedBy::ServiceControlPolicy, Some(TypicalCause::RegionDeny)) => {
                self.hint_ask_region_deny(action, region)
            }
            (DeniedBy::ServiceControlPolicy, Some(TypicalCause::ControlTower)) => {
                self.hint_ask_control_tower_scp(action, region)
            }
            (DeniedBy::ServiceControlPolicy, _) => self.hint_ask_scp(action, region),
            (DeniedBy::ExplicitDeny, _) => self.hint_explicit_deny(action),
            (DeniedBy::ImplicitDeny, Some(TypicalCause::PowerUser)) => self.hint_power_user(action),
            (DeniedBy::ImplicitDeny, _) => self.hint_allow_action(action),
        }
    }
}
