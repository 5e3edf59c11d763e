//! Texts about the baseline.

use super::LocalizedMessage;
use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::check::ProofStep;

/// A step that no control can prove in these Regions, and what helps.
pub(crate) fn unprovable(step: &ProofStep, regions: &str, language: Language) -> LocalizedMessage {
    let say = Say(language);
    LocalizedMessage::new(
        say.baseline_unprovable(regions, step),
        say.baseline_unprovable_hint(step),
    )
}
