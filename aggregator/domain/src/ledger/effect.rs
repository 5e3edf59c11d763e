//! The consequences of a change of the ledger: which invitations become due, and whose reports and
//! alerts stop. Shown before anything is written.

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, Region};
use serde::Serialize;

use super::LedgerPlan;
use crate::account::{Account, AccountState, ReportCadence};
use crate::membership::{Membership, NextInvitation, next_invitation, wanted_regions};

/// All consequences.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Effects {
    /// The invitations that become due.
    pub invitations: Vec<Invitation>,
    /// The accounts whose reports stop.
    pub reports_stop: Vec<AccountId>,
    /// The accounts whose alerts stop once they are unlinked.
    pub alerts_stop: Vec<AccountId>,
}

/// An invitation that becomes due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invitation {
    pub account_id: AccountId,
    pub region: Region,
}

/// The consequences of a plan; `listed` is the last member listing.
pub fn effects(
    plan: &LedgerPlan,
    hub: &[Region],
    listed: &BTreeMap<(AccountId, Region), Membership>,
) -> Effects {
    let mut effects = Effects::default();
    let added = plan.added.iter().map(|added| (None, &added.account));
    let changed = plan
        .changed
        .iter()
        .chain(&plan.leaving)
        .map(|change| (Some(&change.before), &change.after));
    for (before, after) in added.chain(changed) {
        let watched = before.map_or_else(Vec::new, |before| watched_regions(before, hub));
        for region in watched_regions(after, hub) {
            let place = (after.account_id.clone(), region);
            let status = listed.get(&place).and_then(|listed| listed.status.as_ref());
            let next = next_invitation(after.state, status, false);
            let is_due = matches!(
                next,
                NextInvitation::CreateAndInvite | NextInvitation::Invite
            );
            if is_due && !watched.contains(&region) {
                let (account_id, region) = place;
                effects.invitations.push(Invitation { account_id, region });
            }
        }
        if before.is_some_and(is_reported) && !is_reported(after) {
            effects.reports_stop.push(after.account_id.clone());
        }
        let was_active = before.is_some_and(|before| before.state == AccountState::Active);
        if was_active && after.state != AccountState::Active {
            effects.alerts_stop.push(after.account_id.clone());
        }
    }
    effects
}

impl Effects {
    /// Whether there are no consequences.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn watched_regions(account: &Account, hub: &[Region]) -> Vec<Region> {
    if account.state == AccountState::Active {
        wanted_regions(account, hub)
    } else {
        Vec::new()
    }
}

fn is_reported(account: &Account) -> bool {
    account.state == AccountState::Active && account.report != ReportCadence::None
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::account::Language;
    use crate::ledger::{Intent, LedgerColumn, LedgerEntry, Rules};
    use crate::membership::MemberStatus;

    fn rules() -> Rules {
        Rules {
            regions: ["ap-northeast-1", "us-east-1"]
                .map(|name| name.parse().unwrap())
                .to_vec(),
            language: Language::En,
            administrator: "999999999999".parse().unwrap(),
        }
    }

    fn plan(ledger: &[Account], intent: Intent, fields: &[(LedgerColumn, &str)]) -> LedgerPlan {
        let mut entry = LedgerEntry::default();
        entry.set(LedgerColumn::AccountId, "111111111111");
        for (column, text) in fields {
            entry.set(*column, *text);
        }
        entry.plan(intent, ledger, &rules()).unwrap()
    }

    fn ledger(fields: &[(LedgerColumn, &str)]) -> Vec<Account> {
        let mut all = vec![
            (LedgerColumn::Project, "A"),
            (LedgerColumn::ContactEmail, "a@example.com"),
        ];
        all.extend_from_slice(fields);
        let plan = plan(&[], Intent::Add, &all);
        plan.added.into_iter().map(|added| added.account).collect()
    }

    fn regions(effects: &Effects) -> Vec<&str> {
        let invitations = effects.invitations.iter();
        invitations.map(|due| due.region.as_str()).collect()
    }

    #[test]
    fn who_comes_is_invited_everywhere_but_where_the_listing_knows_it() {
        let hub = rules().regions;
        let new = plan(
            &[],
            Intent::Add,
            &[
                (LedgerColumn::Project, "A"),
                (LedgerColumn::ContactEmail, "a@example.com"),
            ],
        );
        let found = effects(&new, &hub, &BTreeMap::new());
        assert_eq!(regions(&found), ["ap-northeast-1", "us-east-1"]);
        let account: AccountId = "111111111111".parse().unwrap();
        let observed = Membership {
            account_id: account.clone(),
            region: hub[0],
            status: Some(MemberStatus::Enabled),
            verdict: "complete".to_owned(),
            since: Timestamp::UNIX_EPOCH,
            seen_at: Timestamp::UNIX_EPOCH,
            associated_since: None,
            completed_at: None,
        };
        let listed = BTreeMap::from([((account, hub[0]), observed)]);
        assert_eq!(regions(&effects(&new, &hub, &listed)), ["us-east-1"]);
    }

    #[test]
    fn a_region_more_is_an_invitation_more_and_nothing_else() {
        let hub = rules().regions;
        let ledger = ledger(&[(LedgerColumn::Regions, "us-east-1")]);
        let wider = plan(&ledger, Intent::Edit, &[(LedgerColumn::Regions, "")]);
        let found = effects(&wider, &hub, &BTreeMap::new());
        assert_eq!(regions(&found), ["ap-northeast-1"]);
        assert!(found.reports_stop.is_empty() && found.alerts_stop.is_empty());
    }

    #[test]
    fn who_leaves_is_reported_on_and_alerted_no_more() {
        let hub = rules().regions;
        let ledger = ledger(&[]);
        let gone = plan(&ledger, Intent::Edit, &[(LedgerColumn::State, "leaving")]);
        let found = effects(&gone, &hub, &BTreeMap::new());
        assert!(found.invitations.is_empty());
        assert_eq!((found.reports_stop.len(), found.alerts_stop.len()), (1, 1));
        let quiet = plan(&ledger, Intent::Edit, &[(LedgerColumn::Report, "none")]);
        let found = effects(&quiet, &hub, &BTreeMap::new());
        assert_eq!((found.reports_stop.len(), found.alerts_stop.len()), (1, 0));
    }
}
