//! The values of a report as text in the reader's language.

use std::borrow::Cow;

use rust_i18n::t;

use hubward_domain::account::Language;
use hubward_domain::alert::AlertState;
use hubward_domain::finding::{FindingKind, FindingSeverity, FindingWorkflow};
use hubward_domain::report::{ControlVerdict, MonthlyChange};

pub(super) fn severity(severity: FindingSeverity, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match severity {
        FindingSeverity::Critical => t!("findings.critical", locale = locale),
        FindingSeverity::High => t!("findings.high", locale = locale),
        FindingSeverity::Medium => t!("findings.medium", locale = locale),
        FindingSeverity::Low => t!("findings.low", locale = locale),
        FindingSeverity::Informational => t!("findings.informational", locale = locale),
        FindingSeverity::Unlabelled => t!("findings.unlabelled", locale = locale),
    }
}

pub(super) fn kind(kind: FindingKind, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match kind {
        FindingKind::Threat => t!("findings.threat", locale = locale),
        FindingKind::Control => t!("findings.control", locale = locale),
        FindingKind::Other => t!("findings.other", locale = locale),
    }
}

pub(super) fn workflow(workflow: FindingWorkflow, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match workflow {
        FindingWorkflow::New => t!("findings.workflow_new", locale = locale),
        FindingWorkflow::Notified => t!("findings.workflow_notified", locale = locale),
        FindingWorkflow::Suppressed => t!("findings.workflow_suppressed", locale = locale),
        FindingWorkflow::Resolved => t!("findings.workflow_resolved", locale = locale),
    }
}

pub(super) fn change(change: MonthlyChange, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match change {
        MonthlyChange::New => t!("report.change_new", locale = locale),
        MonthlyChange::Reopened => t!("report.change_reopened", locale = locale),
        MonthlyChange::Open => t!("report.change_open", locale = locale),
        MonthlyChange::StillFailing => t!("report.change_still_failing", locale = locale),
        MonthlyChange::Resolved => t!("report.change_resolved", locale = locale),
    }
}

pub(super) fn verdict(verdict: ControlVerdict, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match verdict {
        ControlVerdict::Failed => t!("report.failed", locale = locale),
        ControlVerdict::Unknown => t!("report.unknown", locale = locale),
        ControlVerdict::Passed => t!("report.passed", locale = locale),
        ControlVerdict::NoData => t!("report.no_data", locale = locale),
    }
}

pub(super) fn alert(state: AlertState, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match state {
        AlertState::Open => t!("alert.open", locale = locale),
        AlertState::Acknowledged => t!("alert.acknowledged", locale = locale),
        AlertState::Resolved => t!("alert.resolved", locale = locale),
        AlertState::Silenced => t!("alert.silenced", locale = locale),
    }
}

/// A standard's name as AWS writes it, if it is a known one
/// (securityhub/latest/userguide/standards-reference.html).
pub(super) fn standard(id: &str) -> String {
    let (name, version) = id.split_once("/v/").unwrap_or((id, ""));
    let name = match name {
        "aws-foundational-security-best-practices" => "AWS Foundational Security Best Practices",
        "cis-aws-foundations-benchmark" | "ruleset/cis-aws-foundations-benchmark" => {
            "CIS AWS Foundations Benchmark"
        }
        "nist-800-53" => "NIST SP 800-53 Rev. 5",
        "nist-800-171" => "NIST SP 800-171 Rev. 2",
        "pci-dss" => "PCI DSS",
        "aws-resource-tagging-standard" => "AWS Resource Tagging Standard",
        "ai-security-best-practices" => "AI Security Best Practices",
        "service-managed-aws-control-tower" => "Service-Managed Standard: AWS Control Tower",
        other => other,
    };
    match version {
        "" => name.to_owned(),
        version => format!("{name} v{version}"),
    }
}
