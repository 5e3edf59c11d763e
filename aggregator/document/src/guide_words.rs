//! The guide's values as text in the reader's language: for reports, workbooks, pages and tables.

use std::borrow::Cow;

use rust_i18n::t;

use hubward_domain::account::Language;
use hubward_domain::guide::{Effort, Owner, Policy, Section};

/// Whether a failed control has to be fixed.
pub fn policy(policy: Policy, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match policy {
        Policy::Must => t!("guide.policy_must", locale = locale),
        Policy::Should => t!("guide.policy_should", locale = locale),
        Policy::May => t!("guide.policy_may", locale = locale),
        Policy::NotNeeded => t!("guide.policy_not_needed", locale = locale),
    }
}

/// How long the fix takes.
pub fn effort(effort: Effort, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match effort {
        Effort::Minutes => t!("guide.effort_minutes", locale = locale),
        Effort::Hours => t!("guide.effort_hours", locale = locale),
        Effort::Days => t!("guide.effort_days", locale = locale),
    }
}

/// Who fixes it.
pub fn owner(owner: Owner, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match owner {
        Owner::Application => t!("guide.owner_application", locale = locale),
        Owner::Platform => t!("guide.owner_platform", locale = locale),
        Owner::Security => t!("guide.owner_security", locale = locale),
    }
}

/// A section's heading.
pub fn section(section: Section, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match section {
        Section::Meaning => t!("guide.section_meaning", locale = locale),
        Section::Risk => t!("guide.section_risk", locale = locale),
        Section::Console => t!("guide.section_console", locale = locale),
        Section::Cli => t!("guide.section_cli", locale = locale),
        Section::Exception => t!("guide.section_exception", locale = locale),
        Section::Happened => t!("guide.section_happened", locale = locale),
        Section::Steps => t!("guide.section_steps", locale = locale),
        Section::Preserve => t!("guide.section_preserve", locale = locale),
    }
}

/// The text for a control without an entry in the guide.
pub fn absent(language: Language) -> Cow<'static, str> {
    t!("guide.absent", locale = language.as_str())
}
