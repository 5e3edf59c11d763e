//! The sentences of `stay`: its parts, its changes, and the state of each part.

use super::{Say, list};
use crate::change::{StayChange, StayPart};
use crate::plan::stay::{StayDecision, StayDifference};
use crate::verdict::stay::{PartState, PartVerdict, StayGoal};

impl Say {
    /// A part, such as "IAM role".
    pub(crate) fn stay_part(self, part: StayPart) -> &'static str {
        match part {
            StayPart::Role => self.stay_part_role(),
            StayPart::LogGroup => self.stay_part_log_group(),
            StayPart::Function => self.stay_part_function(),
            StayPart::Schedule => self.stay_part_schedule(),
        }
    }

    /// A change in the imperative.
    pub(crate) fn stay_change(self, change: &StayChange) -> String {
        match change {
            StayChange::CreateRole => self.stay_change_create_role().into(),
            StayChange::PutRolePolicy => self.stay_change_put_role_policy().into(),
            StayChange::CreateLogGroup => self.stay_change_create_log_group().into(),
            StayChange::PutRetention => self.stay_change_put_retention().into(),
            StayChange::CreateFunction(_) => self.stay_change_create_function().into(),
            StayChange::UpdateCode(_) => self.stay_change_update_code().into(),
            StayChange::UpdateConfiguration(_) => self.stay_change_update_configuration().into(),
            StayChange::PutRule(interval) => self.stay_change_put_rule(interval),
            StayChange::AddPermission => self.stay_change_add_permission().into(),
            StayChange::PutTarget => self.stay_change_put_target().into(),
            StayChange::RemoveTarget => self.stay_change_remove_target().into(),
            StayChange::DeleteRule => self.stay_change_delete_rule().into(),
            StayChange::DeleteFunction => self.stay_change_delete_function().into(),
            StayChange::DeleteLogGroup => self.stay_change_delete_log_group().into(),
            StayChange::DeleteRolePolicy => self.stay_change_delete_role_policy().into(),
            StayChange::DeleteRole => self.stay_change_delete_role().into(),
        }
    }

    /// The state of a part in one word.
    pub(crate) fn stay_state(self, state: PartState) -> &'static str {
        match state {
            PartState::Already => self.state_already(),
            PartState::Planned => self.state_planned(),
            PartState::Outdated => self.stay_state_outdated(),
            PartState::Changed => self.state_changed(),
            PartState::Absent => self.stay_state_absent(),
            PartState::Removed => self.stay_state_removed(),
            PartState::Blocked => self.state_blocked(),
            PartState::Failed => self.state_failed(),
        }
    }

    /// Why a part has its state.
    pub(crate) fn stay_detail(self, goal: StayGoal, verdict: &PartVerdict) -> String {
        if let Some(error) = &verdict.error {
            return self.aws_error(error);
        }
        match &verdict.decision {
            StayDecision::InPlace if goal == StayGoal::Remove => self.stay_detail_gone().into(),
            StayDecision::InPlace => self.stay_detail_in_place().into(),
            StayDecision::Needs(_) | StayDecision::Outdated { .. }
                if verdict.state == PartState::Failed =>
            {
                self.stay_detail_not_observed().into()
            }
            StayDecision::Needs(changes) => self.detail_would_change(self.stay_changes(changes)),
            StayDecision::Outdated {
                differences,
                changes,
            } => {
                let differences = list(differences.iter().map(|one| self.stay_difference(*one)));
                self.stay_detail_outdated(self.stay_changes(changes), differences)
            }
            StayDecision::Foreign | StayDecision::NotOurs => {
                self.stay_detail_foreign(verdict.part.resource())
            }
            StayDecision::Unread(error) => self.aws_error(error),
            StayDecision::Broken(why) => self.stay_detail_broken(why),
        }
    }

    /// What to do about a part.
    pub(crate) fn stay_hint(self, verdict: &PartVerdict) -> Option<String> {
        if let Some(error) = &verdict.error {
            return Some(self.aws_error_hint(error));
        }
        match &verdict.decision {
            StayDecision::Foreign => Some(self.stay_hint_foreign().into()),
            StayDecision::Unread(error) => Some(self.aws_error_hint(error)),
            StayDecision::Broken(_) => Some(self.stay_hint_broken().into()),
            _ if verdict.state == PartState::Failed => Some(self.hint_run_again().into()),
            _ => None,
        }
    }

    fn stay_changes(self, changes: &[StayChange]) -> String {
        let changes: Vec<_> = changes.iter().map(|one| self.stay_change(one)).collect();
        changes.join(self.word_separator())
    }

    fn stay_difference(self, difference: StayDifference) -> &'static str {
        match difference {
            StayDifference::Policy => self.stay_difference_policy(),
            StayDifference::Retention => self.stay_difference_retention(),
            StayDifference::Code => self.stay_difference_code(),
            StayDifference::Environment => self.stay_difference_environment(),
            StayDifference::Settings => self.stay_difference_settings(),
            StayDifference::Interval => self.stay_difference_interval(),
            StayDifference::Disabled => self.stay_difference_disabled(),
            StayDifference::NoTarget => self.stay_difference_no_target(),
            StayDifference::NoPermission => self.stay_difference_no_permission(),
        }
    }
}
