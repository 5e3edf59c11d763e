//! The words of a report that stand for values, in the reader's language.

use std::borrow::Cow;

use rust_i18n::t;

use hubward_domain::account::Language;
use hubward_domain::alert::AlertState;
use hubward_domain::finding::{Kind, Severity, Workflow};
use hubward_domain::report::{Change, Verdict};

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
        Change::Reopened => t!("report.change_reopened", locale = locale),
        Change::Open => t!("report.change_open", locale = locale),
        Change::StillFailing => t!("report.change_still_failing", locale = locale),
        Change::Resolved => t!("report.change_resolved", locale = locale),
    }
}

pub(super) fn verdict(verdict: Verdict, language: Language) -> Cow<'static, str> {
    let locale = language.as_str();
    match verdict {
        Verdict::Failed => t!("report.failed", locale = locale),
        Verdict::Unknown => t!("report.unknown", locale = locale),
        Verdict::Passed => t!("report.passed", locale = locale),
        Verdict::NoData => t!("report.no_data", locale = locale),
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

/// A standard's name as AWS writes it, where it is one that was known when this was written
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
