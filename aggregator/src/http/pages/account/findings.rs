//! What is open in an account: how much, and which controls fail, each with its page of the guide.

use crate::app::App;
use crate::queries::guide::{ControlHelp, help_with_control};
use crate::text::dashboard::{Chip, Words};
use hubward_domain::finding::{FindingKind, FindingSeverity};

/// How much is open of one severity.
pub(super) struct FindingRow {
    pub(super) severity: Chip,
    pub(super) threats: String,
    pub(super) controls: String,
    pub(super) others: String,
}

/// A control that fails.
pub(super) struct FailedRow {
    pub(super) control: String,
    pub(super) help: ControlHelp,
    /// The worst of its findings.
    pub(super) severity: Chip,
    /// How many they are.
    pub(super) open: String,
}

/// Open findings, counted by severity and kind.
pub(super) fn open(words: &Words, counts: &[(String, String, i64)]) -> Vec<FindingRow> {
    FindingSeverity::ALL
        .iter()
        .filter_map(|severity| {
            let of = |kind: FindingKind| {
                counts
                    .iter()
                    .filter(|(word, known, _)| word == severity.as_str() && known == kind.as_str())
                    .map(|(_, _, count)| count)
                    .sum::<i64>()
            };
            let (threats, controls, others) = (
                of(FindingKind::Threat),
                of(FindingKind::Control),
                of(FindingKind::Other),
            );
            (threats + controls + others > 0).then(|| FindingRow {
                severity: words.severity(severity.as_str()),
                threats: words.number(threats),
                controls: words.number(controls),
                others: words.number(others),
            })
        })
        .collect()
}

/// Each failed control once, the worst first, of open findings counted by control and severity.
pub(super) fn failed(app: &App, words: &Words, counts: &[(String, String, i64)]) -> Vec<FailedRow> {
    let mut rows: Vec<FailedRow> = Vec::new();
    for severity in FindingSeverity::ALL {
        for (control, word, _) in counts {
            if word != severity.as_str() || rows.iter().any(|row| row.control == *control) {
                continue;
            }
            let of_control = counts.iter().filter(|(known, ..)| known == control);
            rows.push(FailedRow {
                control: control.clone(),
                help: help_with_control(app, control, words.language()),
                severity: words.severity(severity.as_str()),
                open: words.number(of_control.map(|(.., count)| count).sum()),
            });
        }
    }
    rows
}
