//! The guide's values as text in the reader's language: for reports, workbooks, pages and tables.

use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::guide::{Effort, Owner, Policy, Section};

/// Whether a failed control has to be fixed.
pub fn policy(policy: Policy, language: Language) -> &'static str {
    let say = Say(language);
    match policy {
        Policy::Must => say.guide_policy_must(),
        Policy::Should => say.guide_policy_should(),
        Policy::May => say.guide_policy_may(),
        Policy::NotNeeded => say.guide_policy_not_needed(),
    }
}

/// How long the fix takes.
pub fn effort(effort: Effort, language: Language) -> &'static str {
    let say = Say(language);
    match effort {
        Effort::Minutes => say.guide_effort_minutes(),
        Effort::Hours => say.guide_effort_hours(),
        Effort::Days => say.guide_effort_days(),
    }
}

/// Who fixes it.
pub fn owner(owner: Owner, language: Language) -> &'static str {
    let say = Say(language);
    match owner {
        Owner::Application => say.guide_owner_application(),
        Owner::Platform => say.guide_owner_platform(),
        Owner::Security => say.guide_owner_security(),
    }
}

/// A section's heading.
pub fn section(section: Section, language: Language) -> &'static str {
    let say = Say(language);
    match section {
        Section::Meaning => say.guide_section_meaning(),
        Section::Risk => say.guide_section_risk(),
        Section::Console => say.guide_section_console(),
        Section::Cli => say.guide_section_cli(),
        Section::Exception => say.guide_section_exception(),
        Section::Happened => say.guide_section_happened(),
        Section::Steps => say.guide_section_steps(),
        Section::Preserve => say.guide_section_preserve(),
    }
}

/// The text for a control without an entry in the guide.
pub fn absent(language: Language) -> &'static str {
    Say(language).guide_absent()
}
