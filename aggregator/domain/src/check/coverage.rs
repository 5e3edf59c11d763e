//! How far the wanted steps are proven, by department: what a check of all accounts adds up to.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{CheckRow, Evidence, ProofState, ProofStep};
use crate::account::AccountState;

/// One wanted step in one department: the number of account and Region pairs in each state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepCoverage {
    /// Empty if the ledger names none.
    pub department: String,
    pub step: ProofStep,
    pub proven: i64,
    pub excepted: i64,
    pub unproven: i64,
    pub missing: i64,
    /// Wanted of an account that is not an associated member.
    pub not_member: i64,
    /// Since when checks have found it wanted of any of them.
    pub wanted_since: Timestamp,
}

/// Adds up the rows of a check of all accounts at a moment. Accounts that are leaving want nothing.
pub fn coverage(rows: &[CheckRow], evidence: &Evidence, now: Timestamp) -> Vec<StepCoverage> {
    let mut covered: BTreeMap<(String, ProofStep), StepCoverage> = BTreeMap::new();
    for row in rows {
        let Some(account) = evidence.ledger.get(&row.account_id) else {
            continue;
        };
        if account.state != AccountState::Active {
            continue;
        }
        let place = (row.account_id.clone(), row.region);
        let history = evidence.history.get(&place);
        for step in evidence.wanted_steps(&row.account_id) {
            let wanted_since = history
                .and_then(|history| history.get(&step))
                .map_or(now, |history| history.wanted_since);
            let one = covered
                .entry((account.department.clone(), step.clone()))
                .or_insert_with(|| StepCoverage {
                    department: account.department.clone(),
                    step: step.clone(),
                    proven: 0,
                    excepted: 0,
                    unproven: 0,
                    missing: 0,
                    not_member: 0,
                    wanted_since,
                });
            one.wanted_since = one.wanted_since.min(wanted_since);
            let found = row.proof.iter().find(|proof| proof.step == step);
            let count = match found {
                None => &mut one.not_member,
                Some(proof) if proof.is_missing() => &mut one.missing,
                Some(proof) => match proof.state {
                    ProofState::Proven => &mut one.proven,
                    ProofState::Excepted => &mut one.excepted,
                    ProofState::Unproven | ProofState::Refuted => &mut one.unproven,
                },
            };
            *count += 1;
        }
    }
    covered.into_values().collect()
}
