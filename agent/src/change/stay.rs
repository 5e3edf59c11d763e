//! What `stay` makes: four parts with one name, and the calls that make, renew and remove them. `plan/stay.rs`
//! decides which calls are needed.

mod wanted;

use std::sync::Arc;

use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::observed::AwsError;

pub(crate) use wanted::{
    Interval, STAY_RETENTION_DAYS, StayFunction, StayPlace, WantedStay,
    environment as stay_environment,
};

/// The name of the role, its policy, the function, the rule and the rule's target.
pub(crate) const STAY: &str = "hubward-stay";

/// The log group to which Lambda writes what a function of this name prints.
pub(crate) const STAY_LOG_GROUP: &str = "/aws/lambda/hubward-stay";

/// The key of the role's tag that names the Region of the other parts. IAM is global, so any shell finds the role,
/// and then knows where to look.
pub(crate) const REGION_TAG_KEY: &str = "hubward:region";

/// A part of `stay`, in the order in which they are made. They are removed in the reverse order: the role is the
/// first that is there and the last that goes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumString, IntoStaticStr, VariantArray,
)]
pub(crate) enum StayPart {
    /// The IAM role of the function.
    #[strum(serialize = "stay-role")]
    Role,
    /// The log group of the function.
    #[strum(serialize = "stay-log-group")]
    LogGroup,
    /// The Lambda function.
    #[strum(serialize = "stay-function")]
    Function,
    /// The EventBridge rule, its target, and the permission to invoke the function.
    #[strum(serialize = "stay-schedule")]
    Schedule,
}

impl StayPart {
    /// Its name on the command line and in JSON.
    pub(crate) fn name(self) -> &'static str {
        self.into()
    }

    /// Its name in AWS.
    pub(crate) fn resource(self) -> &'static str {
        match self {
            Self::LogGroup => STAY_LOG_GROUP,
            Self::Role | Self::Function | Self::Schedule => STAY,
        }
    }
}

/// One AWS call of `stay`. Each can be repeated safely.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StayChange {
    CreateRole,
    PutRolePolicy,
    CreateLogGroup,
    PutRetention,
    CreateFunction(Arc<StayFunction>),
    UpdateCode(Arc<StayFunction>),
    UpdateConfiguration(Arc<StayFunction>),
    /// Makes the rule, or replaces its interval and enables it.
    PutRule(Interval),
    /// Allows the rule to invoke the function.
    AddPermission,
    PutTarget,
    RemoveTarget,
    DeleteRule,
    /// With the function goes the permission to invoke it.
    DeleteFunction,
    DeleteLogGroup,
    DeleteRolePolicy,
    DeleteRole,
}

impl StayChange {
    /// The part that it changes.
    pub(crate) fn part(&self) -> StayPart {
        match self {
            Self::CreateRole | Self::PutRolePolicy | Self::DeleteRolePolicy | Self::DeleteRole => {
                StayPart::Role
            }
            Self::CreateLogGroup | Self::PutRetention | Self::DeleteLogGroup => StayPart::LogGroup,
            Self::CreateFunction(_)
            | Self::UpdateCode(_)
            | Self::UpdateConfiguration(_)
            | Self::DeleteFunction => StayPart::Function,
            Self::PutRule(_)
            | Self::AddPermission
            | Self::PutTarget
            | Self::RemoveTarget
            | Self::DeleteRule => StayPart::Schedule,
        }
    }

    /// Whether this error may only mean that an earlier change has not propagated yet: IAM needs seconds to make
    /// a role known to Lambda, and Lambda answers with a conflict while it is still at an earlier change.
    pub(crate) fn may_be_propagating(&self, error: &AwsError) -> bool {
        match self {
            Self::CreateFunction(_) | Self::UpdateConfiguration(_) | Self::UpdateCode(_) => {
                error.code == "ResourceConflictException"
                    || (error.code == "InvalidParameterValueException"
                        && error.message.contains("cannot be assumed"))
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Operation;

    fn refused(code: &str, message: &str) -> AwsError {
        let operation = Operation::new("lambda:CreateFunction");
        AwsError::from_response(operation, "us-east-1".parse().unwrap(), code, message)
    }

    #[test]
    fn only_a_role_that_is_not_known_yet_is_waited_for() {
        let function = || {
            Arc::new(StayFunction {
                environment: std::collections::BTreeMap::new(),
                code: Vec::new(),
                code_sha256: String::new(),
            })
        };
        let create = StayChange::CreateFunction(function());
        let text = "The role defined for the function cannot be assumed by Lambda.";
        assert!(create.may_be_propagating(&refused("InvalidParameterValueException", text)));
        let text = "Unzipped size must be smaller than 262144000 bytes";
        assert!(!create.may_be_propagating(&refused("InvalidParameterValueException", text)));
        assert!(!create.may_be_propagating(&refused("AccessDeniedException", "")));
        let busy = refused(
            "ResourceConflictException",
            "An update is in progress for resource",
        );
        assert!(StayChange::UpdateConfiguration(function()).may_be_propagating(&busy));
        assert!(!StayChange::PutRule(Interval::DEFAULT).may_be_propagating(&busy));
    }

    #[test]
    fn a_part_is_known_by_its_name() {
        for part in StayPart::VARIANTS {
            assert_eq!(part.name().parse(), Ok(*part));
        }
    }
}
