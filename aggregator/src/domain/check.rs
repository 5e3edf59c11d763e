//! Is an account really watched in a Region, and if not, what is missing and who acts next.
//!
//! The administrator's listing is the truth about the membership. What an agent reported can only
//! add reasons and doubts, never make an account complete.

use hubward_protocol::{State, Step, StepReport};

use super::membership::MemberStatus;

/// What could be learned from the administrator's side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The Region's listing was read; `None` when the account is not in it.
    Listed(Option<MemberStatus>),
    /// The Region's listing could not be read, and why.
    Unreadable(String),
}

/// How far an account is in a Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Associated, and nothing is known to be missing.
    Complete,
    /// Associated, but its agent last reported steps that are not done.
    Incomplete(Vec<StepReport>),
    /// Invited; its people have not finished, and nothing is known to be in their way.
    WaitingForMember(Vec<StepReport>),
    /// Invited; its agent reported what is in the way.
    Blocked(Vec<StepReport>),
    /// Not invited yet.
    NotInvited,
    /// The membership was ended.
    Ended(MemberStatus),
    /// The AWS account is suspended.
    Suspended,
    /// AWS's word is not understood.
    UnknownStatus(String),
    /// Associated, though the ledger does not ask for it.
    NotInLedger,
    /// Nothing could be learned.
    Unreadable(String),
}

/// Judges an account that the ledger wants watched in a Region.
pub fn judge(seen: &Seen, reported: Option<&[StepReport]>) -> Verdict {
    use MemberStatus as S;
    let status = match seen {
        Seen::Unreadable(why) => return Verdict::Unreadable(why.clone()),
        Seen::Listed(status) => status,
    };
    match status {
        Some(S::Enabled) => {
            let undone = undone_of(reported);
            // A report that knows of no association is older than the listing: it says nothing now.
            let outdated = undone.iter().any(|report| report.step == Step::Invitation);
            if undone.is_empty() || outdated {
                Verdict::Complete
            } else {
                Verdict::Incomplete(undone)
            }
        }
        Some(S::Invited) => {
            let undone = undone_of(reported);
            if undone.iter().any(|report| is_in_the_way(report.state)) {
                Verdict::Blocked(undone)
            } else {
                Verdict::WaitingForMember(undone)
            }
        }
        None | Some(S::Created) => Verdict::NotInvited,
        Some(status @ (S::Removed | S::Resigned | S::Deleted)) => Verdict::Ended(status.clone()),
        Some(S::AccountSuspended) => Verdict::Suspended,
        Some(S::Unknown(word)) => Verdict::UnknownStatus(word.clone()),
    }
}

fn undone_of(reported: Option<&[StepReport]>) -> Vec<StepReport> {
    reported
        .unwrap_or_default()
        .iter()
        .filter(|report| !report.is_complete())
        .cloned()
        .collect()
}

fn is_in_the_way(state: State) -> bool {
    // What is managed elsewhere is here only when its service is off, or another administrator has it.
    matches!(
        state,
        State::Blocked | State::Failed | State::Insufficient | State::ManagedElsewhere
    )
}

/// The verdict's word for who is not to be watched any more.
pub const NOT_WANTED: &str = "not_wanted";

impl Verdict {
    /// The verdict's word, in JSON and the database.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Incomplete(_) => "incomplete",
            Self::WaitingForMember(_) => "waiting_for_member",
            Self::Blocked(_) => "blocked",
            Self::NotInvited => "not_invited",
            Self::Ended(MemberStatus::Resigned) => "resigned",
            Self::Ended(MemberStatus::Deleted) => "deleted",
            Self::Ended(_) => "removed",
            Self::Suspended => "suspended",
            Self::UnknownStatus(_) => "unknown_status",
            Self::NotInLedger => "not_in_ledger",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// Whether nothing is left to do.
    pub fn is_complete(&self) -> bool {
        *self == Self::Complete
    }

    /// The steps that are missing, in the order in which they are done.
    pub fn missing(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = self.undone().iter().map(|report| report.step).collect();
        if !matches!(
            self,
            Self::Complete | Self::Incomplete(_) | Self::NotInLedger | Self::Unreadable(_)
        ) {
            steps.push(Step::Invitation);
        }
        steps.sort();
        steps.dedup();
        steps
    }

