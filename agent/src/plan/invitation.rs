//! The invitation: only the pinned administrator's is ever accepted, whatever else lies in the
//! mailbox, and an account that belongs to another administrator is left where it is.

use hubward_protocol::AccountId;

use super::{Decision, Intention, Reason, Standing};
use crate::change::Change;
use crate::observed::{HubSeen, MembershipSeen};

/// Decides the step.
pub(super) fn decide(hub: &HubSeen, administrator: &AccountId) -> Decision {
    match hub {
        HubSeen::Off { .. } => Decision::AfterHub(Intention::Join(administrator.clone())),
        HubSeen::On(hub) => match &hub.membership {
            Ok(membership) => join(membership, administrator),
            Err(refusal) => Decision::Is(refusal.clone().into()),
        },
    }
}

fn join(seen: &MembershipSeen, administrator: &AccountId) -> Decision {
    if let Some(current) = &seen.administrator {
        return Decision::Is(if current.account != administrator.as_str() {
            Standing::Elsewhere {
                reason: Reason::MemberOfAnother {
                    administrator: current.account.clone(),
                },
                on: false,
            }
        } else if is_enabled(&current.status) {
            Standing::Good(Reason::MemberOf {
                administrator: administrator.clone(),
            })
        } else if is_ended(&current.status) {
            Standing::Blocked(Reason::MembershipEnded {
                administrator: administrator.clone(),
                status: current.status.clone(),
            })
        } else {
            Standing::Waiting(Reason::MembershipNotEnabled {
                administrator: administrator.clone(),
                status: current.status.clone(),
            })
        });
    }
    let invitation = seen
        .invitations
        .iter()
        .find(|invitation| invitation.account == administrator.as_str());
    match invitation {
        Some(invitation) => Decision::Needs(vec![Change::AcceptInvitation {
            administrator: administrator.clone(),
            invitation: invitation.id.clone(),
        }]),
        None => Decision::Is(Standing::Waiting(Reason::NoInvitation {
            administrator: administrator.clone(),
            ignored: seen
                .invitations
                .iter()
                .map(|invitation| invitation.account.clone())
                .collect(),
        })),
    }
}

/// AWS wrote `Associated` until 2020, and writes `Enabled` and `ENABLED` since.
fn is_enabled(status: &str) -> bool {
    ["enabled", "associated"]
        .iter()
        .any(|word| status.eq_ignore_ascii_case(word))
}

/// Somebody left or was let go: a decision of people, which a program does not undo.
fn is_ended(status: &str) -> bool {
    ["resigned", "removed", "deleted"]
        .iter()
        .any(|word| status.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::{AdministratorSeen, HubOn, InvitationSeen};

    fn seen(administrator: Option<(&str, &str)>, invitations: &[&str]) -> HubSeen {
        HubSeen::On(Box::new(HubOn {
            offered: Ok(Vec::new()),
            standards: Vec::new(),
            membership: Ok(MembershipSeen {
                administrator: administrator.map(|(account, status)| AdministratorSeen {
                    account: account.to_owned(),
                    status: status.to_owned(),
                }),
                invitations: invitations
                    .iter()
                    .map(|account| InvitationSeen {
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
            decide(&seen(None, &["666666666666", "999999999999"]), &soc()),
            Decision::Needs(vec![Change::AcceptInvitation {
                administrator: soc(),
                invitation: "invitation of 999999999999".to_owned()
            }])
        );
        assert_eq!(
            decide(&seen(None, &["666666666666"]), &soc()),
            Decision::Is(Standing::Waiting(Reason::NoInvitation {
                administrator: soc(),
                ignored: vec!["666666666666".to_owned()]
            }))
        );
    }

    #[test]
    fn a_member_stays_where_it_is() {
        for status in ["Enabled", "ENABLED", "Associated"] {
            assert!(matches!(
                decide(&seen(Some(("999999999999", status)), &[]), &soc()),
                Decision::Is(Standing::Good(Reason::MemberOf { .. }))
            ));
        }
        assert!(matches!(
            decide(
                &seen(Some(("999999999999", "AccountSuspended")), &[]),
                &soc()
            ),
            Decision::Is(Standing::Waiting(Reason::MembershipNotEnabled { .. }))
        ));
        for status in ["Resigned", "REMOVED", "Deleted"] {
            assert!(matches!(
                decide(&seen(Some(("999999999999", status)), &[]), &soc()),
                Decision::Is(Standing::Blocked(Reason::MembershipEnded { .. }))
            ));
        }
        // Even with an invitation of ours in the mailbox.
        assert!(matches!(
            decide(
                &seen(Some(("666666666666", "Enabled")), &["999999999999"]),
                &soc()
            ),
            Decision::Is(Standing::Elsewhere { on: false, .. })
        ));
    }

    #[test]
    fn without_security_hub_the_invitation_comes_later() {
        let off = HubSeen::Off {
            offered: Ok(Vec::new()),
        };
        assert_eq!(
            decide(&off, &soc()),
            Decision::AfterHub(Intention::Join(soc()))
        );
    }
}
