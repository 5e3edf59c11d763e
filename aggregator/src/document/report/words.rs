//! The words of a report that stand for values, in the reader's language.

use std::borrow::Cow;

use rust_i18n::t;

use crate::domain::account::Language;
use crate::domain::finding::{Kind, Severity, Workflow};
use crate::domain::report::Change;

pub(super) fn severity(severity: Severity, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match severity {
        Severity::Critical => t!("findings.critical", locale = locale),
        Severity::High => t!("findings.high", locale = locale),
        Severity::Medium => t!("findings.medium", locale = locale),
        Severity::Low => t!("findings.low", locale = locale),
        Severity::Informational => t!("findings.informational", locale = locale),
        Severity::Unlabelled => t!("findings.unlabelled", locale = locale),
    }
}

pub(super) fn kind(kind: Kind, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match kind {
        Kind::Threat => t!("findings.threat", locale = locale),
        Kind::Control => t!("findings.control", locale = locale),
        Kind::Other => t!("findings.other", locale = locale),
    }
}

pub(super) fn workflow(workflow: Workflow, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match workflow {
        Workflow::New => t!("findings.workflow_new", locale = locale),
        Workflow::Notified => t!("findings.workflow_notified", locale = locale),
        Workflow::Suppressed => t!("findings.workflow_suppressed", locale = locale),
        Workflow::Resolved => t!("findings.workflow_resolved", locale = locale),
    }
}

pub(super) fn change(change: Change, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match change {
        Change::New => t!("report.change_new", locale = locale),
        Change::Open => t!("report.change_open", locale = locale),
        Change::Resolved => t!("report.change_resolved", locale = locale),
    }
}