    /// The step that a person should look at first: the earliest one that is in the way.
    pub fn obstacle(&self) -> Option<&StepReport> {
        let undone = self.undone();
        undone
            .iter()
            .find(|report| is_in_the_way(report.state))
            .or_else(|| undone.first())
    }

    fn undone(&self) -> &[StepReport] {
        match self {
            Self::Incomplete(steps) | Self::WaitingForMember(steps) | Self::Blocked(steps) => steps,
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(step: Step, state: State) -> StepReport {
        StepReport {
            step,
            state,
            detail: String::new(),
            hint: None,
            on: None,
        }
    }

    fn listed(status: MemberStatus) -> Seen {
        Seen::Listed(Some(status))
    }

    #[test]
    fn an_association_alone_is_complete_and_nothing_else_is() {
        use MemberStatus as S;
        assert_eq!(judge(&listed(S::Enabled), None), Verdict::Complete);
        let all_done: Vec<_> = Step::ALL.map(|s| step(s, State::Already)).into();
        for status in [
            S::Created,
            S::Invited,
            S::Removed,
            S::Resigned,
            S::Deleted,
            S::AccountSuspended,
            S::Unknown("x".to_owned()),
        ] {
            let verdict = judge(&listed(status), Some(&all_done));
            assert!(!verdict.is_complete(), "{verdict:?}");
        }
        assert_eq!(judge(&Seen::Listed(None), None), Verdict::NotInvited);
        let unreadable = judge(&Seen::Unreadable("down".to_owned()), Some(&all_done));
        assert!(!unreadable.is_complete());
    }

    #[test]
    fn a_report_says_what_is_in_the_way_of_an_invited_account() {
        let report = [
            step(Step::Config, State::Changed),
            step(Step::GuardDuty, State::Blocked),
            step(Step::SecurityHub, State::Blocked),
            step(Step::Invitation, State::Waiting),
        ];
        let verdict = judge(&listed(MemberStatus::Invited), Some(&report));
        assert_eq!(verdict.as_str(), "blocked");
        assert_eq!(
            verdict.missing(),
            [Step::GuardDuty, Step::SecurityHub, Step::Invitation]
        );
        assert_eq!(verdict.obstacle().unwrap().step, Step::GuardDuty);
    }

    #[test]
    fn without_a_report_the_acceptance_is_missing() {
        let verdict = judge(&listed(MemberStatus::Invited), None);
        assert_eq!(verdict.as_str(), "waiting_for_member");
        assert_eq!(verdict.missing(), [Step::Invitation]);
    }

    #[test]
    fn an_associated_account_whose_recorder_is_off_is_not_complete() {
        let report = [
            step(Step::Config, State::Insufficient),
            step(Step::Invitation, State::Already),
        ];
        let verdict = judge(&listed(MemberStatus::Enabled), Some(&report));
        assert_eq!(verdict.as_str(), "incomplete");
        assert_eq!(verdict.missing(), [Step::Config]);
    }

    #[test]
    fn what_is_managed_elsewhere_counts_only_where_it_is_seen_on() {
        let report = |on| {
            [
                StepReport {
                    on,
                    ..step(Step::Config, State::ManagedElsewhere)
                },
                step(Step::Invitation, State::Already),
            ]
        };
        let judged = |on| judge(&listed(MemberStatus::Enabled), Some(&report(on)));
        assert!(judged(Some(true)).is_complete());
        assert_eq!(judged(Some(false)).missing(), [Step::Config]);
        assert_eq!(judged(None).missing(), [Step::Config]);
        let taken = [step(Step::Invitation, State::ManagedElsewhere)];
        let verdict = judge(&listed(MemberStatus::Invited), Some(&taken));
        assert_eq!(verdict.as_str(), "blocked", "another administrator has it");
    }

    #[test]
    fn the_listing_overrules_a_report_from_before_the_association() {
        let before = [
            step(Step::Config, State::Insufficient),
            step(Step::Standards, State::Planned),
            step(Step::Invitation, State::Waiting),
        ];
        assert_eq!(
            judge(&listed(MemberStatus::Enabled), Some(&before)),
            Verdict::Complete
        );
    }
}
