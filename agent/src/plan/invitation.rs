//! The invitation: accepts only the pinned administrator's, whatever other invitations there are. An account
//! that is a member of another administrator is not changed.

use hubward_protocol::AccountId;

use super::{Decision, Intention, Reason, StepStatus};
use crate::change::Change;
use crate::observed::{ObservedHub, ObservedMembership};

pub(super) fn decide(hub: &ObservedHub, administrator: &AccountId) -> Decision {
    match hub {
        ObservedHub::Off { .. } => {
            Decision::DeferredUntilHub(Intention::Join(administrator.clone()))
        }
        ObservedHub::On(hub) => match &hub.membership {
            Ok(membership) => join(membership, administrator),
            Err(error) => Decision::Is(error.clone().into()),
        },
    }
}

fn join(observed: &ObservedMembership, administrator: &AccountId) -> Decision {
    if let Some(current) = &observed.administrator {
        return Decision::Is(if current.account != administrator.as_str() {
            StepStatus::ManagedElsewhere {
                reason: Reason::MemberOfAnother {
                    administrator: current.account.clone(),
                },
                on: false,
            }
        } else if is_enabled(&current.status) {
            StepStatus::InPlace(Reason::MemberOf {
                administrator: administrator.clone(),
            })
        } else if is_ended(&current.status) {
            StepStatus::Blocked(Reason::MembershipEnded {
                administrator: administrator.clone(),
                status: current.status.clone(),
            })
        } else {
            StepStatus::Waiting(Reason::MembershipNotEnabled {
                administrator: administrator.clone(),
                status: current.status.clone(),
            })
        });
    }
    let invitation = observed
        .invitations
        .iter()
        .find(|invitation| invitation.account == administrator.as_str());
    match invitation {
        Some(invitation) => Decision::Needs(vec![Change::AcceptInvitation {
            administrator: administrator.clone(),
            invitation: invitation.id.clone(),
        }]),
        None => Decision::Is(StepStatus::Waiting(Reason::NoInvitation {
            administrator: administrator.clone(),
            ignored: observed
                .invitations
                .iter()
                .map(|invitation| invitation.account.clone())
                .collect(),
        })),
    }
}

/// AWS used `Associated` until 2020, and has used `Enabled` and `ENABLED` since.
fn is_enabled(status: &str) -> bool {
    ["enabled", "associated"]
        .iter()
        .any(|word| status.eq_ignore_ascii_case(word))
}

/// The member left or was removed: a decision of people, which the agent does not reverse.
fn is_ended(status: &str) -> bool {
    ["resigned", "removed", "deleted"]
        .iter()
        .any(|word| status.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::{HubOn, ObservedAdministrator, ObservedInvitation};

    fn observed(administrator: Option<(&str, &str)>, invitations: &[&str]) -> ObservedHub {
        ObservedHub::On(Box::new(HubOn {
            offered: Ok(Vec::new()),
            standards: Vec::new(),
            membership: Ok(ObservedMembership {
                administrator: administrator.map(|(account, status)| ObservedAdministrator {
                    account: account.to_owned(),
                    status: status.to_owned(),
                }),
                invitations: invitations
                    .iter()
                    .map(|account| ObservedInvitation {
                        account: (*account).to_owned(),
                        id: format!("invitation of {account}"),
                    })
                    .collect(),
            }),
        }))
    }

    fn soc() -> AccountId {
        "999999999999".parse().unwrap()
    }

    #[test]
    fn only_the_pinned_administrators_invitation_is_accepted() {
        assert_eq!(
            decide(&observed(None, &["666666666666", "999999999999"]), &soc()),
            Decision::Needs(vec![Change::AcceptInvitation {
                administrator: soc(),
                invitation: "invitation of 999999999999".to_owned()
            }])
        );
        assert_eq!(
            decide(&observed(None, &["666666666666"]), &soc()),
            Decision::Is(StepStatus::Waiting(Reason::NoInvitation {
                administrator: soc(),
                ignored: vec!["666666666666".to_owned()]
            }))
        );
    }

    #[test]
    fn a_member_stays_where_it_is() {
        for status in ["Enabled", "ENABLED", "Associated"] {
            assert!(matches!(
                decide(&observed(Some(("999999999999", status)), &[]), &soc()),
                Decision::Is(StepStatus::InPlace(Reason::MemberOf { .. }))
            ));
        }
        assert!(matches!(
            decide(
                &observed(Some(("999999999999", "AccountSuspended")), &[]),
                &soc()
            ),
            Decision::Is(StepStatus::Waiting(Reason::MembershipNotEnabled { .. }))
        ));
        for status in ["Resigned", "REMOVED", "Deleted"] {
            assert!(matches!(
                decide(&observed(Some(("999999999999", status)), &[]), &soc()),
                Decision::Is(StepStatus::Blocked(Reason::MembershipEnded { .. }))
            ));
        }
        // Even if there is an invitation from our administrator.
        assert!(matches!(
            decide(
                &observed(Some(("666666666666", "Enabled")), &["999999999999"]),
                &soc()
            ),
            Decision::Is(StepStatus::ManagedElsewhere { on: false, .. })
        ));
    }

    #[test]
    fn without_security_hub_the_invitation_comes_later() {
        let off = ObservedHub::Off {
            offered: Ok(Vec::new()),
        };
        assert_eq!(
            decide(&off, &soc()),
            Decision::DeferredUntilHub(Intention::Join(soc()))
        );
    }
}
