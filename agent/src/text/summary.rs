//! The end of a result: how far it is, who acts next, and the next command.

use hubward_protocol::{RunReport, State, Step, StepReport};
use rust_i18n::t;

use super::{Lang, Text};

/// How far it is, and who acts next.
pub(crate) fn summary(report: &RunReport, lang: Lang) -> Vec<Text> {
    let locale = lang.code();
    let changes = report.changes;
    if report.complete {
        return vec![t!("summary.complete", locale = locale, changes = changes)];
    }
    if knows_nothing_open(report) {
        return vec![t!(
            "summary.regions_unknown",
            locale = locale,
            changes = changes
        )];
    }
    let steps: Vec<_> = report
        .regions
        .iter()
        .flat_map(|region| &region.steps)
        .collect();
    let open: Vec<_> = steps.iter().filter(|step| !step.is_complete()).collect();
    let is_open = |is_so: fn(&StepReport) -> bool| open.iter().any(|step| is_so(step));
    let failed = open
        .iter()
        .filter(|step| step.state == State::Failed)
        .count();
    let (all, open_steps) = (steps.len(), open.len());
    let mut lines = vec![if failed > 0 {
        t!(
            "summary.failed",
            locale = locale,
            open = open_steps,
            all = all,
            failed = failed,
            changes = changes
        )
    } else {
        t!(
            "summary.incomplete",
            locale = locale,
            open = open_steps,
            all = all,
            changes = changes
        )
    }];
    if is_open(|step| step.step == Step::Invitation && step.state == State::Waiting) {
        let administrator = &report.administrator;
        lines.push(t!(
            "summary.waits_for_soc",
            locale = locale,
            administrator = administrator
        ));
    }
    if is_open(|step| step.step != Step::Invitation && step.state == State::Waiting) {
        lines.push(t!("summary.waits_for_aws", locale = locale));
    }
    if is_open(|step| !matches!(step.state, State::Waiting | State::Planned)) {
        lines.push(t!("summary.waits_for_you", locale = locale));
    }
    lines
}

/// Nothing of what is known is open, and yet it is not complete: there are Regions that are not known.
fn knows_nothing_open(report: &RunReport) -> bool {
    let mut steps = report.regions.iter().flat_map(|region| &region.steps);
    !report.complete && steps.all(StepReport::is_complete)
}

/// Where it is read what comes of it.
pub(crate) fn guide_helps(guide: &str, lang: Lang) -> Text {
    t!("summary.guide", locale = lang.code(), guide = guide)
}

/// The next command, whole: it is there to be copied.
pub(crate) fn next_command(report: &RunReport, arguments: &str, lang: Lang) -> Option<Text> {
    if report.complete {
        return None;
    }
    let mut open = report
        .regions
        .iter()
        .flat_map(|region| &region.steps)
        .filter(|step| !step.is_complete());
    let only_aws_is_at_it =
        open.all(|step| step.state == State::Waiting && step.step != Step::Invitation);
    let command = if only_aws_is_at_it && !knows_nothing_open(report) {
        "status"
    } else {
        "setup"
    };
    Some(t!(
        "summary.next",
        locale = lang.code(),
        command = ["hubward-agent", command, arguments].join(" ")
    ))
}
