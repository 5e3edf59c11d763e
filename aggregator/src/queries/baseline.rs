//! What is wanted of each account, since when, and what of it is proven, by what was read last. Asks AWS nothing.

use std::collections::BTreeMap;

use hubward_protocol::{AccountId, Region};

use crate::app::App;
use hubward_domain::account::AccountState;
use hubward_domain::check::{
    ListedStatus, NoControl, ProofStep, StepCoverage, StepHistory, StepProof,
};
use hubward_domain::membership::{Membership, wanted_regions};
use hubward_store::StoreError;
use hubward_store::evidence::AccountRange;

/// One account in one Region.
pub(crate) struct BaselineRow {
    pub account_id: AccountId,
    pub project: String,
    pub region: Region,
    /// Each wanted step; its history, unless no check has found it wanted yet; and its proof, unless the account is not
    /// associated.
    pub steps: Vec<WantedProof>,
}

/// A wanted step with what is known of it.
pub(crate) struct WantedProof {
    pub step: ProofStep,
    pub history: Option<StepHistory>,
    pub proof: Option<StepProof>,
    pub no_control: NoControl,
}

impl WantedProof {
    /// Whether it is known to be missing.
    pub(crate) fn is_missing(&self) -> bool {
        self.proof.as_ref().is_some_and(StepProof::is_missing)
    }
}

/// What the configuration and the ledger want of each active account in each of its Regions.
///
/// # Errors
/// The database failed, or a row is damaged.
pub(crate) async fn baseline(app: &App) -> Result<Vec<BaselineRow>, StoreError> {
    let evidence = app
        .store
        .evidence(AccountRange::All, app.proof_policy())
        .await?;
    let memberships: BTreeMap<(AccountId, Region), Membership> = app
        .store
        .memberships()
        .await?
        .into_iter()
        .map(|seen| ((seen.account_id.clone(), seen.region), seen))
        .collect();
    let regions: Vec<Region> = app.config.hub.regions().collect();
    let now = app.clock.now();
    let active = evidence
        .ledger
        .values()
        .filter(|account| account.state == AccountState::Active);
    let rows = active.flat_map(|account| {
        let (evidence, memberships) = (&evidence, &memberships);
        wanted_regions(account, &regions)
            .into_iter()
            .map(move |region| {
                let place = (account.account_id.clone(), region);
                let last = memberships.get(&place);
                let listed = ListedStatus::Listed(last.and_then(|last| last.status.clone()));
                let mut proof = evidence.judge(&place, &listed, last, now).proof;
                let history = evidence.history.get(&place);
                let standards = evidence.wanted_standards(&account.account_id);
                let steps = evidence.wanted_steps(&account.account_id).into_iter();
                BaselineRow {
                    account_id: account.account_id.clone(),
                    project: account.project.clone(),
                    region,
                    steps: steps
                        .map(|step| WantedProof {
                            history: history.and_then(|history| history.get(&step)).copied(),
                            proof: proof
                                .iter()
                                .position(|proof| proof.step == step)
                                .map(|at| proof.swap_remove(at)),
                            no_control: evidence.no_control(region, &step, &standards),
                            step,
                        })
                        .collect(),
                }
            })
    });
    Ok(rows.collect())
}

/// How far the wanted steps are proven, by department, as the last check of all accounts found.
///
/// # Errors
/// The database failed, or a row is damaged.
pub(crate) async fn coverage(app: &App) -> Result<Vec<StepCoverage>, StoreError> {
    app.store.baseline_coverage().await
}
