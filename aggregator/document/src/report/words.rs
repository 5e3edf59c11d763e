//! The values of a report as text in the reader's language.

use crate::say::Say;
use hubward_domain::account::Language;
use hubward_domain::alert::AlertState;
use hubward_domain::finding::{FindingKind, FindingSeverity, FindingWorkflow};
use hubward_domain::report::{ControlVerdict, MonthlyChange, RegionWatch};

pub(super) fn severity(severity: FindingSeverity, language: Language) -> &'static str {
    let say = Say(language);
    match severity {
        FindingSeverity::Critical => say.findings_critical(),
        FindingSeverity::High => say.findings_high(),
        FindingSeverity::Medium => say.findings_medium(),
        FindingSeverity::Low => say.findings_low(),
        FindingSeverity::Informational => say.findings_informational(),
        FindingSeverity::Unlabelled => say.findings_unlabelled(),
    }
}

pub(super) fn kind(kind: FindingKind, language: Language) -> &'static str {
    let say = Say(language);
    match kind {
        FindingKind::Threat => say.findings_threat(),
        FindingKind::Control => say.findings_control(),
        FindingKind::Other => say.findings_other(),
    }
}

pub(super) fn workflow(workflow: FindingWorkflow, language: Language) -> &'static str {
    let say = Say(language);
    match workflow {
        FindingWorkflow::New => say.findings_workflow_new(),
        FindingWorkflow::Notified => say.findings_workflow_notified(),
        FindingWorkflow::Suppressed => say.findings_workflow_suppressed(),
        FindingWorkflow::Resolved => say.findings_workflow_resolved(),
    }
}

pub(super) fn change(change: MonthlyChange, language: Language) -> &'static str {
    let say = Say(language);
    match change {
        MonthlyChange::New => say.report_change_new(),
        MonthlyChange::Reopened => say.report_change_reopened(),
        MonthlyChange::Open => say.report_change_open(),
        MonthlyChange::StillFailing => say.report_change_still_failing(),
        MonthlyChange::Resolved => say.report_change_resolved(),
    }
}

pub(super) fn verdict(verdict: ControlVerdict, language: Language) -> &'static str {
    let say = Say(language);
    match verdict {
        ControlVerdict::Failed => say.report_failed(),
        ControlVerdict::Unknown => say.report_unknown(),
        ControlVerdict::Passed => say.report_passed(),
        ControlVerdict::NoData => say.report_no_data(),
    }
}

/// Whether a Region is watched.
pub(super) fn watch(watch: &RegionWatch, language: Language) -> &'static str {
    let say = Say(language);
    match watch {
        RegionWatch::Watched => say.report_watched(),
        RegionWatch::NotWatched => say.report_not_watched(),
        RegionWatch::Unknown { .. } => say.report_watch_unknown(),
    }
}

/// The verdict of a check, by its word; a word that this report does not know is shown as it is.
pub(super) fn watch_verdict(word: &str, language: Language) -> &str {
    let say = Say(language);
    match word {
        "complete" => say.report_verdict_complete(),
        "incomplete" => say.report_verdict_incomplete(),
        "drifted" => say.report_verdict_drifted(),
        "unproven" => say.report_verdict_unproven(),
        "leaving" => say.report_verdict_leaving(),
        "invited" => say.report_verdict_invited(),
        "managed_elsewhere" => say.report_verdict_managed_elsewhere(),
        "not_invited" => say.report_verdict_not_invited(),
        "resigned" => say.report_verdict_resigned(),
        "removed" => say.report_verdict_removed(),
        "suspended" => say.report_verdict_suspended(),
        "unknown" => say.report_verdict_unknown(),
        word => word,
    }
}

pub(super) fn alert(state: AlertState, language: Language) -> &'static str {
    let say = Say(language);
    match state {
        AlertState::Open => say.alert_open(),
        AlertState::Acknowledged => say.alert_acknowledged(),
        AlertState::Resolved => say.alert_resolved(),
        AlertState::Silenced => say.alert_silenced(),
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
